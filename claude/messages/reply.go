package messages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Every answer claims the same use of tokens, so that costs can be foreseen.
const (
	inputTokens  = 100
	outputTokens = 10
)

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client sees a broken answer if this fails, which is its own concern.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type":  "error",
		"error": map[string]string{"type": or(kind, "api_error"), "message": or(message, http.StatusText(status))},
	})
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// content gives the blocks in the API's form, and the reason to stop.
func (r Reply) content(req Request) (blocks []map[string]any, stop string) {
	stop = "end_turn"
	list := r.Blocks
	if len(list) == 0 {
		list = []Block{Text("")}
	}
	for i, b := range list {
		switch b := b.(type) {
		case Text:
			blocks = append(blocks, map[string]any{"type": "text", "text": string(b)})
		case ToolUse:
			stop = "tool_use"
			input := b.Input
			if input == nil {
				input = struct{}{}
			}
			blocks = append(blocks, map[string]any{"type": "tool_use", "id": id("toolu", req, i), "name": b.Name, "input": input})
		}
	}
	return blocks, or(r.Stop, stop)
}

// id derives from the length of the conversation, so that a replay agrees.
func id(kind string, req Request, i int) string {
	return kind + "_" + strconv.Itoa(len(req.Messages)) + "_" + strconv.Itoa(i)
}

func head(req Request, content, stop any) map[string]any {
	return map[string]any{
		"id": id("msg", req, 0), "type": "message", "role": "assistant", "model": req.Model,
		"content": content, "stop_reason": stop, "stop_sequence": nil,
		"usage": map[string]int{"input_tokens": inputTokens, "output_tokens": outputTokens},
	}
}

func writeWhole(w http.ResponseWriter, req Request, reply Reply) {
	blocks, stop := reply.content(req)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(head(req, blocks, stop)) // as in refuse
}

// writeStream sends the events of a streamed answer, each block in one delta.
func writeStream(w http.ResponseWriter, req Request, reply Reply) {
	w.Header().Set("Content-Type", "text/event-stream")
	blocks, stop := reply.content(req)
	send(w, "message_start", map[string]any{"message": head(req, []any{}, nil)})
	for i, b := range blocks {
		start, delta := opening(b)
		send(w, "content_block_start", map[string]any{"index": i, "content_block": start})
		send(w, "content_block_delta", map[string]any{"index": i, "delta": delta})
		send(w, "content_block_stop", map[string]any{"index": i})
	}
	send(w, "message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil},
		"usage": map[string]int{"output_tokens": outputTokens},
	})
	send(w, "message_stop", map[string]any{})
}

func opening(b map[string]any) (start, delta map[string]any) {
	if b["type"] == "text" {
		return map[string]any{"type": "text", "text": ""}, map[string]any{"type": "text_delta", "text": b["text"]}
	}
	input, err := json.Marshal(b["input"])
	if err != nil {
		input = []byte("{}")
	}
	start = map[string]any{"type": b["type"], "id": b["id"], "name": b["name"], "input": struct{}{}}
	return start, map[string]any{"type": "input_json_delta", "partial_json": string(input)}
}

func send(w http.ResponseWriter, event string, data map[string]any) {
	data["type"] = event
	text, err := json.Marshal(data)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text) // as in refuse
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
