#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live_headless.py RUSTNET: rows, owners, states, bytes and the exact packet count of a live run.

Two namespaces; the capture begins before the link comes up; real clients and servers of both kinds on
both sides. At the end both links go down, so nothing moves any more: what rustnet says it saw plus what
it says was dropped is what the kernel's counters of the interface say, to the packet.
"""

import json
import pathlib
import sys
import time

import netlab
from netlab import FAR4, FAR6, NEAR4, NEAR6

SECONDS = 9
DATAGRAMS, DATAGRAM_BYTES = 100, 200
BODY_BYTES = 300_000

UDP_ECHO = """
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 9000))
while True:
    data, peer = s.recvfrom(2048)
    s.sendto(data, peer)
"""
UDP_CLIENT = f"""
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("{FAR4}", 9000))
for _ in range({DATAGRAMS}):
    s.send(b"x" * {DATAGRAM_BYTES})
    s.recv(2048)
    time.sleep(0.02)
print("done", flush=True)
time.sleep(60)
"""
HOLD = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.send(b"G")
time.sleep(60)
"""


# A server whose answer takes a second and a half, so that its socket can be asked about.
SERVER = f"""
import http.server, socket, sys, time
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "{BODY_BYTES}")
        self.end_headers()
        for _ in range(10):
            self.wfile.write(b"b" * {BODY_BYTES // 10})
            time.sleep(0.15)
Server(("::", int(sys.argv[1])), Handler).serve_forever()
"""


def serve(side, port):
    process = side.python(SERVER, port)
    side.wait_listens(port)
    return process


def curl(side, url):
    return side.spawn("curl", "-s", "-g", "-o", "/dev/null", "-w",
                      "%{local_port} %{size_request} %{size_header} %{size_download}", url,
                      stdout=netlab.subprocess.PIPE, text=True)


def figures(process):
    """(local port, bytes sent, bytes received) as curl itself counted them."""
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0, f"curl ended with {process.returncode}"
    port, request, header, download = map(int, out.split())
    return port, request, header + download


def quiet(side):
    """No router solicitations: they would come at any time."""
    side.run("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/veth0/router_solicitations")


class Events:
    def __init__(self, text):
        self.all = [json.loads(line) for line in text.splitlines()]
        self.closed = [e for e in self.all if e["event"] == "connection_closed"]
        assert self.all and self.all[-1]["event"] == "summary", "the summary is the last line"
        self.summary = self.all[-1]

    def row(self, **wanted):
        """The one closed row with these values."""
        found = [e for e in self.closed if all(e.get(k) == v for k, v in wanted.items())]
        assert len(found) == 1, f"{len(found)} rows with {wanted}; rows: " + "\n".join(map(json.dumps, self.closed))
        return found[0]


def expect(row, **wanted):
    for key, value in wanted.items():
        right = row.get(key) in value if isinstance(value, tuple) else row.get(key) == value
        assert right, f"{key} is {row.get(key)!r}, not {value!r}, in {row}"


def check_rows(events, seen):
    gone = ("CLOSED", "TIME_WAIT")
    port, sent, received = seen["out"]
    expect(events.row(protocol="TCP", source_port=port, destination_ip=FAR4), source_ip=NEAR4, destination_port=8000,
           process_name="curl", pid=seen["out pid"], state=gone, direction="outgoing", dpi_protocol="HTTP",
           payload_bytes_sent=sent, payload_bytes_received=received)
    port, sent, received = seen["out6"]
    expect(events.row(protocol="TCP", source_port=port, destination_ip=FAR6), source_ip=NEAR6, destination_port=8000,
           process_name="curl", pid=seen["out6 pid"], state=gone,
           payload_bytes_sent=sent, payload_bytes_received=received)
    port, sent, received = seen["in"]
    expect(events.row(protocol="TCP", source_port=8001, destination_ip=FAR4, destination_port=port), source_ip=NEAR4,
           process_name=seen["python"], pid=seen["in pid"], state=gone, direction="incoming",
           payload_bytes_sent=received, payload_bytes_received=sent)
    for key, wanted in (("hold", {"destination_port": 8000}), ("held", {"source_port": 8001})):
        expect(events.row(protocol="TCP", state="ESTABLISHED", **wanted), reason="end", pid=seen[key + " pid"],
               process_name=seen["python"])
    expect(events.row(protocol="UDP", destination_ip=FAR4, destination_port=9000), source_ip=NEAR4,
           process_name=seen["python"], pid=seen["udp pid"], packets_sent=DATAGRAMS, packets_received=DATAGRAMS,
           payload_bytes_sent=DATAGRAMS * DATAGRAM_BYTES, payload_bytes_received=DATAGRAMS * DATAGRAM_BYTES,
           ip_bytes_sent=DATAGRAMS * (DATAGRAM_BYTES + 28), bytes_sent=DATAGRAMS * (DATAGRAM_BYTES + 42))
    expect(events.row(protocol="ICMP", destination_ip=FAR4), packets_sent=5, packets_received=5)
    # Neighbour discovery between the same two addresses is the same row.
    ping6 = events.row(protocol="ICMP", destination_ip=FAR6)
    assert ping6["packets_sent"] >= 5 and ping6["packets_received"] >= 5, ping6


def check_sum(events, before, after):
    summary = events.summary
    dropped, ignored = summary["dropped"], sum(summary["ignored"].values())
    carried = sum(after) - sum(before)
    seen = summary["packets"] + dropped["kernel"]
    print(f"interface {carried}, packets {summary['packets']}, ignored {summary['ignored']}, dropped {dropped}")
    assert seen == carried, f"the interface carried {carried} packets, rustnet knows of {seen}: {summary}"
    assert summary["parsed"] + ignored + dropped["ring"] == summary["packets"], f"that is not all: {summary}"
    rows = sum(e["packets_sent"] + e["packets_received"] for e in events.closed)
    assert rows + ignored + sum(dropped.values()) == carried, f"rows {rows} + ignored + drops is not {carried}"
    assert summary["rows_created"] == summary["rows_closed"] == len(events.closed), summary


def make_traffic(lab):
    near, far, seen = lab.near, lab.far, {}
    serve(far, 8000)
    server = serve(near, 8001)
    far.python(UDP_ECHO)
    far.wait_listens(9000, "udp")
    seen["held pid"] = server.pid
    seen["python"] = pathlib.Path(f"/proc/{server.pid}/comm").read_text(encoding="utf-8").strip()
    seen["hold pid"] = near.python(HOLD, FAR4, 8000).pid
    far.python(HOLD, NEAR4, 8001)
    udp = near.python(UDP_CLIENT, stdout=netlab.subprocess.PIPE, text=True)
    seen["udp pid"] = udp.pid
    runs = {"out": curl(near, f"http://{FAR4}:8000/body"), "out6": curl(near, f"http://[{FAR6}]:8000/body"),
            "in": curl(far, f"http://{NEAR4}:8001/body")}
    pings = [near.spawn("ping", "-n", "-q", "-c", "5", "-i", "0.2", address) for address in (FAR4, FAR6)]
    for name, process in runs.items():
        seen[name] = figures(process)
        seen[name + " pid"] = server.pid if name == "in" else process.pid
    for process in pings:
        assert process.wait(timeout=10) == 0, "ping has no answer"
    assert udp.stdout.readline() == "done\n", "the datagrams were not all answered"
    return seen


def main():
    netlab.need("curl", "ping")
    with netlab.Lab(link_up=False) as lab:
        for side in (lab.near, lab.far):
            quiet(side)
        before = lab.near.counters()
        with open(lab.folder / "events", "wb") as out, open(lab.folder / "err", "wb") as err:
            monitor = lab.near.spawn(sys.argv[1], "--headless", "-i", "veth0", "--duration", SECONDS, stdout=out, stderr=err)
        begun = time.monotonic()
        said = lab.folder / "err"
        # Not just a packet socket: until it has its filter, what comes is thrown away.
        netlab.wait_for("the capture", lambda: monitor.poll() is not None or "capture" in netlab.threads(monitor.pid))
        assert monitor.poll() is None, f"rustnet ended with {monitor.returncode}: {said.read_text()}"
        lab.far.ip("link", "set", "veth0", "up")
        netlab.wait_for("the link", lambda: lab.near.run("cat", "/sys/class/net/veth0/carrier").stdout == "1\n")
        seen = make_traffic(lab)
        time.sleep(0.3)
        for side in (lab.far, lab.near):  # nothing moves any more, no neighbour is probed after the end of the run
            side.ip("link", "set", "veth0", "down")
        assert monitor.poll() is None and time.monotonic() - begun < SECONDS, "the traffic took too long"
        assert monitor.wait(timeout=SECONDS + 5) == 0, f"exit status {monitor.returncode}: {said.read_text()}"
        after = lab.near.counters()
        events = Events((lab.folder / "events").read_text(encoding="utf-8"))
        check_sum(events, before, after)
        check_rows(events, seen)


if __name__ == "__main__":
    main()
