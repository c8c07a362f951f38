package messages

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Request is one call of the model, as far as a script wants to know it.
type Request struct {
	Model    string
	System   string // its parts joined by newlines
	Tools    []string
	Messages []Message
}

// A Message is one turn of the conversation.
type Message struct {
	Role    string // user or assistant
	Texts   []string
	Uses    []string // names of the tools that the assistant used
	Results []Result
}

// A Result is what a tool gave back.
type Result struct {
	Text  string
	Error bool
}

// Prompt is the last thing that the user said: the last text of the last
// message of the user that is not one of the CLI's own reminders. It is ""
// while there is none.
func (r Request) Prompt() string {
	for _, m := range slices.Backward(r.Messages) {
		if m.Role != "user" {
			continue
		}
		for _, text := range slices.Backward(m.Texts) {
			if !strings.HasPrefix(strings.TrimSpace(text), "<system-reminder>") {
				return text
			}
		}
	}
	return ""
}

// Command is the last slash command in the conversation, without its slash, and
// what stands behind it: "fm:fix-issue" and "123". The CLI names it before the
// text that it becomes, and goes on to do so in a conversation that is resumed.
func (r Request) Command() (name, args string) {
	for _, m := range slices.Backward(r.Messages) {
		for _, text := range slices.Backward(m.Texts) {
			if name, ok := between(text, "<command-name>/", "</command-name>"); ok && m.Role == "user" {
				args, _ := between(text, "<command-args>", "</command-args>") // "" for a command without
				return name, strings.TrimSpace(args)
			}
		}
	}
	return "", ""
}

func between(text, begin, end string) (inner string, ok bool) {
	_, text, ok = strings.Cut(text, begin)
	inner, _, closed := strings.Cut(text, end)
	return inner, ok && closed
}

// Result is the last result of a tool in the last message; ok is false when
// the last message has none: a turn begins.
func (r Request) Result() (result Result, ok bool) {
	if len(r.Messages) == 0 {
		return Result{}, false
	}
	results := r.Messages[len(r.Messages)-1].Results
	if len(results) == 0 {
		return Result{}, false
	}
	return results[len(results)-1], true
}

// Step counts the results of tools since the last prompt: 0 when a turn
// begins, 1 when one tool has run, and so on.
func (r Request) Step() int {
	n := 0
	for _, m := range slices.Backward(r.Messages) {
		if m.Role != "user" {
			continue
		}
		if len(m.Results) == 0 && m.says() {
			break
		}
		n += len(m.Results)
	}
	return n
}

func (m Message) says() bool {
	return slices.ContainsFunc(m.Texts, func(text string) bool {
		return !strings.HasPrefix(strings.TrimSpace(text), "<system-reminder>")
	})
}

// Text is all that was said in the conversation, for a test that looks for a
// word in it.
func (r Request) Text() string {
	var all []string
	for _, m := range r.Messages {
		all = append(all, m.Texts...)
		for _, result := range m.Results {
			all = append(all, result.Text)
		}
	}
	return strings.Join(all, "\n")
}

// Offers says whether the CLI offers a tool.
func (r Request) Offers(tool string) bool { return slices.Contains(r.Tools, tool) }

func readRequest(body io.Reader) (r Request, stream bool, err error) {
	var in struct {
		Model    string          `json:"model"`
		System   json.RawMessage `json:"system"`
		Stream   bool            `json:"stream"`
		Tools    []struct{ Name string }
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return Request{}, false, fmt.Errorf("read request: %w", err)
	}
	system, err := readContent(in.System)
	if err != nil {
		return Request{}, false, fmt.Errorf("read system: %w", err)
	}
	r = Request{Model: in.Model, System: strings.Join(system.Texts, "\n")}
	for _, t := range in.Tools {
		r.Tools = append(r.Tools, t.Name)
	}
	for i, m := range in.Messages {
		message, err := readContent(m.Content)
		if err != nil {
			return Request{}, false, fmt.Errorf("read message %d: %w", i, err)
		}
		message.Role = m.Role
		r.Messages = append(r.Messages, message)
	}
	return r, in.Stream, nil
}

// readContent reads what is a text or a list of blocks.
func readContent(raw json.RawMessage) (Message, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Message{}, nil
	}
	if raw[0] == '"' {
		var text string
		err := json.Unmarshal(raw, &text)
		return Message{Texts: []string{text}}, err
	}
	var blocks []struct {
		Type    string          `json:"type"`
		Text    string          `json:"text"`
		Name    string          `json:"name"`
		Content json.RawMessage `json:"content"`
		IsError bool            `json:"is_error"`
	}
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return Message{}, err
	}
	var m Message
	for _, b := range blocks {
		switch b.Type {
		case "text":
			m.Texts = append(m.Texts, b.Text)
		case "tool_use":
			m.Uses = append(m.Uses, b.Name)
		case "tool_result":
			inner, err := readContent(b.Content)
			if err != nil {
				return Message{}, err
			}
			m.Results = append(m.Results, Result{Text: strings.Join(inner.Texts, "\n"), Error: b.IsError})
		}
	}
	return m, nil
}
