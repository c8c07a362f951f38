# expect WANT VALUE FROM TO fails the test unless convert prints WANT.
expect() {
	want=$1
	shift
	got=$(./convert "$@")
	[ "$got" = "$want" ] || {
		echo "convert $*: got $got, want $want"
		exit 1
	}
}
