//go:build !race

package jira

// schedules is how many random histories are lived through.
const schedules = 400
