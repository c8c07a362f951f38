package claude

import (
	"encoding/json"
	"io"
)

// maxPayload is the most of a hook payload that is read, in bytes. What a tool
// returned can be larger; the fields that fm needs come before it.
const maxPayload = 1 << 20

// A payload is a JSON object from outside, by key, as far as it could be read.
type payload map[string]json.RawMessage

// readPayload reads the members of an object one by one, so that a payload that
// is cut off, or odd in one place, still says what it can.
func readPayload(r io.Reader) payload {
	p := payload{}
	d := json.NewDecoder(io.LimitReader(r, maxPayload))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return p
	}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			break
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			break
		}
		p[key] = v
	}
	// The CLI must not meet a closed pipe.
	_, _ = io.Copy(io.Discard, r)
	return p
}

func (p payload) text(key string) string {
	var s string
	_ = json.Unmarshal(p[key], &s) // "" for anything else
	return s
}

func (p payload) truth(key string) bool {
	var b bool
	_ = json.Unmarshal(p[key], &b) // false for anything else
	return b
}

func (p payload) count(key string) int {
	var list []json.RawMessage
	_ = json.Unmarshal(p[key], &list) // none for anything else
	return len(list)
}

func (p payload) number(key, member string) float64 {
	var object map[string]json.RawMessage
	var n float64
	_ = json.Unmarshal(p[key], &object)    // nil for anything else
	_ = json.Unmarshal(object[member], &n) // 0 for anything else
	return n
}
