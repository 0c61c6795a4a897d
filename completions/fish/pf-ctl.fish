# fish completion for pf-ctl(1): words come from the running engine
function __pf_ctl_next
	set -l words
	set -l session
	set -l skip 0
	for w in (commandline -opc)[2..-1]
		switch $skip
			case 1
				set skip 0
				continue
			case 2
				set session -s $w
				set skip 0
				continue
		end
		switch $w
			case -s --session
				set skip 2
			case -a --address -r --ramp --in -c --count --rate --timeout
				set skip 1
			case '-*'
			case '*'
				set -a words $w
		end
	end
	if test (count $words) -eq 0
		string split ' ' 'play stop seek tempo meter key chord section scene follow reset strip bus master agent set get list subscribe status members stats ping quit'
	else
		pf-ctl $session --next $words 2>/dev/null
	end
end
complete -c pf-ctl -f -a '(__pf_ctl_next)'
complete -c pf-ctl -s s -l session -x -d 'whose engine'
complete -c pf-ctl -s a -l address -x -d 'udp, tcp or unix address'
complete -c pf-ctl -s r -l ramp -x -d 'go there over so many beats or seconds'
complete -c pf-ctl -l in -x -d 'do it so many seconds from now'
complete -c pf-ctl -s c -l count -x -d 'end after so many lines'
complete -c pf-ctl -l rate -x -d 'values a second'
complete -c pf-ctl -l timeout -x -d 'how long to wait for an answer'
complete -c pf-ctl -s w -l wait -d 'wait for an engine'
complete -c pf-ctl -l json -d 'stats as JSON'
complete -c pf-ctl -l prometheus -d 'stats for Prometheus'
complete -c pf-ctl -l next -d 'list the words that may come next'
complete -c pf-ctl -s v -l verbose -d 'say from when it holds'
complete -c pf-ctl -s h -l help -d 'print a summary'
complete -c pf-ctl -s V -l version -d 'print the version'
