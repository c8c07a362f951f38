package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// sampleLog is what a worker's log looks like.
func sampleLog(lines int) []textLine {
	some := []string{
		"14:02:11 worker-3 takes #203, attempt 1",
		"  ❯ /work-on-subissue 203",
		"  ● I'll read the task first, then the code that it touches. The users' table has no index on the e-mail address, so the look-up at every login is slow; an index comes first.",
		"  ● Read(TASK.md)",
		"    ⎿ 42 lines",
		"  ● Update(api/user.go)",
		"    ⎿ 2 lines added, 1 removed",
		"",
		"  ● 全角文字がとても長く続くので端で折り返されなければならない。全角文字がとても長く続くので端で折り返されなければならない。",
		"  ● Bash(go test ./...)",
	}
	var all []textLine
	for i := range lines {
		all = append(all, textLine{text: some[i%len(some)]})
	}
	return all
}

// sampleHistory is how a task came where it is.
func sampleHistory() []textLine {
	at := func(before time.Duration, text string) textLine { return textLine{noon().Add(-before), text} }
	return []textLine{
		at(26*time.Hour, "taken in from #123, priority high"),
		at(25*time.Hour, "on hold, by ada"),
		at(3*time.Hour, "released, by ada"),
		at(170*time.Minute, "claimed by worker-2, attempt 1"),
		at(150*time.Minute, "attempt 1 failed: go test ./... exit status 1: TestLogin wants 401 and got 500, in api/login_test.go:87"),
		at(149*time.Minute, "waits until 12:02"),
		at(148*time.Minute, "claimed by worker-3, attempt 2"),
		at(5*time.Minute, "a question: Which database should the sessions live in?"),
	}
}

func textModel(page pageID, of subject, lines []textLine) model {
	m := sampleModel(sampleView(8))
	m.page, m.worker = page, 3
	m.text = textState{of: of, lines: lines, reading: isRead, top: spot{line: atEnd}}
	if of.task != "" {
		m.text.why = "#203 waits for you: its agent asks which database the sessions should live in; fm answer worker-3 answers it."
	}
	return m
}

func TestTextsLookCalm(t *testing.T) {
	for _, size := range sizes() {
		shown := func(name string, m model) {
			t.Helper()
			golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), footless(frame(t, m, size[0], size[1])))
		}
		shown("log", textModel(logPage, subject{worker: 3}, sampleLog(100)))
		m := textModel(logPage, subject{}, sampleLog(100))
		m.text.top = spot{line: 20}
		shown("log-back", m)
		shown("history", textModel(historyPage, subject{task: "203"}, sampleHistory()))
	}
}

// Fault: F24.
func TestHostileTextsAreDrawnHarmlessly(t *testing.T) {
	var lines []textLine
	for i, text := range hostileTexts() {
		lines = append(lines, textLine{at: noon().Add(time.Duration(i) * time.Minute), text: untabbed(text)})
	}
	for _, size := range append(sizes(), [2]int{0, 0}, [2]int{1, 1}, [2]int{2, 9}, [2]int{9, 2}, [2]int{21, 3}) {
		for _, of := range []subject{{worker: 3}, {task: "300"}} {
			m := textModel(logPage, of, lines)
			m.view = hostileView()
			m.text.why, m.text.wrong = hostileTexts()[1], hostileTexts()[0]
			got := frame(t, m, size[0], size[1])
			if size[0] >= 40 && of.task != "" {
				golden(t, fmt.Sprintf("history-hostile-%dx%d", size[0], size[1]), footless(got))
			}
		}
	}
}

// Caught: a row longer than its room; a word lost between two rows; an endless
// loop at a character wider than the page.
func TestLinesBreakBetweenWords(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"exactly te", 10, []string{"exactly te"}},
		{"one two three four", 10, []string{"one two", "three four"}},
		{"one two th ree", 10, []string{"one two th", "ree"}},
		{"abcdefghijklmno", 10, []string{"abcdefghij", "klmno"}},
		{"a bcdefghijklmno", 10, []string{"a bcdefghi", "jklmno"}},
		{"全角文字が", 5, []string{"全角", "文字", "が"}},
		{"全角", 1, []string{"全", "角"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		got := folded(c.text, c.w, 0)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q in %d cells (-want +got):\n%s", c.text, c.w, diff)
		}
	}
}

func TestLogRowsHangBelowTheirLine(t *testing.T) {
	for text, want := range map[string][]string{
		"  ● one two three four five":   {"  ● one two three", "    four five"},
		"14:02 one two three four five": {"14:02 one two three", "  four five"},
		"          one two three four":  {"          one two", "     three four"},
	} {
		got := textState{lines: []textLine{{text: text}}}.rows(0, 20)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzFolded(f *testing.F) {
	for _, text := range hostileTexts() {
		f.Add(text, byte(30))
	}
	f.Fuzz(func(t *testing.T, text string, w byte) {
		text = untabbed(text)
		rows := folded(text, int(w), int(w)/4)
		for _, row := range rows {
			if uniseg.StringWidth(row) > max(int(w), 2) && uniseg.GraphemeClusterCount(row) > 1 {
				t.Errorf("the row %q is wider than %d", row, w)
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := bare(strings.Join(rows, "")); got != bare(text) {
			t.Errorf("%q became %q", text, rows)
		}
	})
}

// openText is a dashboard with a text open, on a page of 40×12, that nobody
// runs: what it would do beside the event loop is done at once by after.
func openText(lines []textLine) *Dashboard {
	d := New(Options{})
	d.board.SetRect(0, 0, 40, 12)
	d.model = textModel(logPage, subject{worker: 3}, lines)
	return d
}

func numbered(from, to int) []textLine {
	var lines []textLine
	for i := from; i <= to; i++ {
		lines = append(lines, textLine{text: fmt.Sprint("line ", i)})
	}
	return lines
}

// first is the first line that a text page shows.
func firstShown(t *testing.T, d *Dashboard) string {
	t.Helper()
	return strings.Split(frame(t, d.model, 40, 12), "\n")[1]
}

// Caught: scrolling beyond the end, from where the way back seems stuck; a page
// that follows no more once its end was left and found again.
func TestTextScrollsAndFollowsItsEnd(t *testing.T) {
	d := openText(numbered(1, 100))
	for _, step := range []struct{ key, want string }{
		{"Down", "line 91"},
		{"Up", "line 90"},
		{"PgUp", "line 81"},
		{"k", "line 80"},
		{"j", "line 81"},
		{"Home", "line 1"},
		{"Up", "line 1"},
		{"Down", "line 2"},
		{"G", "line 91"},
		{"Home", "line 1"},
		{"PgDn", "line 10"},
		{"End", "line 91"},
		{"Up", "line 90"},
		{"PgDn", "line 91"},
	} {
		if !d.press(step.key) || firstShown(t, d) != step.want {
			t.Fatalf("%s: got %q first, want %q", step.key, firstShown(t, d), step.want)
		}
	}
	d.takeText(textState{of: subject{worker: 3}, lines: numbered(1, 120)})
	if got := firstShown(t, d); got != "line 111" {
		t.Errorf("the page at the end does not follow: got %q first", got)
	}
}

// Caught: a place that is counted from the beginning of a text that lost its
// beginning.
func TestWhoReadsStaysAtHisLine(t *testing.T) {
	d := openText(numbered(1, 100))
	d.press("PgUp")
	before := firstShown(t, d)
	for _, lines := range [][]textLine{numbered(1, 130), numbered(31, 160), numbered(60, 160)} {
		d.takeText(textState{of: subject{worker: 3}, lines: lines})
		if got := firstShown(t, d); got != before {
			t.Errorf("the text moved from %q to %q when its lines became %q to %q", before, got, lines[0].text, lines[len(lines)-1].text)
		}
	}
	d.takeText(textState{of: subject{worker: 3}, wrong: "no such file"})
	if got := frame(t, d.model, 40, 12); !strings.Contains(got, "no such file") || !strings.Contains(got, before) {
		t.Errorf("a text that cannot be read any more is gone, or nobody says so:\n%s", got)
	}
}

// Caught: what was read for one task shown as another's.
func TestLateTextIsNotShownForAnother(t *testing.T) {
	d := openText(numbered(1, 3))
	d.takeText(textState{of: subject{worker: 4}, lines: numbered(7, 9)})
	d.takeText(textState{of: subject{task: "203"}, lines: numbered(7, 9)})
	if got := firstShown(t, d); got != "line 1" {
		t.Errorf("got %q first", got)
	}
}

// shelf is a Sights with texts that come when the test wants them to.
type shelf struct {
	Sights
	logs  chan []string
	whys  chan string // one per history
	asked chan fm.WorkerID
}

func newShelf() shelf {
	return shelf{logs: make(chan []string), whys: make(chan string), asked: make(chan fm.WorkerID, 100)}
}

func (s shelf) Log(ctx context.Context, w fm.WorkerID) ([]string, error) {
	s.asked <- w
	select {
	case lines := <-s.logs:
		return lines, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s shelf) History(ctx context.Context, id fm.TaskID) (string, []Event, error) {
	select {
	case why := <-s.whys:
		if why == "" {
			return "", nil, errors.New("read ledger: it is torn")
		}
		return why, []Event{{noon(), "claimed " + id.Ref()}}, nil
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
}

// give hands something to a read that is under way, or about to be.
func give[T any](t *testing.T, to chan<- T, what T) {
	t.Helper()
	select {
	case to <- what:
	case <-time.After(10 * time.Second):
		t.Fatalf("nobody reads %v", what)
	}
}

// offStage is a dashboard whose event loop is the test's: it does what was
// posted when the test waits for that.
func offStage(t *testing.T, sights Sights, v View) *Dashboard {
	t.Helper()
	d := New(Options{Sights: sights})
	d.ctx, d.cancel = context.WithCancel(t.Context())
	t.Cleanup(func() {
		d.cancel()
		d.tasks.Wait()
	})
	d.board.SetRect(0, 0, 80, 24)
	d.model = sampleModel(v)
	return d
}

// shows waits until a page shows a text.
func shows(t *testing.T, d *Dashboard, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		got := frame(t, d.model, 80, 24)
		if strings.Contains(got, want) {
			return
		}
		select {
		case f := <-d.posts:
			f()
		case <-ctx.Done():
			t.Fatalf("never shown: %q; last seen:\n%s", want, got)
		}
	}
}

// Caught: a second read beside the first; a change during a read that is never
// seen.
func TestLogIsReadAgainWhenThereIsNews(t *testing.T) {
	s := newShelf()
	d := offStage(t, s, sampleView(8))
	d.model.worker = 3
	d.press("l")
	shows(t, d, "Reading…")
	for range 5 {
		d.reread() // views that come while it is being read
	}
	give(t, s.logs, []string{"one"})
	shows(t, d, "one") // and what came meanwhile is read at once
	give(t, s.logs, []string{"one", "two"})
	shows(t, d, "two")
	d.reread()
	give(t, s.logs, []string{"one", "two", "three"})
	shows(t, d, "three")
	if n := len(s.asked); n != 3 {
		t.Errorf("the log was read %d times, want 3", n)
	}
	if w := <-s.asked; w != 3 {
		t.Errorf("got the log of %s, want that of worker-3", w)
	}
	d.press("Esc")
	d.reread()
	if n := len(s.asked); n != 2 {
		t.Error("the log is read while it is not shown")
	}
}

// Caught: a history that is read with each tick of the clock.
func TestHistoryIsReadWhenItsTaskHasChanged(t *testing.T) {
	s := newShelf()
	v := sampleView(8)
	d := offStage(t, s, v)
	d.model.worker = 3
	d.press("w")
	give(t, s.whys, "first reason")
	shows(t, d, "first reason")
	v.Now = v.Now.Add(time.Second)
	d.model.see(v)
	if d.reread(); d.model.text.reading != isRead {
		t.Error("it is read again although nothing has changed")
	}
	v.Status.At = v.Now
	d.model.see(v)
	d.reread()
	give(t, s.whys, "")
	shows(t, d, "It cannot be read: read ledger: it is torn")
	shows(t, d, "claimed #203")
	v.Status.At = v.Status.At.Add(time.Second)
	d.model.see(v)
	d.reread()
	give(t, s.whys, "second reason")
	shows(t, d, "second reason")
}

// Caught: a way back that leads from the history to the log, and shows that
// of neither.
func TestFromOneTextToAnotherTheWayBackStays(t *testing.T) {
	d := offStage(t, newShelf(), sampleView(8))
	d.model.worker = 3
	d.press("g")
	for _, key := range []string{"w", "l", "L", "w", "l"} {
		if d.press(key); d.model.page != logPage && d.model.page != historyPage {
			t.Fatalf("%s leads to %s", key, d.model.page)
		}
	}
	if d.press("Esc"); d.model.page != gridPage {
		t.Errorf("Escape leads to %s, want the grid", d.model.page)
	}
	d.model.worker = 4 // idle
	if d.press("w"); d.model.page != gridPage || d.model.wrong != "worker-4 has no task" {
		t.Errorf("the history of no task: page %s, %q", d.model.page, d.model.wrong)
	}
}
