package scripted

import (
	"fmt"
	"strings"
)

// editor is the box in which a prompt is written.
type editor struct {
	parts  []part
	stash  []part // put aside, and back after the next submission
	hint   string // what the CLI says about the box
	pastes int
}

// part is typed text, or a long pasted one, which the box only names.
type part struct {
	text string
	name string // "" for text that is shown
}

// The limits above which a pasted text is only named.
const (
	longPaste = 800 // bytes
	tallPaste = 2   // line ends
)

// text is what would be submitted.
func (e *editor) text() string {
	var b strings.Builder
	for _, p := range e.parts {
		b.WriteString(p.text)
	}
	return b.String()
}

func (e *editor) shown() string {
	var b strings.Builder
	for _, p := range e.parts {
		b.WriteString(or(p.name, p.text))
	}
	return b.String()
}

func (e *editor) set(text string) { e.parts = []part{{text: text}} }

func (e *editor) clear() {
	e.parts = nil
	e.forget()
}

// forget takes the hint away, unless something is still put aside.
func (e *editor) forget() {
	if e.hint = ""; len(e.stash) > 0 {
		e.hint = "› stashed"
	}
}

// take applies a key and says whether it submitted the text, which is then
// the prompt. A trailing backslash turns Enter into a line end, as the CLI has
// it.
func (e *editor) take(k key) (prompt string, submitted bool) {
	switch k.kind {
	case typed:
		e.add(part{text: k.text})
	case pasted:
		e.paste(k.text)
	case backspace:
		e.shorten(func(text string) string {
			r := []rune(text)
			return string(r[:max(0, len(r)-1)])
		})
	case clearLine:
		e.shorten(func(text string) string { return text[:strings.LastIndex(text, "\n")+1] })
	case stashKey:
		e.swap()
	case enter:
		return e.submit()
	case escape, interrupt, endOfInput, up, down:
	}
	return "", false
}

func (e *editor) add(p part) {
	e.forget()
	if n := len(e.parts); n > 0 && p.name == "" && e.parts[n-1].name == "" {
		e.parts[n-1].text += p.text
		return
	}
	e.parts = append(e.parts, p)
}

func (e *editor) paste(text string) {
	n := strings.Count(text, "\n")
	if n <= tallPaste && len(text) <= longPaste {
		e.add(part{text: text})
		return
	}
	e.pastes++
	name := fmt.Sprintf("[Pasted text #%d]", e.pastes)
	if n > 0 {
		name = fmt.Sprintf("[Pasted text #%d +%d lines]", e.pastes, n)
	}
	e.add(part{text: text, name: name})
}

// shorten takes away from the last part; a named one goes as a whole.
func (e *editor) shorten(cut func(string) string) {
	n := len(e.parts)
	if n == 0 {
		return
	}
	last := &e.parts[n-1]
	if last.name == "" {
		last.text = cut(last.text)
	}
	if last.name != "" || last.text == "" {
		e.parts = e.parts[:n-1]
	}
}

// swap puts the text aside, or back into an empty box.
func (e *editor) swap() {
	switch {
	case len(e.parts) > 0:
		e.parts, e.stash = nil, e.parts
		e.forget()
	case len(e.stash) > 0:
		e.parts, e.stash, e.hint = e.stash, nil, ""
	}
}

func (e *editor) submit() (prompt string, submitted bool) {
	text := e.text()
	if before, cont := strings.CutSuffix(text, `\`); cont {
		e.set(before + "\n")
		return "", false
	}
	prompt = strings.TrimRight(text, "\n ")
	e.clear()
	if prompt != "" && len(e.stash) > 0 {
		e.parts, e.stash, e.hint = e.stash, nil, "Draft restored"
	}
	return prompt, prompt != ""
}
