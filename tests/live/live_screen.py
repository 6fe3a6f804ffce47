#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live_screen.py RUSTNET: the picture of a live run in a real terminal.

The same two namespaces; rustnet runs in tmux, started before the link comes up. The screen shows the
rows with their processes, states and rates; q q leaves, and the terminal is as it was.
"""

import re
import sys
import time

import netlab
from netlab import FAR4, FAR6, NEAR4
from tmux import Tmux

DATAGRAM_BYTES, PER_SECOND = 1000, 200
RATE = (DATAGRAM_BYTES + 42) * PER_SECOND  # on the wire, bytes per second
TOLERANCE = 0.15
UNITS = {"B": 1, "K": 1024, "M": 1024**2, "G": 1024**3}

UDP_SINK = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9000))
while True:
    s.recv(2048)
"""
UDP_STREAM = f"""
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("{FAR4}", 9000))
begin, sent = time.monotonic(), 0
while True:
    while sent < (time.monotonic() - begin) * {PER_SECOND}:
        s.send(b"x" * {DATAGRAM_BYTES})
        sent += 1
    time.sleep(0.005)
"""


def rate(text):
    """203K -> bytes per second; - is none."""
    match = re.fullmatch(r"([0-9.]+)([BKMG])", text)
    return float(match.group(1)) * UNITS[match.group(2)] if match else 0.0


def one_line(screen, pattern):
    found = screen.lines(pattern)
    assert len(found) == 1, f"{len(found)} lines with {pattern} on:\n{screen.text()}"
    return found[0]


def rates(line):
    """The last cell of a row, Rx/Tx, in bytes per second."""
    match = re.search(r"([0-9.]+[BKMG]|-)/([0-9.]+[BKMG]|-)(?=\s|│|▐|$)", line)
    assert match, f"no rates in {line}"
    return rate(match.group(1)), rate(match.group(2))


def start_traffic(lab):
    with open(lab.folder / "body", "wb") as body:  # more than the buffers of the two kernels hold
        body.truncate(64_000_000)
    lab.far.spawn(sys.executable, "-m", "http.server", 8000, "--bind", "::", "--directory", lab.folder)
    server = lab.near.spawn(sys.executable, "-m", "http.server", 8001, "--bind", NEAR4, "--directory", lab.folder)
    lab.far.python(UDP_SINK)
    lab.far.wait_listens(8000)
    lab.far.wait_listens(9000, "udp")
    lab.near.wait_listens(8001)
    curl = ["curl", "-s", "-g", "-o", "/dev/null", "--limit-rate", "100k"]
    return {
        "server": server.pid,
        "stream": lab.near.python(UDP_STREAM).pid,
        "curl": lab.near.spawn(*curl, f"http://{FAR4}:8000/body").pid,
        "curl6": lab.near.spawn(*curl, f"http://[{FAR6}]:8000/body").pid,
        "in": lab.far.spawn(*curl, f"http://{NEAR4}:8001/body").pid,
    }


def check_picture(screen, pids):
    for pid in ("curl", "curl6", "server", "stream"):
        screen.wait(rf"\({pids[pid]}\)")
    line = one_line(screen, rf"curl \({pids['curl']}\)")
    assert f"{FAR4}:8000" in line and "ESTABLISHED" in line and "HTTP" in line, line
    line = one_line(screen, rf"curl \({pids['curl6']}\)")
    assert f"[{FAR6}]:8000" in line and "ESTABLISHED" in line, line
    line = one_line(screen, rf"python3\S* \({pids['server']}\)")
    assert f"{FAR4}:" in line and "ESTABLISHED" in line, line
    line = one_line(screen, rf"python3\S* \({pids['stream']}\)")
    assert f"{FAR4}:9000" in line and "UDP_ACTIVE" in line, line


def check_rates(screen, pids):
    """After the window has filled, a constant stream shows its rate, and its sender only."""
    got, sent = rates(one_line(screen, rf"\({pids['stream']}\)"))
    print(f"stream: {sent:.0f} B/s shown, {RATE} B/s sent")
    assert got == 0, "the stream is answered by nobody"
    assert abs(sent - RATE) <= RATE * TOLERANCE, f"{sent} B/s shown, {RATE} B/s sent"
    got, sent = rates(one_line(screen, rf"curl \({pids['curl']}\)"))
    assert got > 50_000 and sent < got, f"a download at about 100 KB/s shows {got}/{sent}"


def main():
    netlab.need("tmux", "curl", "stty")
    with netlab.Lab(link_up=False) as lab:
        before, after = lab.folder / "before", lab.folder / "after"
        script = (f"stty -a > {before}; {sys.argv[1]} -i veth0 2> {lab.folder}/err; "
                  f"echo ended with $?; stty -a > {after}; exec sleep 60")
        with Tmux(lab.folder, ["sh", "-c", script], size=(150, 40), prefix=lab.near.command()) as screen:
            screen.wait("Overview|ended with")
            assert not screen.lines("ended with"), f"{screen.text()} {(lab.folder / 'err').read_text()}"
            lab.far.ip("link", "set", "veth0", "up")
            netlab.wait_for("the link", lambda: lab.near.run("cat", "/sys/class/net/veth0/carrier").stdout == "1\n")
            pids = start_traffic(lab)
            begun = time.monotonic()
            check_picture(screen, pids)
            assert screen.lines("veth0"), "the interface is named"
            time.sleep(max(0.0, begun + 6 - time.monotonic()))
            check_rates(screen, pids)
            screen.keys("q", "q")
            screen.wait("ended with 0", 3)
            assert screen.terminal_is_whole() == [], screen.terminal_is_whole()
            netlab.wait_for("stty", lambda: after.exists() and after.read_text())
            assert before.read_text() == after.read_text(), f"{before.read_text()}\n{after.read_text()}"
            assert (lab.folder / "err").read_text() == "", "something was written on the screen"


if __name__ == "__main__":
    main()
