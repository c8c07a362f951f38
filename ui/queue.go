package ui

// queueKeys are those of the queue's table.
func queueKeys() []binding { return nil }

// queueState is where the user is in the queue's table.
type queueState struct{}

func paintQueue(c canvas, m *model) { paintOverview(c, m) }
