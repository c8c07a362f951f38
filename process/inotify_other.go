//go:build !linux

package process

import (
	"context"
	"errors"
)

// InotifyUse is not to be had: other systems watch files by other means.
func InotifyUse(context.Context) (Inotify, error) { return Inotify{}, errors.ErrUnsupported }
