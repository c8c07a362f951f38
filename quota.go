package fm

import "time"

// Quota is what a forge still lets us ask. The zero Quota is of one that does
// not count.
type Quota struct {
	Left   int       `json:"left"`
	Limit  int       `json:"limit"`
	Resets time.Time `json:"resets,omitzero"`
	// Blocked is when the forge will listen again; zero when it does.
	Blocked time.Time `json:"blocked,omitzero"`
	Why     string    `json:"why,omitempty"` // it is blocked
}
