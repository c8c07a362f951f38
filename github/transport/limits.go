package transport

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"sync"
	"time"

	"github.com/founder-mode/fm/turn"
)

// When GitHub rejects without saying until when, the pause is the shortest at
// first, and doubles each time it rejects again after it.
const (
	shortestPause = time.Minute
	longestPause  = 15 * time.Minute
)

// limits is what GitHub said about limits, to any process with this file. The
// file is replaced whole, so that reading needs no lock. What cannot be written
// is kept in memory instead, for this process alone.
type limits struct {
	file string
	turn *turn.Turn
	now  func() time.Time

	mu      sync.Mutex
	unsaved book             // what could not be written; nil if all was
	fresh   map[string]money // what was not worth writing, by owner
}

// money is what is left of the two buckets that fm lives on.
type money struct{ core, graph quota }

// What only the count of requests left is written for: each answer changes it,
// and nobody minds a per cent, or half a minute.
const (
	worthShare = 100 // of the limit
	worthAge   = 30 * time.Second
)

// book has an account for each owner of a token.
type book map[string]account

type account struct {
	Seen   time.Time        `json:"seen"`
	Quota  quota            `json:"quota,omitzero"` // of core
	Graph  quota            `json:"graphql,omitzero"`
	Blocks map[string]block `json:"blocks,omitempty"` // by bucket, or everything
}

// block stays when it is over, so that the next one knows that it repeats it,
// until an answer shows that GitHub listens again.
type block struct {
	Set   time.Time `json:"set"`
	Until time.Time `json:"until"`
	Why   string    `json:"why"`
	Times int       `json:"times"` // that GitHub did not say until when, in a row
}

// news is what one answer tells.
type news struct {
	owner, bucket string
	sent          time.Time // the request
	quota         *quota    // of its bucket; nil if the answer has none
	limit         *limit    // that rejected it, or nil
}

// block returns what holds back a request now, or nil.
func (l *limits) block(owner, bucket string) *block {
	blocks, now := l.read()[owner].Blocks, l.now()
	var longest *block
	for _, scope := range []string{bucket, everything} {
		if b, ok := blocks[scope]; ok && b.holds(now) && (longest == nil || b.Until.After(longest.Until)) {
			longest = &b
		}
	}
	return longest
}

// holds is false for a block from the future: the clock was set back, and
// nobody knows until when.
func (b block) holds(now time.Time) bool { return now.Before(b.Until) && !b.Set.After(now) }

// learn books n, and returns the block of its limit.
func (l *limits) learn(ctx context.Context, n news) block {
	now := l.now()
	old := l.read()[n.owner]
	if next := old.heard(n, now); !next.worthWriting(old, now) {
		l.note(n.owner, next)
		return block{} // the usual case
	}
	// The answer has come; that its caller gives up makes it no less true.
	release, err := hold(context.WithoutCancel(ctx), l.turn)
	if err == nil {
		defer release()
	}
	all := l.read()
	a := all[n.owner].heard(n, now)
	a.Seen = now
	all[n.owner] = a
	maps.DeleteFunc(all, func(_ string, a account) bool { return now.Sub(a.Seen) > 25*time.Hour })
	l.write(all, err)
	if n.limit == nil {
		return block{}
	}
	return a.Blocks[n.limit.scope]
}

// worthWriting tells whether a differs from old in what matters to others.
func (a account) worthWriting(old account, now time.Time) bool {
	if !reflect.DeepEqual(a.Blocks, old.Blocks) {
		return true
	}
	if a.Quota == old.Quota && a.Graph == old.Graph {
		return false // a 304, which costs nothing
	}
	return now.Sub(old.Seen) >= worthAge || old.Seen.After(now) || a.Quota.moved(old.Quota) || a.Graph.moved(old.Graph)
}

// moved tells whether more than a trifle lies between two counts.
func (q quota) moved(old quota) bool {
	return q.Limit != old.Limit || !q.Resets.Equal(old.Resets) || q.Left < old.Left && (old.Left-q.Left)*worthShare >= q.Limit
}

// note keeps the counts of a in memory.
func (l *limits) note(owner string, a account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.fresh[owner]
	l.fresh[owner] = money{m.core.after(a.Quota), m.graph.after(a.Graph)}
}

// heard is a with n in it; a itself is not changed.
func (a account) heard(n news, now time.Time) account {
	blocks := map[string]block{}
	for scope, b := range a.Blocks {
		refuted := n.limit == nil && (scope == n.bucket || scope == everything) && !n.sent.Before(b.Until)
		if !refuted && !b.Set.After(now) {
			blocks[scope] = b
		}
	}
	if n.limit != nil {
		blocks[n.limit.scope] = blocks[n.limit.scope].next(n, now)
	}
	if q := n.quota; q != nil {
		if q.Left == 0 && n.limit == nil && now.Before(q.Resets) {
			blocks[n.bucket] = block{Set: now, Until: q.Resets, Why: whyPrimary(n.bucket)}
		}
		switch n.bucket {
		case core:
			a.Quota = a.Quota.after(*q)
		case graphql:
			a.Graph = a.Graph.after(*q)
		}
	}
	a.Blocks = nil
	if len(blocks) > 0 {
		a.Blocks = blocks
	}
	return a
}

// next is the block after one more rejection. One that comes while b holds, or
// whose request was sent before b was known, is the same one as b's.
func (b block) next(n news, now time.Time) block {
	c := block{Set: now, Until: n.limit.until, Why: n.limit.why, Times: b.Times}
	if c.Until.IsZero() {
		if b.holds(now) || !n.sent.After(b.Set) {
			return b
		}
		if now.Sub(b.Until) > time.Hour {
			c.Times = 0 // long forgotten
		}
		c.Until = now.Add(min(shortestPause<<min(c.Times, 10), longestPause))
		c.Times++
	}
	if b.holds(now) && b.Until.After(c.Until) {
		return b
	}
	return c
}

// read returns a book of the caller's own. A damaged file is an empty one: what
// it said will be said again.
func (l *limits) read() book {
	l.mu.Lock()
	unsaved := maps.Clone(l.unsaved)
	l.mu.Unlock()
	if unsaved != nil {
		return unsaved
	}
	all := book{}
	if text, err := os.ReadFile(l.file); err != nil || json.Unmarshal(text, &all) != nil || all == nil {
		return book{}
	}
	return all
}

func (l *limits) write(all book, err error) {
	if err == nil {
		var text []byte
		if text, err = json.Marshal(all); err == nil {
			err = replace(l.file, text, nil)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsaved = nil
	if err != nil {
		l.unsaved = all
	}
}
