package claude

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// The words are those of the CLI: what it showed for each answer of the API, and
// what stands in its program for the rest.
func TestEachFailureHasItsClass(t *testing.T) {
	tests := []struct {
		name, says string
		want       fm.Trouble
	}{
		{"rate_limit", "You've hit your session limit · resets 11:05am (UTC)", fm.LimitTrouble},
		{"rate_limit", "You've hit your weekly limit · resets Nov 22, 4:51pm (UTC)", fm.LimitTrouble},
		{"rate_limit", "You've hit your Opus limit", fm.LimitTrouble},
		{"rate_limit", "You're out of usage credits · resets 3pm (UTC)", fm.LimitTrouble},
		{"rate_limit", "You're out of usage credits", fm.CreditTrouble},
		{"rate_limit", "Your org is out of usage · add funds to continue", fm.CreditTrouble},
		{"rate_limit", "You've hit your org's monthly spend limit · ask your admin to raise it at claude.ai/settings/usage", fm.CreditTrouble},
		{"rate_limit", "Your seat type doesn't include usage", fm.CreditTrouble},
		{"rate_limit", "API Error: Request rejected (429) · slow down", fm.RateTrouble},
		{"rate_limit", "API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited", fm.RateTrouble},
		{"rate_limit", "", fm.RateTrouble},
		{"overloaded", "", fm.ServerTrouble},
		{"server_error", "API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary.", fm.ServerTrouble},
		{"server_error", "API Error: 500 Internal server error. This is a server-side issue, usually temporary", fm.ServerTrouble},
		{"server_error", "API Error: Unable to connect to API (ConnectionRefused)", fm.NetTrouble},
		{"server_error", "API Error: Unable to connect to API (ECONNRESET)", fm.NetTrouble},
		{"server_error", "Request timed out (API_TIMEOUT_MS=5000ms, try increasing it)", fm.NetTrouble},
		{"unknown", "API Error: Connection error.", fm.NetTrouble},
		{"authentication_failed", "Invalid API key · Fix external API key", fm.LoginTrouble},
		{"authentication_failed", "Please run /login · API Error: 403 not allowed", fm.LoginTrouble},
		{"oauth_org_not_allowed", "", fm.LoginTrouble},
		{"billing_error", "Credit balance is too low", fm.CreditTrouble},
		{"model_not_found", "There's an issue with the selected model (x).", fm.ModelTrouble},
		{"invalid_request", "Prompt is too long · the request is ~250000 tokens (limit 200000)", fm.LengthTrouble},
		{"invalid_request", "PDF too large", fm.OtherTrouble},
		{"max_output_tokens", "", fm.OtherTrouble},
		{"a new one", "", fm.OtherTrouble},
		{"", "", fm.OtherTrouble},
	}
	for _, tt := range tests {
		if got := troubleOf(tt.name, tt.says); got != tt.want {
			t.Errorf("%s, %q: got %q, want %q", tt.name, tt.says, got, tt.want)
		}
	}
}

// Caught: the reset of the other limit; the minute that is only half over.
func TestALimitSaysWhenItResets(t *testing.T) {
	soon, late := at(0).Add(3*time.Hour+20*time.Second), at(0).Add(50*time.Hour)
	near := signs{fiveHour: window{92, soon.Unix()}, sevenDay: window{40, late.Unix()}}
	hit := func(says string) signs {
		s := near
		s.trouble, s.says, s.evidence.At = fm.LimitTrouble, says, at(0)
		return s
	}
	unknown := hit("You've hit your session limit · resets 5:30pm (UTC)")
	unknown.fiveHour = window{}
	untold := hit("You've hit your weekly limit")
	untold.sevenDay = window{}
	tests := map[string]struct {
		signs signs
		want  fm.Limit
	}{
		"nothing known":           {signs{}, fm.Limit{}},
		"near":                    {near, fm.Limit{Kind: "session", Used: 92, Resets: soon}},
		"nearer to another":       {signs{fiveHour: window{10, 0}, sevenDay: window{40, late.Unix()}}, fm.Limit{Kind: "weekly", Used: 40, Resets: late}},
		"hit, to the second":      {hit("You've hit your session limit · resets 5:30pm (UTC)"), fm.Limit{Kind: "session", Used: 100, Hit: true, Resets: soon}},
		"hit, to the minute":      {unknown, fm.Limit{Kind: "session", Used: 100, Hit: true, Resets: at(0).Add(3*time.Hour + 59*time.Second)}},
		"hit, without a time":     {hit("You've hit your weekly limit"), fm.Limit{Kind: "weekly", Used: 100, Hit: true, Resets: late}},
		"hit, nothing is known":   {untold, fm.Limit{Kind: "weekly", Used: 100, Hit: true}},
		"hit, with a way out":     {hit("You've hit your weekly limit · resets Nov 24, 9am (UTC) · /upgrade"), fm.Limit{Kind: "weekly", Used: 100, Hit: true, Resets: time.Date(2026, 11, 24, 9, 0, 59, 0, time.UTC)}},
		"hit, in words of no use": {hit("You've hit your Opus limit · resets next month."), fm.Limit{Kind: "weekly", Used: 100, Hit: true, Resets: late}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.signs.limit(), tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

// Words without a zone mean the clock on the wall, whatever zone the events
// file is in. Caught: the hour of the words in UTC.
func TestAResetWithoutAZoneIsInLocalTime(t *testing.T) {
	zone, was := time.FixedZone("here", 5*60*60+45*60), time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = was })
	h := newHooked(t)
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s"}`)
	h.hook(`{"hook_event_name":"StopFailure","session_id":"s","error":"rate_limit","last_assistant_message":"You've hit your session limit · resets 3pm"}`)
	r := h.report()
	if got := r.Limit.Resets.In(zone).Format("15:04:05"); got != "15:00:59" || !r.Limit.Hit {
		t.Errorf("got %+v, at %s here, want 15:00:59", r.Limit, got)
	}
}
