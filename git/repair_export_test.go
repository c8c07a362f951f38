package git

import (
	"io/fs"
	"time"
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
