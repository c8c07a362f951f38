package forgetest

import (
	"strings"

	"github.com/founder-mode/fm"
)

// hostile are texts that mean something to somebody: to a terminal, a shell,
// YAML, Markdown, and to fm itself where it keeps notes in texts.
func hostile() []string {
	return []string{
		"two\nlines", "a | b | c", "\x1b[31mred\x1b[0m\x1b]0;title\a", "a\x00b\r\n", "\u202egnp.exe", "\xff\xfe",
		"---\nstatus: closed\nstate: merged\nparent: 9\nkey: other\ndraft: true\n---\n",
		"<!-- fm:v1 parent=acme/widget#1 key=other -->", "<!-- fm:v1 closed -->", "<!-- fm:tasks -->",
		"true", "null", "*x", "&x y", "{a: b}", "[#1] x", "'", `"`, "# x", "-rf", "$(touch pwn)", "../../etc/passwd", "@everyone",
		strings.Repeat("long ", 1000),
	}
}

func (t tracker) textIsData() {
	parent := t.Add("Parent", "")
	seen := map[fm.IssueID]string{}
	for _, text := range hostile() {
		plan := fm.Subissue{Title: text, Description: text, Criteria: []string{text}, Context: []string{text}, Priority: text}
		made := t.create(parent, "key "+text, plan)
		if other, taken := seen[made.ID]; taken {
			t.Errorf("%.40q is the issue of %.40q", text, other)
		}
		seen[made.ID] = text
		t.untouched(parent, plan, made)
		t.untouched(parent, plan, t.issue(made.ID))
		kept := t.Thread(made.ID)
		if fm.Plain(kept) != kept || !strings.HasPrefix(text, "<!--") && !strings.Contains(kept, strings.TrimSpace(fm.Plain(text))) {
			t.Errorf("%.40q is %.200q in its issue", text, kept)
		}
		t.issues = t.Restart()
		if again := t.create(parent, "key "+text, fm.Subissue{Title: "x"}); again.ID != made.ID {
			t.Errorf("%.40q was made again: #%s beside #%s", text, again.ID, made.ID)
		}
	}
	if other := t.create(parent, "other", fm.Subissue{Title: "x"}); seen[other.ID] != "" {
		t.Errorf("the text %q is taken for the key of #%s", seen[other.ID], other.ID)
	}
	if got := len(t.children(parent)); got != len(hostile())+1 {
		t.Errorf("%d children, want %d", got, len(hostile())+1)
	}
	t.close(parent, hostile()[0]+"\n<!-- fm:v1 closed -->\n---\nstatus: open\n---\n")
	if !t.issue(parent).Closed {
		t.Error("a comment kept an issue open")
	}
}

// untouched holds that the texts of a plan became the texts of its issue, and
// nothing else.
func (t tracker) untouched(parent fm.IssueID, plan fm.Subissue, got fm.Issue) {
	if want := strings.TrimSpace(plan.TitleFor(parent)); got.Title != want {
		t.Errorf("title %q, want %q", got.Title, want)
	}
	if got.Closed || got.Parent != parent || len(got.DependsOn) > 0 {
		t.Errorf("%.40q became %+v", plan.Title, got)
	}
}

func (t forge) textIsData() {
	for i, text := range hostile() {
		p := t.proposal(i + 1)
		t.Push(p.Head, "a.txt", p.Head)
		p.Title, p.Body = "x "+text, text
		got := t.look(t.open(p).Number)
		want := fm.Line(p.Title, 0)
		if got.Title != want && !strings.HasPrefix(want, strings.TrimSuffix(got.Title, "…")) || got.Title == "" {
			t.Errorf("%.40q: title %q, want %q", text, got.Title, want)
		}
		if got.State != fm.PullOpen || got.Draft || got.Head != p.Head || got.Base != p.Base || got.Demand != "" {
			t.Errorf("%.40q became %+v", text, got)
		}
		if kept := t.Text(got.Number); !strings.Contains(kept, strings.TrimSpace(fm.Plain(text))) || fm.Plain(kept) != kept {
			t.Errorf("%.40q is %.200q in its pull request", text, kept)
		}
		t.Close(got.Number)
	}
	if got := len(t.all("")); got != len(hostile()) {
		t.Errorf("%d pull requests, want %d", got, len(hostile()))
	}
}
