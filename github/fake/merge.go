package fake

import (
	"context"
	"crypto/sha1" // what git names a commit by
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// commitID makes up the id of a commit.
func commitID(of string) string {
	sum := sha1.Sum([]byte(of))
	return hex.EncodeToString(sum[:])
}

func mergePull(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	var in struct {
		SHA     string `json:"sha"`
		Method  string `json:"merge_method"`
		Title   string `json:"commit_title"`
		Message string `json:"commit_message"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	w.refresh(i)
	if in.Method == "" {
		in.Method = "merge"
	}
	if why := w.whyNot(i, in.Method); why != "" {
		return refuse(http.StatusMethodNotAllowed, why)
	}
	if in.SHA != "" && in.SHA != i.pull.sha {
		return refuse(http.StatusConflict, "Head branch was modified. Review and try the merge again.")
	}
	if err := w.merge(i, w.login, in.Title+"\n\n"+in.Message); err != nil {
		return refuse(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	return ok(object{"sha": i.pull.mergeCommit, "merged": true, "message": "Pull Request successfully merged"})
}

// whyNot says why a pull request cannot be merged now.
func (w *world) whyNot(i *item, method string) string {
	allowed := map[string]bool{"merge": w.settings.MergeCommit, "squash": w.settings.Squash, "rebase": w.settings.Rebase}
	name := map[string]string{"merge": "Merge commits are", "squash": "Squash merges are", "rebase": "Rebase merges are"}
	switch {
	case !i.open():
		return "Pull Request is not mergeable"
	case i.pull.draft:
		return "Pull Request is still a draft"
	case !allowed[method]:
		return name[method] + " not allowed on this repository."
	case w.settings.Queue && i.pull.base == DefaultBranch:
		return "Changes must be made through the merge queue"
	}
	switch w.mergeState(i) {
	case stateDirty, stateUnknown:
		return "Pull Request is not mergeable"
	case stateBehind:
		return "Head branch is out of date with the base branch."
	case stateBlocked:
		return w.whyBlocked(i)
	}
	return ""
}

// merge merges, and closes what the words in the pull request, in its title and
// in its commits say, if it goes into the default branch.
func (w *world) merge(i *item, actor, message string) error {
	p := i.pull
	if w.merger != nil {
		ctx, cancel := context.WithTimeout(context.Background(), mergerLimit)
		defer cancel()
		if message == "\n\n" || message == "" {
			message = fmt.Sprintf("%s (#%d)\n\n%s", i.title, i.number, i.body)
		}
		commit, err := w.merger.MergeBranch(ctx, p.base, p.head, p.sha, message)
		if errors.Is(err, fm.ErrConflict) {
			p.conflicting = w.pair(p)
		}
		if err != nil {
			return err
		}
		p.mergeCommit = commit
	} else {
		p.mergeCommit = commitID(p.base + " " + w.branches[p.base] + " " + p.sha)
		w.branches[p.base] = p.mergeCommit
		w.merged[p.sha] = true
	}
	p.merged, p.mergedBy, p.armed, p.queued = w.now(), actor, "", false
	w.note(i, event{name: "merged", actor: actor, commit: p.mergeCommit})
	w.close(i, actor, "", "")
	if w.settings.DeleteBranch && w.merger == nil {
		delete(w.branches, p.head)
	}
	if p.base == DefaultBranch {
		w.closeNamed(i, actor, i.title+"\n"+i.body+"\n"+message+"\n"+strings.Join(p.messages, "\n"))
	}
	return nil
}

// pair names the two commits that a merge would bring together.
func (w *world) pair(p *pull) string {
	base, err := w.branch(p.base)
	if err != nil {
		base = "unknown"
	}
	return p.sha + " " + base
}

// closing finds the issues that a text closes, in this repository or one that
// it names.
// https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
var closing = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+/[\w.-]+)?#|GH-|https?://[^/\s]+/([\w.-]+/[\w.-]+)/issues/)(\d+)\b`)

// inCode is what GitHub reads no keywords in.
var inCode = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")

func (w *world) closeNamed(by *item, actor, text string) {
	for _, m := range closing.FindAllStringSubmatch(inCode.ReplaceAllString(text, ""), -1) {
		if repo := m[1] + m[2]; repo != "" && repo != w.owner+"/"+w.name {
			continue
		}
		n, err := strconv.Atoi(m[3])
		if err != nil {
			continue
		}
		if i := w.items[n]; i != nil && i.pull == nil {
			w.close(i, actor, "completed", by.pull.mergeCommit)
		}
	}
}
