//go:build race

package supervisor

// What takes ten times as long is tried less often; where it is fast, all of it.

const (
	rapidChecks = "50"
	storms      = 2
	gales       = 3
	nights      = 1
)

func onceIll() map[string]ill { return map[string]ill{"hangs": hangs} }

func alwaysIll() map[string]ill { return map[string]ill{"hangs": hangs} }
