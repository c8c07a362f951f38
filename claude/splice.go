package claude

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
)

// The functions here change one value in a JSON text and leave every other byte
// as it is: numbers of any size, the order of keys, white space, and keys that
// only the CLI understands.

// find gives the bytes of the value at a path of keys. As in the CLI, the last
// of two equal keys counts.
func find(text []byte, path ...string) (value []byte, found bool) {
	for _, key := range path {
		start, end, ok := member(text, key)
		if !ok {
			return nil, false
		}
		text = text[start:end]
	}
	return text, true
}

// set puts value at a path of keys, and makes the objects on the way. An error
// wraps [fm.ErrRefused]: something else than an object is in the way.
func set(text, value []byte, path ...string) ([]byte, error) {
	if len(path) == 0 {
		return value, nil
	}
	if t := bytes.TrimSpace(text); len(t) == 0 || string(t) == "null" {
		text = []byte("{}")
	}
	start, end, found := member(text, path[0])
	if found {
		inner, err := set(text[start:end], value, path[1:]...)
		if err != nil {
			return nil, err
		}
		return slices.Concat(text[:start], inner, text[end:]), nil
	}
	open := bytes.IndexByte(text, '{')
	last := bytes.LastIndexByte(text, '}')
	if open < 0 || len(bytes.TrimSpace(text[:open])) > 0 || last < open {
		return nil, fmt.Errorf("%w: %q stands where an object should be", fm.ErrRefused, fm.Line(string(text), 40))
	}
	inner, err := set(nil, value, path[1:]...)
	if err != nil {
		return nil, err
	}
	key, err := json.Marshal(path[0])
	if err != nil {
		return nil, err
	}
	at := open + 1 + len(bytes.TrimRight(text[open+1:last], " \t\r\n"))
	entry := slices.Concat([]byte("\n  "), key, []byte(": "), inner)
	if at > open+1 {
		entry = append([]byte(","), entry...)
	}
	if at == last {
		entry = append(entry, '\n')
	}
	return slices.Concat(text[:at], entry, text[at:]), nil
}

// member gives the place of a key's value in an object.
func member(text []byte, key string) (start, end int, found bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0, 0, false
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return 0, 0, false
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return 0, 0, false
		}
		if t == key {
			end = int(d.InputOffset())
			start, found = end-len(v), true
		}
	}
	return start, end, found
}
