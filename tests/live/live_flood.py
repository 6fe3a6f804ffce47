#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live_flood.py RUSTNET FLOOD_SYN [--flows N] [--rate N] [--slow]: a flood of SYNs while 1,000 connections talk.

                        far                                     near
    flood_syn, N SYNs to nobody's hardware address -> veth -> the program: screen, and its event stream
    talkers' server      <- 1,000 connections of TCP ->       talkers' client

Afterwards all who talked are still there with the counters that both kernels know of their sockets,
memory has stayed under what --max-connections implies and did not grow in the flood's second half,
no descriptor is open that was not, every key was answered in time, and the panel tells what was evicted.
What is lost on the way to the program would make the counters wrong: then half the flood is sent once more,
slower. --slow: the program is built with a sanitizer, whose own memory and pace are not the program's.
"""

import argparse
import contextlib
import fcntl
import json
import math
import os
import pathlib
import select
import subprocess
import tempfile
import time

import measure
import netlab
from netlab import FAR4, NEAR4
from tmux import Tmux

CAP, TALKERS, PORT = 20_000, 1000, 9000
REQUEST, ANSWER = 100, 300
ETHERNET, HEADERS, SYN_MORE = 14, 20 + 32, 8  # a SYN has 8 bytes of options more than what follows it
KEY_MS, SLOW_KEY_MS = 100, 1000
# A row with its place in the index and its TCP (400) and what inspection may add; docs/measured.md.
ROW_BYTES = 512
BLOCKS_KIB = 8 * 1024  # of packets between capture and workers, touched as far as they are ever behind
SLACK_KIB = 512
F_SETPIPE_SZ, PIPE_BYTES = 1031, 1 << 20  # the most that needs no further right

# What the kernel knows of a connection; the same for both ends.
COMMON = f"""
import json, selectors, socket, struct, sys, time
TALKERS, REQUEST, ANSWER = {TALKERS}, {REQUEST}, {ANSWER}
def known(s):
    info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    assert len(info) >= 216, "this kernel does not count what a socket has sent"
    again, (out, into), sent = (struct.unpack_from(f, info, at) for f, at in (("I", 100), ("II", 136), ("Q", 200)))
    return dict(again=again[0], out=out, into=into, sent=sent[0])
def exactly(s, size):
    while size:
        got = len(s.recv(size))
        assert got, "the connection ended"
        size -= got
"""
SERVER = COMMON + f"""
listener = socket.create_server(("", {PORT}), backlog=TALKERS)
select, conns = selectors.DefaultSelector(), {{}}
select.register(listener, selectors.EVENT_READ)
select.register(sys.stdin, selectors.EVENT_READ)
while True:
    for key, _ in select.select():
        s = key.fileobj
        if s is listener:
            s, peer = listener.accept()
            conns[peer[1]] = s
            select.register(s, selectors.EVENT_READ)
        elif s is sys.stdin:
            print(json.dumps({{port: known(c) for port, c in conns.items()}}), flush=True)
            time.sleep(600)
        else:
            exactly(s, REQUEST)
            s.sendall(b"a" * ANSWER)
"""
CLIENT = COMMON + f"""
conns = []
for _ in range(TALKERS):
    conns.append(socket.create_connection(("{FAR4}", {PORT})))
select = selectors.DefaultSelector()
select.register(sys.stdin, selectors.EVENT_READ)
print("ready", flush=True)
rounds = 0
while True:
    for s in conns:
        s.sendall(b"q" * REQUEST)
    for s in conns:
        exactly(s, ANSWER)
    rounds += 1
    if select.select(0.2):
        break
time.sleep(0.6)  # the last acknowledgements are delayed ones
print(json.dumps({{"rounds": rounds, **{{s.getsockname()[1]: known(s) for s in conns}}}}), flush=True)
time.sleep(600)
"""


class Lost(Exception):
    """Something did not reach the program's table, so its counters cannot be right."""


def only_ours(side):
    """Nothing moves but what this test sends, each segment once, in frames of a known size."""
    for name, value in (("ipv6/conf/veth0/disable_ipv6", 1), ("ipv4/tcp_early_retrans", 0), ("ipv4/tcp_timestamps", 1),
                        ("ipv4/tcp_sack", 1), ("ipv4/tcp_window_scaling", 1)):
        side.run("sh", "-c", f"echo {value} > /proc/sys/net/{name}")
    side.ip("route", "replace", "192.0.2.0/24", "dev", "veth0", "rto_min", "20s")


def know_each_other(one, other):
    for side, peer, address in ((one, other, FAR4), (other, one, NEAR4)):
        mac = peer.run("cat", "/sys/class/net/veth0/address").stdout.strip()
        side.ip("neigh", "replace", address, "lladdr", mac, "dev", "veth0", "nud", "permanent")


class Stream:
    """The event stream through a pipe; of it is kept what concerns those who talk, and the summary."""

    def __init__(self, lab, folder):
        self.path, self.file = folder / "events", folder / "kept"
        os.mkfifo(self.path)
        with open(self.file, "wb") as kept:
            self.process = lab.near.spawn("grep", "-F", "-e", FAR4, "-e", '"summary"', self.path, stdout=kept)

    def widen(self):
        """Once both ends are open: more room than the 64 KiB that a pipe has, as what waits for grep is lost."""
        end = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(end, F_SETPIPE_SZ, PIPE_BYTES)
        os.close(end)

    def events(self):
        assert self.process.wait(timeout=30) == 0, "the event stream is empty"
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


def line_of(process, seconds=20):
    assert select.select([process.stdout], [], [], seconds)[0], "one of those who talk says nothing"
    line = process.stdout.readline()
    assert line, "one of those who talk is gone"
    return line


class Talkers:
    def __init__(self, lab):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.server = lab.far.python(SERVER, **pipes)
        lab.far.wait_listens(PORT)
        self.client = lab.near.python(CLIENT, **pipes)
        assert line_of(self.client) == "ready\n", "not everybody could connect"

    def stop(self):
        """{client's port: (what its own kernel knows, what its peer's does)}"""
        out = []
        for process in (self.client, self.server):
            print("stop", file=process.stdin, flush=True)
            out.append(json.loads(line_of(process)))
        mine, theirs = out
        self.rounds = mine.pop("rounds", 0)
        assert len(mine) == TALKERS and mine.keys() == theirs.keys(), f"{len(mine)} and {len(theirs)} talked"
        for port in mine:
            a, b = mine[port], theirs[port]
            assert (a["sent"], b["sent"]) == (self.rounds * REQUEST, self.rounds * ANSWER), f"{a} {b}"
            # The kernel answers a SYN before there is a socket that could count the answer.
            if a["again"] or b["again"] or (a["out"], a["into"]) != (b["into"], b["out"] + 1):
                raise Lost(f"a connection had to send something again: {a} {b}")
        return {int(port): (mine[port], theirs[port]) for port in mine}


def descriptors(pid):
    """Those that stay: the search for owners opens others now and then, for a moment."""
    folder, least = pathlib.Path(f"/proc/{pid}/fd"), math.inf
    for _ in range(20):
        least = min(least, len(list(folder.iterdir())))
        time.sleep(0.03)
    return least


def picture(recorded, folder):
    """What a terminal shows that was told all this. It says where its cursor is when it has read everything before."""
    file, answer = folder / "recorded", folder / "answer"
    file.write_bytes(recorded)
    script = f"stty -echo raw; cat {file}; printf '\\033[6n'; dd bs=1 count=1 of={answer} 2>/dev/null; exec sleep 60"
    with Tmux(folder, ["sh", "-c", script], size=(measure.COLS, measure.ROWS)) as screen:
        netlab.wait_for("the terminal", lambda: answer.exists() and answer.stat().st_size == 1, 30)
        return screen.text()


def panel(text, label):
    """The number that stands behind a label."""
    found = [line.split(f"{label}: ")[1].split()[0] for line in text.splitlines() if f"{label}: " in line]
    assert len(found) == 1, f"{len(found)} times {label} on:\n{text}"
    return int(found[0])


class Watch:
    """Memory and keys while the flood lasts."""

    def __init__(self, screen, pid):
        self.screen, self.pid = screen, pid
        self.keys, self.memory = [], []
        self.asleep = 0.0  # the longest that this test itself slept too long: the machine's doing, not the program's

    def until(self, process, begun):
        while process.poll() is None:
            self.keys.append(self.screen.key(b"\x1bOB" if len(self.keys) % 40 < 20 else b"\x1bOA"))
            self.memory.append((time.monotonic() - begun, measure.rss_anon_kib(self.pid)))
            lay_down = time.monotonic()
            time.sleep(0.05)
            self.asleep = max(self.asleep, (time.monotonic() - lay_down) * 1000 - 50)

    def key_at(self, part):
        return sorted(self.keys)[math.ceil(part * len(self.keys)) - 1]

    def memory_about(self, begin, end):
        took = self.memory[-1][0]
        return max(kib for at, kib in self.memory if begin * took <= at <= end * took)


class Flood:
    """One run."""

    def __init__(self, lab, a, folder):
        self.lab, self.a, self.folder = lab, a, folder

    def send(self, flows):
        return self.lab.far.spawn(self.a.sender, "veth0", NEAR4, flows, self.a.rate, stdout=subprocess.PIPE,
                                  stderr=None, text=True)

    def run(self):
        carried = sum(self.lab.near.counters())
        stream = Stream(self.lab, self.folder)
        screen = measure.Screen(self.lab.near, [self.a.program, "-i", "veth0", "--max-connections", CAP,
                                                "--json-log", stream.path], self.folder)
        screen.kept = 1 << 26
        pid = measure.wait_processing(screen)
        stream.widen()
        self.start_kib = measure.rss_anon_kib(pid)
        talkers = Talkers(self.lab)
        time.sleep(2)  # all blocks between capture and workers have held payload by then
        self.descriptors = descriptors(pid)
        self.watch = Watch(screen, pid)
        sender = self.send(self.a.flows)
        self.watch.until(sender, time.monotonic())
        assert sender.returncode == 0, "the flood could not be sent"
        _, self.seconds, self.late_ms = sender.stdout.read().split()
        self.sockets = talkers.stop()
        self.rounds = talkers.rounds
        time.sleep(2.5)  # two more pictures
        self.after_kib, self.descriptors_after = measure.rss_anon_kib(pid), descriptors(pid)
        self.picture = picture(bytes(screen.text), self.folder)
        screen.end()
        self.carried = sum(self.lab.near.counters()) - carried
        *self.rows, self.summary = stream.events()

    def check(self):
        self.check_sum()
        self.check_talkers()
        self.check_memory()
        self.check_keys()
        self.check_panel()

    def check_sum(self):
        s = self.summary
        segments = sum(mine["out"] + mine["into"] for mine, _ in self.sockets.values())
        print(f"{self.a.flows} flows in {self.seconds} s (at most {self.late_ms} ms late), {segments} segments of "
              f"{TALKERS} who talked {self.rounds} times: {s}")
        assert s["packets"] + s["dropped"]["kernel"] == self.carried, f"the interface carried {self.carried}: {s}"
        if any(s["dropped"].values()) or self.carried != self.a.flows + segments:
            raise Lost(f"{self.a.flows + segments} sent, {self.carried} carried, dropped: {s['dropped']}")
        assert s["parsed"] == s["packets"] and not any(s["ignored"].values()), s
        assert s["rows_created"] == s["rows_closed"] == self.a.flows + TALKERS, s
        # Half-open rows may also time out; what was evicted is at least what could not find room.
        assert self.a.flows + TALKERS - CAP <= s["rows_evicted"] <= self.a.flows, s

    def check_talkers(self):
        rows = {kind: [e for e in self.rows if e["event"] == kind] for kind in ("new_connection", "connection_closed")}
        assert [len(r) for r in rows.values()] == [TALKERS, TALKERS], {k: len(r) for k, r in rows.items()}
        assert {e["source_port"] for e in rows["connection_closed"]} == self.sockets.keys(), "other ports"
        for row in rows["connection_closed"]:
            mine, theirs = self.sockets[row["source_port"]]
            wanted = {"reason": "end", "state": "ESTABLISHED", "source_ip": NEAR4, "direction": "outgoing"}
            for way, packets, payload in (("sent", mine["out"], mine["sent"]),
                                          ("received", mine["into"], theirs["sent"])):
                ip_bytes = packets * HEADERS + SYN_MORE + payload
                wanted |= {f"packets_{way}": packets, f"payload_bytes_{way}": payload, f"ip_bytes_{way}": ip_bytes,
                           f"bytes_{way}": ip_bytes + packets * ETHERNET}
            wrong = {k: (row.get(k), v) for k, v in wanted.items() if row.get(k) != v}
            assert not wrong, f"{wrong} (is, should be) in {row}"

    def check_memory(self):
        w = self.watch
        first, half, end = w.memory_about(0, 0.5), w.memory_about(0.4, 0.6), w.memory_about(0.9, 1)
        bound = self.start_kib + BLOCKS_KIB + CAP * ROW_BYTES // 1024
        print(f"RssAnon: {self.start_kib} KiB at the start, {first} in the first half, {half} in the middle, {end} at "
              f"the end, {self.after_kib} afterwards, bound {bound}; descriptors: {self.descriptors}, "
              f"{self.descriptors_after}")
        assert self.descriptors == self.descriptors_after, "descriptors leak"
        if self.a.slow:
            return
        most = max(kib for _, kib in w.memory)
        assert most <= bound, f"{most} KiB are more than {CAP} rows may take"
        assert max(end, self.after_kib) <= half + SLACK_KIB, "the flood takes more and more memory"

    def check_keys(self):
        most, w = SLOW_KEY_MS if self.a.slow else KEY_MS, self.watch
        print(f"key to picture, {len(w.keys)} keys: median {w.key_at(0.5):.1f} ms, p95 {w.key_at(0.95):.1f} ms, "
              f"max {w.key_at(1):.1f} ms; this test itself was woken at most {w.asleep:.1f} ms late")
        assert len(w.keys) >= 20, "the flood was too short to press keys"
        assert w.key_at(1) < most + w.asleep, f"a key was answered after {w.key_at(1):.1f} ms"

    def check_panel(self):
        seen = {k: panel(self.picture, k) for k in ("Rows Evicted", "Packets Processed", "Packets Dropped",
                                                    "Total Connections")}
        print(f"panel: {seen}")
        s = self.summary
        assert seen["Rows Evicted"] == s["rows_evicted"], f"{s} on:\n{self.picture}"
        assert (seen["Packets Processed"], seen["Packets Dropped"]) == (s["packets"], 0), f"{s} on:\n{self.picture}"
        assert TALKERS <= seen["Total Connections"] <= CAP, self.picture


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("sender", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--flows", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=100_000)
    parser.add_argument("--slow", action="store_true")
    return parser.parse_args()


def once(a):
    """In namespaces of its own: what a run before has left would be carried and not seen."""
    with netlab.Lab() as lab, contextlib.ExitStack() as stack:
        for side in (lab.near, lab.far):
            only_ours(side)
        know_each_other(lab.near, lab.far)
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=lab.folder)))
        stack.callback(lab.end_all)  # those who talk have not ended by themselves
        flood = Flood(lab, a, folder)
        flood.run()
        flood.check()


def main():
    netlab.need("tmux", "grep")
    a = arguments()
    try:
        once(a)
    except Lost as lost:
        print(f"once more at a quarter of the rate and half the flows, because of: {lost}")
        a.rate, a.flows = a.rate // 4, a.flows // 2
        once(a)


if __name__ == "__main__":
    main()
