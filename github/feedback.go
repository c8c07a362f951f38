package github

import (
	"context"
	"fmt"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// How much is said of what, in bytes: an agent reads all of it.
const (
	maxFeedback = 16 << 10
	maxReviews  = 7 << 10 // of these, for all that reviewers say
	maxOutput   = 2 << 10 // of what a check says of itself
	maxNotes    = 10      // of a check, on lines of the source
)

// Feedback says in Markdown what stands against a pull request as it is: a
// conflict with its base, what people with write access ask for, and the
// failed checks of its head with the ends of their logs. It is "" for nothing,
// and never more than 16 KiB. All texts from outside are indented or quoted,
// and hold no control characters. What a token may not read is left out.
func (f *Forge) Feedback(ctx context.Context, number string) (string, error) {
	n, ok := pullNumber(number)
	if !ok {
		return "", fmt.Errorf("read what stands against %q: %w", number, fm.ErrGone)
	}
	text, err := f.feedback(ctx, n)
	if err != nil {
		return "", fmt.Errorf("read what stands against pull request %s: %w", number, f.hub.explain(err))
	}
	return text, nil
}

func (f *Forge) feedback(ctx context.Context, number int) (string, error) {
	p, err := f.pull(ctx, number)
	if err != nil || request(p).State != fm.PullOpen {
		return "", err
	}
	var b strings.Builder
	if conflicting(p) {
		fmt.Fprintf(&b, "## Conflict\n\nThe branch cannot be merged as it is: %s changed the same lines. Merge it into the branch, or put the commits on top of it, and resolve the conflicts.\n\n", p.GetBase().GetRef())
	}
	reviews, err := f.reviews(ctx, number)
	if err != nil {
		return "", err
	}
	b.WriteString(cut(reviews, maxReviews))
	checks, err := f.commitChecks(ctx, p.GetHead().GetSHA())
	if err != nil {
		return "", err
	}
	if err := f.failures(ctx, &b, checks); err != nil {
		return "", err
	}
	return cut(strings.TrimSpace(b.String()), maxFeedback), nil
}

// failures tells of failed checks as long as there is room, and names the
// others.
func (f *Forge) failures(ctx context.Context, b *strings.Builder, checks checks) error {
	var left []string
	for _, c := range checks.latest() {
		if c.verdict != failed {
			continue
		}
		// A log, an output and a few notes: what does not fit is not fetched.
		if b.Len()+logBytes+maxOutput > maxFeedback {
			left = append(left, c.name)
			continue
		}
		text, err := f.failure(ctx, c)
		if err != nil {
			return err
		}
		b.WriteString(text)
	}
	if len(left) > 0 {
		fmt.Fprintf(b, "## Other checks that failed\n\n%s\n", cut(indent(strings.Join(left, "\n")), 1<<10))
	}
	return nil
}

// failure tells of one failed check.
func (f *Forge) failure(ctx context.Context, c check) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "## The check %s failed\n\n", c.name)
	if c.status != nil {
		fmt.Fprintf(&b, "%s %s\n\n", fm.Line(c.status.GetState(), 50), fm.Line(c.status.GetTargetURL(), 300))
		b.WriteString(indent(cut(fm.Plain(c.status.GetDescription()), maxOutput)))
		return b.String(), nil
	}
	if c.workflow != nil {
		err := f.failedWorkflow(ctx, &b, c.workflow)
		return b.String(), err
	}
	fmt.Fprintf(&b, "%s %s\n\n", fm.Line(c.run.GetConclusion(), 50), fm.Line(c.run.GetHTMLURL(), 300))
	output := c.run.GetOutput()
	b.WriteString(indent(cut(strings.TrimSpace(fm.Plain(output.GetTitle()+"\n"+output.GetSummary())), maxOutput)))
	if output.GetAnnotationsCount() > 0 {
		notes, err := f.annotations(ctx, c.run)
		if err != nil {
			return "", err
		}
		b.WriteString(indent(cut(notes, maxOutput)))
	}
	if c.run.GetApp().GetSlug() == actionsApp {
		if err := f.tellLog(ctx, &b, c.run.GetID()); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// tellLog tells how the log of a job ends, if the token may read it.
func (f *Forge) tellLog(ctx context.Context, b *strings.Builder, job int64) error {
	log, err := f.jobLog(ctx, job)
	if err != nil && !f.final(err) {
		return err
	}
	if err == nil && log != "" {
		b.WriteString("Its log ends:\n\n" + indent(log))
	}
	return nil
}

// failedWorkflow tells of the first of the failed jobs of a run.
func (f *Forge) failedWorkflow(ctx context.Context, b *strings.Builder, run *gh.WorkflowRun) error {
	fmt.Fprintf(b, "%s %s\n\n", fm.Line(run.GetConclusion(), 50), fm.Line(run.GetHTMLURL(), 300))
	jobs, _, err := f.hub.client.Actions.ListWorkflowJobs(ctx, f.hub.repo.Owner, f.hub.repo.Name, run.GetID(), &gh.ListWorkflowJobsOptions{ListOptions: gh.ListOptions{PerPage: 100}})
	if err != nil {
		if f.final(err) {
			return nil
		}
		return err
	}
	for _, job := range jobs.Jobs {
		if conclude(job.GetStatus(), job.GetConclusion()) == failed {
			fmt.Fprintf(b, "Its job %s failed.\n\n", fm.Line(job.GetName(), 200))
			return f.tellLog(ctx, b, job.GetID())
		}
	}
	return nil
}

// annotations are what a check says of lines of the source.
func (f *Forge) annotations(ctx context.Context, run *gh.CheckRun) (string, error) {
	all, _, err := f.hub.client.Checks.ListCheckRunAnnotations(ctx, f.hub.repo.Owner, f.hub.repo.Name, run.GetID(), &gh.ListOptions{PerPage: 3 * maxNotes})
	if err != nil && !f.final(err) {
		return "", err
	}
	var b strings.Builder
	told := 0
	for _, a := range all {
		if a.GetAnnotationLevel() == "notice" || told == maxNotes {
			continue
		}
		told++
		fmt.Fprintf(&b, "%s:%d: %s\n", fm.Line(a.GetPath(), 200), a.GetStartLine(), fm.Line(a.GetMessage(), 300))
	}
	return b.String(), nil
}

// indent makes a text a code block of Markdown's that nothing in the text can
// end.
func indent(text string) string { return prefixed(text, "    ") }

func prefixed(text, prefix string) string {
	text = strings.TrimRight(text, "\n")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix) + "\n\n"
}
