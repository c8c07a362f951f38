package supervisor

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/founder-mode/fm"
)

// logEvent writes one line per event: Debug for what comes with every look,
// Info for what the user would ask about tomorrow, Warn for what heals itself.
func (s *Supervisor) logEvent(ctx context.Context, ev Event) {
	level, attrs := describe(ev)
	if level == slog.LevelDebug && !s.o.Log.Enabled(ctx, level) {
		return
	}
	name := fmt.Sprintf("%T", ev)[len("supervisor."):]
	s.o.Log.LogAttrs(ctx, level, "event", append([]slog.Attr{slog.String(keyEvent, name)}, attrs...)...)
}

func describe(ev Event) (slog.Level, []slog.Attr) {
	switch ev := ev.(type) {
	case Revived:
		return slog.LevelWarn, nil
	case EffectFailed:
		return slog.LevelWarn, []slog.Attr{slog.String(keyOp, ev.Effect.key()), slog.String(keyKind, string(ev.Kind)), slog.String(keyError, fm.Line(ev.Err, 500))}
	case RecordFailed:
		return slog.LevelError, []slog.Attr{slog.String(keyError, fm.Line(ev.Err, 500))}
	case QueueUnread:
		return slog.LevelError, []slog.Attr{slog.String(keyError, fm.Line(ev.Err, 500))}
	case ObserveFailed:
		return slog.LevelWarn, []slog.Attr{slog.String(keyError, fm.Line(ev.Err, 500))}
	case Observed:
		return slog.LevelDebug, []slog.Attr{slog.Int(keyCount, len(ev.Sight.Sessions)), slog.String(keyServer, ev.Sight.Generation)}
	case WantedRead:
		return slog.LevelInfo, []slog.Attr{slog.Int(keyCount, ev.Wanted.Workers)}
	case Ticked, QueueRead, Recorded, PullsSeen, Remembered, Noted, Stocked:
		return slog.LevelDebug, nil
	case Started, Stopped, Closed, Told, Verified, Published, PullMerged, Rebased, ChecksRerun, Tidied, SiteCleared, Warned, Scanned, ParentClosed:
	}
	return slog.LevelInfo, describeDone(ev)
}

// describeDone describes what came of an effect.
func describeDone(ev Event) []slog.Attr {
	why := func(text string) slog.Attr { return slog.String(keyWhy, fm.Line(text, 300)) }
	switch ev := ev.(type) {
	case Started:
		return ofRun(ev.Run, ev.Worker)
	case Stopped:
		return ofRun(ev.Run, ev.Worker)
	case Closed:
		return []slog.Attr{slog.String(keyWorker, ev.Worker.String())}
	case Told:
		return ofRun(ev.Run, ev.Worker)
	case Verified:
		return append(ofRun(ev.Run, 0), why(ev.Verdict.Reasons))
	case Published:
		return append(ofRun(ev.Run, 0), slog.String(keyPull, ev.Pull.Number))
	case PullMerged:
		return append(ofRun(ev.Run, 0), slog.String(keyPull, ev.Pull.Number))
	case Rebased:
		return append(ofRun(ev.Run, 0), slog.String(keyCommit, ev.SHA))
	case ChecksRerun:
		return ofRun(ev.Run, 0)
	case Tidied:
		return append(ofRun(ev.Run, 0), why(ev.Remark))
	case SiteCleared:
		return append(ofRun(ev.Run, 0), why(ev.Remark))
	case Warned:
		return ofRun(ev.Run, ev.Worker)
	case Scanned:
		return []slog.Attr{slog.Int(keyCount, len(ev.Conflicts))}
	case ParentClosed:
		return []slog.Attr{slog.String(keyParent, string(ev.Parent))}
	case Ticked, QueueRead, Recorded, WantedRead, Observed, ObserveFailed, Revived, PullsSeen, Noted, Stocked, EffectFailed, RecordFailed, QueueUnread, Remembered:
	}
	return nil
}

func ofRun(r fm.Run, w fm.WorkerID) []slog.Attr {
	attrs := []slog.Attr{slog.String(keyTask, string(r.Task)), slog.Int(keyAttempt, r.Attempt)}
	if w != 0 {
		attrs = append(attrs, slog.String(keyWorker, w.String()))
	}
	return attrs
}

// logEffect writes one line per effect, and one per change of the queue.
func (s *Supervisor) logEffect(ctx context.Context, eff Effect) {
	rec, ok := eff.(Record)
	if !ok {
		name := fmt.Sprintf("%T", eff)[len("supervisor."):]
		s.o.Log.LogAttrs(ctx, slog.LevelDebug, "effect", slog.String(keyEffect, name), slog.String(keyOp, eff.key()))
		return
	}
	for _, c := range rec.Changes {
		s.o.Log.LogAttrs(ctx, slog.LevelInfo, "record", append(ofRun(c.Task.Run(), c.Task.Worker),
			slog.String(keyOp, string(c.Op)), slog.String(keyWhy, fm.Line(c.Why, 300)))...)
	}
}
