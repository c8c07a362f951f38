//go:build !sqlite

package disk

func engines() map[string]engine { return map[string]engine{"fm": ours{}} }
