package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// manCmd prints the manual page, for packages and for man -l -.
type manCmd struct{}

func (manCmd) Run(ctx context.Context, a *app) error {
	out := bufio.NewWriter(a.stdout)
	writeMan(out, a.parser(ctx, &cli{}, func(int) {}).Model, thisBuild())
	return out.Flush()
}

// writeMan writes fm(1) in the macros of man(7).
func writeMan(w io.Writer, app *kong.Application, b build) {
	day, _, _ := strings.Cut(b.Date, "T")
	fmt.Fprintf(w, ".TH FM 1 \"%s\" \"fm %s\" \"User Commands\"\n.nh\n.ad l\n", day, inRoff(b.Version))
	first, more, _ := strings.Cut(app.Help, "\n\n")
	r := roff{w}
	r.section("Name")
	fmt.Fprintf(w, "fm \\- supervise Claude Code sessions in tmux: issues in, merged pull requests out\n")
	r.section("Synopsis")
	fmt.Fprintf(w, "\\fBfm\\fR \\fICOMMAND\\fR [\\fIFLAGS\\fR]\n")
	r.section("Description")
	fmt.Fprintf(w, "%s\n.PP\n%s\n", inRoff(first), inRoff(more))
	writeManual(r, app)
	r.section("See also")
	fmt.Fprint(w, "\\fBgit\\fR(1), \\fBtmux\\fR(1), \\fBclaude\\fR(1), \\fBgh\\fR(1)\n")
}

// roff is the form of the manual page.
type roff struct{ io.Writer }

func (r roff) section(title string) { fmt.Fprintf(r, ".SH %s\n", inRoff(strings.ToUpper(title))) }

func (r roff) command(node *kong.Node) {
	fmt.Fprintf(r, ".SS \"%s\"\n%s\n", inRoff(synopsis(node)), inRoff(node.Help))
	r.terms(append(argumentTerms(node), flagTerms(node.Flags)...))
	if node.Detail != "" {
		fmt.Fprintf(r, ".PP\n.RS 2\n.nf\n%s\n.fi\n.RE\n", inRoff(node.Detail))
	}
}

func (r roff) terms(all []term) {
	for _, t := range all {
		fmt.Fprintf(r, ".TP\n\\fB%s\\fR\n%s\n", inRoff(t.name), inRoff(t.about))
	}
}

// inRoff writes a text so that none of it is a request or an escape.
func inRoff(text string) string {
	var b strings.Builder
	start := true // of a line
	for _, c := range text {
		switch {
		case start && (c == '.' || c == '\''):
			fmt.Fprintf(&b, `\&%c`, c)
		case c == '\\':
			b.WriteString(`\e`)
		case c == '-':
			b.WriteString(`\-`)
		case c == '"':
			b.WriteString(`\(dq`)
		case c == '\'':
			b.WriteString(`\(cq`)
		case c > 126:
			fmt.Fprintf(&b, `\[u%04X]`, c)
		default:
			b.WriteRune(c)
		}
		start = c == '\n'
	}
	return b.String()
}
