package process

// Inotify is what this user has of the kernel's means to watch files
// (inotify(7)).
type Inotify struct{ Instances, Watches Share }

// Share is how much is taken of what there is.
type Share struct{ Used, Limit int }

// Scarce says that less than a tenth is left.
func (s Share) Scarce() bool { return s.Limit > 0 && s.Used*10 > s.Limit*9 }
