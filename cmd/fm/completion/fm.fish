# Completion of @NAME@ for fish: @NAME@ completion fish > ~/.config/fish/completions/@NAME@.fish
function __fm_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' "$HOME" -- $words[1])
    set -e words[1]
    for line in (command $program complete $words "$current" 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path "$current"
            case \tdirs
                __fish_complete_directories "$current"
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c @NAME@ -f -k -a '(__fm_complete)'
