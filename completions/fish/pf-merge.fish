# fish completion for pf-merge(1)
complete -c pf-merge -s a -l axis -x -d 'whose beats to print on'
complete -c pf-merge -s o -l output -r -F -d 'write here'
complete -c pf-merge -l lenient -d 'skip malformed lines'
complete -c pf-merge -s h -l help -d 'print a summary'
complete -c pf-merge -s V -l version -d 'print the version'
