package supervisor

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Whatever somebody sends an agent, it is typed as a message: no command of the
// CLI, no key, nothing unfinished.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{"go on", "/exit", "!rm -rf /", " #remember", "&x", "a\\", "\x1b[A\r/exit", "\u202e/x", "\n\n!x", "\u200b/exit"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := message(text)
		if m == "" {
			return
		}
		if strings.ContainsRune("/!#&", rune(m[0])) || strings.HasSuffix(m, `\`) || fm.Plain(m) != m || strings.TrimSpace(m) != m {
			t.Errorf("%q is typed as %q", text, m)
		}
		if again := message(m); again != m {
			t.Errorf("%q, once more: %q", m, again)
		}
	})
}
