package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/process"
)

// The rights of others, and those that fm needs.
const (
	othersRights = 0o077
	othersWrite  = 0o022
	ownRights    = 0o700
	ownFileNeeds = 0o600
)

// checkFiles looks at who may read and write fm's folder. It is the gate to all
// that is in it.
func (v *visit) checkFiles(context.Context) []finding {
	dir := v.project.Dir()
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return well("nothing has been written yet")
	}
	if err != nil {
		return failed(err, "ls -ld "+quoted(dir))
	}
	var all []finding
	mode := info.Mode().Perm()
	mend := func(context.Context) (string, error) { return v.closeFolder() }
	switch stranger := v.notOurs(); {
	case stranger != "":
		all = append(all, belongsToAnother(dir, stranger))
	case unix.Access(dir, unix.W_OK) == unix.EROFS:
		all = append(all, finding{level: wrong, found: dir + " is on a disk that can only be read", fix: "findmnt --target " + quoted(dir)})
	case v.cannotWrite() != "":
		all = append(all, finding{level: wrong, found: v.cannotWrite() + " cannot be written by you", mend: mend})
	case mode&othersWrite != 0:
		all = append(all, finding{level: wrong, found: fmt.Sprintf("others may write to %s (%04o), and so give orders to agents", dir, mode), mend: mend})
	case mode&othersRights != 0:
		all = append(all, finding{level: warning, found: fmt.Sprintf("others may look into %s (%04o): what agents said and did is there", dir, mode), mend: mend})
	}
	if all = append(all, v.openTokens()...); len(all) == 0 {
		return well("%s is for you alone", dir)
	}
	return all
}

func belongsToAnother(dir, stranger string) finding {
	return finding{level: wrong, found: stranger + " belongs to another user, so that fm cannot write it", fix: "sudo chown -R \"$(id -u)\" " + quoted(dir)}
}

// notOurs names a file that belongs to somebody else. Root may write all.
func (v *visit) notOurs() string {
	if os.Geteuid() == 0 {
		return ""
	}
	for _, path := range append(v.ownFolders(), v.ownFiles()...) {
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
			return path
		}
	}
	return ""
}

// ownFolders and ownFiles are what fm writes in.
func (v *visit) ownFolders() []string {
	folders := []string{v.project.Dir()}
	for _, name := range []string{"events", "journal", "launch", "logs", "plans", "issues", "pulls", "plugin", "tmp", "typing", "github"} {
		folders = append(folders, v.project.File(name))
	}
	return folders
}

func (v *visit) ownFiles() []string {
	return []string{
		v.project.Ledger(), v.project.File("ledger.lock"), v.project.LockFile(), v.project.StateFile() + ".lock",
		v.project.File("intake.lock"), filepath.Join(v.project.Logs(), "supervisor.log"),
	}
}

// cannotWrite names a folder or file of which the owner has not all rights.
func (v *visit) cannotWrite() string {
	lacks := func(paths []string, need os.FileMode) string {
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.Mode().Perm()&need != need {
				return path
			}
		}
		return ""
	}
	return or(lacks(v.ownFolders(), ownRights), lacks(v.ownFiles(), ownFileNeeds))
}

// closeFolder gives the owner all rights and others none. The folder alone would
// do; what fm writes in is closed, too, for the day on which somebody opens it.
func (v *visit) closeFolder() (string, error) {
	root, err := os.OpenRoot(v.project.Root)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // only a handle
	name, err := filepath.Rel(v.project.Root, v.project.Dir())
	if err != nil {
		return "", err
	}
	if err := root.Chmod(name, ownRights); err != nil { // before the walk, which needs it
		return "", err
	}
	var errs []error
	for _, path := range append(v.ownFolders()[1:], v.ownFiles()...) {
		rel, err := filepath.Rel(v.project.Root, path)
		if err != nil {
			return "", err
		}
		info, err := root.Lstat(rel)
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			continue
		}
		need := os.FileMode(ownFileNeeds)
		if info.IsDir() {
			need = ownRights
		}
		errs = append(errs, root.Chmod(rel, info.Mode().Perm()&^othersRights|need))
	}
	return did(v.project.Dir()+" is for you alone now (0700)", errors.Join(errs...))
}

// openTokens looks at what commands left for the supervisor.
func (v *visit) openTokens() []finding {
	var all []finding
	for _, path := range slices.Concat(v.handOverFiles(forGitHub), v.handOverFiles(forJira)) {
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Perm()&othersRights == 0 {
			continue
		}
		all = append(all, finding{level: wrong, found: "others may read the token in " + path, mend: func(context.Context) (string, error) {
			return did("the token in "+path+" is for your eyes only now; if others use this machine, make a new one", os.Chmod(path, ownFileNeeds))
		}})
	}
	return all
}

// leftFor is how old a half-written file is that nobody will finish.
const leftFor = time.Hour

func (v *visit) checkLeftovers(context.Context) []finding {
	var all []finding
	for _, path := range v.leftovers() {
		all = append(all, finding{level: warning, found: path + " was not finished by who wrote it", mend: func(context.Context) (string, error) {
			if !slices.Contains(v.leftovers(), path) {
				return "", errors.New("it is gone, or somebody writes on")
			}
			return did("removed "+path, os.Remove(path))
		}})
	}
	if len(all) == 0 {
		return well("no half-written file")
	}
	return some(all, "such files")
}

// leftovers lists the drafts of processes that are gone, by what files are called
// while fm writes them: .state.json.123.tmp, .new-123, .tmux-123, new.123,
// ledger.123, status.json.new. What is called queue.123 is none: lines may stand
// in it that are taken in later.
func (v *visit) leftovers() []string {
	draft := regexp.MustCompile(`^(?:\..+\.(\d+)\.tmp|\.new-?\w+|\.tmux-\w+|(?:new|ledger)\.(\d+)(?:\.old)?|status\.json\.new)$`)
	var left []string
	for _, pattern := range []string{"*", ".*", "tmp/*", "launch/*/.*", "plugin/*/.*", "plugin/*/*/.*", "github/.*", "github/*/.*"} {
		found, _ := filepath.Glob(filepath.Join(escaped(v.project.Dir()), filepath.FromSlash(pattern))) // a bad pattern is an empty answer
		for _, path := range found {
			if m := draft.FindStringSubmatch(filepath.Base(path)); m != nil && v.unfinished(path, m[1]+m[2]) && !slices.Contains(left, path) {
				left = append(left, path)
			}
		}
	}
	return left
}

// unfinished says whether a draft is old, and its writer, as far as the name tells
// who that is, is gone.
func (v *visit) unfinished(path, writer string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || v.now().Sub(info.ModTime()) < leftFor {
		return false
	}
	pid, err := strconv.Atoi(writer)
	return err != nil || !process.Alive(pid, "")
}

// escaped is a path that means itself in a pattern.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
