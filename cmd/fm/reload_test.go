package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// Neither a comment nor a file that cannot be read is new settings; the latter
// is told for as long as it lasts. Caught: a comparison of texts, which begins
// anew for a comment; a problem that stays when the file is well again.
func TestOnlyOtherSettingsAreNewSettings(t *testing.T) {
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: "/bin/true"}})
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(b.project.ConfigFile(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const agent = `"agent": {"command": "/bin/true"}`
	write(`{` + agent + `}`)
	a := app{dir: b.project.Root, stdout: os.Stdout, stderr: os.Stderr, environ: b.environ, getenv: func(string) string { return "" }}
	h, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	wake, hint := hints()
	told := make(chan string, 16)
	r := reload{h: h}
	found := make(chan fm.Config, 1)
	go func() {
		if c, ok := r.run(ctx, wake, func() { told <- r.problem() }); ok {
			found <- c
		}
		close(found)
	}()
	write("// ours\n{" + agent + "}")
	hint()
	write(`{"workers": `)
	hint()
	for _, want := range []string{`config.json is not in force`, ""} {
		select {
		case got := <-told:
			if len(got) < len(want) || got[:len(want)] != want || want == "" && got != "" {
				t.Fatalf("told %q, want %q", got, want)
			}
		case c := <-found:
			t.Fatalf("taken: %+v", c)
		case <-ctx.Done():
			t.Fatal("nothing was told")
		}
		write("// ours, too\n{" + agent + ",}")
		hint()
	}
	write(`{"workers": 7, ` + agent + `}`)
	hint()
	if c := <-found; c.Workers != 7 {
		t.Errorf("found %d workers, want 7", c.Workers)
	}
}
