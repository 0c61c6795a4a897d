# fish completion for pf-send(1)
complete -c pf-send -s s -l session -x -a '(ls /dev/shm/performia-(id -u) 2>/dev/null)' -d 'the session'
complete -c pf-send -s a -l at -x -a 'now beat bar 0' -d 'where to begin'
complete -c pf-send -s r -l replay -r -F -d 'send a tape exactly'
complete -c pf-send -s w -l wait -d 'wait for an engine'
complete -c pf-send -l lenient -d 'skip malformed lines'
complete -c pf-send -s v -l verbose -d 'say what was sent'
complete -c pf-send -s h -l help -d 'print a summary'
complete -c pf-send -s V -l version -d 'print the version'
