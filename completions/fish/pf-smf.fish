# fish completion for pf-smf(1)
complete -c pf-smf -s o -l output -r -F -d 'write here'
complete -c pf-smf -s b -l beats -d 'bars by the told beats'
complete -c pf-smf -l lenient -d 'skip malformed lines'
complete -c pf-smf -s h -l help -d 'print a summary'
complete -c pf-smf -s V -l version -d 'print the version'
