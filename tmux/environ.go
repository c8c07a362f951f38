package tmux

import (
	"os"
	"slices"
	"strings"
)

// serverEnviron is the environment that the server is started with, and that
// every session inherits. A nested tmux must not take our sessions for its
// own, so TMUX and TMUX_PANE go; tmux refuses to start without UTF-8.
func serverEnviron(environ []string) []string {
	if environ == nil {
		environ = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	}
	env := without(environ, "TMUX", "TMUX_PANE", "TERM")
	// What a program in a pane sees as TERM is the configuration's
	// default-terminal; the server itself only wants some value.
	env = append(env, "TERM=screen-256color")
	if !utf8Locale(env) {
		env = append(without(env, "LC_ALL", "LC_CTYPE"), "LC_CTYPE=C.UTF-8")
	}
	return env
}

// utf8Locale looks at the variable that decides, as in setlocale(3).
func utf8Locale(env []string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := lookup(env, name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// lookup gives the last value of a name, which is the one that counts.
func lookup(env []string, name string) string {
	for _, kv := range slices.Backward(env) {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

func without(env []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(names, name)
	})
}
