//go:build race

package jira

// schedules is how many random histories are lived through: each takes the race
// detector ten times as long.
const schedules = 40
