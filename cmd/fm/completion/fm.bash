# Completion of @NAME@ for bash. In ~/.bashrc: source <(@NAME@ completion bash)
_fm_complete() {
	local program=${COMP_WORDS[0]/#\~/$HOME} current=${COMP_WORDS[COMP_CWORD]} line file
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		$'\tfiles' | $'\tdirs')
			compopt -o filenames 2>/dev/null
			while IFS= read -r file; do
				COMPREPLY+=("$file")
			done < <(if [[ $line == *dirs ]]; then compgen -d -- "${current#=}"; else compgen -f -- "${current#=}"; fi)
			;;
		*) COMPREPLY+=("${line%%$'\t'*}") ;;
		esac
	done < <(command "$program" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _fm_complete @NAME@
