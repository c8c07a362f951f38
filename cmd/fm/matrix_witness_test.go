package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The witnesses stand outside fm: the agent's command writes down each life of
// an agent, and the remote's hook each push. Both look into the ledger at that
// instant, and the first also whether an older agent of the same task lives.
const (
	agentWitness = `#!/bin/sh
if [ -n "$FM_TASK" ]; then
	stamp() { read -r stat <"/proc/$1/stat" && set -- ${stat##*) } && [ "$1" != Z ] && echo "${20}"; } 2>/dev/null
	echo "$FM_TASK $FM_ATTEMPT $$ $(stamp $$) $FM_WORKER" >>DIR/lives
	while read -r task attempt pid born worker; do
		if [ "$task" = "$FM_TASK" ] && [ "$pid" != $$ ] && [ "$(stamp "$pid")" = "$born" ]; then
			echo "two agents of $task live: $pid of attempt $attempt and $$ of attempt $FM_ATTEMPT" >>DIR/wrong
		fi
	done <DIR/lives
	grep -Eq "^[0-9a-f]{8} [0-9]+ [0-9]+ claim\+? $FM_TASK $FM_ATTEMPT " DIR/app/.founder-mode/ledger ||
		echo "an agent of $FM_TASK began attempt $FM_ATTEMPT, which nobody had claimed" >>DIR/wrong
fi
exec DIR/bin/fm scripted-agent "$@"
`
	pushWitness = `#!/bin/sh
echo "$1 $2 $3" >>DIR/pushes
case "$1 $2" in
refs/heads/subissue/*\ 0000000*) id=${1#refs/heads/subissue/} ;;
refs/heads/fix/issue-*\ 0000000*) id=${1#refs/heads/fix/issue-} ;;
*) exit 0 ;;
esac
grep "|$id|" DIR/app/.founder-mode/ledger | grep -q "ph=publishing" ||
	echo "the branch of $id was pushed before anybody had written that it would be" >>DIR/wrong
`
)

// witness posts the witnesses.
func (th *theater) witness() {
	th.Helper()
	th.file("bin/agent", strings.ReplaceAll(agentWitness, "DIR", th.dir))
	th.file("remote.git/hooks/update", strings.ReplaceAll(pushWitness, "DIR", th.dir))
	for _, name := range []string{"lives", "pushes", "wrong"} {
		th.file(name, "")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		th.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(th.dir, "remote.git", "hooks"), 0o755); err != nil {
		th.Fatal(err)
	}
}
