package supervisor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// town is a small world behind the ports. What an agent does follows from how
// long it has been running, so that nothing in it runs by itself.
type town struct {
	tb   testing.TB
	disk *disk

	mu       sync.Mutex
	server   int // generation; negative when down
	slots    map[fm.WorkerID]fm.Run
	guest    fm.WorkerID // in whose session a person types all the time
	came     time.Time   // when that person came, or long ago
	lives    map[fm.Run]*life
	trees    map[fm.TaskID]bool
	main     fm.TaskID // which has the main checkout
	removed  []fm.Site
	radar    bool                   // somebody looks at the branches
	boxes    map[fm.WorkerID]string // what stands in the input boxes
	heard    []string               // warnings, and whose
	pulls    []fm.PullRequest
	looked   time.Time             // when the pull requests were looked at last
	commits  map[fm.TaskID]int     // that were added to a branch since it was made
	weather  func(*fm.PullRequest) // what happens to a pull request between two looks
	hard     func(fm.TaskID) bool  // whether a rebase conflicts
	says     func(fm.Run) fm.Completion
	briefs   []fm.Brief // of all launches
	rules    Rules
	alter    func(*Options) // has other ports than those of the town
	closed   []fm.IssueID
	open     []fm.Issue      // children that the queue does not know of the parent
	titles   string          // of all issues; "" for one by its number
	proposed fm.Proposal     // the last one
	copies   bool            // of all issues are kept
	fitted   map[string]bool // pull requests that have their labels and reviewers
	wanted   Wanted
	shown    []time.Time
	last     Status
	counts   map[string]int
	task     func(fm.Run) time.Duration // until the agent has finished; negative: until it crashes
	trouble  func(ctx context.Context, at call) error
}

type life struct {
	began, ended time.Time
	starts       int
}

func newTown(tb testing.TB, tasks ...fm.Task) *town {
	tb.Helper()
	c := &town{
		tb: tb, disk: newDisk(), server: 1, slots: map[fm.WorkerID]fm.Run{}, lives: map[fm.Run]*life{}, trees: map[fm.TaskID]bool{}, fitted: map[string]bool{},
		boxes: map[fm.WorkerID]string{}, wanted: Wanted{Workers: 4}, counts: map[string]int{}, rules: rules(),
		task:    func(fm.Run) time.Duration { return 20 * time.Minute },
		trouble: func(context.Context, call) error { return nil },
	}
	var changes []queue.Change
	for _, t := range tasks {
		changes = append(changes, queue.Add(t, time.Now()))
	}
	if _, err := c.disk.open(tb).Commit(tb.Context(), time.Now(), changes...); err != nil {
		tb.Fatal(err)
	}
	return c
}

// row gives n tasks of one parent.
func row(n int) []fm.Task {
	var tasks []fm.Task
	for i := range n {
		tasks = append(tasks, fm.Task{ID: fm.TaskID(strconv.Itoa(100 + i)), Parent: "1"})
	}
	return tasks
}

func (c *town) supervisor(wake <-chan struct{}) *Supervisor {
	c.tb.Helper()
	o := Options{
		Rules: c.rules, Queue: c.disk.open(c.tb), Terminal: c, Workspace: c, Agent: c, Verifier: c, Tracker: tracker{c}, Forge: forge{c},
		Wanted: c.wants, Revive: c.revive, Dir: func(at fm.Site) string { return "/" + string(at.Task) }, Show: c.show, Wake: wake,
		Log: quiet(),
	}
	if c.radar {
		o.Radar = radar{c}
	}
	if c.alter != nil {
		c.alter(&o)
	}
	return New(o)
}

func (c *town) wants() (Wanted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wanted, nil
}

func (c *town) want(w Wanted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = w
}

func (c *town) show(s Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.last = append(c.shown, time.Now()), s
}

// call is a call of a port, and the task that it is about, if it is about one.
type call struct {
	op   string
	task fm.TaskID
}

// enter is the beginning of every call of a port. It may fail, hang or panic.
func (c *town) enter(ctx context.Context, op string, about ...fm.TaskID) (leave func(), err error) {
	if err := c.trouble(ctx, call{op, slices.Concat(about, []fm.TaskID{""})[0]}); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.counts[op]++
	return c.mu.Unlock, nil
}

func (c *town) slot(w fm.WorkerID) fm.TaskID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slots[w].Task
}

func (c *town) count(op string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts[op]
}

func (c *town) revive(ctx context.Context) error {
	leave, err := c.enter(ctx, "revive")
	if err != nil {
		return err
	}
	defer leave()
	c.server = max(c.server, -c.server+1)
	return nil
}

// fall ends the server and everything in it.
func (c *town) fall() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = -c.server
	for _, r := range c.slots {
		c.end(r)
	}
	clear(c.slots)
}

func (c *town) end(r fm.Run) {
	if l := c.lives[r]; l != nil && c.alive(r) {
		l.ended = time.Now()
	}
}

func (c *town) alive(r fm.Run) bool {
	l := c.lives[r]
	if l == nil || !l.ended.IsZero() {
		return false
	}
	d := c.task(r)
	return d > 0 || time.Since(l.began) < -d
}

func (c *town) Observe(ctx context.Context) (fm.Sight, error) {
	leave, err := c.enter(ctx, "observe")
	if err != nil {
		return fm.Sight{}, err
	}
	defer leave()
	if c.server < 0 {
		return fm.Sight{}, nil
	}
	s := fm.Sight{Generation: strconv.Itoa(c.server)}
	for _, w := range slices.Sorted(maps.Keys(c.slots)) {
		ss := fm.Session{Worker: w, Run: c.slots[w], Alive: c.alive(c.slots[w]), PID: 1}
		if w == c.guest {
			ss.Clients, ss.LastKey = 1, time.Now()
		}
		s.Sessions = append(s.Sessions, ss)
	}
	return s, nil
}

func (c *town) Start(ctx context.Context, w fm.WorkerID, run fm.Run, _ fm.Command) error {
	if !c.disk.durable(ctx, c.tb, run, func(t fm.Task) bool { return t.Status == fm.Working }) {
		c.tb.Errorf("%s was started, and a power cut would forget its claim", run)
	}
	leave, err := c.enter(ctx, "start", run.Task)
	if err != nil {
		return err
	}
	defer leave()
	c.alone(w)
	if c.server < 0 {
		return fmt.Errorf("start: no server")
	}
	for r := range c.lives {
		if r.Task == run.Task && c.alive(r) {
			c.tb.Errorf("%s is started, and %s lives", run, r)
		}
	}
	c.end(c.slots[w])
	delete(c.boxes, w)
	if c.lives[run] == nil {
		c.lives[run] = &life{}
	}
	l := c.lives[run]
	l.starts++
	l.began, l.ended = time.Now(), time.Time{}
	c.slots[w] = run
	return nil
}

func (c *town) Stop(ctx context.Context, w fm.WorkerID) error {
	leave, err := c.enter(ctx, "stop", c.slot(w))
	if err != nil {
		return err
	}
	defer leave()
	if c.wanted.Stop != StopNow {
		c.alone(w)
	}
	c.end(c.slots[w])
	return nil
}

func (c *town) Close(ctx context.Context, w fm.WorkerID) error {
	leave, err := c.enter(ctx, "close", c.slot(w))
	if err != nil {
		return err
	}
	defer leave()
	c.end(c.slots[w])
	delete(c.slots, w)
	return nil
}

func (c *town) Paste(ctx context.Context, w fm.WorkerID, text string) error {
	leave, err := c.enter(ctx, "tell", c.slot(w))
	if err != nil {
		return err
	}
	defer leave()
	c.alone(w)
	c.boxes[w] += text
	if strings.HasPrefix(text, "For your information") {
		c.heard = append(c.heard, fmt.Sprint(c.slots[w].Task, ": ", text))
	}
	return nil
}

// alone is law 7: nobody is disturbed who types.
func (c *town) alone(w fm.WorkerID) {
	if _, there := c.slots[w]; there && w == c.guest && time.Since(c.came) > 5*time.Second { // nobody can know at once
		c.tb.Errorf("a person who types in %s is disturbed", w)
	}
}

func (c *town) Base() string { return "main" }

func (c *town) Prepare(ctx context.Context, at fm.Site) (dir, base string, err error) {
	id := at.Task
	leave, err := c.enter(ctx, "prepare", id)
	if err != nil {
		return "", "", err
	}
	defer leave()
	switch {
	case !at.Main:
		c.trees[id] = true
	case c.main != "" && c.main != id:
		c.tb.Errorf("%s takes the main checkout of %s", id, c.main)
	default:
		c.main = id
	}
	return "/" + string(id), "main", nil
}

func (c *town) Inspect(ctx context.Context, at fm.Site) (fm.Work, error) {
	id := at.Task
	leave, err := c.enter(ctx, "inspect", id)
	if err != nil {
		return fm.Work{}, err
	}
	defer leave()
	return fm.Work{Dir: "/" + string(id), Commits: 1, Files: []string{"main.go"}, Messages: "Fixes " + id.Ref()}, nil
}

func (c *town) Push(ctx context.Context, at fm.Site) (string, error) {
	id := at.Task
	t, _ := c.disk.openIn(ctx, c.tb).Snapshot().Task(id)
	if !c.disk.durable(ctx, c.tb, t.Run(), queue.Publishing) {
		c.tb.Errorf("%s was pushed, and a power cut would forget why", t.Run())
	}
	leave, err := c.enter(ctx, "push", id)
	if err != nil {
		return "", err
	}
	defer leave()
	c.shows(id)
	return c.sha(id), nil
}

func (c *town) Rebase(ctx context.Context, at fm.Site) (string, error) {
	id := at.Task
	leave, err := c.enter(ctx, "rebase", id)
	if err != nil {
		return "", err
	}
	defer leave()
	for w, r := range c.slots {
		if r.Task == id && c.alive(r) {
			c.tb.Errorf("%s is rebased, and %s lives in %s", id, r, w)
		}
	}
	if c.hard != nil && c.hard(id) {
		return "", fmt.Errorf("%w: main.go", fm.ErrConflict)
	}
	c.commit(id)
	c.shows(id)
	return c.sha(id), nil
}

func (c *town) Unpublish(ctx context.Context, at fm.Site, sha string) error {
	id := at.Task
	leave, err := c.enter(ctx, "unpublish", id)
	if err != nil {
		return err
	}
	defer leave()
	merged := func(p fm.PullRequest) bool { return headOf(&p) == id && p.State == fm.PullMerged && p.SHA == sha }
	if !slices.ContainsFunc(c.pulls, merged) || c.trees[id] {
		c.tb.Errorf("the branch of %s is deleted up to %s, with its worktree: %v", id, sha, c.trees[id])
	}
	if sha != c.sha(id) { // somebody went on with it
		return fm.ErrRefused
	}
	return nil
}

func (c *town) Preserve(ctx context.Context, at fm.Site) (string, error) {
	id := at.Task
	leave, err := c.enter(ctx, "preserve", id)
	if err != nil {
		return "", err
	}
	defer leave()
	return "", nil
}

func (c *town) Remove(ctx context.Context, at fm.Site) (string, error) {
	id := at.Task
	leave, err := c.enter(ctx, "remove", id)
	if err != nil {
		return "", err
	}
	defer leave()
	delete(c.trees, id)
	if c.main == id {
		c.main = ""
	}
	c.removed = append(c.removed, at)
	return "removed " + string(id), nil
}

func (c *town) Launch(ctx context.Context, b fm.Brief) (fm.Command, error) {
	leave, err := c.enter(ctx, "launch", b.Task.ID)
	if err != nil {
		return fm.Command{}, err
	}
	defer leave()
	c.briefs = append(c.briefs, b)
	return fm.Command{Dir: b.Dir, Argv: []string{"claude"}}, nil
}

func (c *town) Report(ctx context.Context, run fm.Run, _ string) (fm.Report, error) {
	leave, err := c.enter(ctx, "report", run.Task)
	if err != nil {
		return fm.Report{}, err
	}
	defer leave()
	l := c.lives[run]
	if l == nil {
		return fm.Report{Run: run, State: fm.UnknownState}, nil
	}
	rep := fm.Report{Run: run, State: fm.AtWork, Since: l.began, Prompted: true}
	if d := c.task(run); d > 0 && time.Since(l.began) >= d && l.ended.IsZero() {
		rep.State, rep.Since, rep.Turns, rep.Completed = fm.AtPrompt, l.began.Add(d), 1, true
	}
	return rep, nil
}

func (c *town) Completion(ctx context.Context, run fm.Run, _ string) (fm.Completion, error) {
	leave, err := c.enter(ctx, "completion", run.Task)
	if err != nil {
		return fm.Completion{}, err
	}
	defer leave()
	if c.says != nil {
		return c.says(run), nil
	}
	return fm.Completion{Outcome: fm.Success, Summary: "done"}, nil
}

func (c *town) Reap(ctx context.Context, id fm.TaskID, last int) error {
	leave, err := c.enter(ctx, "reap", id)
	if err != nil {
		return err
	}
	defer leave()
	for r := range c.lives {
		if r.Task == id && r.Attempt <= last {
			c.end(r)
		}
	}
	return nil
}

func (c *town) Verify(ctx context.Context, dir string) error {
	leave, err := c.enter(ctx, "verify", fm.TaskID(strings.TrimPrefix(dir, "/")))
	if err != nil {
		return err
	}
	defer leave()
	return nil
}

func (c *town) Press(ctx context.Context, w fm.WorkerID, _ string) error {
	leave, err := c.enter(ctx, "press", c.slot(w))
	if err != nil {
		return err
	}
	defer leave()
	c.alone(w)
	delete(c.boxes, w)
	return nil
}

func (c *town) Screens(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error) {
	leave, err := c.enter(ctx, "screens")
	if err != nil {
		return nil, err
	}
	defer leave()
	shown := map[fm.WorkerID]string{}
	for _, w := range workers {
		if _, ok := c.slots[w]; ok && c.server >= 0 {
			shown[w] = "❯ " + c.boxes[w]
		}
	}
	return shown, nil
}

func (c *town) Note(ctx context.Context, w fm.WorkerID, _ string) error {
	leave, err := c.enter(ctx, "note", c.slot(w))
	if err != nil {
		return err
	}
	leave()
	return nil
}

func (c *town) Typing(ctx context.Context, w fm.WorkerID) (func(), error) {
	leave, err := c.enter(ctx, "typing", c.slot(w))
	if err != nil {
		return nil, err
	}
	leave()
	return func() {}, nil
}

func (c *town) Screen(shown string) fm.Screen {
	return fm.Screen{Prompt: shown != "", Draft: strings.TrimPrefix(shown, "❯ ")}
}
