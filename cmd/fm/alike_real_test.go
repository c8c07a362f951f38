package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/claude/messages"
)

// standInLooksLikeTheRealOne: whoever reads the pane, and presses the keys, sees
// the same of the stand-in as of the real CLI. Caught: a message that waits, and
// was drawn where nobody looks for it.
func standInLooksLikeTheRealOne(t play) {
	const command = "touch began.mark; until test -e go.mark; do sleep 0.1; done"
	real := newStage(t, fm.Config{Agent: fm.AgentConfig{PermissionMode: "default", AllowedTools: []string{"Read"}}}, func(r messages.Request) messages.Reply {
		if _, ok := r.Result(); !ok && r.Step() == 0 && len(r.Messages) < 4 {
			return messages.Bash(command)
		}
		return messages.Say("That is all.")
	}, withKey)
	standIn := newScene(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}}, nil)
	standIn.environ = append(standIn.environ, "FM_SCENARIO="+filepath.Join(standIn.dir, "scenario.json"))
	type object = map[string]any
	turn := object{"steps": []object{{"do": "ask", "command": command}, {"do": "run", "argv": []string{"sh", "-c", command}}, {"do": "no_completion"}}}
	rest := object{"steps": []object{{"do": "no_completion"}}}
	standIn.write(filepath.Join(standIn.dir, "scenario.json"), object{"tasks": []object{{"title": "part", "turns": []object{turn, rest, rest, rest}}}})
	for name, s := range map[string]*stage{"the real one": real, "the stand-in": standIn} {
		id := s.begin()
		s.is(fm.Waiting)
		s.must("hold", "worker-1")
		for i, scene := range []struct {
			keys []string
			want fm.Screen
		}{
			{nil, fm.Screen{Dialog: fm.Question{Kind: fm.AsksPermission, Options: []string{"Yes", "", "No"}}}},
			{[]string{"1"}, fm.Screen{Prompt: true, Busy: true}},
			{[]string{"half"}, fm.Screen{Prompt: true, Busy: true, Draft: "half"}},
			{[]string{"C-s"}, fm.Screen{Prompt: true, Busy: true, Stashed: true}},
			{[]string{"look here"}, fm.Screen{Prompt: true, Busy: true, Stashed: true, Draft: "look here"}},
			{[]string{"Enter"}, fm.Screen{Prompt: true, Busy: true, Queued: true, Draft: "half"}},
			{[]string{"C-u"}, fm.Screen{Prompt: true, Busy: true, Queued: true}},
		} {
			if scene.keys != nil {
				s.press(scene.keys...)
			}
			s.looksLike(fmt.Sprintf("%s, scene %d", name, i+1), scene.want)
		}
		s.touch(id, "go.mark")
		s.looksLike(name+" at its prompt", fm.Screen{Prompt: true})
	}
}

// looksLike waits until the pane of worker-1 is read as wanted. Of a dialog only
// the kind counts, and which options say yes and no.
func (s *stage) looksLike(what string, want fm.Screen) {
	s.Helper()
	var agent claude.Claude
	s.until(what, 30*time.Second, func() (any, bool) {
		shown := s.shown()
		got := agent.Screen(shown)
		got.Dialog.Text = ""
		if len(got.Dialog.Options) > 1 {
			got.Dialog.Options[1] = "" // it names the project
		}
		diff := cmp.Diff(got, want)
		return diff + shown, diff == ""
	})
}
