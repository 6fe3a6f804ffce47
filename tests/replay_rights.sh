#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# replay_rights.sh PROGRAM TRACE: while a replay waits for more of its trace, it has no right left.
set -eu
dir=$(mktemp -d)
mkfifo "$dir/trace"
"$1" --headless --read - <"$dir/trace" >/dev/null 2>"$dir/err" &
pid=$!
trap 'kill "$pid" 2>/dev/null || :; rm -rf "$dir"' EXIT
exec 3>"$dir/trace"
head -c 5000 "$2" >&3

# The value of a line of /proc/PID/status.
status() {
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}

tries=0
while [ "$(status NoNewPrivs) $(status CapPrm)" != "1 0000000000000000" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$dir/err" "/proc/$pid/status"; exit 1; }
    sleep 0.1
done
exec 3>&-
wait "$pid"
