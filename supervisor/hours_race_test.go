//go:build race

package supervisor

// weeksHours is fewer where everything takes ten times as long.
const weeksHours = 300
