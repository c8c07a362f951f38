package claude

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func TestAPredictionTakesOneForm(t *testing.T) {
	c := bare(t)
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf(`"f%02d"`, 59-i)
	}
	for name, tt := range map[string]struct {
		paths string
		want  []string
	}{
		"none":                   {``, nil},
		"sorted, each once":      {`"src/b.go","a.go","./a.go","src//b.go"`, []string{"a.go", "src/b.go"}},
		"folders":                {`"src/","docs//","a/./b/"`, []string{"a/b/", "docs/", "src/"}},
		"as the tools name them": {`"` + c.project.Root + `/src/a.go"`, []string{"src/a.go"}},
		"outside":                {`"/etc/passwd","..","../x","a/../../b","` + c.project.Root + `/../x"`, nil},
		"all of it":              {`".","./","a/..","` + c.project.Root + `/"`, nil},
		"no names":               {`""," ","\u0007"`, nil},
		"control characters":     {`"a\u001b[31m.go","b\n.go"`, []string{"a.go", "b .go"}},
		"too long":               {`"` + strings.Repeat("x", 501) + `","` + strings.Repeat("y", 500) + `"`, []string{strings.Repeat("y", 500)}},
		"too many":               {strings.Join(many, ","), []string{"f10", "f59"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.readPrediction([]byte(`{"structured_output":{"paths":[`+tt.paths+`]}}`), nil)
			if name == "too many" && len(got) == 50 {
				got = []string{got[0], got[49]}
			}
			if diff := cmp.Diff(got, tt.want); err != nil || diff != "" {
				t.Errorf("%v; got - want +:\n%s", err, diff)
			}
		})
	}
}

func TestNoPredictionSaysWhatClaudeSaid(t *testing.T) {
	c, failed := bare(t), errors.New("exit status 1: bad flag")
	for name, tt := range map[string]struct {
		out     string
		failure error
		says    string
		refused bool
	}{
		"not logged in": {`{"is_error":true,"result":"Not logged in · Please run /login"}`, failed, "log in", true},
		"overloaded":    {`{"is_error":true,"api_error_status":529,"result":"Overloaded"}`, failed, "Overloaded", true},
		"null":          {`{"result":"I will not.","structured_output":null}`, nil, "I will not.", false},
		"another form":  {`{"structured_output":{"paths":"all"}}`, nil, "answer", false},
		"no JSON":       {`Error: unknown option`, failed, "bad flag", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.readPrediction([]byte(tt.out), tt.failure)
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, fm.ErrRefused) != tt.refused {
				t.Errorf("got %v; want %q, refused %v", err, tt.says, tt.refused)
			}
			if strings.Contains(err.Error(), "queue") { // Caught: the words of a split
				t.Errorf("a prediction queues nothing: %v", err)
			}
		})
	}
}

// Whatever is answered, what passes is within the repository.
func FuzzReadPrediction(f *testing.F) {
	f.Add("src/a.go", "/work/app/../x")
	f.Add("../x", "a//b/../")
	f.Fuzz(func(t *testing.T, a, b string) {
		c := &Claude{project: fm.Project{Root: "/work/app"}}
		out := fmt.Sprintf(`{"structured_output":{"paths":[%q,%q]}}`, a, b)
		paths, err := c.readPrediction([]byte(out), nil)
		if err != nil {
			return // %q is not JSON for every text
		}
		for _, p := range paths {
			if bare := strings.TrimSuffix(p, "/"); path.Clean(bare) != bare || path.IsAbs(p) || bare == "." || strings.HasPrefix(p+"/", "../") || fm.Line(p, 0) != p {
				t.Errorf("passed %q", p)
			}
		}
		if !slices.IsSorted(paths) {
			t.Errorf("got %q", paths)
		}
	})
}
