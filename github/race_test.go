//go:build race

package github

// schedules is less where everything takes ten times as long: scripts/check
// runs these tests without the race detector, too.
const schedules = 30
