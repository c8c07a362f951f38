package fake

import "net/http"

// logHost serves the logs of jobs, at addresses that need no token, as GitHub's
// storage does. A token that comes there has leaked.
func (s *Server) logHost() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Header.Get("Authorization") != "" {
			s.violate("GET %s: the token went to the host of the logs", r.URL.Path)
		}
		http.NotFound(w, r)
	})
}
