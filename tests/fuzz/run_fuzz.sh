#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_fuzz.sh PROGRAM SEEDS WORK [libFuzzer options...]: one bounded run with a fixed seed. Every seed is run first; what
# the run finds stays in WORK, which is made anew, and an input that crashes is left there as crash-HASH and told in hex.
set -eu
program=$1
seeds=$2
work=$3
shift 3
rm -rf "$work"
mkdir -p "$work/corpus"
export LLVM_PROFILE_FILE="${LLVM_PROFILE_FILE:-$work/%p.profraw}"
if "$program" -seed=1 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 -artifact_prefix="$work/" \
    "$@" "$work/corpus" "$seeds" 2>"$work/log"; then
    tail -n 12 "$work/log"
    exit 0
fi
tail -n 60 "$work/log"
for input in "$work"/crash-* "$work"/timeout-* "$work"/oom-* "$work"/leak-*; do
    [ ! -f "$input" ] || { echo "$input:"; od -An -v -tx1 "$input"; }
done
exit 1
