//go:build !race

package supervisor

const (
	rapidChecks = "150"
	storms      = 8
	gales       = 30
	nights      = 4
)

func onceIll() map[string]ill { return map[string]ill{"fails": fails, "hangs": hangs} }

func alwaysIll() map[string]ill {
	return map[string]ill{"fails": fails, "hangs": hangs, "panics": panics}
}
