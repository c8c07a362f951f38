package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github"
)

// secret is a token. It is shown nowhere.
type secret string

// Format hides it, whatever the verb.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "(a token)") }

// LogValue hides it in logs.
func (secret) LogValue() slog.Value { return slog.StringValue("(a token)") }

// keys finds the token for one host: in the environment, in what a command left
// for the supervisor, which has none in its environment, and where gh keeps
// its own.
type keys struct {
	host   string
	getenv func(string) string
	files  []string // where commands leave a token; the first is where this one would
	// patient is who can wait until somebody logs in: that there is no token is
	// no refusal then.
	patient bool

	mu      sync.Mutex // guards what follows
	handed  key
	stamp   string // of the file that handed was read from
	gh      key
	askedAt time.Time            // when gh was asked
	refused map[secret]time.Time // when the host took them no more
}

// key is a token and where it is from, for people.
type key struct {
	token  secret
	source string
}

// Format hides the token: fmt does not ask the fields of a struct.
func (k key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "(a token from %s)", k.source) }

// fromGh is the source of a token that gh keeps, in its file or in a keyring.
const fromGh = "gh auth login"

const (
	// A token that was refused may be taken again later: GitHub has refused good
	// ones when it was in trouble.
	refusedFor = time.Minute
	// gh is not asked for each request: that may start a process.
	askEvery = time.Minute
	askLimit = 20 * time.Second
)

func (h *house) keys(host string) *keys {
	return &keys{host: host, getenv: h.getenv, files: h.handOverFiles(forGitHub), refused: map[secret]time.Time{}}
}

// Token fits the transport.
func (k *keys) Token(context.Context) (string, error) {
	got, err := k.take(time.Now())
	return string(got.token), err
}

// take gives the first token that was not refused a moment ago.
func (k *keys) take(now time.Time) (key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	why := "no token for " + k.host
	for _, look := range []func(time.Time) key{k.environment, k.handedOver, k.ofGh} {
		got := look(now)
		if got.token == "" {
			continue
		}
		if at, refused := k.refused[got.token]; !refused || now.Sub(at) > refusedFor {
			return got, nil
		}
		why = k.host + " does not take the token any more"
	}
	login := "gh auth login"
	if k.host != "github.com" {
		login += " --hostname " + k.host
	}
	why += fmt.Sprintf(": run %s, or set %s", login, variables(k.host)[0])
	if k.patient {
		return key{}, fmt.Errorf("%s, then fm resume", why)
	}
	return key{}, fmt.Errorf("%s: %w", why, fm.ErrRefused)
}

// variables are those that gh looks at for a host, in its order.
func variables(host string) []string {
	if isGitHubs(host) {
		return []string{"GH_TOKEN", "GITHUB_TOKEN"}
	}
	return []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
}

func (k *keys) environment(time.Time) key {
	for _, name := range variables(k.host) {
		if token := strings.TrimSpace(k.getenv(name)); token != "" {
			return key{token: secret(token), source: name}
		}
	}
	return key{}
}

// handedOver looks at the files, of which it reads those that have changed. One
// that is gone, as after a logout, serves on.
func (k *keys) handedOver(time.Time) key {
	path, stamp := newest(k.files)
	if stamp != "" && stamp != k.stamp {
		if o, err := readHandOver(path, k.host); err == nil {
			k.handed, k.stamp = key{token: secret(o.Token), source: path}, stamp
			delete(k.refused, k.handed.token) // somebody holds it to be good
		}
	}
	return k.handed
}

func (k *keys) ofGh(now time.Time) key {
	_, refused := k.refused[k.gh.token]
	if k.gh.token != "" && !refused || now.Sub(k.askedAt) < askEvery {
		return k.gh
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	k.askedAt = now
	if token, err := github.Token(ctx, k.host); err == nil { // who needs one says that there is none
		k.gh = key{token: secret(token), source: fromGh}
	}
	return k.gh
}

// newest gives the file that was written last, and what changes with each
// writing.
func newest(files []string) (path, stamp string) {
	var last time.Time
	for _, file := range files {
		info, err := os.Lstat(file)
		if err == nil && info.Mode().IsRegular() && info.ModTime().After(last) {
			last, path = info.ModTime(), file
			stamp = fmt.Sprintf("%s %d %d", file, info.ModTime().UnixNano(), info.Size())
		}
	}
	return path, stamp
}

// knocking is the last hop of a request: a token that is not taken is noted,
// and where there is another one, the request is sent with that. Nothing has
// been done then, whatever the method.
type knocking struct {
	base http.RoundTripper
	keys *keys
}

// RoundTrip sends a request, at most twice.
func (n *knocking) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := n.base.RoundTrip(req)
	token := secret(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || token == "" {
		return resp, err
	}
	next, missing := n.keys.instead(token, time.Now())
	if missing != nil && !n.keys.patient {
		return resp, nil // it says what is wrong
	}
	_ = resp.Body.Close() // nothing in it is of use
	if missing != nil {
		return nil, missing
	}
	again := req.Clone(req.Context())
	again.Header.Set("Authorization", "Bearer "+string(next.token))
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return nil, fmt.Errorf("%s does not take the token any more", n.keys.host)
		}
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return n.base.RoundTrip(again)
}

// instead notes that a token was refused and gives another.
func (k *keys) instead(token secret, now time.Time) (key, error) {
	k.mu.Lock()
	k.refused[token] = now
	k.mu.Unlock()
	return k.take(now)
}
