package plugin

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
)

// A File is one that a project gets.
type File struct {
	Name string // with slashes, relative to the project's folder
	Text []byte
}

// Where Claude Code finds what a project brings. A command in commands/fm has
// the name /fm:work, as that of a plugin with the name fm has; a plugin in
// skills is loaded when the folder is trusted.
const (
	commandsDir = ".claude/commands/fm"
	folderDir   = ".claude/skills/fm"
)

// commandsIn is where the commands stand in the plugin.
const commandsIn = "commands/"

// workersOwn are no commands of a person's: a worker is started with one of them.
func workersOwn() []string { return []string{"fix-issue.md", "work-on-subissue.md"} }

// Commands gives the commands for people as a project's own, /fm:work and so
// on. They point to no file of the plugin.
func Commands() []File {
	var all []File
	for _, f := range files() {
		if dir, name := path.Split(f.Name); dir == commandsIn && !slices.Contains(workersOwn(), name) {
			all = append(all, File{Name: path.Join(commandsDir, name), Text: withoutPointers(f.Text)})
		}
	}
	return all
}

// Folder gives the whole plugin as a project's own.
func Folder() []File {
	all := files()
	for i := range all {
		all[i].Name = path.Join(folderDir, all[i].Name)
	}
	return all
}

// withoutPointers drops the paragraphs that point into the plugin's folder.
func withoutPointers(text []byte) []byte {
	var kept [][]byte
	for paragraph := range bytes.SplitSeq(text, []byte("\n\n")) {
		if !bytes.Contains(paragraph, []byte("${CLAUDE_PLUGIN_ROOT}")) {
			kept = append(kept, paragraph)
		}
	}
	return append(bytes.TrimRight(bytes.Join(kept, []byte("\n\n")), "\n"), '\n')
}

// files lists the plugin's files in the order of their names.
func files() []File {
	var all []File
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := tree.ReadFile(name)
		all = append(all, File{Name: name, Text: text})
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	return all
}
