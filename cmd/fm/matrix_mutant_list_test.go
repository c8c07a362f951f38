package main

// mutant is an fm that breaks a promise.
type mutant struct {
	name, drama, forge string

	at    instant        // the zero value where it shows without a kill
	act   func(*theater) // nil for that of the drama
	edits []swap
}

// swap is a change of one place in a file of the source.
type swap struct{ file, old, with string }

// mutants are fms that break a promise, each in one place.
func mutants() []mutant {
	return []mutant{{
		name: "an agent is started before its claim is durable", drama: "work", forge: onLocal,
		edits: []swap{{
			"supervisor/claim.go", "d.record(queue.Claim(ready[i], free[i], s.At))",
			"c := queue.Claim(ready[i], free[i], s.At); d.order(Start{Worker: free[i], Task: c.Task}); d.record(c)",
		}, {
			"supervisor/supervisor.go", "ev, err := s.record(ctx, rec)",
			"if rec.Changes[0].Op == queue.OpClaim { time.Sleep(time.Second) }\nev, err := s.record(ctx, rec)",
		}, {
			"supervisor/supervisor.go", "for i, eff := range effects {",
			"for i := len(effects) - 1; i >= 0; i-- {\neff := effects[i]",
		}},
	}, {
		name: "a branch is pushed before that is written down", drama: "fix", forge: onLocal,
		edits: []swap{{"supervisor/verdict.go", "d.record(queue.Publish(t, at))", "d.order(Publish{Task: t})"}},
	}, {
		name: "a pull request is opened without a look for one", drama: "fix", forge: onLocal,
		at: instant{"supervise", "local.create", "after", 1},
		edits: []swap{
			{"local/forge.go", "ok && there.request.State == fm.PullOpen {", "false && ok {"},
			{"local/forge.go", "ok && there.request.State == fm.PullMerged && there.request.SHA == sha {", "false && ok {"},
		},
	}, {
		name: "a subissue is created without a look for it", drama: "work", forge: onLocal,
		at:    instant{"work", "local.create", "after", 1},
		act:   func(th *theater) { th.do("work", "1", "--wait"); th.do("stop") },
		edits: []swap{{"local/create.go", `if key != "" && r.parent == parent && r.doc.text("key") == key {`, "if false {"}},
	}, {
		name: "a subissue is created without a look for it, on GitHub", drama: "work", forge: onGitHub,
		at:    instant{"work", "github.write", "after", 1},
		act:   func(th *theater) { th.do("work", "1", "--wait"); th.do("stop") },
		edits: []swap{{"github/create.go", "child, err := g.find(ctx, f, mark.key)", "_ = g.find\nvar child *issue"}},
	}, {
		name: "a parent is commented on without a look at what was said", drama: "work", forge: onGitHub,
		at:    instant{"supervise", "github.write", "after", 5},
		edits: []swap{{"github/close.go", "if before != nil {", "if false && before != nil {"}},
	}, {
		name: "what survived its terminal is not ended", drama: "terminal lost", forge: onLocal,
		edits: []swap{{"claude/reap.go", "if len(found) == 0 {", "if len(found) >= 0 {"}},
	}, {
		name: "agents of the supervisor before are started again", drama: "workers", forge: onLocal,
		at: instant{"supervise", "ledger.append", "after", 2},
		edits: []swap{{
			"supervisor/claim.go", "case t.Status == fm.Working && t.Run() == ss.Run:",
			"case t.Status == fm.Working && t.Run() == ss.Run && s.progress(t).Starts > 0:",
		}},
	}, {
		name: "a worktree is removed without keeping what stands in it", drama: "restore", forge: onLocal,
		edits: []swap{{"git/remove.go", "if _, err := r.preserve(ctx, p, w); err != nil {", "if err := ctx.Err(); err != nil {"}},
	}, {
		name: "a finished queue is put aside with its ledger first", drama: "another place", forge: onGitHub,
		at:    instant{"work", "place.put-aside", "after", 1},
		edits: []swap{{"cmd/fm/place.go", `"plans", "events", "launch", "journal", "queue.txt", "tmp", "ledger"`, `"ledger", "plans", "events", "launch", "journal", "queue.txt", "tmp"`}},
	}, {
		name: "a restore does not note that it is at it", drama: "restore", forge: onLocal,
		at:    instant{"restore", "git.mark-worktree", "before", 1},
		edits: []swap{{"git/restore.go", "if err := r.restoring(p, k.commit); err != nil {", "if err := ctx.Err(); err != nil {"}},
	}}
}
