package main

import (
	"bytes"
	"testing"
	"time"
)

// Caught: a warning that is lost with the remarks, and a line that is written in
// two pieces.
func TestQuietKeepsWhatIsWrong(t *testing.T) {
	var out, errs bytes.Buffer
	w := (&app{stdout: &out, stderr: &errs, voice: quiet}).remarks()
	for _, piece := range []string{"✓ Done\n\n! The super", "visor is not running\n✗ #2 failed", "\nWatch: fm status\n", "! half"} {
		if _, err := w.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("stdout: %q", out.String())
	}
	if got, want := errs.String(), "! The supervisor is not running\n✗ #2 failed\n"; got != want {
		t.Errorf("stderr: got %q, want %q", got, want)
	}
}

// Caught: an address with its password, an escape that reaches the terminal, and
// a process that is told of without --verbose.
func TestVerboseShowsNoSecret(t *testing.T) {
	for v, want := range map[voice]string{
		verbose: "fm: ran git fetch https://…@example.com/x 'two words' ab (1.5s)\n",
		plain:   "",
		quiet:   "",
	} {
		var errs bytes.Buffer
		a := &app{stderr: &errs, voice: v}
		a.ran([]string{"git", "fetch", "https://ada:s3cret@example.com/x", "two words", "a\x1b[31mb"}, 1500*time.Millisecond)
		if got := errs.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
