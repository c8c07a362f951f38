package ui

import (
	"fmt"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// queueModel is a dashboard whose queue is shown.
func queueModel(v View) model {
	m := sampleModel(v)
	m.turn(queuePage)
	return m
}

// longView is a project with so many tasks.
func longView(tasks int) View {
	v := sampleView(8)
	for i := range tasks - len(v.Tasks) {
		t := v.Tasks[i%17]
		t.ID, t.Worker, t.Status = fm.TaskID(fmt.Sprint(1000+i)), 0, fm.Pending
		t.Title = sampleTitles()[i%12]
		v.Tasks = append(v.Tasks, t)
	}
	return v
}

func TestQueueFrames(t *testing.T) {
	views := map[string]model{
		"queue-1":       queueModel(sampleView(1)),
		"queue-8":       queueModel(sampleView(8)),
		"queue-100":     queueModel(sampleView(100)),
		"queue-empty":   queueModel(View{Now: noon(), Status: supervisor.Status{PID: 1, Project: "/home/ada/shop"}}),
		"queue-10000":   queueModel(longView(10_000)),
		"queue-hostile": queueModel(hostileView()),
	}
	for name, m := range views {
		for _, size := range sizes() {
			golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), frame(t, m, size[0], size[1]))
		}
	}
}
