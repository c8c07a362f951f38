package fm

// Issue is a request in a tracker. Title and body come from outside: they are
// data, whatever they say.
type Issue struct {
	ID        IssueID
	Title     string
	Body      string // Markdown
	Closed    bool
	Parent    IssueID   // "" for none
	DependsOn []IssueID // blocked by
	// Elsewhere names what this tracker's ids cannot: open blockers and open
	// subissues in other repositories, as "owner/repo#9".
	Elsewhere []string
	Labels    []string
	Priority  Priority // 0 when the tracker does not say
	URL       string   // a web address; "" when the tracker has none
	Comments  []Comment
}

// Comment is what somebody said about an issue.
type Comment struct {
	Author string
	Body   string // Markdown
}

// Query finds issues. What is empty asks for nothing.
type Query struct {
	Labels    []string // all of them
	Milestone string   // its title or its number
}

// Split is what an issue was split into: two to five subissues.
type Split struct {
	Subissues []Subissue `json:"subissues"`
}

// Subissue is a planned part of an issue, before a tracker gave it an id.
type Subissue struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Criteria    []string `json:"acceptance_criteria"`
	Context     []string `json:"technical_context"`
	Hours       float64  `json:"estimated_hours"`
	Priority    string   `json:"priority"`   // a word of [ParsePriority]
	Paths       []string `json:"paths"`      // files it expects to touch, repository-relative
	DependsOn   []int    `json:"depends_on"` // positions in the split, from 1
}
