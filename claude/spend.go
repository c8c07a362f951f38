package claude

import "github.com/founder-mode/fm"

// A bill adds up what the processes of an attempt say they cost. A process that
// resumes a conversation counts on from what the CLI remembers of it: all of
// it after an orderly end, less after a kill, and nothing when another session
// of the project ended in between. So each counts from its first reading.
type bill struct {
	earlier fm.USD // by earlier attempts, in the conversation that this one goes on with; not a part of the sum
	before  fm.USD // by the processes that ended
	first   fm.USD // reading of the present process
	last    fm.USD
	begun   bool // the present process was read
}

func (b bill) total() fm.USD { return b.before + b.last - b.first }

// next begins the count of another process.
func (b bill) next() bill { return bill{earlier: b.earlier, before: b.total()} }

// inherit begins with a conversation that cost so much already.
func (b bill) inherit(earlier fm.USD) bill {
	b.earlier = max(0, earlier)
	return b
}

// conversation is the sum with what earlier attempts spent in it.
func (b bill) conversation() fm.USD { return b.earlier + b.total() }

func (b bill) read(dollars float64) bill {
	now := fm.Dollars(dollars)
	if b.begun && now < b.last { // no process does so; but nothing may be lost
		b = b.next()
	}
	if !b.begun {
		// More than the sum so far was spent since: the last reading before an
		// orderly end can be missing.
		b.first, b.begun = min(now, b.conversation()), true
	}
	b.last = now
	return b
}
