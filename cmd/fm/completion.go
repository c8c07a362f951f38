package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
)

// completionCmd prints the script with which a shell completes the words of fm.
// What could stand there the script asks fm complete.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

//go:embed completion/fm.bash
var bashScript string

//go:embed completion/fm.zsh
var zshScript string

//go:embed completion/fm.fish
var fishScript string

func (c *completionCmd) Run(_ context.Context, a *app) error {
	script := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	_, err := fmt.Fprint(a.stdout, strings.ReplaceAll(script, "@NAME@", calledAs(os.Args[0])))
	return err
}

// calledAs is the name that a shell knows a program by, if that is a word in
// every shell.
func calledAs(program string) string {
	name := filepath.Base(program)
	if _, err := fm.ParseTaskID(name); err != nil {
		return "fm"
	}
	return name
}
