// Package disk keeps the project's files on a real disk.
//
// Its promises: what [Log.Sync] returned for survives a power cut; a file is
// replaced whole or not at all; a line that another program appends to
// queue.txt while fm replaces it comes back; a lock is free when its holder is
// dead, however it died.
//
// It knows nothing of what is in the files, and it never deletes one that a
// person may have written: the file that [View.Swap] displaces is looked at
// before and after.
//
// Start reading at [Open].
package disk
