package overlap_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/overlap"
)

// small has a case for each promise, and little else.
func small() *overlap.Tree {
	return overlap.NewTree([]string{
		"README.md", "Makefile", "main.go", "docs/README.md", "docs/API Guide.md", "docs/api/v1.2/index.md",
		"src/auth/login.ts", "src/auth/index.ts", "src/api/index.ts", "src/Case.ts", "src/case.ts", "tools/node.js",
		"client/server", "scripts/build", "internal/queue/queue.go", "services/api/src/a.py", "services/api/package.json",
		"services/web/package.json", "services/web/app/(shop)/[id]/page.tsx", "src/@types/env.d.ts", "img/logo@2x.png",
		"crates/x/src/lib.rs", "crates/y/src/lib.rs", "crates/x/src/resize.rs", "lib/input/output/x.go",
		"app/src/main/java/com/acme/Foo.java", "docs/日本語.md", ".gitignore",
	}, map[string]string{
		"src/signin.ts": "src/log_in.ts", "src/log_in.ts": "src/auth/login.ts", // twice
		"a.ts": "b.ts", "b.ts": "a.ts", // round and round
		"gone.ts": "nowhere.ts", "src/auth/index.ts": "main.go", // no file, and one that exists again
		"lib/queue/queue.go": "internal/queue/queue.go",
	})
}

// Caught: a path resolved by its last segment alone; the first of several taken;
// folders of libraries, routes and phrases believed; roots, short paths and old
// names forgotten; a frame believed without its package.
func TestMentionsOf(t *testing.T) {
	tree := small()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a whole path":                     {"see src/auth/login.ts.", []string{"src/auth/login.ts"}},
		"a path with ./":                   {"./README.md", []string{"README.md"}},
		"a name that only one file has":    {"login.ts is broken", []string{"src/auth/login.ts"}},
		"a name that several have":         {"index.ts, README.md and package.json", nil},
		"enough of a tail":                 {"api/index.ts", []string{"src/api/index.ts"}},
		"a tail of an absolute path":       {"/home/ci/src/auth/login.ts:3", []string{"src/auth/login.ts"}},
		"a drive":                          {`C:\work\src\auth\login.ts`, []string{"src/auth/login.ts"}},
		"doubled backslashes":              {`"C:\\work\\src\\auth\\login.ts"`, []string{"src/auth/login.ts"}},
		"a container":                      {"/app/src/a.py and /app/package.json", []string{"services/api/package.json", "services/api/src/a.py"}},
		"a root file below a known root":   {"/x/y/src/auth/login.ts, /x/y/README.md", []string{"README.md", "src/auth/login.ts"}},
		"a system's file":                  {"/etc/main.go /usr/local/go/src/runtime/main.go", nil},
		"a stranger's file":                {"node_modules/x/src/auth/login.ts /go/pkg/mod/x/src/auth/login.ts /x/node_modules/y/src/auth/login.ts", nil},
		"short for one of several":         {"src/lib.rs", nil},
		"short beside another of its kind": {"src/lib.rs, src/resize.rs", []string{"crates/x/src/lib.rs", "crates/x/src/resize.rs"}},
		"a folder like a phrase":           {"the input/output of it", nil},
		"the same in quotes":               {"the `input/output` of it", []string{"lib/input/output/"}},
		"a way up":                         {"../../src/auth/../api/index.ts", []string{"src/api/index.ts"}},
		"what was left out":                {".../auth/login.ts | 12 ++--", []string{"src/auth/login.ts"}},
		"the other case":                   {"SRC/Auth/Login.ts", []string{"src/auth/login.ts"}},
		"the right case of two":            {"src/Case.ts", []string{"src/Case.ts"}},
		"neither case of two":              {"src/CASE.ts", nil},
		"renamed twice":                    {"src/signin.ts", []string{"src/auth/login.ts"}},
		"renamed in a circle":              {"a.ts and gone.ts", nil},
		"an old name that is taken again":  {"src/auth/index.ts", []string{"src/auth/index.ts"}},
		"a folder that was renamed":        {"`lib/queue/`", []string{"internal/queue/"}},
		"a folder with a slash":            {"src/auth/ is a mess", []string{"src/auth/"}},
		"a package":                        {"the internal/queue package", []string{"internal/queue/"}},
		"a quoted package":                 {"the `queue` package", []string{"internal/queue/"}},
		"a quoted word":                    {"the `queue` and `build` and \"auth\"", nil},
		"a folder of a version":            {"since v1.2 and v1.2.3", nil},
		"a file called like a phrase":      {"client/server, and/or", []string{"client/server"}},
		"a product":                        {"node.js 20", nil},
		"a product in quotes":              {"`node.js`", []string{"tools/node.js"}},
		"a conventional name":              {"the Makefile, not the makefile", []string{"Makefile"}},
		"a script":                         {"scripts/build fails, and so does `build`", []string{"scripts/build"}},
		"a call":                           {"main.go(1) is a place", []string{"main.go"}},
		"a hidden file":                    {"in .gitignore", []string{".gitignore"}},
		"a mail address":                   {"jane@login.ts", nil},
		"a scope":                          {"@acme/api/src/a.py", []string{"services/api/src/a.py"}},
		"an @ in a name":                   {"src/@types/env.d.ts img/logo@2x.png", []string{"img/logo@2x.png", "src/@types/env.d.ts"}},
		"a version behind a path":          {"src/auth/login.ts@1f2e3d", []string{"src/auth/login.ts"}},
		"brackets of routes":               {"(app/(shop)/[id]/page.tsx)", []string{"services/web/app/(shop)/[id]/page.tsx"}},
		"a Markdown link":                  {"[login](src/auth/login.ts)", []string{"src/auth/login.ts"}},
		"emphasis":                         {"**src/auth/login.ts** _main.go_", []string{"main.go", "src/auth/login.ts"}},
		"a link":                           {"https://github.com/o/r/blob/main/src/auth/login.ts#L3-L9", []string{"src/auth/login.ts"}},
		"a link to a branch with a slash":  {"https://github.com/o/r/tree/fix/it/src/auth", []string{"src/auth/"}},
		"a link without a scheme":          {"github.com/o/r/blob/main/src/auth/login.ts", []string{"src/auth/login.ts"}},
		"an encoded link":                  {"https://gitlab.com/g/s/r/-/blob/main/docs/API%20Guide.md", []string{"docs/API Guide.md"}},
		"a raw link":                       {"https://raw.githubusercontent.com/o/r/main/src/auth/login.ts", []string{"src/auth/login.ts"}},
		"a link to another file":           {"https://github.com/o/r/blob/main/x/src/auth/login.ts", nil},
		"a link elsewhere":                 {"https://example.com/src/auth/login.ts?x=main.go https://github.com/o/r/issues/1", nil},
		"another repository's README":      {"https://github.com/o/r/blob/main/main.go https://github.com/o/r/blob/main/docs/README.md https://github.com/x/y/blob/main/README.md", []string{"docs/README.md", "main.go"}},
		"a development server":             {"http://localhost:3000/src/auth/login.ts?t=1:2:3", []string{"src/auth/login.ts"}},
		"a file URL":                       {"file:///C:/x/src/auth/login.ts:1:2", []string{"src/auth/login.ts"}},
		"webpack":                          {"(webpack://shop/./src/auth/login.ts:1:2)", []string{"src/auth/login.ts"}},
		"a JVM frame":                      {"at com.acme.Foo$Bar.baz(Foo.java:12)", []string{"app/src/main/java/com/acme/Foo.java"}},
		"a JVM frame of a library":         {"at org.other.Foo.baz(Foo.java:12)", nil},
		"a JVM frame in short":             {"at c.acme.Foo.<init>(Foo.java)", []string{"app/src/main/java/com/acme/Foo.java"}},
		"a Go frame's function":            {"github.com/acme/shop/internal/queue.(*Queue).Pop()", nil},
		"a Go package that failed":         {"FAIL\tgithub.com/acme/shop/internal/queue\t0.1s\nok  \tgithub.com/acme/shop/src/auth\t0.1s", []string{"internal/queue/"}},
		"an import":                        {"\t\"github.com/acme/shop/internal/queue\"\nimport x from 'src/auth'", nil},
		"a diff of a root file":            {"--- a/main.go\n+++ b/main.go", []string{"main.go"}},
		"a name with a space":              {"open \"docs/API Guide.md\" please", []string{"docs/API Guide.md"}},
		"a name in a language of its own":  {"docs/日本語.md", []string{"docs/日本語.md"}},
		"a name between letters":           {"これはsrc/auth/login.tsです", []string{"src/auth/login.ts"}},
		"a colour":                         {"\x1b[32msrc/auth/login.ts\x1b[0m", []string{"src/auth/login.ts"}},
		"braces":                           {"src/{auth/login,api/index}.ts, src/{old => api}/index.ts", []string{"src/api/index.ts", "src/auth/login.ts"}},
		"an address of the product":        {"GET `/shop/[id]/` and `/web/app`", nil},
		"a test that went well":            {"PASS src/auth/login.ts\nmain.go PASSED\n", nil},
		"a pattern":                        {"src/auth/*.ts", []string{"src/auth/"}},
		"nothing":                          {"", nil},
		"dates, versions, abbreviations":   {"2026/11/20 e.g. i.e. 1.5x TCP/IP origin/main a.b.c ... / \\ // . @ % ~", nil},
		"a way out of the tree":            {"../../../etc/passwd /src/../../x %2e%2e%2fmain.ts", nil},
	} {
		if diff := cmp.Diff(c.want, tree.Mentions(c.text)); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", name, c.text, diff)
		}
	}
}

// Texts that were made to cost much, or to be taken for many paths. What they
// cost is BenchmarkHostile's to say, and the bound on one path's work that of
// TestALongPathIsReadFromItsEnd.
func TestHostileTextsEnd(t *testing.T) {
	tree := readTree(t, "shop")
	for name, text := range hostile(1 << 18) {
		if got := tree.Mentions(text); len(got) > 8 {
			t.Errorf("%s names %d paths: %q", name, len(got), got)
		}
	}
}

// hostile are texts of so many bytes, of which each repeats what a careless
// reader would begin anew at each place.
func hostile(size int) map[string]string {
	texts := map[string]string{}
	for name, part := range map[string]string{
		"slashes": "/", "dots": ".", "up": "../", "here": "./", "backslashes": `\`, "percent": "%2f", "broken percent": "%",
		"folders": "a/", "routes": "/(a", "open routes": "/[", "at": "a@b/", "scopes": "@", "backquotes": "`", "quotes": "\"a ", "words": "a.b ",
		"frames": "(A.java:1", "dotted frames": "at a.b.C(A.java:1)\n", "schemes": "http://", "hosts": "http://a/blob/", "queries": "http://a?", "links": "https://github.com/o/r/blob/main/README.md ",
		"names": "index.ts ", "tails": "src/index.ts ", "lines": "\n", "escapes": "\x1b[", "strings": "\x1b]", "letters": "é", "kanji": "語/a.",
		"braces": "a{", "lists": "a{a,b}", "open lists": "a{,", "rooted": "/x/src/auth/client.ts ", "emphasis": "_a._",
	} {
		texts[name] = strings.Repeat(part, size/len(part))
	}
	texts["a deep path below a root"] = "/x/internal/queue/queue.go /x/" + strings.Repeat("a/", size/2)
	return texts
}

// Whatever a text says, no path comes out of it that the tree does not have.
// Caught: a workflow in a link taken without a look at the tree.
func FuzzMentions(f *testing.F) {
	for _, seed := range []string{
		"src/auth/login.ts:12", `C:\a\src\auth\login.ts(3,4)`, "at com.acme.Foo.bar(Foo.java:1)", "webpack:///./src/auth/login.ts:1:2",
		"https://github.com/o/r/blob/main/docs/API%20Guide.md#L1", "https://github.com/o/r/actions/workflows/ci.yml", "--- a/main.go\n+++ b/main.go\n",
		"`queue` package, src/auth/, ../x/../index.ts", "/app/src/a.py /app/package.json", "@acme/api/src/a.py@1 é/main.go", "app/(shop)/[id]/page.tsx \"docs/API Guide.md\"",
	} {
		f.Add(seed)
	}
	files := []string{
		"README.md", "main.go", "docs/API Guide.md", "src/auth/login.ts", "src/auth/index.ts", "src/api/index.ts", "internal/queue/queue.go",
		"services/api/src/a.py", "services/api/package.json", "services/web/app/(shop)/[id]/page.tsx", "app/src/main/java/com/acme/Foo.java",
	}
	tree := overlap.NewTree(files, map[string]string{"lib/x.go": "main.go", "old/queue/queue.go": "internal/queue/queue.go"})
	real := map[string]bool{}
	for _, file := range files {
		real[file] = true
		for i, c := range file {
			if c == '/' {
				real[file[:i+1]] = true
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := tree.Mentions(text)
		for i, path := range got {
			if !real[path] || i > 0 && got[i-1] >= path {
				t.Fatalf("got %q from %q: not real, or not in order", got, text)
			}
		}
		if again := tree.Mentions(text); !cmp.Equal(got, again) {
			t.Fatalf("got %q, then %q", got, again)
		}
	})
}
