package transport

import (
	"net/http"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// quota is what is left of a bucket.
type quota struct {
	Left   int       `json:"left"`
	Limit  int       `json:"limit"`
	Resets time.Time `json:"resets"`
}

// quotaOf reads the headers of an answer from bucket, or nil where GitHub does
// not count, or counts in another bucket than the request was for.
func quotaOf(bucket string, h http.Header, now time.Time) *quota {
	if r := h.Get("X-Ratelimit-Resource"); r != "" && r != bucket {
		return nil
	}
	left, err1 := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	limit, err2 := strconv.Atoi(h.Get("X-Ratelimit-Limit"))
	resets, ok := resetOf(h, now)
	if err1 != nil || err2 != nil || !ok {
		return nil
	}
	return &quota{Left: left, Limit: limit, Resets: resets}
}

// after is the quota when answers come in any order: within one hour, the
// least.
func (q quota) after(n quota) quota {
	switch {
	case n.Resets.After(q.Resets):
		return n
	case n.Resets.Equal(q.Resets) && n.Left < q.Left:
		return n
	}
	return q
}

// Quota returns what is left of the hour's requests, and the longest block if
// there is one, as the answers to this process and, within a per cent, to any
// other with this Dir told. Of the two buckets, for REST and for GraphQL, it is
// the one with the smaller share left. When the hour is over, all is left again.
// Zero is of a GitHub that does not count, or of one that was not asked yet.
func (t *Transport) Quota() fm.Quota {
	now := t.o.Now()
	a := t.limits.account(t.owner.Load())
	scarce := a.Quota.at(now)
	if g := a.Graph.at(now); scarce.Limit == 0 || g.Left*scarce.Limit < scarce.Left*g.Limit {
		scarce = g
	}
	q := fm.Quota{Left: scarce.Left, Limit: scarce.Limit, Resets: scarce.Resets}
	for _, b := range a.Blocks {
		if b.holds(now) && b.Until.After(q.Blocked) {
			q.Blocked, q.Why = b.Until, b.Why
		}
	}
	return q
}

// at is the quota now: all of it when the hour is over.
func (q quota) at(now time.Time) quota {
	if !now.Before(q.Resets) {
		q.Left, q.Resets = q.Limit, time.Time{}
	}
	return q
}

// account returns the owner's with the newest counts, or of an unknown one the
// account that was heard of last.
func (l *limits) account(owner *string) account {
	all := l.read()
	if owner != nil {
		l.mu.Lock()
		m := l.fresh[*owner]
		l.mu.Unlock()
		a := all[*owner]
		a.Quota, a.Graph = a.Quota.after(m.core), a.Graph.after(m.graph)
		return a
	}
	var last account
	for _, a := range all {
		if a.Seen.After(last.Seen) {
			last = a
		}
	}
	return last
}
