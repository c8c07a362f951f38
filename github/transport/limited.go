package transport

import (
	"fmt"
	"time"
)

// Limited is the error of a request that was not sent, or was rejected without
// effect, because of a limit. It wraps none of the classes of package fm: it is
// transient, and after Until the same request may go through.
//
//nolint:errname // it reads as transport.Limited, and says what happened
type Limited struct {
	Until time.Time
	Why   string
}

// Error says when to try again, in local time, rounded up to the minute.
func (l *Limited) Error() string {
	return fmt.Sprintf("%s; again at %s", l.Why, l.Until.Add(time.Minute-time.Nanosecond).Local().Format("15:04"))
}
