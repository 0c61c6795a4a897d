# fish completion for pf-run(1)
complete -c pf-run -k -x -a '(__fish_complete_suffix .yaml)'
complete -c pf-run -x -a "(pf-run --list 2>/dev/null | string replace -r ' +' \t)"
complete -c pf-run -s s -l session -x -a '(path basename /dev/shm/performia-(id -u)/*)' -d 'the session'
complete -c pf-run -s d -l device -x -a 'alsa jack null' -d "the engine's device"
complete -c pf-run -s l -l logs -x -a '(__fish_complete_directories)' -d 'log files there'
complete -c pf-run -s c -l check -d 'only say what is wrong'
complete -c pf-run -s n -l dry-run -d 'only print what would be started'
complete -c pf-run -s L -l list -d 'list the rigs'
complete -c pf-run -l ready-fd -x -d 'write a newline there when all are ready'
complete -c pf-run -s v -l verbose -d 'say who starts, is ready, ends'
complete -c pf-run -s h -l help -d 'print a summary'
complete -c pf-run -s V -l version -d 'print the version'
