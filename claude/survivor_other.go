//go:build !linux

package claude

import (
	"context"
	"math"
	"strings"

	"github.com/founder-mode/fm"
)

// survivors asks ps, which mixes the command line with the environment.
func survivors(ctx context.Context, project string) ([]Survivor, error) {
	all, err := others(ctx)
	var found []Survivor
	for _, l := range all {
		words := strings.Fields(l.text)
		if len(words) < 3 || !l.carries(mark{project: project, last: math.MaxInt}) {
			continue
		}
		if run, ok := runOf(append(words, "FM_PROJECT="+project), project); ok {
			found = append(found, Survivor{PID: l.pid, Run: run, Command: fm.Line(words[2], 80)})
		}
	}
	return found, err
}

// grip goes by the mark, which is looked at before each signal; ps tells no
// time of the start that is exact.
func (s Survivor) grip(project string) (process, bool, error) {
	return byNumber{s.PID, mark{task: s.Run.Task, project: project, last: s.Run.Attempt}}, true, nil
}
