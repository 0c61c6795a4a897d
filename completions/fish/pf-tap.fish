# fish completion for pf-tap(1)
complete -c pf-tap -f
complete -c pf-tap -s s -l session -x -a '(ls /dev/shm/performia-(id -u) 2>/dev/null)' -d 'the session'
complete -c pf-tap -l source -x -d 'only what these say'
complete -c pf-tap -l type -x -a 'note on bend off set patch onset pitch level beat chord key timbre phrase tempo meter section scene intent decision play stop seek reset metric' -d 'only these types'
complete -c pf-tap -l from -x -a 'now start' -d 'where to begin'
complete -c pf-tap -s w -l wait -d 'wait for an engine'
complete -c pf-tap -s c -l count -x -d 'end after so many events'
complete -c pf-tap -l for -x -d 'end after so many seconds'
complete -c pf-tap -s r -l record -r -F -d 'write the tape'
complete -c pf-tap -s d -l dump -d 'print the segments'
complete -c pf-tap -s v -l verbose -d 'count at the end'
complete -c pf-tap -s h -l help -d 'print a summary'
complete -c pf-tap -s V -l version -d 'print the version'
