package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world answers as GitHub does: with an ETag, and 304 to who knows it.
type world struct{ tag, text, link string }

func (m *world) say(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Ratelimit-Limit", "5000")
	h.Set("X-Ratelimit-Remaining", "0")
	h.Set("Etag", m.tag)
	h.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	if r.Header.Get("If-None-Match") == m.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Link", m.link)
	h.Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(w, m.text)
}

func keptFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "etags", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Caught: an answer served without asking, because max-age says one may; one
// without its Link, so that the second page is lost; a 304 shown to the caller.
func TestUnchangedCostsNothing(t *testing.T) {
	for _, p := range protocols() {
		t.Run(string(p), func(t *testing.T) {
			c, w := newClock(), &world{tag: `W/"1"`, text: `["one"]`, link: `<https://x?page=2>; rel="next"`}
			h := p.start(t, c, w.say)
			dir := t.TempDir()
			var tr *Transport
			for range 3 {
				tr = on(h, dir, 0) // after a restart, too
				g := must(t, tr, "GET", h.URL+"/repos/a/b/issues?state=all", "")
				if g.StatusCode != 200 || g.text != w.text || g.ContentLength > 0 && g.ContentLength != int64(len(w.text)) {
					t.Errorf("got %d %q of length %d", g.StatusCode, g.text, g.ContentLength)
				}
				if g.Header.Get("Link") != w.link || !strings.HasPrefix(g.Header.Get("Content-Type"), "application/json") {
					t.Errorf("got %v", g.Header)
				}
			}
			if log := h.asked(); len(log) != 3 || log[0].match != "" || log[1].match != w.tag || log[2].match != w.tag {
				t.Errorf("got %+v", log)
			}
			if got := tr.Counts(); got != (Counts{Requests: 1, NotModified: 1}) {
				t.Errorf("got %+v", got)
			}
			w.tag, w.text = `W/"2"`, `["two"]`
			for range 2 {
				if g := must(t, tr, "GET", h.URL+"/repos/a/b/issues?state=all", ""); g.text != w.text {
					t.Errorf("got %q, want what is new", g.text)
				}
			}
			if got := tr.Counts(); got != (Counts{Requests: 3, NotModified: 2}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Caught: a key without one of them.
func TestAnswersAreKeptByAddressFormAndToken(t *testing.T) {
	c, w := newClock(), &world{tag: `"1"`, text: "{}"}
	h := saying(t, c, w.say)
	dir := t.TempDir()
	match := func(token, accept, url string) string {
		o := h.options(dir, 0)
		o.Token = func(context.Context) (string, error) { return token, nil }
		req, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		resp, err := New(o).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		log := h.asked()
		return log[len(log)-1].match
	}
	match("a", "application/json", "/user")
	if got := match("a", "application/json", "/user"); got != `"1"` {
		t.Errorf("the same question came with %q", got)
	}
	for _, other := range [][3]string{
		{"b", "application/json", "/user"},
		{"a", "application/vnd.github.raw", "/user"},
		{"a", "application/json", "/user?page=2"},
		{"", "application/json", "/user"},
	} {
		if got := match(other[0], other[1], other[2]); got != "" {
			t.Errorf("%q came with %q", other, got)
		}
	}
}

// Caught: the old tag kept, which the server forgets at last.
func TestTagOfTheConfirmationIsTheNext(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(200, "body", "Etag", `"1"`), status(304, "", "Etag", `"2"`), status(304, ""))
	tr := on(h, t.TempDir(), 0)
	for range 3 {
		if g := must(t, tr, "GET", h.URL+"/user", ""); g.text != "body" {
			t.Errorf("got %q", g.text)
		}
	}
	if log := h.asked(); log[1].match != `"1"` || log[2].match != `"2"` {
		t.Errorf("got %+v", log)
	}
}

// Caught: the kept body under the type and length of an empty one.
func TestConfirmedAnswerKeepsItsForm(t *testing.T) {
	a := &answer{Header: http.Header{"Content-Type": {"application/json"}, "X-Old": {"1"}}, Body: []byte("body")}
	resp := &http.Response{Header: http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"0"}, "X-Old": {"2"}}}
	a.restore(resp)
	want := http.Header{"Content-Type": {"application/json"}, "X-Old": {"2"}}
	if diff := cmp.Diff(resp.Header, want); diff != "" || resp.ContentLength != 4 {
		t.Errorf("length %d, %s", resp.ContentLength, diff)
	}
}

// Caught: half an answer served as the whole one.
func TestTornFileIsAMiss(t *testing.T) {
	c, w := newClock(), &world{tag: `"1"`, text: strings.Repeat("x", 100)}
	h := saying(t, c, w.say)
	dir := t.TempDir()
	tr := on(h, dir, 0)
	must(t, tr, "GET", h.URL+"/user", "")
	file := keptFiles(t, dir)[0]
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for _, text := range [][]byte{nil, whole[:5], whole[:len(whole)/2], whole[:len(whole)-1], flipped, append(bytes.Clone(whole), 'x')} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if g := must(t, tr, "GET", h.URL+"/user", ""); g.text != w.text {
			t.Errorf("got %q", g.text)
		}
		log := h.asked()
		if got := log[len(log)-1].match; got != "" {
			t.Errorf("asked with the tag %q of a torn file of %d bytes", got, len(text))
		}
	}
}

// Caught: a body above the bound read into memory, cut at the bound, or kept.
func TestLargeAnswerPassesThroughWhole(t *testing.T) {
	for _, announced := range []string{"", strconv.Itoa(mostBody + 10)} {
		c := newClock()
		text := strings.Repeat("0123456789", mostBody/10+2)[:mostBody+10]
		h := saying(t, c, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Etag", `"1"`)
			if announced != "" {
				w.Header().Set("Content-Length", announced)
			}
			_, _ = io.WriteString(w, text)
		})
		dir := t.TempDir()
		if g := must(t, on(h, dir, 0), "GET", h.URL+"/user", ""); g.text != text {
			t.Errorf("got %d bytes, want %d", len(g.text), len(text))
		}
		if kept := keptFiles(t, dir); len(kept) > 0 {
			t.Errorf("kept %q", kept)
		}
	}
}

// A caller's own condition is the caller's business, and so is the 304.
// Caught: a 304 turned into what another question was answered.
func TestCallersOwnConditionIsPassedOn(t *testing.T) {
	c, w := newClock(), &world{tag: `"1"`, text: "{}"}
	h := saying(t, c, w.say)
	tr := on(h, t.TempDir(), 0)
	must(t, tr, "GET", h.URL+"/user", "")
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", `"1"`)
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotModified {
		t.Errorf("got %d", resp.StatusCode)
	}
}

// Caught: no bound on the number; on the bytes; the newest dropped first; what
// is used each minute dropped as old.
func TestKeptAnswersAreBounded(t *testing.T) {
	c, w := newClock(), &world{tag: `"1"`, text: strings.Repeat("x", 1000)}
	h := saying(t, c, w.say)
	dir := t.TempDir()
	tr := on(h, dir, 0)
	tr.etags.most, tr.etags.bytes = 20, 1<<20
	loved := h.URL + "/loved"
	must(t, tr, "GET", loved, "")
	for i := range 100 {
		c.pass(time.Minute)
		must(t, tr, "GET", h.URL+"/x/"+strconv.Itoa(i), "")
		must(t, tr, "GET", loved, "")
		if n := len(keptFiles(t, dir)); n > 20 {
			t.Fatalf("%d answers are kept", n)
		}
	}
	if got := tr.Counts().NotModified; got != 100 {
		t.Errorf("what was used always was confirmed %d times, want 100", got)
	}
	before := tr.Counts().NotModified
	must(t, tr, "GET", h.URL+"/x/99", "")
	if tr.Counts().NotModified != before+1 {
		t.Error("the newest was dropped")
	}
	tr.etags.most, tr.etags.bytes = 1000, 5000
	must(t, tr, "GET", h.URL+"/y", "")
	if n := len(keptFiles(t, dir)); n == 0 || n > 4 {
		t.Errorf("%d answers are kept, want some, of 5000 bytes", n)
	}
	c.pass(oldest + time.Minute)
	must(t, on(h, dir, 0), "GET", h.URL+"/z", "") // the next process sweeps
	if n := len(keptFiles(t, dir)); n != 1 {
		t.Errorf("%d answers are kept, want the new one", n)
	}
}

// A disk that takes nothing costs requests, no answers.
// Caught: a failed request because of the cache; a limit forgotten.
//
// Fault: F4, F5.
func TestReadsGoOnWithoutADisk(t *testing.T) {
	c, w := newClock(), &world{tag: `"1"`, text: "{}"}
	h := saying(t, c, w.say, status(429, "", "Retry-After", "60"), w.say)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tr := on(h, filepath.Join(file, "no-folder"), 0)
	must(t, tr, "GET", h.URL+"/user", "")
	mustLimit(t, tr, "GET", h.URL+"/user", "")
	mustLimit(t, tr, "GET", h.URL+"/user", "")
	if n := len(h.asked()); n != 2 {
		t.Errorf("sent %d requests, want 2", n)
	}
	c.pass(time.Minute)
	if _, err := ask(t.Context(), tr, "POST", h.URL+"/user", "{}"); err == nil || !strings.HasPrefix(err.Error(), "pace write: ") {
		t.Errorf("got %v, want no write without a pace", err)
	}
}

func FuzzKeptFile(f *testing.F) {
	f.Add([]byte("00000000\n{}\n"))
	f.Add([]byte("f1e2\n{\"etag\":\"x\"}\nbody"))
	f.Add([]byte("\n\n\n"))
	dir := f.TempDir()
	e := &etags{dir: dir, now: time.Now, most: 10, bytes: 1 << 20}
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "key"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if a := e.load("key"); a != nil {
			e.save("again", a)
			if b := e.load("again"); b == nil || b.ETag != a.ETag || !bytes.Equal(b.Body, a.Body) {
				t.Errorf("%q is read as %+v, and that as %+v", text, a, b)
			}
		}
		e.save("body", &answer{ETag: "x", Body: text})
		if a := e.load("body"); a == nil || !bytes.Equal(a.Body, text) {
			t.Errorf("the body %q came back as %+v", text, a)
		}
	})
}
