package git

import (
	"context"
	"strings"
)

// Tracked is something in the main checkout that came with the repository, or
// goes with it.
type Tracked struct {
	Path    string // relative to the checkout, with slashes
	Regular bool   // neither a link nor a repository of its own
}

// FindTracked lists what git tracks under the given names, in whatever case:
// there are disks that know none. It asks for the index, and changes nothing.
func FindTracked(ctx context.Context, o Options, names ...string) ([]Tracked, error) {
	r, err := bare(ctx, o)
	if err != nil {
		return nil, err
	}
	args := []string{"ls-files", "-z", "--stage", "--"}
	for _, name := range names {
		args = append(args, ":(top,icase,literal)"+name)
	}
	out, err := r.run(ctx, call{op: "list tracked files", args: args})
	if err != nil {
		return nil, err
	}
	return parseTracked(out), nil
}

// parseTracked reads MODE SP OBJECT SP STAGE TAB PATH NUL, see git-ls-files(1).
func parseTracked(out string) []Tracked {
	var all []Tracked
	for entry := range strings.SplitSeq(out, "\x00") {
		about, path, ok := strings.Cut(entry, "\t")
		if ok {
			all = append(all, Tracked{Path: path, Regular: strings.HasPrefix(about, "100")})
		}
	}
	return all
}
