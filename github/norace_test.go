//go:build !race

package github

// schedules is how many random histories each side lives through.
const schedules = 1000
