#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# smoke.sh PROGRAM TRACE: a short run prints every case, over a made trace and over a file; what is no trace fails.
set -eu
bench=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$bench" --packets 20000 --runs 1 --rows 4000 --scale 20000 --limits off >"$dir/made"
"$bench" --trace "$2" --runs 2 --rows 50 --shards 4 --scale 10000 --limits off >"$dir/file"
for name in $("$bench" --list); do
	grep -q "^$name " "$dir/made" || { echo "$name is missing"; cat "$dir/made"; exit 1; }
	grep -q "^$name " "$dir/file" || { echo "$name is missing"; cat "$dir/file"; exit 1; }
done
head -c 1000 /dev/zero >"$dir/none"
! "$bench" --trace "$dir/none" 2>"$dir/error" || { echo "zeros are no trace"; exit 1; }
grep -q "not a pcap file" "$dir/error"
cat "$dir/made"
