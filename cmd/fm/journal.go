package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/supervisor"
)

// journal keeps the supervisor's decisions, a file for each task and one for
// what is about all of them, a line for each decision. It is for people only:
// fm itself decides nothing by it, so that what cannot be written is not
// written. One process writes.
type journal struct{ dir string }

// maxJournal is when a task's journal is rotated, in bytes; one older one is
// kept.
const maxJournal = 1 << 20

func (h *house) journal() journal { return journal{h.project.File("journal")} }

// path is that of a task's journal; without a task, that of what is about all.
func (j journal) path(id fm.TaskID) string {
	if id == "" {
		return filepath.Join(j.dir, "~all") // a name that no task can have
	}
	return filepath.Join(j.dir, string(id))
}

// rotated is a name that no task can have.
func (j journal) rotated(id fm.TaskID) string { return j.path(id) + "~" }

// add appends decisions in their order.
func (j journal) add(decisions []supervisor.Decision) {
	texts := map[fm.TaskID][]byte{}
	for _, d := range decisions {
		id := d.Run.Task
		if _, err := fm.ParseTaskID(string(id)); err != nil && id != "" {
			continue // it would become a file's name
		}
		if line, err := json.Marshal(d); err == nil {
			texts[id] = append(append(texts[id], line...), '\n')
		}
	}
	for id, text := range texts {
		_ = j.write(id, text) // for people only
	}
}

func (j journal) write(id fm.TaskID, text []byte) error {
	if info, err := os.Lstat(j.path(id)); err == nil && info.Size()+int64(len(text)) > maxJournal {
		if err := os.Rename(j.path(id), j.rotated(id)); err != nil {
			return err
		}
	}
	// Neither a link nor a pipe that somebody put there is written to.
	defer failpoint.Step("journal.write")()
	f, err := os.OpenFile(j.path(id), os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// read gives the decisions about a task, or without one those about all, oldest
// first. A line that cannot be read, as after a power cut, is left out.
func (j journal) read(id fm.TaskID) ([]supervisor.Decision, error) {
	var all []supervisor.Decision
	for _, path := range []string{j.rotated(id), j.path(id)} {
		text, err := readFile(path, 2*maxJournal)
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(text) {
			var d supervisor.Decision
			if json.Unmarshal(line, &d) == nil && d.Run.Task == id {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// readFile reads the beginning of a regular file; one that is not there is
// empty.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("read %s: not a regular file", path))
	}
	return io.ReadAll(io.LimitReader(f, limit))
}
