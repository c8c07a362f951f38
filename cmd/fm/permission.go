package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// bypass is the mode that checks nothing. It is taken by its full name only,
// and said wherever workers start in it.
const bypass = "bypassPermissions"

func parsePermission(word string) (string, error) {
	switch {
	case word == "" || slices.Contains(fm.PermissionModes(), word):
		return word, nil
	case strings.HasPrefix(strings.ToLower(word), "bypass"):
		return "", usage("permission mode %q: to have nothing checked, write its full name: %s", word, bypass)
	}
	return "", unwanted("permission mode", word, fm.PermissionModes())
}

// permission is what a command was told, which is not for an agent to say.
func (a *app) permission(word string) (string, error) {
	if word != "" && a.inAgent() {
		return "", usage("an agent cannot say what agents may do: run this in a shell of your own")
	}
	return parsePermission(word)
}

// mode is the permission mode that agents start in.
func (h *house) mode(w supervisor.Wanted) string {
	if w.Permission != "" {
		return w.Permission
	}
	return h.config.Agent.PermissionMode
}

// setMode has agents start in a mode from now on; "" is the one that they had.
func (h *house) setMode(ctx context.Context, mode string) (undo func() error, err error) {
	if mode == "" {
		return func() error { return nil }, nil
	}
	var old string
	_, err = h.want(ctx, func(w *supervisor.Wanted) { old, w.Permission = w.Permission, mode })
	return func() error {
		_, err := h.want(context.WithoutCancel(ctx), func(w *supervisor.Wanted) { w.Permission = old })
		return err
	}, err
}

// sayMode says in which permission mode agents start, where there is something
// to say about it.
func (h *house) sayMode(w supervisor.Wanted) {
	for _, line := range h.modeLines(w) {
		fmt.Fprintln(h.stdout, line)
	}
}

// modeLines says in which permission mode agents start, where that is not the
// one in the settings, and always where nothing is checked.
func (h *house) modeLines(w supervisor.Wanted) []string {
	switch mode := h.mode(w); {
	case mode == bypass:
		return []string{fmt.Sprintf("! Agents start with %s: nothing that they do is checked or asked about", mode)}
	case w.Permission != "" && mode != h.config.Agent.PermissionMode:
		return []string{"✓ Agents start with permission mode " + mode}
	}
	return nil
}
