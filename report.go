package fm

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// AgentState is what an agent does right now.
type AgentState string

// The states of an agent.
const (
	Starting     AgentState = "starting"
	AtWork       AgentState = "working"
	AtPrompt     AgentState = "idle"    // its turn is over
	Waiting      AgentState = "waiting" // for a person
	Limited      AgentState = "limited" // by a usage limit
	Retrying     AgentState = "retrying"
	InShell      AgentState = "shell" // a background task of its runs
	Exited       AgentState = "exited"
	UnknownState AgentState = "unknown"
)

// AtRest says whether the agent does nothing by itself: its turn is over, it
// waits, or it is gone.
func (s AgentState) AtRest() bool {
	switch s {
	case AtPrompt, Waiting, Limited, Exited:
		return true
	case Starting, AtWork, Retrying, InShell, UnknownState:
	}
	return false
}

// Report is what an agent's own signs say of one attempt.
type Report struct {
	Run       Run
	State     AgentState
	Since     time.Time     // when the state was entered
	Evidence  Evidence      // what says that it is in this state
	Heard     time.Time     // the last sign of life of any kind; zero for none
	Prompted  bool          // the first prompt was taken
	Turns     int           // turns that ended; grows by one at each Stop
	Session   string        // the CLI's session id
	Question  Question      // what it waits for, when State is [Waiting]
	Trouble   Trouble       // what ended the last turn, when that was an error
	Says      string        // the words of the CLI about the trouble, one line
	Limit     Limit         // the usage limit that it ran into, or is near to
	Spent     Spending      // by the attempt so far, all its processes together
	Worked    time.Duration // at work so far: not at a prompt, waiting or limited; of each silence half an hour at most
	Completed bool          // a COMPLETION.md for this attempt stands in the worktree
	Settles   time.Time     // when one that was just written will count, unless it changes; zero for none
	Homeless  bool          // the worktree is gone: no hook can run there, and nothing will be heard
}

// Evidence is what a state is believed for.
type Evidence struct {
	Source Source
	What   string    // such as "Stop" or "status busy"
	At     time.Time // when the source said so
}

// Source is a kind of evidence.
type Source string

// The sources, from the one that is asked first to the last resort.
const (
	HookSource    Source = "hook"         // what the CLI tells the hooks of fm
	SessionSource Source = "session file" // what the CLI writes of itself
	ScreenSource  Source = "screen"       // what the pane shows
	ProcessSource Source = "process"      // that it lives, or how it ended
)

// Question is what an agent waits for a person to answer.
type Question struct {
	Kind    QuestionKind `json:"kind"`              // "" for none
	Text    string       `json:"text"`              // one line: the tool and what for, or the question
	Options []string     `json:"options,omitempty"` // in the order of the dialog, when they are known
}

// QuestionKind says what kind of dialog is open.
type QuestionKind string

// The kinds of questions.
const (
	AsksPermission QuestionKind = "permission" // to use a tool
	AsksQuestion   QuestionKind = "question"   // of its own
	AsksPlan       QuestionKind = "plan"       // whether a plan is good
	AsksLimit      QuestionKind = "limit"      // the menu that a usage limit opens
	AsksDialog     QuestionKind = "dialog"     // any other: trust, login, settings
)

// Screen is what a worker's pane shows, as far as it matters.
type Screen struct {
	Dialog   Question // what is open; the zero Question for none
	Prompt   bool     // the input box is there and takes text
	Draft    string   // what stands in the box and was not sent
	Stashed  bool     // another draft was put aside, and a second one would replace it
	Queued   bool     // a message waits for the end of the turn
	Busy     bool     // a turn runs
	Retrying string   // the words about a request that is tried again; "" for none
}

// Limit is a usage limit of the account.
type Limit struct {
	Kind   string    // "session" or "weekly"; "" for none
	Used   float64   // percent, when known
	Resets time.Time // zero when nobody says
	Hit    bool      // requests are refused for it
}

// Spending is what was used up.
type Spending struct {
	Cost   USD   `json:"cost_usd"`
	Tokens int64 `json:"tokens"` // in and out, cached ones included
}

// Plus adds two.
func (s Spending) Plus(o Spending) Spending {
	return Spending{Cost: s.Cost + o.Cost, Tokens: s.Tokens + o.Tokens}
}

// USD is an amount of money in millionths of a dollar, so that sums are exact.
type USD int64

// Dollars converts from a number of dollars, rounded to millionths.
func Dollars(d float64) USD { return USD(math.Round(d * 1e6)) }

// String gives "$1.23".
func (u USD) String() string { return fmt.Sprintf("$%.2f", float64(u)/1e6) }

// MarshalJSON writes a number of dollars.
func (u USD) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(u)/1e6, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number of dollars.
func (u *USD) UnmarshalJSON(b []byte) error {
	var d float64
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	*u = Dollars(d)
	return nil
}
