//go:build !race

package supervisor

const weeksHours = 10_000
