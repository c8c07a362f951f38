package jira

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/forgetest"
	"github.com/founder-mode/fm/jira/fake"
	"github.com/founder-mode/fm/supervisor"
)

var _ supervisor.Tracker = (*Tracker)(nil)

// plain is a Jira whose texts are Markdown: its promises are not those of the
// markup, which has tests of its own.
func plain() notation {
	same := func(text string) string { return text }
	return notation{same, same}
}

func TestTrackerKeepsThePromises(t *testing.T) {
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			forgetest.Tracker(t, func(t *testing.T) forgetest.TrackerWorld {
				t.Helper()
				return trackerWorld(newStillRig(t, fake.Options{Kind: kind}))
			})
		})
	}
}

// Small pages, and no links of the type that tells what waits for what.
func TestTrackerKeepsThePromisesOfAPoorJira(t *testing.T) {
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			forgetest.Tracker(t, func(t *testing.T) forgetest.TrackerWorld {
				t.Helper()
				r := newStillRig(t, fake.Options{Kind: kind})
				r.Configure(func(s *fake.Settings) { s.Page, s.LinkTypes = 2, nil })
				return trackerWorld(r)
			})
		})
	}
}

func trackerWorld(r *rig) forgetest.TrackerWorld {
	return forgetest.TrackerWorld{
		Restart: func() forgetest.Issues {
			j := r.open(r.direct)
			j.texts = plain()
			return j.Tracker()
		},
		Add: func(title, body string, labels ...string) fm.IssueID {
			n := fake.Issue{Summary: title, Description: plain().wiki(body)}
			for _, label := range labels {
				if word, is := strings.CutPrefix(label, "priority: "); is { // Jira has a field for it
					n.Priority = strings.ToUpper(word[:1]) + word[1:]
				} else {
					n.Labels = append(n.Labels, label)
				}
			}
			return fm.IssueID(r.AddIssue(n))
		},
		Close:  func(id fm.IssueID) { r.Put(string(id), "Done") },
		Reopen: func(id fm.IssueID) { r.Put(string(id), "To Do") },
		Thread: func(id fm.IssueID) string {
			i := r.issue(string(id))
			text := i.Summary + "\n" + i.Description
			for _, c := range i.Comments {
				text += "\n" + c.Body
			}
			return text
		},
	}
}
