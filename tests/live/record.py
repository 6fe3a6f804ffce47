# SPDX-License-Identifier: Apache-2.0
"""What the recorders of traces share: a stage for real programs, a capture of it, and less of its bulk.

A Stage is a Lab (netlab.py) whose two hosts have names of their own, so that no trace tells where it was made.
All addresses are documentation addresses (RFC 5737, RFC 3849), all names are under the example domains (RFC 2606).
"""

import os
import pathlib
import struct
import subprocess
import sys
import time

import netlab

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADER_BYTES = 90  # of thinned packets: all headers, and no more
LOCAL = f"--local {netlab.NEAR4}/32 --local {netlab.NEAR6}/128"  # the trace is seen from near


def say(text):
    print(text, file=sys.stderr, flush=True)


class Stage:
    """lab.near is client.example.org, lab.far is server.example.org and every other name of `names`."""

    def __init__(self, lab, names=("www", "mail", "ns", "time", "files", "git")):
        self.lab, self.near, self.far, self.folder = lab, lab.near, lab.far, lab.folder
        self.names = [f"{name}.example.org" for name in ("server", *names)]
        self.folder.chmod(0o755)  # servers give up their rights, and read their files all the same
        for side in (self.near, self.far):
            # One frame on the wire is one packet of the trace, as between two machines.
            side.ip("link", "set", "veth0", "gso_max_segs", "1")
            side.etc.mkdir(parents=True, exist_ok=True)
            (side.etc / "resolv.conf").write_text(f"nameserver {netlab.FAR4}\noptions timeout:1 attempts:1\n")
            (side.etc / "hosts").write_text(
                "127.0.0.1 localhost\n::1 localhost\n"
                + "".join(f"{a} client.example.org client\n" for a in (netlab.NEAR4, netlab.NEAR6))
                + "".join(f"{a} {' '.join(self.names)} server\n" for a in (netlab.FAR4, netlab.FAR6)))

    def write(self, name, text, mode=0o644):
        """A file of the scratch folder, {folder} filled in; its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{folder}", str(self.folder)))
        path.chmod(mode)
        return path

    def certificate(self):
        """cert.pem and key.pem for all names of the far side."""
        names = ",".join(f"DNS:{name}" for name in self.names)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
             "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem", "-subj", "/CN=server.example.org",
             "-addext", f"subjectAltName={names}"], check=True, capture_output=True)
        (self.folder / "key.pem").chmod(0o644)

    def named(self, side, words):
        host = "client.example.org" if side is self.near else "server.example.org"
        return ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host, *map(str, words)]

    def start(self, *words, side=None, tcp=(), udp=(), **options):
        """Starts a server (on far, unless told) and waits for its ports; what it says is in NAME.log."""
        side = side or self.far
        log = self.folder / f"{pathlib.Path(str(words[0])).name}.log"
        with log.open("ab") as out:
            process = side.spawn(*self.named(side, words), **{"stdout": out, "stderr": out, "cwd": self.folder, **options})
        try:
            for kind, ports in (("tcp", tcp), ("udp", udp)):
                for port in [ports] if isinstance(ports, int) else ports:
                    side.wait_listens(port, kind)
        except AssertionError:
            say(log.read_text(errors="replace")[-2000:])
            raise
        return process

    def do(self, *words, side=None, ok=(0,), seconds=20, **options):
        """Runs a client (on near, unless told) to its end; its output. Any other status than `ok` is an error."""
        side = side or self.near
        options = {"cwd": self.folder, "capture_output": True, "timeout": seconds, **options}
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        elif isinstance(options["input"], str):
            options["input"] = options["input"].encode()
        done = subprocess.run(side.command(*self.named(side, words)), check=False, **options)
        output = ((done.stdout or b"") + (done.stderr or b"")).decode(errors="replace")
        if ok is not None and done.returncode not in ok:
            raise AssertionError(f"{' '.join(map(str, words))[:200]}: status {done.returncode}\n{output[-2000:]}")
        return output

    def files(self, **sizes):
        """A folder www with files of so many random bytes."""
        (self.folder / "www").mkdir(exist_ok=True)
        for name, size in sizes.items():
            (self.folder / "www" / name).write_bytes(os.urandom(size))
        return self.folder / "www"


class Capture:
    """with Capture(lab.near, path): ... writes what passes the near end of the wire."""

    def __init__(self, side, target, what=()):
        self.side, self.target, self.what = side, target, what

    def __enter__(self):
        self.process = self.side.spawn("tcpdump", "-i", "veth0", "-Z", "root", "-s", "2048", "--immediate-mode", "-U",
                                       "-w", self.target, *self.what)
        netlab.wait_for("tcpdump", lambda: self.target.exists() and self.target.stat().st_size >= 24)
        return self

    def __exit__(self, *_):
        time.sleep(0.3)
        self.process.terminate()
        self.process.wait(timeout=10)


def flow_of(frame):
    """(direction's addresses and ports, payload bytes) of TCP or UDP in IPv4 or IPv6 over Ethernet, or None."""
    kind = frame[12:14]
    if kind == b"\x08\x00":
        header, total, addresses = 14 + (frame[14] & 15) * 4, 14 + struct.unpack_from(">H", frame, 16)[0], frame[26:34]
        proto = frame[23]
    elif kind == b"\x86\xdd":
        header, total, addresses = 54, 54 + struct.unpack_from(">H", frame, 18)[0], frame[22:54]
        proto = frame[20]
    else:
        return None
    if proto not in (6, 17) or len(frame) < header + 20:
        return None
    payload = total - header - ((frame[header + 12] >> 4) * 4 if proto == 6 else 8)
    return addresses + frame[header:header + 4] + bytes([proto]), payload


def thin_out(data, whole):
    """The same trace with the bulk of long transfers cut behind the headers (captured < original length).

    `whole`: packets with payload that are kept, per flow and direction; enough for whatever looks into payloads.
    """
    out, at, seen = [data[:24]], 24, {}
    while at + 16 <= len(data):
        seconds, fraction, captured, original = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        flow = flow_of(frame)
        if flow and flow[1] > 0:
            seen[flow[0]] = seen.get(flow[0], 0) + 1
            if seen[flow[0]] > whole:
                frame = frame[:HEADER_BYTES]
        out.append(struct.pack("<IIII", seconds, fraction, len(frame), original) + frame)
    return b"".join(out)
