package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Every answer claims the same use of tokens unless it says otherwise, so that
// costs can be foreseen.
const (
	inputTokens  = 100
	outputTokens = 10
)

var errDropped = errors.New("connection dropped")

// answer sends a reply. The error says that the connection is to be broken, or
// that the client is gone.
func answer(ctx context.Context, w http.ResponseWriter, req Request, stream bool, r Reply) error {
	if err := r.wait(ctx); err != nil {
		return err
	}
	if r.Drop == DropAtOnce {
		return errDropped
	}
	maps.Copy(w.Header(), r.Header)
	switch {
	case r.Status != 0 && r.Status != http.StatusOK:
		refuse(w, r.Status, r.Type, r.Error)
	case stream:
		return writeStream(ctx, w, req, r)
	default:
		writeWhole(w, req, r)
	}
	return nil
}

// wait lets pass what is to pass before the first byte.
func (r Reply) wait(ctx context.Context) error {
	if err := pause(ctx, r.Delay); err != nil || r.Until == nil {
		return err
	}
	select {
	case <-r.Until:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

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

func head(req Request, r Reply, content, stop any) map[string]any {
	return map[string]any{
		"id": id("msg", req, 0), "type": "message", "role": "assistant", "model": req.Model,
		"content": content, "stop_reason": stop, "stop_sequence": nil,
		"usage": map[string]int{"input_tokens": inputTokens, "output_tokens": r.tokens()},
	}
}

func (r Reply) tokens() int {
	if r.Tokens > 0 {
		return r.Tokens
	}
	return outputTokens
}

func writeWhole(w http.ResponseWriter, req Request, reply Reply) {
	blocks, stop := reply.content(req)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(head(req, reply, blocks, stop)) // as in refuse
}

// writeStream sends the events of a streamed answer.
func writeStream(ctx context.Context, w http.ResponseWriter, req Request, reply Reply) error {
	w.Header().Set("Content-Type", "text/event-stream")
	blocks, stop := reply.content(req)
	send(w, "message_start", map[string]any{"message": head(req, reply, []any{}, nil)})
	for i, b := range blocks {
		start, deltas := opening(b, reply.Pace)
		send(w, "content_block_start", map[string]any{"index": i, "content_block": start})
		if reply.Drop == DropMidway {
			return errDropped
		}
		for _, delta := range deltas {
			send(w, "content_block_delta", map[string]any{"index": i, "delta": delta})
			if err := pause(ctx, reply.Pace); err != nil {
				return err
			}
		}
		send(w, "content_block_stop", map[string]any{"index": i})
	}
	send(w, "message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil},
		"usage": map[string]int{"output_tokens": reply.tokens()},
	})
	send(w, "message_stop", map[string]any{})
	return nil
}

// opening gives how a block begins, and what is then added to it: at a pace
// word by word, else all at once.
func opening(b map[string]any, pace time.Duration) (start map[string]any, deltas []map[string]any) {
	if b["type"] == "text" {
		text, _ := b["text"].(string) // it is one
		pieces := []string{text}
		if pace > 0 {
			pieces = strings.SplitAfter(text, " ")
		}
		for _, piece := range pieces {
			deltas = append(deltas, map[string]any{"type": "text_delta", "text": piece})
		}
		return map[string]any{"type": "text", "text": ""}, deltas
	}
	input, err := json.Marshal(b["input"])
	if err != nil {
		input = []byte("{}")
	}
	start = map[string]any{"type": b["type"], "id": b["id"], "name": b["name"], "input": struct{}{}}
	return start, []map[string]any{{"type": "input_json_delta", "partial_json": string(input)}}
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
