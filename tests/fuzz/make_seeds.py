#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz targets: demo_* are cut from tests/golden/demo/demo.pcap, made_* stand in made_seeds.py.

make_seeds.py          writes seeds/<target>/{demo,made}_* anew
make_seeds.py --check  says what differs from that, and fails if anything does

The same trace gives the same bytes. Other files in these folders (inputs that crashed once) are left alone.
"""

import pathlib
import struct
import sys

import made_seeds
from seedlib import ETHERNET, LOCAL_KNOWN, ROWS_8, ROWS_64, TCP, TWO_SHARDS, UDP, frame, h, passed

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parent / "golden/demo/demo.pcap"


# Cut from the demo.


def demo_frames():
    data = DEMO.read_bytes()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    if magic != 0xA1B2C3D4 or link != 1:
        sys.exit(f"{DEMO}: not a little-endian pcap file of Ethernet frames with microseconds")
    at = 24
    while at < len(data):
        sec, usec, captured, wire = struct.unpack_from("<IIII", data, at)
        at += 16
        yield sec * 10**9 + usec * 1000, data[at : at + captured], wire
        at += captured


def flow_of(data):
    """What a frame belongs to: (class for the seed's name, ends)."""
    ethertype = struct.unpack_from(">H", data, 12)[0]
    if ethertype == 0x0800:
        version, proto, ends, body = 4, data[23], (data[26:30], data[30:34]), data[34:]
    elif ethertype == 0x86DD:
        version, proto, ends, body = 6, data[20], (data[22:38], data[38:54]), data[54:]
    else:
        return f"type{ethertype:04x}", frozenset()
    if proto not in (TCP, UDP):
        return f"v{version}_proto{proto}", frozenset(ends)
    ports = struct.unpack_from(">HH", body)
    return (f"v{version}_{'tcp' if proto == TCP else 'udp'}{min(ports)}", frozenset(zip(ends, ports)))


def cut_frames(chosen, most):
    records, last = [], chosen[0][0]
    for time, data, wire in chosen:
        records.append(frame(data[:most], passed(time - last), 0, wire - min(most, len(data))))
        last = time
    return b"".join(records)


def demo_seeds():
    flows = {}
    for time, data, wire in demo_frames():
        flows.setdefault(flow_of(data), []).append((time, data, wire))
    numbers = {}
    for (kind, _), whole in flows.items():
        number = numbers[kind] = numbers.get(kind, 0) + 1
        if number > 3:
            continue
        chosen = whole if len(whole) <= 18 else whole[:12] + whole[-6:]
        table = (ROWS_64, ROWS_8 | LOCAL_KNOWN, ROWS_64 | TWO_SHARDS)[number - 1]
        yield f"frame/demo_{kind}_{number}", bytes([ETHERNET, table]) + cut_frames(chosen, 400)
    everything = list(demo_frames())
    for number, step in enumerate((7, 31)):
        mixed = everything[::step][:48]
        yield f"frame/demo_mixed_{number}", bytes([ETHERNET, ROWS_8 | LOCAL_KNOWN]) + cut_frames(mixed, 100)


def payload_of(data):
    """(whether it is UDP, sender's port, receiver's port, payload) of a plain packet of TCP or UDP, or None."""
    v4_frame = data[12:14] == h("0800")
    proto, at = (data[23], 34) if v4_frame else (data[20], 54)
    if proto not in (TCP, UDP) or len(data) < at + 20:
        return None
    sport, dport = struct.unpack_from(">HH", data, at)
    end = 14 + struct.unpack_from(">H", data, 16)[0] if v4_frame else 54 + struct.unpack_from(">H", data, 18)[0]
    return proto == UDP, sport, dport, data[at + (8 if proto == UDP else (data[at + 12] >> 4) * 4) : end]


def dpi_demo_seeds():
    """The first payloads of the demo's flows for fuzz_dpi.c, which takes them to go forth and back by turns."""
    ports, flows, numbers = (53, 80, 443, 8080, 853, 0, 5353, 50001), {}, {}
    for _, data, _ in demo_frames():
        kind, ends = flow_of(data)
        found = payload_of(data) if "udp" in kind or "tcp" in kind else None
        if found and found[3]:
            flows.setdefault((kind, ends), []).append(found)
    for (kind, _), payloads in flows.items():
        is_udp, client, server = payloads[0][:3]
        if client < server:
            continue  # the server speaks first: nothing that is inspected today
        number = numbers[kind] = numbers.get(kind, 0) + 1
        port = ports.index(server) if server in ports else 7
        turns = []
        for _, sport, _, payload in payloads:
            if (sport == client) != (len(turns) % 2 == 0):
                turns.append(b"")
            turns.append(payload[:600])
        if number <= 2:
            yield (
                f"dpi/demo_{kind}_{number}",
                bytes([0xFF, port << 2 | is_udp << 1])
                + b"".join(struct.pack(">H", len(turn)) + turn for turn in turns[:8]),
            )


def all_seeds():
    yield from demo_seeds()
    yield from dpi_demo_seeds()
    for target, makers in (
        ("frame", (made_seeds.link_seeds, made_seeds.ip_seeds, made_seeds.icmp_seeds, made_seeds.table_seeds)),
        ("host", (made_seeds.host_seeds,)),
        ("filter", (made_seeds.filter_seeds,)),
        ("text", (made_seeds.text_seeds,)),
    ):
        for maker in makers:
            for name, data in maker():
                yield f"{target}/made_{name}", data


def main():
    seeds, root = dict(all_seeds()), HERE / "seeds"
    there = {f"{p.parent.name}/{p.name}": p for p in root.glob("*/*") if p.name.startswith(("demo_", "made_"))}
    if sys.argv[1:] == ["--check"]:
        differ = sorted(set(there) ^ set(seeds)) + sorted(
            name for name in set(there) & set(seeds) if there[name].read_bytes() != seeds[name]
        )
        for name in differ:
            print(f"tests/fuzz/seeds/{name} is not what tests/fuzz/make_seeds.py makes")
        return 1 if differ else 0
    if sys.argv[1:]:
        print(__doc__)
        return 2
    for path in there.values():
        path.unlink()
    for name, data in seeds.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(seeds)} seeds, {sum(map(len, seeds.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
