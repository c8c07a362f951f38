#compdef @NAME@
# Completion of @NAME@ for zsh. In ~/.zshrc: source <(@NAME@ completion zsh)
# Or as the file _@NAME@ in a folder of $fpath.
_fm_complete() {
	local program=${${(Q)words[1]}/#\~/$HOME} line word about
	local -a found
	for line in "${(@f)$(command "$program" complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
		word=${line%%$'\t'*} about=${line#*$'\t'}
		if [[ -n $word ]]; then
			found+=("${word//:/\\:}:$about")
		elif [[ $about == files ]]; then
			compset -P '--*='
			_files
		elif [[ $about == dirs ]]; then
			compset -P '--*='
			_files -/
		fi
	done
	(( $#found )) && _describe -t words @NAME@ found
}
if [[ ${funcstack[1]} == _@NAME@ ]]; then
	_fm_complete "$@"
else
	(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
	compdef _fm_complete @NAME@
fi
