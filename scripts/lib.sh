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

# intact fails unless npm installed in a folder exactly what scripts/integrity
# names.
intact() { # folder
	node - "$root/scripts/integrity" "$1/node_modules/.package-lock.json" <<'JS'
const fs = require('fs');
const pinned = new Set(fs.readFileSync(process.argv[2], 'utf8').split('\n'));
for (const [path, p] of Object.entries(JSON.parse(fs.readFileSync(process.argv[3], 'utf8')).packages)) {
  const got = `${path.replace('node_modules/', '')}@${p.version} ${p.integrity}`;
  if (pinned.has(got)) continue;
  console.error(`npm brought what scripts/integrity does not name: ${got}`);
  process.exit(1);
}
JS
}

# unpack fetches one npm package as scripts/integrity has it, and unpacks what is
# named of it, or all.
unpack() { # package version folder [file…]
	local name=$1 version=$2 into=$3 archive
	shift 3
	mkdir -p "$into"
	archive=$into/$(npm pack --pack-destination "$into" --no-update-notifier --loglevel=error "$name@$version" | tail -n 1)
	grep -qxF "$name@$version sha512-$(node -e 'console.log(require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64"))' "$archive")" "$root/scripts/integrity" ||
		die "npm brought another $name@$version than scripts/integrity names"
	tar -xzf "$archive" -C "$into" --strip-components=1 "${@/#/package/}"
	rm "$archive"
}
