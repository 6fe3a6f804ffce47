#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# replay_twice.sh PROGRAM TRACE: the event stream of two runs is the same, is not empty and ends with a summary.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" --headless --read "$2" >"$dir/a"
"$1" --headless --read "$2" >"$dir/b"
cmp "$dir/a" "$dir/b"
grep -q '"event":"new_connection"' "$dir/a"
tail -n 1 "$dir/a" | grep -q '"event":"summary"'
[ "$(grep -c '"event":"new_connection"' "$dir/a")" = "$(grep -c '"event":"connection_closed"' "$dir/a")" ]
