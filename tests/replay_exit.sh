#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# replay_exit.sh PROGRAM TRACE: how a replay ends when its file is cut, damaged or no capture.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# expect STATUS FILE: the exit status, and one line on standard error that names the file.
expect() {
    status=0
    "$1" --headless --read "$3" >"$dir/out" 2>"$dir/err" || status=$?
    [ "$status" = "$2" ] || { echo "$3: exit $status, not $2"; exit 1; }
    [ "$(wc -l <"$dir/err")" = 1 ] && grep -qF "$3" "$dir/err" || { echo "$3:"; cat "$dir/err"; exit 1; }
}

head -c 5000 "$2" >"$dir/damaged.pcap"
expect "$1" 0 "$dir/damaged.pcap"
grep -q '"event":"summary"' "$dir/out"

# A record that claims 4 GiB behind a good header.
{ head -c 24 "$2"; printf '\0\0\0\0\0\0\0\0\377\377\377\377\377\377\377\377'; } >"$dir/truncated .pcap"
expect "$1" 1 "$dir/truncated .pcap"

echo "truncated dump file" >"$dir/text"
expect "$1" 1 "$dir/text"
