#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh PROGRAM FOLDER: replays the capture in FOLDER with the options of FOLDER/args and compares the event stream with
# FOLDER/out.jsonl. With RN_GOLDEN_UPDATE=1 it writes that file instead; the diff is to be read before it is committed.
set -eu
out=$(mktemp)
trap 'rm -f "$out"' EXIT
# shellcheck disable=SC2046 # words
"$1" --headless --read "$2"/*.pcap $(cat "$2/args") >"$out"
if [ "${RN_GOLDEN_UPDATE:-}" = 1 ]; then
    cp "$out" "$2/out.jsonl"
    exit 0
fi
diff -u "$2/out.jsonl" "$out"
