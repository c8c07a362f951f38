//go:build !linux

package process

// LockHolder is not to be known here: nobody.
func LockHolder(string) (pid int, stopped bool) { return 0, false }
