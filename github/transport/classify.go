package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What the user reads of limits, before "again at 15:04".
const (
	whySecondary = "GitHub asks for a pause between requests"
	whyBroken    = "GitHub does not answer"
	whyPace      = "fm has written to GitHub as often as it may for now"
)

func whyPrimary(bucket string) string {
	switch bucket {
	case graphql:
		return "GitHub's limit of GraphQL requests is used up"
	case search:
		return "GitHub's limit of searches is used up"
	}
	return "GitHub's limit of requests is used up"
}

// limit is what a rejection says: of which bucket, and until when, if it says
// so.
type limit struct {
	scope string
	until time.Time
	why   string
}

// refusal tells whether an answer of this status may be a limit.
func refusal(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusTooManyRequests, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// classify returns the limit that rejected a request, or nil when another thing
// was its answer. GitHub tells of limits in the status, in three headers, and
// sometimes in the text alone; a plain 403 is a matter of rights.
func classify(bucket string, r *reply, now time.Time) *limit {
	if r.StatusCode != http.StatusOK && !refusal(r.StatusCode) || r.StatusCode == http.StatusOK && bucket != graphql {
		return nil
	}
	said := parse(r.body)
	after, paused := retryAfter(r.Header, now)
	spent := r.Header.Get("X-Ratelimit-Remaining") == "0"
	secondary := &limit{scope: everything, why: whySecondary}
	primary := &limit{scope: bucket, why: whyPrimary(bucket)}
	if paused {
		secondary.until = now.Add(after)
		primary.until = secondary.until
	}
	if reset, ok := resetOf(r.Header, now); spent && ok && reset.After(primary.until) {
		primary.until = reset
	}
	switch r.StatusCode {
	case http.StatusOK: // as GraphQL answers
		switch {
		case !said.nothing():
		case said.secondary():
			return secondary
		case said.primary():
			return primary
		}
	case http.StatusForbidden, http.StatusTooManyRequests:
		switch {
		case said.secondary():
			return secondary
		case spent || said.primary():
			return primary
		case paused || r.StatusCode == http.StatusTooManyRequests:
			return secondary
		}
	case http.StatusUnprocessableEntity:
		if said.hasty() {
			return secondary
		}
	}
	return nil
}

// words is what an answer says in its own name, apart from data.
type words struct {
	Message string          `json:"message"`
	Page    string          `json:"documentation_url"`
	Errors  []any           `json:"errors"`
	Data    json.RawMessage `json:"data"`

	texts []string
	kinds []string
}

// parse reads the body of an answer. What is no JSON, as the page of a gateway,
// is taken for a message.
func parse(body []byte) words {
	if len(body) > 4<<10 && !bytes.Contains(body, []byte(`"errors"`)) {
		return words{} // large and without errors: not worth decoding
	}
	var w words
	if err := json.Unmarshal(body, &w); err != nil {
		w = words{Message: string(body)}
	}
	w.texts = append(w.texts, strings.ToLower(w.Message))
	for _, e := range w.Errors {
		text, _ := e.(string)
		if fields, ok := e.(map[string]any); ok {
			text, _ = fields["message"].(string)
			kind, _ := fields["type"].(string)
			w.kinds = append(w.kinds, kind)
		}
		w.texts = append(w.texts, strings.ToLower(text))
	}
	return w
}

// nothing tells whether a GraphQL answer has errors in place of data.
func (w words) nothing() bool {
	return (len(w.Data) == 0 || string(w.Data) == "null") && (len(w.Errors) > 0 || w.Message != "")
}

func (w words) say(text string) bool {
	for _, t := range w.texts {
		if strings.Contains(t, text) {
			return true
		}
	}
	return false
}

func (w words) secondary() bool {
	return w.say("secondary rate limit") || w.say("abuse detection mechanism") ||
		strings.HasSuffix(w.Page, "secondary-rate-limits") || strings.HasSuffix(w.Page, "#abuse-rate-limits")
}

func (w words) primary() bool {
	for _, k := range w.kinds {
		if strings.HasPrefix(k, "RATE_LIMIT") {
			return true
		}
	}
	return w.say("rate limit exceeded") || w.say("rate limit already exceeded")
}

// hasty tells of the 422 for content that was created in too short a time.
func (w words) hasty() bool { return w.say("was submitted too quickly") }

// retryAfter reads seconds or a date, at most a day and at least a second.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(max(time.Duration(seconds)*time.Second, time.Second), 24*time.Hour), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), time.Second), 24*time.Hour), true
	}
	return 0, false
}

// resetOf reads when the bucket of the answer is full again: a second later
// than it says, because it says whole seconds. A reset that lies in the past,
// or beyond GitHub's hour, is of a clock that differs from ours: the one tells
// nothing, the other is cut.
func resetOf(h http.Header, now time.Time) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	at := time.Unix(seconds, 0).Add(time.Second)
	if most := now.Add(time.Hour + time.Minute); at.After(most) {
		at = most
	}
	return at, at.After(now)
}
