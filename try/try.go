// Package try holds the demonstration project of fm try: a small real project,
// its issues, and the scenario by which a scripted agent solves them.
//
// It promises that the seven branches which come out of the three issues merge
// without conflict in any order that their dependencies allow, and that the
// project's own tests pass after each merge.
//
// It is data. It starts nothing, and writes nothing but the project's files
// into the folder it is given.
//
// Start reading in project/, then issues/, then scenario.json.
package try

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
)

//go:embed project
var project embed.FS

//go:embed issues
var issues embed.FS

//go:embed scenario.json
var scenario []byte

// VerifyCommand runs the project's tests, in its folder.
const VerifyCommand = "./test"

// Issue is a request that the project starts with.
type Issue struct {
	Title    string
	Body     string // Markdown
	Priority fm.Priority
}

// Write puts the project's files into dir, which is created. It is no git
// repository yet. A file that is there is replaced.
func Write(dir string) error {
	files, err := fs.Sub(project, "project")
	if err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, modeOf(text))
	})
	if err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	return nil
}

// modeOf makes scripts executable: an embedded file has lost its mode.
func modeOf(text []byte) fs.FileMode {
	if bytes.HasPrefix(text, []byte("#!")) {
		return 0o755
	}
	return 0o644
}

// Issues lists the project's issues in the order of their numbers: a bug, a
// feature, and a request for documentation.
func Issues() []Issue {
	return []Issue{
		read("1-temperatures.md", fm.Critical),
		read("2-weights-and-volumes.md", fm.High),
		read("3-say-how-to-use-it.md", fm.Low),
	}
}

func read(name string, priority fm.Priority) Issue {
	text, err := issues.ReadFile("issues/" + name)
	if err != nil {
		panic(err) // the file was there when this was compiled
	}
	title, body, _ := strings.Cut(string(text), "\n")
	return Issue{
		Title:    strings.TrimPrefix(title, "# "),
		Body:     strings.TrimSpace(body) + "\n",
		Priority: priority,
	}
}

// Scenario is the JSON for the scripted agent, who finds it by the environment
// variable FM_SCENARIO.
func Scenario() []byte { return bytes.Clone(scenario) }
