package try_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/scripted"
	"github.com/founder-mode/fm/try"
)

// TestMain lets the test binary stand in for the agent's command.
func TestMain(m *testing.M) {
	if os.Getenv("FM_TEST_AGENT") == "" {
		os.Exit(m.Run())
	}
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	os.Exit(scripted.Main(context.Background(), os.Args[1:], scripted.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Dir: dir,
	}))
}

// part is a subissue of the demonstration, as the queue would hold it.
type part struct {
	fm.Subissue
	id    string
	needs []string
}

// The whole demonstration, as fm would run it: each subissue starts when what
// it depends on is merged, in any order and beside any others. Every merge
// must go through and leave the project's tests green.
//
// Caught: the temperature test without its dependency on the fix; a subissue
// that edits the README where another one does.
func TestEveryOrderMergesAndPasses(t *testing.T) {
	parts := plan(t, scenarioFile(t))
	if got, want := len(parts), 7; got != want {
		t.Fatalf("got %d subissues, want %d", got, want)
	}
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			demo := newDemo(t)
			random := rand.New(rand.NewPCG(seed, 1))
			var open, merged []string
			left := slices.Clone(parts)
			for len(left)+len(open) > 0 {
				i := slices.IndexFunc(left, func(p part) bool { return isSubset(p.needs, merged) })
				if i >= 0 && len(open) < 4 && (len(open) == 0 || random.IntN(3) > 0) {
					ready := []int{}
					for j, p := range left {
						if isSubset(p.needs, merged) {
							ready = append(ready, j)
						}
					}
					i = ready[random.IntN(len(ready))]
					demo.work(left[i])
					open = append(open, left[i].id)
					left = slices.Delete(left, i, i+1)
					continue
				}
				i = random.IntN(len(open))
				demo.merge(open[i])
				merged = append(merged, open[i])
				open = slices.Delete(open, i, i+1)
			}
			out := demo.run(demo.main, "./convert", "100", "C", "F")
			if got, want := strings.TrimSpace(out), "212"; got != want {
				t.Errorf("100 C in F: got %s, want %s", got, want)
			}
		})
	}
}

// The demonstration shows an agent that mends what a red test found, and one
// that is sent back because it forgot COMPLETION.md.
func TestSomethingGoesWrongOnTheWay(t *testing.T) {
	demo := newDemo(t)
	said := map[string]string{}
	for _, p := range plan(t, scenarioFile(t)) {
		if len(p.needs) == 0 {
			said[p.Title] = demo.work(p)
		}
	}
	for title, want := range map[string]string{
		"Add a table of weights":                    "FAIL  tests/weight.test",
		"Write a page of examples that a test runs": "Stop hook feedback: COMPLETION.md is missing",
	} {
		if !strings.Contains(said[title], want) {
			t.Errorf("%s: want %q in what the agent showed:\n%s", title, want, said[title])
		}
	}
}

// A dependency is one that matters: the temperature test is red before the
// mistake is mended. It also shows that the project's tests can fail.
func TestTemperatureTestFailsBeforeTheFix(t *testing.T) {
	demo := newDemo(t)
	for _, p := range plan(t, scenarioFile(t)) {
		if p.Title != "Test the temperatures that everybody knows" {
			continue
		}
		if len(p.needs) != 1 {
			t.Errorf("got dependencies %v, want the fix", p.needs)
		}
		if out := demo.agent(p); !strings.Contains(out, "FAIL  tests/temperature.test") {
			t.Errorf("the test passed without the fix:\n%s", out)
		}
		return
	}
	t.Error("no such subissue")
}

func TestIssuesHaveTitleBodyAndSplit(t *testing.T) {
	want := []fm.Priority{fm.Critical, fm.High, fm.Low}
	for i, issue := range try.Issues() {
		if issue.Title == "" || strings.HasPrefix(issue.Title, "#") || len(issue.Body) < 100 {
			t.Errorf("issue %d: title %q, body of %d bytes", i+1, issue.Title, len(issue.Body))
		}
		if issue.Priority != want[i] {
			t.Errorf("issue %d: got priority %v, want %v", i+1, issue.Priority, want[i])
		}
	}
}

// A person watches: the waits of each task add up to two to five seconds, so
// that four workers need about fifteen for all.
func TestWaitsAreWatchable(t *testing.T) {
	var file struct {
		Tasks []struct {
			Title string
			Turns []struct{ Steps []json.RawMessage }
		}
	}
	if err := json.Unmarshal(try.Scenario(), &file); err != nil {
		t.Fatal(err)
	}
	for _, task := range file.Tasks {
		sum := 0
		for _, turn := range task.Turns {
			for _, step := range turn.Steps {
				for _, m := range millis().FindAllSubmatch(step, -1) {
					n, _ := strconv.Atoi(string(m[1]))
					sum += n
				}
			}
		}
		if sum < 2000 || sum > 5000 {
			t.Errorf("%s: got %d ms of waits, want 2000 to 5000", task.Title, sum)
		}
	}
}

func millis() *regexp.Regexp { return regexp.MustCompile(`"ms":\s*(\d+)`) }

// scenarioFile writes the scenario without its waits.
func scenarioFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.json")
	text := millis().ReplaceAll(try.Scenario(), []byte(`"ms": 0`))
	text = regexp.MustCompile(`"wait_ms":\s*\d+`).ReplaceAll(text, []byte(`"wait_ms": 0`))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// plan asks the agent to split every issue, as fm does.
func plan(t *testing.T, scenario string) []part {
	t.Helper()
	var parts []part
	for i, issue := range try.Issues() {
		cmd := command(t, t.TempDir(), os.Args[0], "-p", "--output-format", "json", "--json-schema", "{}", "--",
			"Split this issue.\n\n# "+issue.Title+"\n\n"+issue.Body)
		cmd.Env = append(os.Environ(), "FM_TEST_AGENT=1", "GORACE=atexit_sleep_ms=0", "FM_SCENARIO="+scenario)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("split %q: %v\n%s", issue.Title, err, out)
		}
		var reply struct {
			Split fm.Split `json:"structured_output"`
		}
		if err := json.Unmarshal(out, &reply); err != nil {
			t.Fatalf("split %q: %v\n%s", issue.Title, err, out)
		}
		name := func(position int) string { return strconv.Itoa(100*(i+1) + position) }
		for j, s := range reply.Split.Subissues {
			p := part{Subissue: s, id: name(j + 1)}
			for _, d := range s.DependsOn {
				p.needs = append(p.needs, name(d))
			}
			parts = append(parts, p)
		}
	}
	return parts
}

type demo struct {
	t              *testing.T
	main, scenario string
	settings       string
	home           string
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	dir := t.TempDir()
	d := &demo{t: t, main: filepath.Join(dir, "main"), scenario: scenarioFile(t), home: filepath.Join(dir, "home")}
	d.settings = `{"hooks":{"Stop":[{"hooks":[{"type":"command",` +
		`"command":"[ -f COMPLETION.md ] || { echo COMPLETION.md is missing >&2; exit 2; }"}]}]}}`
	if err := try.Write(d.main); err != nil {
		t.Fatal(err)
	}
	d.run(d.main, try.VerifyCommand)
	d.run(d.main, "git", "init", "-q", "-b", "main")
	d.run(d.main, "git", "config", "user.name", "Test")
	d.run(d.main, "git", "config", "user.email", "test@localhost")
	d.run(d.main, "git", "add", "-A")
	d.run(d.main, "git", "commit", "-qm", "Start")
	return d
}

// work runs the agent on a branch of its own, off main, and checks its claim.
func (d *demo) work(p part) string {
	d.t.Helper()
	said := d.agent(p)
	dir := filepath.Join(filepath.Dir(d.main), p.id)
	text, err := os.ReadFile(filepath.Join(dir, "COMPLETION.md"))
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", p.Title, err, said)
	}
	if c, err := fm.ParseCompletion(string(text)); err != nil || c.Outcome != fm.Success || c.Finished.IsZero() {
		d.t.Fatalf("%s: got completion %+v, error %v", p.Title, c, err)
	}
	d.run(dir, try.VerifyCommand)
	if dirty := d.run(dir, "git", "status", "--porcelain", "--", ".", ":!COMPLETION.md", ":!ISSUE.json"); dirty != "" {
		d.t.Fatalf("%s left changes uncommitted:\n%s", p.Title, dirty)
	}
	for name := range strings.Lines(d.run(dir, "git", "diff", "--name-only", "main...HEAD")) {
		if !slices.Contains(p.Paths, strings.TrimSpace(name)) {
			d.t.Errorf("%s touches %s, which is not in its paths %v", p.Title, strings.TrimSpace(name), p.Paths)
		}
	}
	return said
}

func (d *demo) agent(p part) string {
	d.t.Helper()
	dir := filepath.Join(filepath.Dir(d.main), p.id)
	d.run(d.main, "git", "worktree", "add", "-q", "-b", "subissue/"+p.id, dir)
	issue, err := json.Marshal(map[string]string{"id": p.id, "title": p.Title})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ISSUE.json"), issue, 0o600); err != nil {
		d.t.Fatal(err)
	}
	cmd := command(d.t, dir, os.Args[0], "--settings", d.settings, "--", "/work-on-subissue "+p.id)
	cmd.Env = append(os.Environ(), "FM_TEST_AGENT=1", "GORACE=atexit_sleep_ms=0", "FM_SCENARIO="+d.scenario, "CLAUDE_CONFIG_DIR="+d.home, "FM_TASK=", "FM_ATTEMPT=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", p.Title, err, out)
	}
	return string(out)
}

func (d *demo) merge(id string) {
	d.t.Helper()
	d.run(d.main, "git", "merge", "-q", "--no-ff", "-m", "Merge "+id, "subissue/"+id)
	d.run(d.main, try.VerifyCommand)
}

func (d *demo) run(dir string, argv ...string) string {
	d.t.Helper()
	cmd := command(d.t, dir, argv...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out.String())
	}
	return out.String()
}

func command(t *testing.T, dir string, argv ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func isSubset(some, all []string) bool {
	for _, s := range some {
		if !slices.Contains(all, s) {
			return false
		}
	}
	return true
}
