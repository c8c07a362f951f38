package fm

// Trouble is the class of an error that ended an agent's turn. None of them is
// the task's fault, so that none spends an attempt.
type Trouble string

// The classes. What the CLI calls each is for the claude package to know.
const (
	NoTrouble     Trouble = ""
	LimitTrouble  Trouble = "limit"    // the account's usage limit
	RateTrouble   Trouble = "rate"     // too many requests, for a while
	ServerTrouble Trouble = "server"   // 5xx, overloaded
	NetTrouble    Trouble = "network"  // no connection
	LoginTrouble  Trouble = "login"    // not logged in, key refused
	CreditTrouble Trouble = "credit"   // no money left
	ModelTrouble  Trouble = "model"    // the model is unknown or not allowed
	LengthTrouble Trouble = "too long" // the conversation does not fit any more
	OtherTrouble  Trouble = "unknown"
)

// Shared says whether the cause concerns every worker: one that runs into it
// makes fm ask for no more until a probe has gone through.
func (t Trouble) Shared() bool {
	switch t {
	case LimitTrouble, RateTrouble, ServerTrouble, NetTrouble, LoginTrouble, CreditTrouble, ModelTrouble:
		return true
	case NoTrouble, LengthTrouble, OtherTrouble:
	}
	return false
}

// NeedsPerson says whether waiting alone will not help.
func (t Trouble) NeedsPerson() bool {
	switch t {
	case LoginTrouble, CreditTrouble, ModelTrouble:
		return true
	case NoTrouble, LimitTrouble, RateTrouble, ServerTrouble, NetTrouble, LengthTrouble, OtherTrouble:
	}
	return false
}

// Text says in a line what is wrong and what to do.
func (t Trouble) Text() string {
	switch t {
	case LimitTrouble:
		return "the usage limit of the account is reached; fm goes on when it resets"
	case RateTrouble:
		return "the API asks to slow down; fm tries again by itself"
	case ServerTrouble:
		return "the API is overloaded or down; fm tries again by itself"
	case NetTrouble:
		return "the API cannot be reached; fm tries again by itself, look at the network if it lasts"
	case LoginTrouble:
		return "Claude is not logged in, or its key is refused: run claude, log in, and fm goes on by itself"
	case CreditTrouble:
		return "the account has no credit left: add some, and fm goes on by itself"
	case ModelTrouble:
		return "the model cannot be used: correct agent.model in config.json, then fm stop --now and fm resume"
	case LengthTrouble:
		return "the conversation has become too long; fm starts a fresh one with a hand-over note"
	case OtherTrouble:
		return "the last request to the API failed; fm tries again by itself"
	case NoTrouble:
	}
	return ""
}
