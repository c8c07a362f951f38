package transport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// The bounds of the kept answers: beyond them, those that were asked for
// longest ago go.
const (
	mostAnswers = 2000
	mostBytes   = 64 << 20
	oldest      = 30 * 24 * time.Hour
)

// etags keeps answers in a folder, a file each, so that what has not changed is
// not sent again, also after a restart. The files' times are those of the last
// use. It is a cache: what cannot be read or written there is asked for anew.
type etags struct {
	dir         string
	now         func() time.Time
	most, bytes int64

	mu    sync.Mutex
	count int64 // files, as far as this process knows
	size  int64
	swept bool // count and size were once read from the folder
}

// answer is a kept 200.
type answer struct {
	ETag   string      `json:"etag"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"-"`
}

// keepable tells whether the answer to req may be kept: not for a part of one,
// nor in an encoding of the caller's choice; and a caller that asks
// conditionally wants its own 304.
func keepable(req *http.Request) bool {
	if req.Method != http.MethodGet {
		return false
	}
	for name := range req.Header {
		if strings.HasPrefix(name, "If-") || name == "Range" || name == "Accept-Encoding" {
			return false
		}
	}
	return true
}

// keep is what there is to be kept of r: what the answer says about itself, not
// about limits or the connection.
func keep(r *reply) *answer {
	h := r.Header.Clone()
	for name := range h {
		if strings.HasPrefix(name, "X-Ratelimit-") || name == "Set-Cookie" || name == "Content-Length" || name == "Retry-After" {
			h.Del(name)
		}
	}
	return &answer{ETag: r.Header.Get("Etag"), Header: h, Body: r.body}
}

// restore turns a 304 into the answer that it confirms.
func (a *answer) restore(resp *http.Response) {
	h := a.Header.Clone()
	for name, values := range resp.Header {
		switch name {
		case "Content-Length", "Content-Type", "Content-Encoding":
		default:
			h[name] = values
		}
	}
	resp.Status, resp.StatusCode = "200 OK", http.StatusOK
	resp.Header, resp.ContentLength = h, int64(len(a.Body))
	resp.Body, resp.TransferEncoding = io.NopCloser(bytes.NewReader(a.Body)), nil
}

// load returns what is kept under key, or nil: also for a file that is torn.
func (e *etags) load(key string) *answer {
	text, err := os.ReadFile(filepath.Join(e.dir, key))
	if err != nil {
		return nil
	}
	sum, rest, _ := bytes.Cut(text, []byte("\n"))
	if string(sum) != checksum(rest) {
		return nil
	}
	head, body, _ := bytes.Cut(rest, []byte("\n"))
	a := &answer{Body: body}
	if json.Unmarshal(head, a) != nil || a.ETag == "" {
		return nil
	}
	return a
}

func checksum(text []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) }

func (e *etags) save(key string, a *answer) {
	head, err := json.Marshal(a)
	if err != nil {
		return // headers are strings; nothing to keep if they were not
	}
	rest := slices.Concat(head, []byte("\n"), a.Body)
	path := filepath.Join(e.dir, key)
	if os.MkdirAll(e.dir, 0o700) != nil || replace(path, slices.Concat([]byte(checksum(rest)+"\n"), rest), nil) != nil {
		return
	}
	e.use(path)
	e.grow(int64(len(rest)))
}

// refresh notes that a was confirmed; with the tag of the 304, which may be
// another one.
func (e *etags) refresh(key string, a *answer, h http.Header) {
	if tag := h.Get("Etag"); tag != "" && tag != a.ETag {
		a.ETag = tag
		e.save(key, a)
		return
	}
	e.use(filepath.Join(e.dir, key))
}

func (e *etags) use(path string) {
	now := e.now()
	_ = os.Chtimes(path, now, now) // a wrong time at most drops it early
}

// grow keeps the bounds. Other processes' files are counted with the sweeps.
func (e *etags) grow(size int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count++
	e.size += size
	if !e.swept || e.count > e.most || e.size > e.bytes {
		e.sweep()
	}
}

// sweep drops what is old, and beyond nine tenths of a bound what was used
// longest ago, so that not each new answer sweeps.
func (e *etags) sweep() {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return
	}
	files := make([]os.FileInfo, 0, len(entries))
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil { // else another process dropped it
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	e.count, e.size, e.swept = 0, 0, true
	full := int64(len(files)) > e.most || total(files) > e.bytes
	now := e.now()
	for _, f := range files {
		drop := now.Sub(f.ModTime()) > oldest ||
			full && (e.count+1 > e.most-e.most/10 || e.size+f.Size() > e.bytes-e.bytes/10)
		if drop && os.Remove(filepath.Join(e.dir, f.Name())) == nil {
			continue
		}
		e.count++
		e.size += f.Size()
	}
}

func total(files []os.FileInfo) (size int64) {
	for _, f := range files {
		size += f.Size()
	}
	return size
}
