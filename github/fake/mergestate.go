package fake

import (
	"context"
	"slices"
	"strings"
)

// What GitHub says about merging a pull request: mergeable_state, and in
// capitals mergeStateStatus.
const (
	stateBehind   = "behind"
	stateBlocked  = "blocked"
	stateClean    = "clean"
	stateDirty    = "dirty"
	stateDraft    = "draft"
	stateUnknown  = "unknown"
	stateUnstable = "unstable"
)

func (w *world) mergeState(i *item) string {
	p := i.pull
	switch {
	case !i.open(), p.unsettled > 0:
		return stateUnknown
	case w.inConflict(i):
		return stateDirty
	case p.draft:
		return stateDraft
	case w.whyBlocked(i) != "":
		return stateBlocked
	case p.behind:
		return stateBehind
	}
	if sum := w.rollup(p.sha); sum != "" && sum != rollupSuccess {
		return stateUnstable
	}
	return stateClean
}

// mergeable is what the REST API and GraphQL say: true, false, or not yet known.
func (w *world) mergeable(i *item) string {
	switch {
	case !i.open(), i.pull.unsettled > 0:
		return "UNKNOWN"
	case w.inConflict(i):
		return "CONFLICTING"
	}
	return "MERGEABLE"
}

func (w *world) inConflict(i *item) bool {
	p := i.pull
	if p.conflict || p.conflicting != "" && p.conflicting == w.pair(p) {
		return true
	}
	tester, is := w.merger.(interface {
		Conflicts(ctx context.Context, base, head string) (bool, error)
	})
	if !is {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), mergerLimit)
	defer cancel()
	conflict, err := tester.Conflicts(ctx, p.base, p.head)
	return err == nil && conflict
}

// whyBlocked says which rule of the default branch is not kept; "" for none.
func (w *world) whyBlocked(i *item) string {
	if i.pull.base != DefaultBranch {
		return ""
	}
	for _, name := range w.settings.Required {
		switch w.checkState(i.pull.sha, name) {
		case rollupSuccess:
		case rollupFailure:
			return `Required status check "` + name + `" is failing.`
		case rollupPending:
			return `Required status check "` + name + `" is pending.`
		default:
			return `Required status check "` + name + `" is expected.`
		}
	}
	// Reviews bind nobody where the rules ask for none.
	switch decision := w.decision(i); {
	case w.settings.Approvals == 0:
	case decision == "CHANGES_REQUESTED":
		return "Changes have been requested by reviewers with write access."
	case decision != "APPROVED":
		return "At least 1 approving review is required by reviewers with write access."
	}
	return ""
}

// settle merges what is armed and may be merged now.
func (w *world) settle() {
	for _, i := range w.sorted() {
		if i.pull == nil || !i.open() || i.pull.armed == "" || w.settings.Queue {
			continue
		}
		w.refresh(i)
		if slices.Contains([]string{stateClean, stateUnstable}, w.mergeState(i)) {
			_ = w.merge(i, w.login, "") // in conflict: it stays armed, as at GitHub
		}
	}
}

func capitals(s string) string { return strings.ToUpper(s) }
