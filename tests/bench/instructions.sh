#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# instructions.sh PROGRAM [OPTION...]: instructions per item of each case, counted by callgrind between the entry and
# the end of bench_measured; for machines that do not lend their counters. PROGRAM is rn_bench of the release preset,
# the options are passed on to it (--only NAME counts that case alone). Valgrind has no part of the kernel in its count.
set -eu
bench=$1
shift
only=
for word in "$@"; do
	[ "$only" = next ] && only=$word
	[ "$word" = --only ] && only=next
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf '%-24s %9s %13s\n' case items instructions
for name in ${only:-$("$bench" --list | grep -v '^memory$')}; do
	valgrind --tool=callgrind --callgrind-out-file="$dir/out" --toggle-collect=bench_measured \
		"$bench" --packets 100000 "$@" --only "$name" --runs 1 >"$dir/table" 2>"$dir/log" ||
		{ cat "$dir/table" "$dir/log"; exit 1; }
	count=$(awk '/Collected/ { print $NF }' "$dir/log")
	awk -v name="$name" -v count="$count" \
		'$1 == name { printf "%-24s %9d %13.1f\n", name, $2, count / $2 }' "$dir/table"
done
