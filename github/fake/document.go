package fake

// document is a GraphQL request.
type document struct{}

func parseDocument([]byte) *document { return &document{} }

func (d *document) operation() string { return "query" }
func (d *document) mutates() bool     { return false }

func (s *Server) runGraphQL(*call) reply {
	return refuse(403, "Resource not accessible by personal access token")
}
