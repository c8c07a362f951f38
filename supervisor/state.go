package supervisor

import (
	"maps"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Rules are the settings that Step decides by.
type Rules struct {
	Attempts   int           // failures until a task is failed
	StartLimit time.Duration // for the agent to take its first prompt
	Idle       time.Duration // silence of a working agent until something is done
	Timeout    time.Duration // work of one attempt; 0 for no bound
	Grace      time.Duration // a person who typed within it is present
	DayBudget  fm.USD        // 0 for no bound
	TaskBudget fm.USD        // 0 for no bound
	Merge      MergePolicy
	// DeleteBranch deletes a task's branch on the remote once it is merged.
	DeleteBranch bool
	// Separate says that issues live elsewhere than pull requests, so that no word
	// in one closes the other.
	Separate bool
	Warn     bool // tell agents of conflicts with the work of others
	Ready    int  // how many worktrees are kept ready at most; 0 for none
	// Dir names the folder of a site, for what people are told; nil for no names.
	Dir func(fm.Site) string
}

// MergePolicy says who merges.
type MergePolicy string

// The merge policies.
const (
	AutoMerge   MergePolicy = "auto"
	ManualMerge MergePolicy = "manual"
)

// Wanted is what the user wants: the content of state.json. Commands write it,
// the supervisor obeys it.
type Wanted struct {
	Workers int      `json:"workers"`
	Paused  bool     `json:"paused,omitempty"`
	Stop    StopMode `json:"stop,omitempty"`
	// Permission is the mode that the user asked for on the command line; "" for
	// the one in the settings.
	Permission string `json:"permission_mode,omitempty"`
	Fixes      int    `json:"fixes,omitempty"`  // how many issues are mended at the same time; 0 for as many as there are workers
	Source     string `json:"source,omitempty"` // of the issues in the queue; "" before the first
	Hands      []Hand `json:"hands,omitempty"`  // at most one for each worker
}

// Hand is what a person said about the use of a worker's session.
type Hand struct {
	Worker fm.WorkerID `json:"worker"`
	Held   bool        `json:"held,omitempty"` // fm presses no key and ends nothing there
	At     time.Time   `json:"at"`             // when it was said: keys before a release count no more
}

// Equal says whether two users want the same.
func (w Wanted) Equal(o Wanted) bool {
	return w.Workers == o.Workers && w.Paused == o.Paused && w.Stop == o.Stop && w.Permission == o.Permission && w.Fixes == o.Fixes && w.Source == o.Source && slices.Equal(w.Hands, o.Hands)
}

// StopMode says how to end.
type StopMode string

// The ways to end; empty goes on.
const (
	StopDrain StopMode = "drain" // workers finish what they have
	StopNow   StopMode = "now"   // workers are stopped, their work preserved
)

// State is everything that the supervisor believes. The shell's one goroutine
// owns it; Step never changes the one it was given. Losing it costs nothing
// but a look: everything in it can be observed again.
type State struct {
	At     time.Time
	Rules  Rules
	Wanted Wanted
	Queue  queue.Snapshot
	Read   Sighting // of the queue
	Unfit  string   // why the queue cannot be read; "" when it can
	digest digest   // of the queue

	Sight    fm.Sight
	Sighted  Sighting
	SightAt  time.Time // of the last look: what it saw is evidence for that time only
	Reports  map[fm.TaskID]fm.Report
	Unread   map[fm.TaskID]string // why an agent's signs cannot be read
	Runs     map[fm.TaskID]Progress
	Busy     map[string]Effect // under way, by key
	Waits    map[string]Wait   // failed for now, by key
	Finishes []Finish          // of the last day
	Problems []queue.Problem   // the last that the queue told, but those that it tells as long as they stand
	Breaker  Breaker
	Outage   Outage
	Mass     MassDeath
	Server   string                 // generation that was last asked whether it lost agents
	Deaths   []Death                // of the last seconds
	AwakeAt  time.Time              // since when there were looks without a gap
	OpenAt   time.Time              // when the last outage or mass death was over
	Notes    map[fm.WorkerID]string // what the status lines show, where a person is attached

	Supply Supply // of ready worktrees

	Stamp string // of the branches, when they were last looked at
	Scan  Survey // of them

	Pulls     map[string]PullView  // what the last look at pull requests said, by number
	LookedAt  time.Time            // at the pull requests
	LookPause time.Duration        // until they are looked at again, if nothing happens
	Denied    map[fm.TaskID]Denial // merges that the forge did not make
	Unrun     map[fm.TaskID]string // commits whose checks could not be run again yet
}

// Sighting says whether the last look at something can be relied on.
type Sighting int

// The sightings.
const (
	Unseen Sighting = iota // no look yet, or the last one failed
	Seen
)

// Progress is what is known of a live attempt beyond its reports. It is
// forgotten with the attempt.
type Progress struct {
	Attempt   int
	Starts    int       // carried out on this server without the session having lasted
	Server    string    // generation of the server that the starts were on
	StartedAt time.Time // when the last start was carried out
	DeadSince time.Time // when the session was first seen dead
	LostAt    time.Time // since when its worktree is gone
	Judged    int       // turns that were answered, one way or the other
	Checked   int       // turns that had ended when a completion was last refused
	Refused   bool      // a completion was, and the agent went on since
	SentBack  int       // times that reasons were given
	Parts     int       // times that only a part was finished
	Reasons   string    // to be told, until the agent goes on
	ToldAt    time.Time // when they were told; zero when they were not yet
	PersonAt  time.Time // when a person was last seen at work in its session
	SpentAt   time.Time // when its spending was last recorded
	Last      string    // what its journal last said that the agent does
	Title     string    // of the task's issue; "" when it is not known, or the queue was given it

	Crashes     int       // deaths that were forgiven, without it having lasted since
	Rung        Rung      // of the ladder of a stall
	RungAt      time.Time // when it was climbed
	RungTurns   int       // turns that had ended then
	NudgedAt    time.Time // when the nudge was taken; zero when it was not yet
	EndedAt     time.Time // when fm ended it to start it again; zero for not
	StruckAt    time.Time // when a shared trouble stopped it; zero for not
	StruckTurns int       // turns that had ended then
	Unheard     int       // times that it was woken then, and gave no sign
}

// sendBack gives the agent reasons to go on.
func (p *Progress) sendBack(reasons string) {
	p.Reasons, p.ToldAt, p.SentBack = reasons, time.Time{}, p.SentBack+1
}

// Wait is the patience after a failure of the environment.
type Wait struct {
	Until time.Time
	Count int
	Err   string
}

// Finish is one task that became a pull request.
type Finish struct {
	Run  fm.Run        `json:"run"`
	At   time.Time     `json:"at"`
	Took time.Duration `json:"took"` // since its claim
}

// NewState is the state of a supervisor that has seen nothing.
func NewState(r Rules) State { return State{Rules: r} }

// copied gives a State whose maps may be changed.
func (s State) copied() State {
	s.Runs = cloned(s.Runs)
	s.Busy = cloned(s.Busy)
	s.Waits = cloned(s.Waits)
	return s
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// session gives the session that carries the mark of a run.
func (s State) session(r fm.Run) (fm.Session, bool) {
	for _, ss := range s.Sight.Sessions {
		if ss.Run == r {
			return ss, true
		}
	}
	return fm.Session{}, false
}

// slot gives the session of a worker.
func (s State) slot(w fm.WorkerID) (fm.Session, bool) {
	for _, ss := range s.Sight.Sessions {
		if ss.Worker == w {
			return ss, true
		}
	}
	return fm.Session{}, false
}

// idle says whether an effect with the key may be ordered now.
func (s State) idle(key string) bool {
	_, busy := s.Busy[key]
	return !busy && !s.Waits[key].Until.After(s.At)
}
