package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Markdown is the report for people, as GitHub renders it (GFM, with a Mermaid
// chart); it can be read as it is, too. Times are those of the zone.
func (r Report) Markdown(zone *time.Location) string {
	var b strings.Builder
	at := func(t time.Time) string { return t.In(zone).Format("Mon 15:04") }
	fmt.Fprintf(&b, "# fm report: %s\n\n%s to %s: %s merged, %s waiting for review, %d stuck, %s. Spent: %s.\n",
		quoted(r.Project, 60), r.From.In(zone).Format("Mon 2 Jan 15:04"), r.To.In(zone).Format("Mon 2 Jan 15:04"),
		fm.Count(len(r.Merged), "pull request"), fm.Count(len(r.Review), "pull request"), len(r.Stuck), fm.Count(len(r.Questions), "question"), r.Spent.Cost)
	if !r.Known.IsZero() {
		fmt.Fprintf(&b, "\nThe ledger has been shortened: of the time before %s it does not hold everything, and the numbers may be too low.\n", r.Known.In(zone).Format("Mon 2 Jan 15:04"))
	}
	b.WriteString("\n## What to do first\n\n")
	if len(r.First) == 0 {
		b.WriteString("Nothing: nobody waits for you.\n")
	}
	for i, step := range r.First {
		fmt.Fprintf(&b, "%d. %s", i+1, quoted(step.What, 0))
		if step.Do != "" {
			b.WriteString(" → `" + step.Do + "`")
		}
		b.WriteString("\n")
	}
	r.questions(&b, at)
	section(&b, "Stuck", r.Stuck, "| Task | Title | Since | Why |\n|---|---|---|---|", func(i Item) string {
		return row(i.Task.Ref(), quoted(i.Title, 60), at(i.Since), string(i.Status)+": "+quoted(or(i.Note, "no reason was given"), 200))
	})
	section(&b, "Waiting for review", r.Review, "| Task | Title | PR | Open for |\n|---|---|---|---|", func(i Item) string {
		return row(i.Task.Ref(), quoted(i.Title, 60), number(i.Pull), fm.Span(r.To.Sub(i.Since)))
	})
	section(&b, "Merged", r.Merged, "| Task | Title | PR | At | Worked | Estimate | Cost |\n|---|---|---|---|---|---|---|", func(i Item) string {
		return row(i.Task.Ref(), quoted(i.Title, 60), number(i.Pull), at(i.Since), fm.Span(i.Worked), fm.Span(i.Estimate), i.Spent.Cost.String())
	})
	r.Metrics.write(&b)
	if chart := r.timeline(zone); chart != "" {
		b.WriteString("\n## Who worked on what\n\n```mermaid\n" + chart + "```\n")
	}
	return b.String()
}

func (r Report) questions(b *strings.Builder, at func(time.Time) string) {
	if len(r.Questions) == 0 {
		return
	}
	b.WriteString("\n## Questions\n\n| Worker | Task | Question | Since |\n|---|---|---|---|\n")
	for _, q := range r.Questions {
		since := "-"
		if !q.Since.IsZero() {
			since = at(q.Since)
		}
		b.WriteString(row(q.Worker.String(), q.Task.Ref(), quoted(q.Text, 200), since))
	}
}

func section(b *strings.Builder, title string, items []Item, head string, line func(Item) string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s (%d)\n\n%s\n", title, len(items), head)
	for _, i := range items {
		b.WriteString(line(i))
	}
}

// write shows the metrics beside the targets that users expect of fm.
func (m Metrics) write(b *strings.Builder) {
	b.WriteString("\n## How well it went\n\n| Measure | Value | Target |\n|---|---|---|\n")
	b.WriteString(row("Pull requests per hour and worker", m.rate()+fmt.Sprintf(" (%d in %s of work)", m.Pulls, fm.Span(m.Busy+m.Idle)), "2 to 3"))
	b.WriteString(row("Merged as they were opened", amount(m.Approval, "%.0f %%", 100), "95 %"))
	b.WriteString(row("Idle while work was ready", amount(m.IdleShare, "%.1f %%", 100), "under 5 %"))
	recovery := "no agent ended at work"
	if m.Deaths > 0 {
		recovery = fmt.Sprintf("%s; at most %s (%s)", fm.Span(m.Recovery), fm.Span(m.RecoveryMax), fm.Count(m.Deaths, "time"))
	}
	b.WriteString(row("From an agent's end to its next start", recovery, "under 2m"))
	b.WriteString(row("Time taken, by estimate", amount(m.Estimate, "%.0f %%", 100), "-"))
}

// enough is the least work that a rate is told of: a minute's would promise the
// impossible.
const enough = 15 * time.Minute

// rate is how many pull requests a worker opens in an hour.
func (m Metrics) rate() string {
	if m.Busy+m.Idle < enough {
		return "-"
	}
	return amount(m.PerHour, "%.1f", 1)
}

func amount(share *float64, form string, times float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf(form, *share*times)
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func number(pull string) string {
	if pull == "" {
		return "-"
	}
	return "#" + pull
}

// quoted makes a text from outside a part of a line of Markdown: nobody is called
// by it, no tag obeyed, and no table cell ended.
func quoted(text string, limit int) string {
	text = fm.Quoted(fm.Line(text, limit))
	return strings.NewReplacer("|", `\|`, "[", `\[`, "]", `\]`, "\n", " ").Replace(text)
}
