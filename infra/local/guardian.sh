#!/bin/sh
# Runs a command so that it cannot outlive the launcher: standard input is a pipe that the launcher holds open, and when it
# closes, however the launcher ended, the command is killed. Its process id is told on descriptor 3.
exec 4<&0
"$@" 4<&- 3>&- </dev/null &
child=$!
echo "$child" >&3
exec 3>&-
{ cat <&4 >/dev/null; kill -KILL "$child"; } >/dev/null 2>&1 &
watcher=$!
exec 4<&-
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
