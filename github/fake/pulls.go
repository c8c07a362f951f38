package fake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// pull is what a pull request has beyond an [item].
type pull struct {
	id          int64
	head, base  string // branches
	sha         string // of the head, when last seen
	messages    []string
	draft       bool
	merged      time.Time
	mergedBy    string
	mergeCommit string
	armed       string // the way to merge as soon as it may; "" for not
	reviewers   []string
	reviews     []*review
	threads     []*thread
	conflict    bool   // as [Server.SetConflict] says
	conflicting string // head and base of a merge that was in conflict
	queued      bool   // for the merge queue
	unsettled   int    // so many looks do not yet know whether it can be merged
	behind      bool
}

func (i *item) pullState() string {
	switch {
	case !i.pull.merged.IsZero():
		return "merged"
	case i.open():
		return "open"
	}
	return "closed"
}

func (w *world) pullOf(c *call) *item {
	if i := w.items[c.number("pull_number")]; i != nil && i.pull != nil {
		return i
	}
	return nil
}

// branch gives the commit of a branch, "" when there is none.
func (w *world) branch(name string) (string, error) {
	if w.merger == nil {
		return w.branches[name], nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), mergerLimit)
	defer cancel()
	sha, err := w.merger.Head(ctx, name)
	if errors.Is(err, fm.ErrGone) {
		return "", nil
	}
	return sha, err
}

// mergerLimit is longer than any push or merge in a test takes.
const mergerLimit = time.Minute

// refresh takes over what was pushed to the head branch. One that was deleted
// closes its pull request.
func (w *world) refresh(i *item) {
	if !i.open() {
		return
	}
	switch sha, err := w.branch(i.pull.head); {
	case err != nil: // nothing is known; GitHub is late sometimes
	case sha == "":
		w.close(i, w.login, "", "")
	case sha != i.pull.sha:
		i.pull.sha, i.updated = sha, w.now()
	}
}

func listPulls(w *world, c *call) reply {
	var found []*item
	for _, i := range w.sorted() {
		if i.pull == nil {
			continue
		}
		w.refresh(i)
		state, head, base := c.query.Get("state"), c.query.Get("head"), c.query.Get("base")
		switch {
		case state == "closed" && i.open(), state != "closed" && state != "all" && !i.open():
		case head != "" && head != w.owner+":"+i.pull.head: // a head without owner finds nothing
		case base != "" && base != i.pull.base:
		default:
			found = append(found, i)
		}
	}
	sortItems(c, found)
	return listed(c, found, c.render.pullSimple)
}

func getPull(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	w.refresh(i)
	return ok(c.render.pullWhole(i))
}

func createPull(w *world, c *call) reply {
	var in struct {
		Title *string `json:"title"`
		Body  string  `json:"body"`
		Head  string  `json:"head"`
		Base  string  `json:"base"`
		Draft bool    `json:"draft"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	head := strings.TrimPrefix(in.Head, w.owner+":")
	if in.Title == nil || strings.TrimSpace(*in.Title) == "" {
		return invalid("PullRequest", "title", "missing_field", "")
	}
	if len(in.Body) > 65536 {
		return invalid("PullRequest", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	tip, err := w.branch(head)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	base, err := w.branch(in.Base)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	switch {
	case tip == "":
		return invalid("PullRequest", "head", "invalid", "")
	case base == "":
		return invalid("PullRequest", "base", "invalid", "")
	case w.openPull(head, in.Base) != nil:
		return invalid("PullRequest", "", "custom", fmt.Sprintf("A pull request already exists for %s:%s.", w.owner, head))
	case tip == base || w.merged[tip]:
		return invalid("PullRequest", "", "custom", fmt.Sprintf("No commits between %s and %s", in.Base, head))
	}
	i := w.add(&item{title: *in.Title, body: in.Body, author: w.login, association: "MEMBER"})
	i.pull = &pull{id: w.newID(), head: head, base: in.Base, sha: tip, draft: in.Draft}
	return created(c.render.pullWhole(i))
}

// openPull is the open one for two branches.
func (w *world) openPull(head, base string) *item {
	for _, i := range w.items {
		if i.pull != nil && i.open() && i.pull.head == head && i.pull.base == base {
			return i
		}
	}
	return nil
}

func patchPull(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	var in struct {
		Title *string `json:"title"`
		Body  *string `json:"body"`
		State *string `json:"state"`
		Base  *string `json:"base"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	set(&i.title, in.Title)
	set(&i.body, in.Body)
	set(&i.pull.base, in.Base)
	i.updated = w.now()
	switch {
	case in.State == nil:
	case *in.State == "closed":
		w.close(i, w.login, "", "")
	case !i.pull.merged.IsZero():
		return invalid("PullRequest", "state", "invalid", "state cannot be changed. The pull request cannot be reopened.")
	default:
		w.reopen(i, w.login)
	}
	return ok(c.render.pullWhole(i))
}

func requestReviewers(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	var in struct {
		Reviewers []string `json:"reviewers"`
		Teams     []string `json:"team_reviewers"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	for _, login := range in.Reviewers {
		switch {
		case strings.EqualFold(login, i.author):
			return refuse(http.StatusUnprocessableEntity, "Review cannot be requested from pull request author.")
		case slices.Contains(w.settings.Strangers, login):
			return refuse(http.StatusUnprocessableEntity, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the "+w.owner+"/"+w.name+" repository.")
		}
	}
	for _, login := range append(in.Reviewers, in.Teams...) {
		if !slices.Contains(i.pull.reviewers, login) {
			i.pull.reviewers = append(i.pull.reviewers, login)
			w.note(i, event{name: "review_requested"})
		}
	}
	return reply{status: http.StatusCreated, body: c.render.pullSimple(i)}
}
