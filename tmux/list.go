package tmux

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// The three questions of one look. Each row begins with a letter of ours, so
// that one parser reads the answers together. What a person or an agent can
// set stands in one field, without TABs and newlines by tmux's own doing, so
// that no name can end a field or begin a row. Within the field the name comes
// last, because it may hold spaces; marks of ours never do. (A bracket in the
// expression would double the cost of the list: the C library's locale.)
func questions() [3][]string {
	const marks = "#{s/\t|\n/_/:#{@fm_pane} #{@fm_worker} #{@fm_task} #{@fm_attempt} #{session_name}}"
	row := func(fields ...string) string { return strings.Join(fields, "\t") }
	return [3][]string{
		{"display-message", "-p", row("S", generationFormat)},
		{"list-panes", "-a", "-F", row(
			"P", "#{session_id}", "#{pane_id}", marks,
			"#{pane_dead}", "#{pane_dead_status}", "#{pane_dead_signal}", "#{pane_pid}", "#{window_activity}",
		)},
		{"list-clients", "-F", row("C", "#{session_id}", "#{client_control_mode}", "#{client_activity}", "#{client_readonly}")},
	}
}

const (
	paneFields   = 9
	markFields   = 5
	clientFields = 5
)

// listing is one look at the server, as it was answered.
type listing struct {
	generation string
	panes      []pane
	clients    []client
}

// pane is one row of list-panes. A window that is linked into two sessions has
// two rows for each pane.
type pane struct {
	session, id    string // tmux's own: $1 %1
	name           string // of the session
	mark           string // @fm_pane: whose main pane this is
	worker         string // @fm_worker of the session
	run            fm.Run // zero without a readable mark
	dead           bool
	status, signal string // at most one is set, and late at times
	pid            int
	activity       time.Time
}

// client is an attached person, or a program on a control connection.
type client struct {
	session  string
	control  bool
	reader   bool // changes no size
	activity time.Time
}

// parseListing reads the answers to [questions]. A row that it cannot read is
// an error: half a list would look like sessions that died.
func parseListing(text string) (listing, error) {
	var l listing
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case f[0] == "S" && len(f) == 2:
			l.generation = f[1]
		case f[0] == "P" && len(f) == paneFields:
			p, err := parsePane(f)
			if err != nil {
				return listing{}, fmt.Errorf("read tmux list: %w", err)
			}
			l.panes = append(l.panes, p)
		case f[0] == "C" && len(f) == clientFields:
			l.clients = append(l.clients, client{session: f[1], control: f[2] == "1", activity: unixTime(f[3]), reader: f[4] == "1"})
		default:
			return listing{}, fmt.Errorf("read tmux list: row %.80q", line)
		}
	}
	if l.generation == "" {
		return listing{}, fmt.Errorf("read tmux list: no generation in %.80q", text)
	}
	return l, nil
}

func parsePane(f []string) (pane, error) {
	m := strings.SplitN(f[3], " ", markFields)
	if len(m) != markFields {
		return pane{}, fmt.Errorf("marks %.80q", f[3])
	}
	p := pane{
		session: f[1], id: f[2],
		mark: m[0], worker: m[1], name: m[4],
		dead: f[4] == "1", status: f[5], signal: f[6],
		activity: unixTime(f[8]),
	}
	p.pid, _ = strconv.Atoi(f[7]) // 0: tmux knows of no process
	if run, err := fm.ParseRun(m[2] + "." + m[3]); err == nil {
		p.run = run
	}
	return p, nil
}

// unixTime reads whole seconds; text that is none is the zero time.
func unixTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// exit words how the process of a dead pane ended; "" when tmux does not say.
func (p pane) exit() string {
	switch {
	case !p.dead:
		return ""
	case p.signal != "" && p.signal != "0":
		return "signal " + p.signal
	case p.status != "":
		return "exit " + p.status
	}
	return ""
}

// live says whether a process runs in the pane.
func (p pane) live() bool { return p.id != "" && !p.dead && !ended(p.pid) }

// room is a worker's session: what the panes of one session say together.
type room struct {
	worker  fm.WorkerID
	session string // $1
	ours    bool   // carries our mark
	main    pane   // the pane that runs the agent; zero when a person closed it
	run     fm.Run
}

// rooms finds the workers' sessions, by mark first and by name second, so that
// one that a person renamed is still the worker's.
func (l listing) rooms() []room {
	var rooms []room
	for _, p := range l.panes {
		w, ours := p.whose()
		if w == 0 {
			continue
		}
		i := slices.IndexFunc(rooms, func(r room) bool { return r.session == p.session })
		if i < 0 {
			i = len(rooms)
			rooms = append(rooms, room{worker: w, session: p.session, ours: ours, run: p.run})
		}
		if !ours && rooms[i].main.id == "" || ours && p.mark == w.String() {
			rooms[i].main = p
		}
	}
	// Two sessions with one worker's mark are a person's copy and ours; ours is
	// the older one. tmux's ids grow, and so do their lengths.
	slices.SortStableFunc(rooms, func(a, b room) int {
		if a.worker != b.worker {
			return int(a.worker - b.worker)
		}
		if a.ours != b.ours {
			if a.ours {
				return -1
			}
			return 1
		}
		return byID(a.session, b.session)
	})
	return slices.CompactFunc(rooms, func(a, b room) bool { return a.worker == b.worker })
}

func byID(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// whose says which worker's session a pane is in, and whether fm made it.
func (p pane) whose() (w fm.WorkerID, ours bool) {
	if w, ok := workerName(p.worker); ok {
		return w, true
	}
	w, _ = workerName(p.name)
	return w, false
}

// workerName accepts the canonical form alone: not "3", not "worker-03".
func workerName(s string) (fm.WorkerID, bool) {
	w, err := fm.ParseWorkerID(s)
	if err != nil || w.String() != s {
		return 0, false
	}
	return w, true
}

// sight is the listing in the words of the mission.
func (l listing) sight() fm.Sight {
	rooms := l.rooms()
	guard, found := l.guard()
	s := fm.Sight{Generation: l.generation, Unguarded: l.generation != "" && (!found || !alive(guard))}
	known := map[string]bool{}
	for _, r := range rooms {
		clients, lastKey := l.people(r)
		s.Sessions = append(s.Sessions, fm.Session{
			Worker:   r.worker,
			Run:      r.run,
			Alive:    r.main.id != "" && !r.main.dead,
			PID:      r.main.pid,
			Exit:     r.main.exit(),
			Clients:  clients,
			LastKey:  lastKey,
			Activity: r.main.activity,
		})
		known[r.session] = r.ours
	}
	for _, p := range l.panes {
		if !known[p.session] && p.name != hub && p.name != supervisorSession && !slices.Contains(s.Strangers, p.name) {
			s.Strangers = append(s.Strangers, p.name)
		}
	}
	return s
}

// guard gives the oldest pane of the supervisor's session: a person may have
// split it.
func (l listing) guard() (oldest pane, found bool) {
	for _, p := range l.panes {
		if p.name == supervisorSession && (!found || byID(p.id, oldest.id) < 0) {
			oldest, found = p, true
		}
	}
	return oldest, found
}

// people counts who is attached to a worker's session, or to another session
// that shows the same pane. The keys of who only reads reach nobody.
func (l listing) people(r room) (n int, lastKey time.Time) {
	for _, c := range l.visitors(r) {
		n++
		if !c.reader && c.activity.After(lastKey) {
			lastKey = c.activity
		}
	}
	return n, lastKey
}

// sized says whether the window follows somebody's terminal.
func (l listing) sized(r room) bool {
	return slices.ContainsFunc(l.visitors(r), func(c client) bool { return !c.reader })
}

// visitors are the clients of people who see a worker's pane.
func (l listing) visitors(r room) []client {
	shows := func(session string) bool {
		return session == r.session || r.main.id != "" && slices.ContainsFunc(l.panes, func(p pane) bool {
			return p.id == r.main.id && p.session == session
		})
	}
	var all []client
	for _, c := range l.clients {
		if !c.control && shows(c.session) {
			all = append(all, c)
		}
	}
	return all
}

// attached is what tmux calls session_attached: also programs count.
func (l listing) attached(r room) int {
	n := 0
	for _, c := range l.clients {
		if c.session == r.session {
			n++
		}
	}
	return n
}

// room finds one worker's session.
func (l listing) room(w fm.WorkerID) (room, bool) {
	for _, r := range l.rooms() {
		if r.worker == w {
			return r, true
		}
	}
	return room{}, false
}

// serverPID reads the pid out of a generation; 0 when there is none.
func serverPID(generation string) int {
	pid, _, _ := strings.Cut(generation, ".")
	n, _ := strconv.Atoi(pid) // 0, by promise
	return n
}
