//go:build !race

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	difference "github.com/google/go-cmp/cmp"
)

// TestTheMatrixTellsABrokenFm plays with an fm that breaks a promise, and is only
// content when that is seen: by a witness, by what there is in the end, or by a
// person whose order is not obeyed.
func TestTheMatrixTellsABrokenFm(t *testing.T) {
	room := make(chan struct{}, 3)
	var over sync.WaitGroup
	for _, m := range mutants() {
		over.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			t.Run(m.name, m.told)
		})
	}
	over.Wait()
}

// told expects a mutant to be told from fm.
func (m mutant) told(t *testing.T) {
	d := dramaOf(t, m.drama)
	if m.act != nil {
		d.act = m.act
	}
	th := newTheater(t, d, m.forge, instant{})
	d.act(th)
	want := th.remains()
	th.close()
	got, trouble := m.play(t, d)
	diff := difference.Diff(want, got)
	switch {
	case trouble != "":
		t.Logf("told by what its user saw: %s", trouble)
	case len(got.Wrong) > 0:
		t.Logf("told by a witness: %q", got.Wrong)
	case diff != "":
		t.Logf("told by the end:\n%s", diff)
	default:
		t.Error("nobody could tell this fm from the true one")
	}
}

func dramaOf(t *testing.T, name string) drama {
	t.Helper()
	all := dramas()
	i := slices.IndexFunc(all, func(d drama) bool { return d.name == name })
	if i < 0 {
		t.Fatalf("there is no drama %q", name)
	}
	return all[i]
}

// build builds it, beside the source, which it leaves alone.
func (m mutant) build(t *testing.T) string {
	t.Helper()
	dir, replaced := t.TempDir(), map[string]string{}
	for i, e := range m.edits {
		path, err := filepath.Abs(filepath.Join("..", "..", e.file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(cmp.Or(replaced[path], path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.old); n != 1 {
			t.Fatalf("%s has %q %d times: mend the mutant", e.file, e.old, n)
		}
		replaced[path] = filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(replaced[path], []byte(strings.Replace(string(text), e.old, e.with, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	overlay, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "fm")
	if err := os.WriteFile(overlay, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := buildDeadly(program, "-overlay", overlay); err != nil {
		t.Fatal(err)
	}
	return program
}

// play plays until the end, or until a witness has seen something.
func (m mutant) play(t *testing.T, d drama) (remains, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seat := &spectator{TB: t, ctx: ctx}
	th := theaterOf(t, m.build(t), d, m.forge, m.at)
	th.TB = seat
	defer th.close()
	over := make(chan remains, 1)
	go func() {
		defer close(over)
		d.act(th)
		over <- th.remains()
	}()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case got, well := <-over:
			if !well {
				return remains{}, seat.trouble
			}
			return got, ""
		case <-look.C:
			if wrong := linesOf(th.read("wrong")); len(wrong) > 0 {
				cancel()
				<-over
				return remains{Wrong: wrong}, ""
			}
		}
	}
}

// spectator takes what would fail a test for a finding.
type spectator struct {
	testing.TB
	ctx     context.Context //nolint:containedctx // it stands for a test's
	trouble string          // to be read when the play is over
}

func (s *spectator) Context() context.Context { return s.ctx }
func (s *spectator) Logf(string, ...any)      {}

func (s *spectator) Fatal(args ...any) { s.Fatalf("%s", fmt.Sprint(args...)) }

func (s *spectator) Fatalf(format string, args ...any) {
	s.trouble = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
