package local

import (
	"io/fs"
	"os"
)

// place is a folder while it is changed. What can fail on a disk goes through it,
// so that a test can have it fail: step, which is nil otherwise, is asked before.
type place struct {
	*os.Root

	step func(op string) error
}

func (p place) may(op string) error {
	if p.step == nil {
		return nil
	}
	return p.step(op)
}

// OpenFile is that of [os.Root].
func (p place) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	if err := p.may("open"); err != nil {
		return nil, err
	}
	return p.Root.OpenFile(name, flag, perm)
}

// Open is that of [os.Root].
func (p place) Open(name string) (*os.File, error) {
	if err := p.may("open"); err != nil {
		return nil, err
	}
	return p.Root.Open(name)
}

// Link is that of [os.Root].
func (p place) Link(from, to string) error {
	if err := p.may("link"); err != nil {
		return err
	}
	return p.Root.Link(from, to)
}

// Rename is that of [os.Root].
func (p place) Rename(from, to string) error {
	if err := p.may("rename"); err != nil {
		return err
	}
	return p.Root.Rename(from, to)
}

// Remove is that of [os.Root].
func (p place) Remove(name string) error {
	if err := p.may("remove"); err != nil {
		return err
	}
	return p.Root.Remove(name)
}

// write leaves half of the text behind when it is to fail, as a full disk does.
func (p place) write(f *os.File, text string) error {
	err := p.may("write")
	if err != nil {
		text = text[:len(text)/2]
	}
	if _, failed := f.WriteString(text); failed != nil {
		return failed
	}
	return err
}

func (p place) sync(f *os.File) error {
	if err := p.may("sync"); err != nil {
		return err
	}
	return f.Sync()
}
