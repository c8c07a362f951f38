package scripted

import (
	"bytes"
	"io"
	"strings"
	"time"
)

// key is something a person or fm did at the keyboard.
type key struct {
	kind keyKind
	text string // typed or pasted
}

type keyKind int

const (
	typed keyKind = iota
	pasted
	enter
	escape
	backspace
	up
	down
	stashKey   // C-s
	clearLine  // C-u
	interrupt  // C-c
	endOfInput // C-d
)

// keyParser turns the bytes of a terminal into keys. Bytes that are not
// complete yet wait for the next ones.
type keyParser struct{ rest []byte }

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

func (p *keyParser) feed(b []byte) []key {
	p.rest = append(p.rest, b...)
	var keys []key
	for len(p.rest) > 0 {
		k, n := nextKey(p.rest)
		if n == 0 {
			break
		}
		p.rest = p.rest[n:]
		if k.kind != typed || k.text != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

// nextKey reads the key at the start of b and its length; 0 when incomplete.
// A key without kind and text is to be ignored.
func nextKey(b []byte) (key, int) {
	switch b[0] {
	case '\r':
		return key{kind: enter}, 1
	case 0x03:
		return key{kind: interrupt}, 1
	case 0x04:
		return key{kind: endOfInput}, 1
	case 0x13:
		return key{kind: stashKey}, 1
	case 0x15:
		return key{kind: clearLine}, 1
	case 0x08, 0x7f:
		return key{kind: backspace}, 1
	case '\n', '\t':
		return key{text: tidy(string(b[:1]))}, 1
	case 0x1b:
		return escapeKey(b)
	}
	if b[0] < 0x20 {
		return key{}, 1
	}
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] != 0x7f {
		n++
	}
	return key{text: string(b[:n])}, n
}

func escapeKey(b []byte) (key, int) {
	if rest, ok := bytes.CutPrefix(b, []byte(pasteStart)); ok {
		text, _, whole := bytes.Cut(rest, []byte(pasteEnd))
		if !whole {
			return key{}, 0
		}
		return key{kind: pasted, text: tidy(string(text))}, len(pasteStart) + len(text) + len(pasteEnd)
	}
	switch {
	case len(b) == 1:
		return key{}, 0
	case b[1] == 'O' && len(b) >= 3: // SS3, a function key
		return arrow(b[2]), 3
	case b[1] == 'O':
		return key{}, 0
	case b[1] != '[':
		return key{kind: escape}, 1
	}
	for i := 2; i < len(b); i++ { // CSI, ends at its final byte
		if b[i] >= 0x40 && b[i] <= 0x7e {
			if i == 2 {
				return arrow(b[i]), i + 1
			}
			return key{}, i + 1
		}
	}
	return key{}, 0
}

// arrow gives the key of a sequence without parameters.
func arrow(final byte) key {
	switch final {
	case 'A':
		return key{kind: up}
	case 'B':
		return key{kind: down}
	}
	return key{}
}

// tidy gives pasted text its line ends (a terminal sends CR) and the CLI's
// four spaces for a tab.
func tidy(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ").Replace(s)
}

// readKeys reads keys until r ends, then closes the channel. Its goroutines
// end with r: a read of a terminal cannot be called off.
func readKeys(r io.Reader) <-chan key {
	chunks := make(chan []byte)
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 4096)
			n, err := r.Read(b)
			if n > 0 {
				chunks <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	keys := make(chan key, 64)
	go func() {
		defer close(keys)
		var p keyParser
		for found, open := p.next(chunks); open; found, open = p.next(chunks) {
			for _, k := range found {
				keys <- k
			}
		}
	}()
	return keys
}

// next gives the keys of the next chunk, or of what waited too long for one.
func (p *keyParser) next(chunks <-chan []byte) (keys []key, open bool) {
	var late <-chan time.Time
	if p.loneEscape() {
		late = time.After(escapeDelay)
	}
	select {
	case b, open := <-chunks:
		return p.feed(b), open
	case <-late:
		p.rest = nil
		return []key{{kind: escape}}, true
	}
}

// loneEscape says whether an ESC waits that may be the key or the start of a
// sequence.
func (p *keyParser) loneEscape() bool { return len(p.rest) == 1 && p.rest[0] == 0x1b }

// escapeDelay is how long an ESC may wait for the rest of a sequence.
const escapeDelay = 50 * time.Millisecond
