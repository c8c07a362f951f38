package scripted

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// apiError ends a turn with StopFailure instead of Stop.
type apiError struct {
	kind, message string
	menu          bool // a usage limit, for which the CLI opens a menu
}

func (e *apiError) Error() string { return e.message }

// limit ends the turn with a usage limit, or with another error in its place.
// With a reset it is one of the account: until then every prompt to every agent
// of the same user is refused, and from then on the next one works.
type limit struct {
	Kind     string `json:"error"`
	Message  string `json:"message"`
	ResetsIn int    `json:"resets_in_ms"` // 0 for a message alone
	Window   string `json:"window"`       // session or weekly
}

func (l *limit) check() error {
	if l.Window != "session" && l.Window != "weekly" {
		return fmt.Errorf("window %q: want session or weekly", l.Window)
	}
	if l.ResetsIn < 0 {
		return fmt.Errorf("resets_in_ms %d: want 0 or more", l.ResetsIn)
	}
	return needed("error", l.Kind)
}

func (l *limit) do(_ context.Context, t *turn) error {
	message := l.Message
	if l.ResetsIn > 0 {
		now := time.Now()
		resets := now.Add(millis(l.ResetsIn))
		message = limitWords(l.Window, now, resets)
		if err := t.s.setLimit(accountLimit{Until: resets.UnixMilli(), Words: message}); err != nil {
			return err
		}
	}
	return &apiError{kind: l.Kind, message: message, menu: l.Kind == "rate_limit"}
}

// limitWords are those of the CLI, which names the minute and drops a zero one.
func limitWords(window string, now, resets time.Time) string {
	form := "3:04pm"
	if resets.Minute() == 0 {
		form = "3pm"
	}
	if resets.Sub(now) > 24*time.Hour {
		form = "Jan 2, " + form
	}
	return fmt.Sprintf("You've hit your %s limit · resets %s (%s)", window, resets.Format(form), resets.Location())
}

// accountLimit is a usage limit that stands.
type accountLimit struct {
	Until int64  `json:"until"` // Unix time in milliseconds
	Words string `json:"words"`
}

func (s *session) limitFile() string {
	return filepath.Join(filepath.Dir(filepath.Dir(s.store.live)), "scripted-limit.json")
}

func (s *session) setLimit(l accountLimit) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.limitFile()), 0o700); err != nil {
		return err
	}
	return os.WriteFile(s.limitFile(), text, 0o600)
}

// limited gives the words about a limit that stands, "" for none.
func (s *session) limited() string {
	var l accountLimit
	text, err := os.ReadFile(s.limitFile())
	if err != nil || json.Unmarshal(text, &l) != nil || time.Now().UnixMilli() >= l.Until {
		return "" // no file is the usual case
	}
	return l.Words
}

// menu remembers whether the CLI opened its menu for a usage limit.
type menu struct{ opened bool }

func (m *menu) first() bool {
	was := m.opened
	m.opened = true
	return !was
}

// trouble ends the turn with an error of the API, by its class.
type trouble struct {
	Class string `json:"class"`
}

func (tr *trouble) check() error {
	if _, ok := failures()[tr.Class]; !ok {
		return fmt.Errorf("class %q: want one of %s", tr.Class, strings.Join(slices.Sorted(maps.Keys(failures())), ", "))
	}
	return nil
}

func (tr *trouble) do(context.Context, *turn) error { return failures()[tr.Class] }

// failures has the kinds and words of the CLI, by class.
func failures() map[string]*apiError {
	return map[string]*apiError{
		"rate":       {kind: "rate_limit", message: "API Error: Request rejected (429) · This request would exceed your rate limit."},
		"overloaded": {kind: "server_error", message: "API Error: Repeated 529 Overloaded errors. The API is at capacity."},
		"server":     {kind: "server_error", message: "API Error: 500 Internal server error."},
		"key":        {kind: "authentication_failed", message: "Invalid API key · Fix external API key"},
		"login":      {kind: "authentication_failed", message: "Please run /login · API Error: 403 Forbidden"},
		"credit":     {kind: "billing_error", message: "Credit balance too low · Add funds: https://platform.claude.com/settings/billing"},
		"length":     {kind: "invalid_request", message: "Prompt is too long · /compact to shorten, or /clear to start fresh"},
		"model":      {kind: "model_not_found", message: "There's an issue with the selected model (nosuch). It may not exist or you may not have access to it."},
		"network":    {kind: "server_error", message: "API Error: Unable to connect to API (ConnectionRefused)"},
	}
}

// retry shows for a while that a request is tried again, which no hook tells.
type retry struct {
	MS    int    `json:"ms"`
	Words string `json:"words"`
}

func (r *retry) check() error { return needMillis(r.MS) }

func (r *retry) do(ctx context.Context, t *turn) error {
	left := millis(r.MS)
	for attempt := 1; left > 0; attempt++ {
		step := min(left, time.Second)
		words := fmt.Sprintf("%s · Retrying in %ds · attempt %d/10", strings.TrimSpace(r.Words), int((left+time.Second-1)/time.Second), min(attempt, 10))
		if err := t.passing(ctx, step, func() { t.s.screen.retrying(words) }); err != nil {
			return err
		}
		left -= step
	}
	return nil
}
