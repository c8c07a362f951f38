package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
)

// homeless ends an agent whose worktree was deleted under it: no hook runs there
// any more, so that nothing would be heard of it until its silence is a stall. It
// goes on in a worktree that is made anew from its branch. Two looks have to agree,
// for a person may be moving things about.
func (d *decision) homeless(t fm.Task, p *Progress, ss fm.Session, rep fm.Report) bool {
	s := d.state
	switch {
	case !rep.Homeless:
		p.LostAt = time.Time{}
		return false
	case p.LostAt.IsZero():
		p.LostAt = s.SightAt
	case s.SightAt.Sub(p.LostAt) >= settle && !d.index.handled[ss.Worker] && !d.leftAlone(ss):
		if d.act(Stop{Worker: ss.Worker, Run: t.Run()}, "its worktree is gone: interrupt and resume", doingNow(rep)) {
			p.Rung, p.RungAt, p.RungTurns, p.EndedAt, p.LostAt = Interrupted, s.SightAt, rep.Turns, s.SightAt, s.SightAt
		}
	}
	return true
}
