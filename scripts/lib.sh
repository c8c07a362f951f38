# Sourced by the other scripts, never run: it sets $root and finds Go.
# It also gives Go, npm and the linter a place to write when HOME is none.
# Everything that it makes lies in .cache, which git ignores.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/scripts/versions"

say() { printf '\n== %s\n' "$*"; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# usable_home keeps HOME if something can be written there.
usable_home() {
	if [ -z "${HOME:-}" ] || ! [ -d "$HOME" ] || ! [ -w "$HOME" ]; then
		export HOME="$root/.cache/home"
		mkdir -p "$HOME"
		export GOFLAGS="${GOFLAGS:-} -modcacherw" # or rm -rf .cache fails
	fi
}

# usable_git lets a checkout of another owner be built: git refuses to say
# which commit it is.
usable_git() {
	if ! git -C "$root" rev-parse HEAD >/dev/null 2>&1; then
		export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
	fi
}

# need_go fails unless there is a Go that can build this module.
need_go() {
	local wanted
	wanted=$(sed -n 's/^go //p' "$root/go.mod")
	if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then
		export PATH="$PATH:/usr/local/go/bin"
	fi
	command -v go >/dev/null ||
		die "Go is missing. Get $wanted or later from https://go.dev/dl/ (Debian's golang-go is too old)."
	(cd "$root" && go list -m >/dev/null 2>"$root/.cache/go.err") ||
		die "$(go version) cannot build this: $(cat "$root/.cache/go.err")
Get Go $wanted or later from https://go.dev/dl/; any Go from 1.21 on fetches it itself if GOTOOLCHAIN is auto."
}

mkdir -p "$root/.cache"
usable_home
usable_git
