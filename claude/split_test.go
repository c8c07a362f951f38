package claude

import (
	"encoding/json"
	"errors"
	"math"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func sub(title string, deps ...int) fm.Subissue {
	return fm.Subissue{Title: title, Criteria: []string{"It works."}, Hours: 3, Priority: "high", DependsOn: deps}
}

func with(s fm.Subissue, change func(*fm.Subissue)) fm.Subissue {
	change(&s)
	return s
}

func TestOnlyASoundSplitPasses(t *testing.T) {
	tests := map[string]struct {
		parts []fm.Subissue
		says  string // "" for a sound one
	}{
		"two":               {[]fm.Subissue{sub("a"), sub("b")}, ""},
		"five":              {[]fm.Subissue{sub("a"), sub("b"), sub("c"), sub("d"), sub("e")}, ""},
		"a chain":           {[]fm.Subissue{sub("a", 2), sub("b", 3), sub("c")}, ""},
		"none":              {nil, "want 2 to 5"},
		"one":               {[]fm.Subissue{sub("a")}, "want 2 to 5"},
		"six":               {[]fm.Subissue{sub("a"), sub("b"), sub("c"), sub("d"), sub("e"), sub("f")}, "want 2 to 5"},
		"no title":          {[]fm.Subissue{sub("a"), sub(" \u200b\t")}, "title of 0"},
		"two lines":         {[]fm.Subissue{sub("a"), sub("b\nc")}, "more than one line"},
		"a long title":      {[]fm.Subissue{sub("a"), sub(strings.Repeat("é", 121))}, "title of 121"},
		"a title of 120":    {[]fm.Subissue{sub("a"), sub(strings.Repeat("é", 120))}, ""},
		"one title twice":   {[]fm.Subissue{sub("Add it"), sub(" add  IT ")}, "a second one"},
		"no criteria":       {[]fm.Subissue{sub("a"), with(sub("b"), func(s *fm.Subissue) { s.Criteria = []string{" "} })}, "criteria"},
		"unknown priority":  {[]fm.Subissue{sub("a"), with(sub("b"), func(s *fm.Subissue) { s.Priority = "soon" })}, "priority"},
		"on itself":         {[]fm.Subissue{sub("a", 1), sub("b")}, "depends on 1"},
		"on nothing":        {[]fm.Subissue{sub("a"), sub("b", 3)}, "depends on 3"},
		"on zero":           {[]fm.Subissue{sub("a"), sub("b", 0)}, "depends on 0"},
		"a circle of two":   {[]fm.Subissue{sub("a", 2), sub("b", 1)}, "circle"},
		"a circle of three": {[]fm.Subissue{sub("x"), sub("a", 3), sub("b", 4), sub("c", 2)}, "circle"},
		"an absolute path":  {[]fm.Subissue{sub("a"), with(sub("b"), func(s *fm.Subissue) { s.Paths = []string{"/etc/passwd"} })}, "within the repository"},
		"a path upwards":    {[]fm.Subissue{sub("a"), with(sub("b"), func(s *fm.Subissue) { s.Paths = []string{"a/../../b"} })}, "within the repository"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := validate(fm.Split{Subissues: tt.parts})
			if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestASplitTakesOneForm(t *testing.T) {
	got, err := validate(fm.Split{Subissues: []fm.Subissue{
		sub("a"), sub("c"),
		{
			Title: " Add\tit\x1b[31m ", Description: "x\x07y\n", Criteria: []string{"", " one\ntwo "}, Hours: math.NaN(), Priority: "Medium",
			Paths: []string{"./a//b", "a/b", ""}, DependsOn: []int{2, 1, 2},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := fm.Subissue{Title: "Add it", Description: "xy", Criteria: []string{"one two"}, Hours: 0.25, Priority: "normal", Paths: []string{"a/b"}, DependsOn: []int{1, 2}}
	if diff := cmp.Diff(got.Subissues[2], want); diff != "" {
		t.Errorf("got - want +:\n%s", diff)
	}
}

// Caught: an API that was down for an hour, or a spent usage limit, which made
// every issue one task for good.
func TestAnswersThatAreNoSplitSayWhatClaudeSaid(t *testing.T) {
	failed := errors.New("exit status 1: bad flag")
	tests := map[string]struct {
		out     string
		failure error
		says    string
		refused bool
	}{
		"not logged in": {`{"is_error":true,"result":"Not logged in · Please run /login"}`, failed, "log in", true},
		"no credit":     {`{"subtype":"success","is_error":true,"api_error_status":400,"result":"Credit balance is too low"}`, failed, "Credit balance is too low", true},
		"overloaded":    {`{"is_error":true,"api_error_status":529,"result":"Overloaded"}`, failed, "Overloaded", true},
		"usage limit":   {`{"is_error":true,"api_error_status":429,"result":"You've hit your session limit · resets 11:05am (UTC)"}`, failed, "11:05am", true},
		"no connection": {`{"is_error":true,"result":"API Error: Unable to connect to API (ConnectionRefused)"}`, failed, "try again", true},
		"max turns":     {`{"is_error":true,"subtype":"error_max_turns","errors":["too many turns"]}`, failed, "too many turns", false},
		"no word":       {`{"is_error":true,"subtype":"error_x"}`, nil, "error_x", false},
		"escape codes":  {`{"is_error":true,"result":"\u001b[31mred"}`, nil, `"red"`, false},
		"null":          {`{"result":"I will not.","structured_output":null}`, nil, "I will not.", false},
		"another form":  {`{"structured_output":{"subissues":"two"}}`, nil, "read claude's answer: json: cannot unmarshal string", false},
		"no JSON":       {`Error: unknown option`, failed, "bad flag", false},
		"nothing":       {``, nil, "answer", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readSplit([]byte(tt.out), tt.failure)
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, fm.ErrRefused) != tt.refused {
				t.Errorf("got %v; want %q, refused %v", err, tt.says, tt.refused)
			}
		})
	}
}

// Whatever is answered, what passes is sound.
func FuzzReadAnswer(f *testing.F) {
	f.Add(`{"structured_output":{"subissues":[{"title":"a","acceptance_criteria":["x"],"priority":"low","depends_on":[2]},{"title":"b","acceptance_criteria":["x"],"priority":"1","estimated_hours":1e300,"paths":["a/.."]}]}}`)
	f.Add(`{"is_error":true,"result":"/login"}`)
	f.Add(`{"structured_output":{"subissues":[{},{}]}}`)
	f.Fuzz(func(t *testing.T, out string) {
		s, err := readSplit([]byte(out), nil)
		if err != nil {
			return
		}
		if _, err := json.Marshal(s); err != nil || len(s.Subissues) < 2 || len(s.Subissues) > 5 {
			t.Errorf("passed %+v (%v)", s, err)
		}
		for _, p := range s.Subissues {
			if p.Title == "" || strings.ContainsAny(p.Title, "\n\r\x1b") || len(p.Criteria) == 0 || p.Hours < 0.25 || p.Hours > 16 {
				t.Errorf("passed %+v", p)
			}
			for _, name := range p.Paths {
				if path.IsAbs(name) || strings.HasPrefix(name, "..") && (name == ".." || name[2] == '/') {
					t.Errorf("passed path %q", name)
				}
			}
		}
	})
}
