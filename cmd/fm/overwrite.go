package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// block is what a file takes on a disk at least, in bytes.
const block = 4 << 10

// overwrite puts text where a file has its own already, which needs no room on a
// disk that is full. Who reads it in that instant may find a part of each, and
// finds it whole a moment later.
func overwrite(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		size := int(info.Size())
		if room := (size + block - 1) / block * block; len(text) > room {
			err = fmt.Errorf("write %s: %d bytes do not fit into its %d", path, len(text), room)
		} else {
			_, err = f.WriteAt(append(text, bytes.Repeat([]byte{'\n'}, max(0, size-len(text)))...), 0)
		}
	}
	return errors.Join(err, f.Close())
}
