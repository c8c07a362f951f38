package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLine bounds what a person may answer, in bytes.
const maxLine = 1 << 10

// readLine reads a line that a person types at a terminal, until the user
// interrupts it; [io.EOF] at the end of the input.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	f, ok := r.(*os.File)
	if !ok {
		return "", errors.New("read answer: not a terminal")
	}
	ended, end, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	defer func() { _ = ended.Close() }() // only its end counts
	stop := context.AfterFunc(ctx, func() { _ = end.Close() })
	defer func() {
		if stop() {
			_ = end.Close()
		}
	}()
	var line strings.Builder
	b := make([]byte, 1)
	for line.Len() < maxLine {
		fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}, {Fd: int32(ended.Fd()), Events: unix.POLLIN}}
		switch _, err := unix.Poll(fds, -1); {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return "", fmt.Errorf("read answer: %w", err)
		case fds[1].Revents != 0:
			return "", ctx.Err()
		}
		n, err := f.Read(b)
		switch {
		case n == 0 || err != nil:
			return "", io.EOF // ^D, or a terminal that is gone
		case b[0] == '\n':
			return line.String(), nil
		}
		line.WriteByte(b[0])
	}
	return line.String(), nil
}
