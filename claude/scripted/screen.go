package scripted

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// screen writes to the pane: a flow of lines, and below it, drawn anew each
// time, what the CLI has at the foot of its screen. A write that fails has
// nobody to tell. Its methods may be called concurrently: while a turn runs,
// that one adds to the flow and the session shows what is typed.
type screen struct {
	w    io.Writer
	name string

	mu      sync.Mutex // of what follows
	columns int        // of the terminal; 0 when there is none, and so no foot
	flow    []string   // its last lines
	foot    foot
	drawn   int // lines of the foot on the pane
	beat    int
	since   time.Time // when the turn that runs began
}

// foot is what stands below the flow.
type foot struct {
	doing  string   // what runs or is tried again; "" at rest
	queued []string // messages for the end of the turn
	box    string   // what is typed
	hint   string   // at the right end of the last line
	jobs   int      // in the background
	dialog []string // stands in the place of all the others; nil for none
}

const (
	reset = "\x1b[0m"
	faint = "\x1b[2m"
	bold  = "\x1b[1m"
	cyan  = "\x1b[36m"
	green = "\x1b[32m"
	red   = "\x1b[31m"
)

func (s *screen) raw(text string) { _, _ = io.WriteString(s.w, text) }

// line shows text that is made safe, in a style, above the foot.
func (s *screen) line(style, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	for l := range strings.SplitSeq(fm.Plain(text), "\n") {
		l = style + l + reset + "\n"
		s.flow = append(s.flow, l)
		s.raw(l)
	}
	s.flow = s.flow[max(0, len(s.flow)-maxFlow):]
	s.draw()
}

// maxFlow is how many lines of the flow are painted again.
const maxFlow = 1000

// resize paints all anew, as the CLI does: the terminal has broken the lines of
// the foot in its own way, so that nobody knows how many there are.
func (s *screen) resize(columns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.columns == 0 { // its end has come
		return
	}
	s.columns, s.drawn = columns, 0
	s.raw("\x1b[2J\x1b[3J\x1b[H" + strings.Join(s.flow, ""))
	s.draw()
}

func (s *screen) width() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.columns
}

func (s *screen) dim(text string) { s.line(faint, "  ⎿  "+text) }

func (s *screen) banner(session, model string) {
	s.raw("\x1b[?2004h")
	s.line(cyan+bold, "✳ scripted agent (not Claude)")
	s.line(faint, "  It does what a scenario says; no model is asked, nothing is spent.")
	if model != "" {
		s.line(faint, "  --model "+fm.Line(model, 60)+" is ignored")
	}
	s.line(faint, "  session "+session+"\n")
}

// begin shows that a turn runs from now on.
func (s *screen) begin() {
	s.mu.Lock()
	s.since = time.Now()
	s.mu.Unlock()
	s.working()
}

// working shows that the turn still runs.
func (s *screen) working() {
	s.beats(func(beat int) string {
		return fmt.Sprintf("%s Following the scenario… (%ds · ↓ 0 tokens)", []string{"✶", "✸", "✹", "✺"}[beat%4], int(time.Since(s.since).Seconds()))
	})
}

// retrying shows that a request is tried again.
func (s *screen) retrying(words string) {
	s.beats(func(int) string { return "✻ " + fm.Line(words, 100) })
}

func (s *screen) beats(doing func(beat int) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat++
	s.foot.doing = doing(s.beat)
	s.title([]string{"⠂", "⠐"}[s.beat%2])
	s.erase()
	s.draw()
}

// idle shows that nothing runs but jobs in the background.
func (s *screen) idle(jobs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foot.doing, s.foot.jobs = "", jobs
	s.title("✳")
	s.erase()
	s.draw()
}

// box shows the prompt with what is typed into it, and what waits.
func (s *screen) box(e *editor, queued []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foot.box, s.foot.hint, s.foot.queued = e.shown(), e.hint, queued
	s.erase()
	s.draw()
}

// ask shows the lines of a dialog in the place of the box; none take it away.
func (s *screen) ask(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.foot.dialog == nil && s.columns == 0 {
		s.raw(strings.Join(lines, "\n") + "\n")
	}
	s.foot.dialog = lines
	s.title("✳")
	s.erase()
	s.draw()
}

// gone leaves the flow alone on the pane.
func (s *screen) gone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.columns = 0
}

func (s *screen) title(sign string) {
	s.raw("\x1b]0;" + sign + " " + fm.Line(or(s.name, "scripted agent"), 60) + "\x07")
}

func (s *screen) erase() {
	if s.drawn > 1 {
		s.raw(fmt.Sprintf("\x1b[%dA", s.drawn-1))
	}
	if s.drawn > 0 {
		s.raw("\r\x1b[J")
	}
	s.drawn = 0
}

func (s *screen) draw() {
	if s.columns == 0 {
		return
	}
	lines := s.foot.lines(s.columns, s.name)
	for i, l := range lines {
		if r := []rune(l); len(r) >= s.columns {
			lines[i] = string(r[:s.columns-1])
		}
	}
	s.raw(strings.Join(lines, "\n"))
	s.drawn = len(lines)
}

// lines has the form of the CLI, as far as programs look at it.
func (f foot) lines(columns int, name string) []string {
	rule := strings.Repeat("─", columns-1)
	if f.dialog != nil {
		return append([]string{rule}, f.dialog...)
	}
	var lines []string
	if f.doing != "" {
		lines = append(lines, "", f.doing)
	}
	for _, q := range f.queued {
		lines = append(lines, "  ❯ "+fm.Line(q, 100))
	}
	title := " " + fm.Line(or(name, "scripted agent"), 40) + " ──"
	top := strings.Repeat("─", max(4, columns-1-len([]rune(title)))) + title
	box := f.box
	if box == "" && len(f.queued) > 0 {
		box = "Press up to edit queued messages"
	}
	foot := []string{"  ⏵⏵ don't ask on (shift+tab to cycle)"}
	if f.doing != "" {
		foot = append(foot, "esc to interrupt")
	}
	if f.jobs > 0 {
		foot = append(foot, fmt.Sprintf("%d shell", f.jobs))
	}
	if f.hint != "" {
		foot = append(foot, f.hint)
	}
	if len(f.queued) == 0 { // they stand right on the box
		lines = append(lines, "")
	}
	lines = append(lines, top)
	for i, l := range strings.Split(box, "\n") {
		lines = append(lines, []string{"❯\u00a0", "  "}[min(i, 1)]+l)
	}
	return slices.Concat(lines, []string{rule, strings.Join(foot, " · ")})
}

// rawMode switches the terminal that r is to single keys without echo, and
// returns how to undo it and how wide it is. What is no terminal is left alone,
// and has no columns.
func rawMode(ctx context.Context, r io.Reader) (restore func(), columns int) {
	tty, ok := r.(*os.File)
	if !ok {
		return func() {}, 0
	}
	before, err := stty(ctx, tty, "-g")
	if err != nil {
		return func() {}, 0
	}
	if _, err := stty(ctx, tty, "-icanon", "-echo", "-isig", "-ixon", "-icrnl", "min", "1", "time", "0"); err != nil {
		return func() {}, 0
	}
	return func() { _, _ = stty(context.WithoutCancel(ctx), tty, strings.TrimSpace(before)) }, width(ctx, tty) // the terminal may be gone
}

// width is how many columns a terminal has; one without a size has the usual
// ones.
func width(ctx context.Context, tty *os.File) int {
	var rows, columns int
	if size, err := stty(ctx, tty, "size"); err == nil {
		_, _ = fmt.Sscan(size, &rows, &columns)
	}
	if columns < 2 {
		return 80
	}
	return columns
}

func stty(ctx context.Context, tty *os.File, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "stty", args...)
	cmd.Stdin = tty
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return string(out), err
}
