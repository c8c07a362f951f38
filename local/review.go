package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/founder-mode/fm"
)

// A person reviews a pull request in its file: `review: changes_requested` in
// the front matter, and what they ask for below a heading "## Review", of which
// there may be several.
const (
	reviewKey        = "review"
	changesRequested = "changes_requested"
	reviewHeading    = "## review"
)

// Feedback gives what a reviewer asks for, "" when nobody asks for changes. It
// ends with the file.
func (f *Forge) Feedback(ctx context.Context, number string) (string, error) {
	all, err := f.read(ctx)
	if err != nil {
		return "", err
	}
	p, err := all.find(number)
	if err != nil || p.request.Demand == "" {
		return "", err
	}
	if text := p.doc.review(); text != "" {
		return "A reviewer asks for changes:\n\n" + text + "\n", nil
	}
	return "A reviewer asks for changes, and does not say which.\n", nil
}

// demand names what a reviewer asks for; "" for nothing.
func (d *document) demand() string {
	asked := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(d.text(reviewKey)))
	if asked != changesRequested {
		return ""
	}
	sum := sha256.Sum256([]byte(d.review()))
	return hex.EncodeToString(sum[:8])
}

// review is what stands below the headings of reviews.
func (d *document) review() string {
	var b strings.Builder
	var within, code bool
	for line := range strings.Lines(d.body) {
		bare := strings.TrimSpace(line)
		if strings.HasPrefix(bare, "```") {
			code = !code
		}
		if !code && (strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ")) {
			within = strings.EqualFold(bare, reviewHeading)
			continue
		}
		if within {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(fm.Plain(b.String()))
}
