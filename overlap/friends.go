package overlap

import (
	"slices"
	"strings"
)

// hasExtension tells a.go and .gitignore from v1.2 and LICENSE.
func hasExtension(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i >= 0 && i+1 < len(name) && (isLetter(name[i+1]) || name[i+1] >= 0x80)
}

// isConventional says whether a name without an extension can only be that of a
// file: Makefile, Dockerfile, Rakefile.
func isConventional(name string) bool {
	return len(name) > 4 && strings.HasSuffix(name, "file") && name[0] >= 'A' && name[0] <= 'Z'
}

// isProduct knows the names of things that look like those of files.
func isProduct(name string) bool {
	switch strings.ToLower(name) {
	case "node.js", "vue.js", "next.js", "nuxt.js", "react.js", "express.js", "angular.js", "ember.js", "backbone.js",
		"d3.js", "three.js", "chart.js", "moment.js", "alpine.js", "discord.js", "socket.io", "asp.net":
		return true
	}
	return false
}

// isHost says whether a segment looks like the name of a host.
func isHost(segment string) bool {
	if !strings.Contains(segment, ".") {
		return false
	}
	switch segment[strings.LastIndexByte(segment, '.')+1:] {
	case "com", "org", "net", "io", "dev", "in", "de", "edu", "eu", "uk", "cloud", "app", "ai", "co", "sh":
		return true
	}
	return false
}

// isForeign says whether something lies where the files of others are
// installed, going by the segments before it, the last one first.
func isForeign(before []string) bool {
	for i, name := range before {
		switch name {
		case "node_modules", "bower_components", "site-packages", "dist-packages", ".cargo", "rustc", ".rustup", "gems",
			".m2", ".gradle", ".pnpm", "Pods", "venv", ".venv", "vendor", "java.base", "hostedtoolcache", ".nuget":
			return true
		}
		above := before[i+1:]
		if len(above) > 0 && slices.Contains([]string{"pkg/mod", "usr/lib", "usr/include", "usr/share", "local/go", "local/lib"}, above[0]+"/"+name) {
			return true
		}
	}
	return false
}
