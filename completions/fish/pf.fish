# fish completion for pf(1)
complete -c pf -n __fish_is_first_token -f -s h -l help -d 'print a summary'
complete -c pf -n __fish_is_first_token -f -s V -l version -d 'print the version'
complete -c pf -n __fish_is_first_token -f -a "(pf 2>/dev/null | string match -rg '^  pf (\S+) +(.*)' | paste - - )"
complete -c pf -n 'not __fish_is_first_token' -a '(complete -C"pf-"(string join " " (commandline -opc)[2..])" "(commandline -ct))'
