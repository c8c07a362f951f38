package git

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMergesOfABatchAreToldApart(t *testing.T) {
	t.Parallel()
	tree := strings.Repeat("a", 40)
	got, err := parseMerges("1\x00" + tree + "\x00\x000\x00" + tree + "\x00a\x00b\nc\x00\x000\x00" + tree + "\x001\x00\x00")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{}, {"a", "b\nc"}, {"1"}}, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got, err := parseMerges(""); err != nil || got != nil {
		t.Fatalf("%v, %v", got, err)
	}
	for _, bad := range []string{"1", "1\x00" + tree, "1\x00" + tree + "\x00a\x00", "2\x00" + tree + "\x00\x00", "0\x00x\x00\x00", "\x00"} {
		if got, err := parseMerges(bad); err == nil {
			t.Errorf("%q was read as %q", bad, got)
		}
	}
}

// Whatever git says, no name is made up, and none is lost.
func FuzzParseMerges(f *testing.F) {
	tree := strings.Repeat("a", 40)
	for _, seed := range []string{"", "\x00", "1\x00" + tree + "\x00\x00", "0\x00" + tree + "\x00a\x00b\xff\x00\x00", "0\x00" + tree + "\x00a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, out string) {
		merges, err := parseMerges(out)
		if err != nil {
			return
		}
		var again strings.Builder
		next := fields(out)
		for _, files := range merges {
			if slices.Contains(files, "") {
				t.Fatalf("%q: a file without a name", out)
			}
			fields := append(next[:2:2], files...)
			next = next[len(fields)+1:]
			again.WriteString(strings.Join(fields, "\x00") + "\x00\x00")
		}
		if again.String() != out && again.String() != out+"\x00" {
			t.Fatalf("%q came back as %q", out, again.String())
		}
	})
}

func FuzzFollow(f *testing.F) {
	for _, seed := range []string{"", "R100\x00b\x00c\x00R100\x00a\x00b\x00", "R1\x00a\x00a\x00", "R\x00a\x00b\x00R\x00b\x00a\x00", "M\x00a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, out string) {
		list := fields(out)
		renamed, err := follow(list)
		for old, now := range renamed {
			if err != nil || !slices.Contains(list, old) || !slices.Contains(list, now) {
				t.Fatalf("%q: %q to %q, %v", out, old, now, err)
			}
		}
	})
}
