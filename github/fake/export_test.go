package fake

// Operations lists all that the fake has beside GraphQL, as they are logged.
func Operations() []string {
	var all []string
	for _, o := range operations() {
		all = append(all, (&call{route: &o}).operation())
	}
	return all
}

// FaultNow gives what requests are judged by.
func (s *Server) FaultNow() func(Request) Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}
