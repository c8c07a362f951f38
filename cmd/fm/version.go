package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// What a release says of itself; go install knows it without them. Set by:
//
//	go build -ldflags "-X main.buildVersion=1.2.3 -X main.buildCommit=… -X main.buildDate=…"
//
//nolint:gochecknoglobals // the linker can set nothing else
var buildVersion, buildCommit, buildDate string

// build is where a program comes from. What is not known is empty.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`  // of the commit or of the release, RFC 3339
	Dirty    bool   `json:"dirty,omitempty"` // built from files that were not committed
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// thisBuild asks the linker's words first, then what Go stamped into the
// program.
func thisBuild() build {
	b := build{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Version = strings.Trim(info.Main.Version, "()")
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.time":
				b.Date = s.Value
			case "vcs.modified":
				b.Dirty = s.Value == "true"
			}
		}
	}
	b.Version, b.Commit, b.Date = or(buildVersion, or(b.Version, "devel")), or(buildCommit, b.Commit), or(buildDate, b.Date)
	return b
}

// String is the line of fm --version.
func (b build) String() string {
	var parts []string
	if b.Commit != "" {
		parts = append(parts, b.Commit[:min(len(b.Commit), 12)])
	}
	if day, _, _ := strings.Cut(b.Date, "T"); day != "" {
		parts = append(parts, day)
	}
	if b.Dirty {
		parts = append(parts, "modified")
	}
	line := "fm " + b.Version
	if len(parts) > 0 {
		line += " (" + strings.Join(parts, ", ") + ")"
	}
	return line
}

// versionFlag is --version, wherever it stands. Only then is the build asked.
type versionFlag bool

// BeforeReset answers before anything else of the command line is looked at.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	_, err := fmt.Fprintln(k.Stdout, thisBuild())
	k.Exit(exitOK)
	return err
}

// versionCmd says which fm this is, as a report of an error should.
type versionCmd struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

func (c *versionCmd) Run(_ context.Context, a *app) error {
	b := thisBuild()
	if c.JSON {
		return json.NewEncoder(a.stdout).Encode(b)
	}
	fmt.Fprintln(a.stdout, "fm", b.Version)
	modified := ""
	if b.Dirty {
		modified = " (and changes that were not committed)"
	}
	for _, line := range [][2]string{{"commit", b.Commit + modified}, {"date", b.Date}, {"go", b.Go}, {"platform", b.Platform}} {
		if line[1] != "" {
			fmt.Fprintf(a.stdout, "%-9s %s\n", line[0], line[1])
		}
	}
	return nil
}
