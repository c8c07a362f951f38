package ui

// deskKeys are about questions and tasks.
func deskKeys() []binding { return nil }

// deskState is where the user is among the questions.
type deskState struct{}
