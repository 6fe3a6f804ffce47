#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a fuzz target from its seeds, bounded, and demands that it reaches the rooms it is there for.

coverage.py --profdata P --cov C --source TOP --rooms wire,dpi --least 70 --work FOLDER --traces FOLDER -- TARGET SEEDS

The run begins from the seeds and from the golden traces (Ethernet, classic pcap) as inputs of fuzz_frame.c.

Counts lines of src/<room>/ (headers too) by LLVM's source-based coverage, prints a table of files and rooms,
and fails if a room has no more than --least per cent of its lines covered.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

import seedlib

SKIP = 77  # ctest's word for "cannot run here"
LIMITS = ["-seed=1", "-runs=20000", "-max_total_time=40", "-max_len=400000", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"]


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--profdata", "--cov", "--source", "--rooms", "--work", "--traces"):
        parser.add_argument(name, required=True)
    parser.add_argument("--least", type=float, required=True)
    parser.add_argument("target")
    parser.add_argument("seeds")
    return parser.parse_args()


FRAMES_PER_INPUT = 200  # fuzz_frame.c takes up to 512


def frames_of(path):
    """The frames of a classic pcap file of Ethernet, or none."""
    data = path.read_bytes()
    for order in "<>":
        magic, *_, link = struct.unpack_from(order + "IHHiIII", data)
        if magic in (0xA1B2C3D4, 0xA1B23C4D) and link == 1:
            at = 24
            while at + 16 <= len(data):
                captured, wire = struct.unpack_from(order + "II", data, at + 8)
                yield data[at + 16:at + 16 + captured], wire - captured
                at += 16 + captured


def inputs_from(traces, folder):
    for path in sorted(pathlib.Path(traces).glob("*/*.pcap")):
        records = [seedlib.frame(data, cut=cut) for data, cut in frames_of(path)]
        for at in range(0, len(records), FRAMES_PER_INPUT):
            made = seedlib.frames(seedlib.ETHERNET, seedlib.ROWS_64, *records[at:at + FRAMES_PER_INPUT])
            (folder / f"{path.stem}_{at}").write_bytes(made)


def run_target(o, work):
    corpus = work / "corpus"
    shutil.rmtree(work, ignore_errors=True)
    corpus.mkdir(parents=True)
    traces = work / "traces"
    traces.mkdir()
    inputs_from(o.traces, traces)
    environment = dict(os.environ, LLVM_PROFILE_FILE=str(work / "frame.profraw"))
    command = [o.target, *LIMITS, f"-artifact_prefix={work}/", str(corpus), o.seeds, str(traces)]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"{done.stderr[-4000:]}\n{o.target} failed")


def lines_by_file(o, work):
    profile = work / "frame.profdata"
    subprocess.run([o.profdata, "merge", "-sparse", str(work / "frame.profraw"), "-o", str(profile)], check=True)
    done = subprocess.run(
        [o.cov, "export", "-summary-only", f"-instr-profile={profile}", o.target], check=True, stdout=subprocess.PIPE
    )
    source = pathlib.Path(o.source).resolve()
    for entry in json.loads(done.stdout)["data"][0]["files"]:
        path = pathlib.Path(entry["filename"]).resolve()
        if source in path.parents:
            lines = entry["summary"]["lines"]
            yield path.relative_to(source).as_posix(), lines["covered"], lines["count"]


def row(name, covered, count):
    return f"{name:<34}{covered:>7}{count:>7}{100 * covered / count if count else 0:>9.1f} %"


def main():
    o = options()
    if not shutil.which(o.profdata) or not shutil.which(o.cov):
        print("llvm-profdata and llvm-cov are not here (scripts/setup --tests installs them)")
        return SKIP
    work = pathlib.Path(o.work)
    run_target(o, work)
    files = sorted(lines_by_file(o, work))
    failed = []
    print(f"{'':<34}{'lines':>7}{'of':>7}{'covered':>11}")
    for room in o.rooms.split(","):
        mine = [f for f in files if f[0].startswith(f"src/{room}/")]
        for name, covered, count in mine:
            print(row(name, covered, count))
        covered, count = sum(f[1] for f in mine), sum(f[2] for f in mine)
        print(row(f"{room}: all", covered, count))
        if 100 * covered <= o.least * count or not count:
            failed.append(room)
    if failed:
        print(f"not more than {o.least:g} % of the lines covered: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
