#!/bin/sh
# fm.tmux is a plugin of tmux for https://github.com/founder-mode/fm: run it from
# ~/.tmux.conf, by hand or by tpm. docs/tmux.md says what it can do. It binds no
# key and changes no status line unless an option asks for it:
#
#	set -g @fm-popup-key F        # prefix F: the dashboard, in a popup
#	set -g @fm-next-key  N        # prefix N: the next worker that waits for you
#	set -g @fm-command   ~/go/bin/fm   # where it is not in tmux's PATH
#	set -g status-right  '#{fm_status} %H:%M'
#
# What a folder is called never becomes a command or a format: keys hand on the
# id of the pane, and the segment quotes the path for sh(1).

# option prints a global option, and nothing where it is not set.
option() { tmux show-option -gqv "$1"; }

# say shows the first line of a text, as it is, to whom the pane belongs.
say() {
	line=$(printf '%s\n' "$1" | sed -e 's/[#%]/&&/g' -e 1q)
	case $line in *\;) line=${line%?}'\;' ;; esac
	tmux display-message -d 4000 -- "$line"
}

# quoted is a format for an option's value, or the pane's path, as one word of
# sh(1): within single quotes, only those need care.
quoted() { printf '%s' "'#{s|'|'\\\\''|:$1}'"; }

# bind gives a key, if the user has named one, one of the deeds below.
bind() {
	words=$(option "$1")
	[ -n "$words" ] || return 0
	case $words in *\;) words=${words%?}'\;' ;; esac
	set -f # a key may be *
	# Several words are for bind-key: -n M-f.
	# shellcheck disable=SC2086
	tmux bind-key $words run-shell -b "$(quoted @fm-plugin) $2 '#{pane_id}'"
	set +f
}

# segment puts what fm says in the place of #{fm_status}. It runs fm alone, and
# no script of ours; with these two words fm does not look for others, and is
# done in half the time.
segment() {
	text=$(option "$1")
	case $text in *'#{fm_status}'*) ;; *) return 0 ;; esac
	line="#(cd -- $(quoted pane_current_path) && exec '#{?@fm-command,#{s|'|'\\\\''|:@fm-command},fm}' status --line)"
	while :; do
		case $text in *'#{fm_status}'*) ;; *) break ;; esac
		text=${text%%'#{fm_status}'*}$line${text#*'#{fm_status}'}
	done
	case $text in *\;) text=${text%?}'\;' ;; esac
	tmux set-option -g "$1" "$text"
}

# deed is what a key does, in the pane with an id.
deed() {
	TMUX_PANE=$2 # so that tmux takes it to be us who ask
	export TMUX_PANE
	fm=$(option @fm-command)
	if ! fm=$(command -v -- "${fm:-fm}"); then
		say 'fm: not found in the PATH of tmux; set -g @fm-command /where/it/is/fm'
		return
	fi
	path=$(tmux -u display-message -p -t "$2" '#{pane_current_path}')
	case $1 in
	popup)
		if ! said=$("$fm" -C "$path" status 2>&1 >/dev/null); then
			say "$said"
			return
		fi
		tmux display-popup -EE -w 90% -h 90% -d '#{pane_current_path}' "$fm" dashboard
		;;
	next)
		said=$("$fm" -C "$path" attach --next --popup 2>&1 </dev/null)
		[ -z "$said" ] || say "$said"
		;;
	esac
}

if [ $# -gt 0 ]; then
	deed "$@"
	exit 0 # tmux would show a failure over the pane
fi
here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 1
here=$here/${0##*/}
case $here in *\;) here=${here%?}'\;' ;; esac
tmux set-option -g @fm-plugin "$here"
bind @fm-popup-key popup
bind @fm-next-key next
segment status-left
segment status-right
