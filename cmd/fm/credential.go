package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
)

// credentialCmd answers git when it asks for the password of the repository's
// own host, as git-credential(1) has it. git is told of it only where fm runs
// git; an agent's git is not.
type credentialCmd struct {
	Verb string `arg:"" help:"get; store and erase do nothing."`
}

// Run prints nothing where it has no answer: git asks the next one then.
func (c *credentialCmd) Run(ctx context.Context, a *app) error {
	if c.Verb != "get" || a.getenv("FM_TASK") != "" { // an agent has no business with it
		return nil
	}
	asked := credentialQuestion(a.stdin)
	h, err := a.find(ctx)
	if err != nil {
		return err
	}
	p, err := h.whereabouts(ctx) // nothing is remembered before the first issue is taken in
	if err != nil || p.repo == "" {
		return err
	}
	repo, err := github.ParseRepo(p.repo)
	if err != nil || asked["protocol"] != "https" || !strings.EqualFold(asked["host"], repo.Host) {
		return err
	}
	got, err := h.keys(repo.Host).take(time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "username=x-access-token\npassword=%s\n", string(got.token))
	return nil
}

// credentialQuestion reads KEY=VALUE in lines, up to an empty one.
func credentialQuestion(r io.Reader) map[string]string {
	asked := map[string]string{}
	for lines := bufio.NewScanner(r); lines.Scan() && lines.Text() != ""; {
		key, value, _ := strings.Cut(lines.Text(), "=")
		asked[key] = value
	}
	return asked
}

// credential is how git gets the token where the issues are on GitHub.
func (h *house) credential() (git.Credential, error) {
	p, err := h.settled()
	if err != nil || p.repo == "" {
		return git.Credential{}, err
	}
	repo, err := github.ParseRepo(p.repo)
	if err != nil {
		return git.Credential{}, err
	}
	cmd, err := h.self("credential")
	return git.Credential{Server: "https://" + repo.Host, Argv: cmd.Argv}, err
}
