package git

import (
	"io/fs"
	"time"

	"github.com/founder-mode/fm"
)

// LeftLock is what clearLock finds before it removes a lock; nil for one that it
// leaves alone.
func LeftLock(path string, age time.Duration, folders ...string) fs.FileInfo {
	return abandoned(path, age, folders...)
}

// RemoveLeft is what it does then.
func RemoveLeft(path string, was fs.FileInfo) error { return removeStill(path, was) }

// MayClear says whether a user may clear a lock.
func MayClear(lock fs.FileInfo, uid int) bool { return readableOwner(lock, uid) }

// Occupied is what Prepare finds in the place of a worktree that git did not know
// of a moment before.
func Occupied(r *Repo, at fm.Site) error {
	p, err := r.place(at)
	if err != nil {
		return err
	}
	return r.occupied(p)
}
