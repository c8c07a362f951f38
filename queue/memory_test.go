package queue

import (
	"bytes"
	"context"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// memory holds the files of a queue for any number of handles.
type memory struct {
	mu         sync.Mutex
	ledger     []byte
	generation uint64
	view       []byte
	present    bool
	stamp      int
	kept       map[string][]byte
	late       []byte
	left       [][]byte
	writes     int // of either file, and syncs
	beforeSwap func()

	lock sync.Mutex
}

func newMemory() *memory { return &memory{generation: 1, kept: map[string][]byte{}} }

func (m *memory) files() Files { return Files{Log: (*memLog)(m), View: (*memView)(m), Lock: m} }

func (m *memory) Lock(context.Context) (func(), error) {
	m.lock.Lock()
	return m.lock.Unlock, nil
}

type memLog memory

func (m *memLog) Read(_ context.Context, generation uint64, offset int64) ([]byte, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation != m.generation {
		offset = 0
	}
	return slices.Clone(m.ledger[offset:]), m.generation, nil
}

func (m *memLog) Append(_ context.Context, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	m.ledger = append(m.ledger, data...)
	return nil
}

func (m *memLog) Sync(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	return nil
}

func (m *memLog) Truncate(_ context.Context, size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ledger = m.ledger[:size]
	return nil
}

func (m *memLog) Replace(_ context.Context, data []byte, keep string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if keep != "" {
		m.kept["ledger."+keep] = m.ledger
	}
	m.ledger = slices.Clone(data)
	m.generation++
	return nil
}

type memView memory

func (m *memView) Stamp(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mark(), nil
}

func (m *memView) mark() string {
	if !m.present {
		return ""
	}
	return strconv.Itoa(m.stamp)
}

func (m *memView) Read(context.Context, time.Time) ([]byte, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.present {
		return nil, "", fs.ErrNotExist
	}
	return slices.Clone(m.view), m.mark(), nil
}

func (m *memView) Late(context.Context, time.Time) ([]byte, [][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	late, left := m.late, m.left
	m.late, m.left = nil, nil
	return late, left, nil
}

func (m *memView) Swap(_ context.Context, _ time.Time, data []byte) ([]byte, string, error) {
	if f := m.beforeSwap; f != nil {
		m.beforeSwap = nil
		f()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var displaced []byte
	if m.present {
		displaced = append([]byte{}, m.view...)
	}
	m.view, m.present = slices.Clone(data), true
	m.stamp++
	m.writes++
	return displaced, m.mark(), nil
}

func (m *memView) Keep(_ context.Context, name string, data []byte) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name += "." + strconv.Itoa(len(m.kept)+1)
	m.kept[name] = slices.Clone(data)
	return name, nil
}

// write is a person who saves the view.
func (m *memory) write(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.view, m.present = []byte(text), true
	m.stamp++
}

func (m *memory) echo(text string) { m.write(m.text() + text) }

// sed is a person who replaces old by text everywhere in the view.
func (m *memory) sed(old, text string) { m.write(strings.ReplaceAll(m.text(), old, text)) }

func (m *memory) remove() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.view, m.present = nil, false
	m.stamp++
}

func (m *memory) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.view)
}

// body is the view without its header.
func (m *memory) body() string {
	_, body, _ := strings.Cut(m.text(), "\n")
	return body
}

var epoch = time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC)

// bench is a queue in memory, and a clock.
type bench struct {
	tb  testing.TB
	m   *memory
	q   *Queue
	now time.Time
}

func newBench(tb testing.TB, tasks ...fm.Task) *bench {
	tb.Helper()
	b := &bench{tb: tb, m: newMemory(), now: epoch}
	b.q = b.open()
	var changes []Change
	for _, t := range tasks {
		changes = append(changes, Add(t, b.now))
	}
	b.commit(changes...)
	return b
}

func (b *bench) open() *Queue {
	b.tb.Helper()
	q, err := Open(b.tb.Context(), b.m.files())
	if err != nil {
		b.tb.Fatal(err)
	}
	return q
}

func (b *bench) commit(changes ...Change) Snapshot {
	b.tb.Helper()
	s, err := b.q.Commit(b.tb.Context(), b.now, changes...)
	if err != nil {
		b.tb.Fatal(err)
	}
	return s
}

// refresh looks again after d.
func (b *bench) refresh(d time.Duration) Snapshot {
	b.tb.Helper()
	b.now = b.now.Add(d)
	s, err := b.q.Refresh(b.tb.Context(), b.now)
	if err != nil {
		b.tb.Fatal(err)
	}
	return s
}

func (b *bench) task(id fm.TaskID) fm.Task {
	b.tb.Helper()
	t, ok := b.q.Snapshot().Task(id)
	if !ok {
		b.tb.Fatalf("no task %s in\n%s", id, b.m.text())
	}
	return t
}

func (b *bench) claim(id fm.TaskID) fm.Task {
	b.tb.Helper()
	b.commit(Claim(b.task(id), 3, b.now))
	return b.task(id)
}

func three() []fm.Task {
	return []fm.Task{
		{ID: "1", Parent: "9", Priority: 2, Title: "one"},
		{ID: "2", Parent: "9", Priority: 2, Title: "two"},
		{ID: "3", Parent: "9", Priority: 2, Title: "three"},
	}
}

// lineOf is the line of a task in the view.
func (b *bench) lineOf(id fm.TaskID) string {
	b.tb.Helper()
	for line := range bytes.Lines([]byte(b.m.text())) {
		if e, err := parseLine(strings.TrimSpace(string(line))); err == nil && e.task.ID == id {
			return strings.TrimSpace(string(line))
		}
	}
	return ""
}

func problems(s Snapshot) string {
	var b strings.Builder
	for _, p := range s.Problems {
		b.WriteString(p.Line + ": " + p.What + "\n")
	}
	return b.String()
}
