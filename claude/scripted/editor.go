package scripted

import "strings"

// editor is the box in which a prompt is written.
type editor struct{ text string }

// take applies a key and says whether it submitted the text, which is then
// the prompt. A trailing backslash turns Enter into a line end, as the CLI has
// it.
func (e *editor) take(k key) (prompt string, submitted bool) {
	switch k.kind {
	case typed, pasted:
		e.text += k.text
	case backspace:
		if r := []rune(e.text); len(r) > 0 {
			e.text = string(r[:len(r)-1])
		}
	case clearLine:
		e.text = e.text[:strings.LastIndex(e.text, "\n")+1]
	case enter:
		if before, cont := strings.CutSuffix(e.text, `\`); cont {
			e.text = before + "\n"
			return "", false
		}
		prompt = strings.TrimRight(e.text, "\n ")
		e.text = ""
		return prompt, prompt != ""
	case escape, interrupt, endOfInput:
	}
	return "", false
}
