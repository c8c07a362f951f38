package fm_test

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Whatever somebody wrote, what fm makes of it closes no issue, and says the same.
// Caught: "Fixes GH-12/tool#7", which became one that closes #12; and
// "Close #1fix #2", of which the code span made "fix #2".
func FuzzCloseNothing(f *testing.F) {
	f.Add("Closes #12, fixes GH-7 and resolved: acme/widget#9")
	f.Add("fix **[https://github.com/a/b/issues/1](x)")
	f.Add("_Fix_ #1 fixfix #2 Close\u00a0#3 ")
	f.Add("closes `#1`")
	f.Fuzz(func(t *testing.T, text string) {
		if found := fm.Closes(fm.Subject(text)); len(found) > 0 {
			t.Errorf("the subject %q closes %v", fm.Subject(text), found)
		}
		quoted := fm.CloseNothing(text)
		if found := fm.Closes(quoted); len(found) > 0 {
			t.Errorf("%q closes %v", quoted, found)
		}
		if strings.ReplaceAll(quoted, "`", "") != strings.ReplaceAll(text, "`", "") {
			t.Errorf("%q became %q", text, quoted)
		}
	})
}
