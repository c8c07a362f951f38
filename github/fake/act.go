package fake

// What people and machines do at GitHub while fm looks elsewhere.

// CloseIssue closes an issue as a person does; the reason is "completed" or
// "not_planned".
func (s *Server) CloseIssue(number int, login, reason string) {
	s.on(number, func(i *item) { s.world.close(i, login, reason, "") })
}

// ReopenIssue reopens an issue as a person does.
func (s *Server) ReopenIssue(number int, login string) {
	s.on(number, func(i *item) { s.world.reopen(i, login) })
}

// SetBody edits the text of an issue or pull request.
func (s *Server) SetBody(number int, body string) {
	s.on(number, func(i *item) { i.body, i.updated = body, s.world.now() })
}

// Comment has a person say something.
func (s *Server) Comment(number int, c Comment) {
	s.on(number, func(i *item) {
		s.world.say(i, comment{author: or(c.Author, "alice"), association: or(c.Association, "MEMBER"), body: c.Body})
	})
}

// MergePull merges a pull request as a person does who may do everything.
func (s *Server) MergePull(number int, login string) error {
	var err error
	s.on(number, func(i *item) {
		s.world.refresh(i)
		err = s.world.merge(i, login, "")
	})
	return err
}

// ClosePull closes a pull request without merging.
func (s *Server) ClosePull(number int, login string) {
	s.on(number, func(i *item) { s.world.close(i, login, "", "") })
}

// SetConflict says that a pull request cannot be merged into its base, or, with
// [Mergeable], that it can.
func (s *Server) SetConflict(number int, m Mergeability) {
	s.on(number, func(i *item) { i.pull.conflict, i.pull.behind = m == Conflicting, m == Behind })
}

// Mergeability is how a pull request stands to its base.
type Mergeability int

// How it may stand.
const (
	Mergeable Mergeability = iota
	Conflicting
	Behind // the rules want the base merged into it first
)

// Unsettle has the next looks at a pull request say that GitHub does not know
// yet whether it can be merged, as it does after each push.
func (s *Server) Unsettle(number, looks int) {
	s.on(number, func(i *item) { i.pull.unsettled = looks })
}

// on does something to an item; a number that nothing has is a mistake in the
// test.
func (s *Server) on(number int, do func(*item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.world.items[number])
	s.world.settle()
}
