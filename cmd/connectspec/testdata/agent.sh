#!/bin/sh
# An agent for tiny.spec, with a fault: a closed socket that was connected can be
# connected to a refuser.
while read -r word one two three rest; do
	case "$word" in
	hello)
		printf 'hello 1\nname shell\nversion Shell 1\ndictionary linux\nlacks lab a shell has none\nend\n'
		;;
	script) s0=fresh s1=fresh s2=fresh s3=fresh ;;
	end) echo end ;;
	connect)
		eval "state=\$$one"
		case "$state $two" in
		"fresh refuser") echo ECONNREFUSED ;;
		"fresh "*) eval "$one=connected" && echo ok ;;
		connected*) echo EISCONN ;;
		"over refuser") echo ok ;;
		*) echo EBADF ;;
		esac
		;;
	close)
		eval "state=\$$one"
		case "$state" in
		connected) eval "$one=over" && echo ok ;;
		fresh) eval "$one=closed" && echo ok ;;
		*) echo EBADF ;;
		esac
		;;
	*) echo ok ;;
	esac
done
