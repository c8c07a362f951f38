package fake

import "time"

// review is what a reviewer said.
type review struct {
	id        int64
	author    string
	state     string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
	body      string
	sha       string
	submitted time.Time
	stranger  bool // may not write
}

// thread is what a reviewer said about a line.
type thread struct {
	id       int64
	review   *review
	path     string
	line     int
	body     string
	resolved bool
	created  time.Time
	sha      string
}

// opinions are the last reviews of each reviewer who may write that say yes or
// no.
func (i *item) opinions() []*review {
	last := map[string]*review{}
	var order []string
	for _, r := range i.pull.reviews {
		if r.stranger || r.state == "COMMENTED" {
			continue
		}
		if last[r.author] == nil {
			order = append(order, r.author)
		}
		last[r.author] = r
	}
	var all []*review
	for _, author := range order {
		all = append(all, last[author])
	}
	return all
}

// decision is GraphQL's reviewDecision, "" for null.
func (w *world) decision(i *item) string {
	approvals := 0
	for _, r := range i.opinions() {
		switch r.state {
		case "CHANGES_REQUESTED":
			return r.state
		case "APPROVED":
			approvals++
		}
	}
	switch {
	case approvals > 0 && approvals >= w.settings.Approvals:
		return "APPROVED"
	case w.settings.Approvals > 0:
		return "REVIEW_REQUIRED"
	}
	return ""
}
