# SPDX-License-Identifier: Apache-2.0
"""Frames, and inputs of tests/fuzz/fuzz_frame.c, put together from their fields. Checksums are 0: nobody looks."""

import ipaddress
import struct

# fuzz_frame.c: positions in `links`, units of time, what happens before a frame, and bits of the table.
ETHERNET, SLL, SLL2, NULL, LOOP, RAW, RAW_OPENBSD, RAW_FILE, IPV4, IPV6, PKTAP_MACOS, PKTAP, UNKNOWN = range(13)
US, MS, TENTH, SEC, TEN_SEC, MINUTE, BACK, YEAR = (unit << 5 for unit in range(8))
END_OF_TIME, BEGIN_OF_TIME = 0xFF, 0xFE
FLUSH, CLEANUP, SET_LOCAL, DRAIN, OWNERS, SCREEN, CLEAR = 1, 3, 5, 9, 0x11, 0x21, 0x41
ROWS_8, ROWS_64, TWO_SHARDS, NO_DPI, NO_NAMES, LOCAL_KNOWN, NEAR_END = 0, 3, 4, 8, 0x10, 0x20, 0xC0
UNITS_NS = ((US, 10**3), (MS, 10**6), (TENTH, 10**8), (SEC, 10**9), (TEN_SEC, 10**10), (MINUTE, 6 * 10**10))

MAC = bytes.fromhex("020000000002 020000000001")
TCP, UDP, ICMP, IGMP, ICMPV6 = 6, 17, 1, 2, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ME, PEER, ME6, PEER6 = "192.0.2.10", "192.0.2.53", "2001:db8::10", "2001:db8::53"


def h(text):
    return bytes.fromhex(text)


# Frames and inputs.


def passed(ns):
    for code, unit in UNITS_NS:
        if ns // unit < 32:
            return code | ns // unit
    return MINUTE | 31


def frame(data, time=US | 10, what=0, cut=0):
    """One record of fuzz_frame.c; `cut` bytes more were on the wire."""
    return struct.pack(">BBBH", what, time, min(cut // 8, 254) if cut >= 0 else 255, len(data)) + data


def frames(link, table, *records):
    return bytes([link, table]) + b"".join(r if isinstance(r, bytes) else frame(*r) for r in records)


def same(link, table, *packets):
    """An input of plain frames that follow each other."""
    return frames(link, table, *(frame(p) for p in packets))


def eth(ethertype, body, mac=MAC):
    return mac + struct.pack(">H", ethertype) + body


def ip4(proto, body, src=ME, dst=PEER, total=None, ident=1, fragment=0, options=b""):
    words = 5 + len(options) // 4
    length = words * 4 + len(body) if total is None else total
    head = struct.pack(">BBHHHBBH", 0x40 | words, 0, length, ident, fragment, 64, proto, 0)
    return head + ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed + options + body


def ip6(proto, body, src=ME6, dst=PEER6, length=None, hops=64):
    head = struct.pack(">IHBB", 0x60000000, len(body) if length is None else length, proto, hops)
    return head + ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed + body


def udp(body=b"data", sport=50000, dport=9999, length=None):
    return struct.pack(">HHHH", sport, dport, 8 + len(body) if length is None else length, 0) + body


def tcp(flags, body=b"", sport=50000, dport=9999, seq=100, ack=200, options=b"", offset=None):
    words = 5 + len(options) // 4 if offset is None else offset
    return struct.pack(">HHIIBBHHH", sport, dport, seq, ack, words << 4, flags, 1024, 0, 0) + options + body


def v4(proto, body, **more):
    return eth(0x0800, ip4(proto, body, **more))


def v6(proto, body, **more):
    return eth(0x86DD, ip6(proto, body, **more))


def seg(flags, back=False, **more):
    """A segment from ME:50000 to PEER:9999, or back."""
    if back:
        return v4(
            TCP, tcp(flags, sport=more.pop("dport", 9999), dport=more.pop("sport", 50000), **more), src=PEER, dst=ME
        )
    return v4(TCP, tcp(flags, **more))


def dns(answer=False, name="www.example.org"):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    head = struct.pack(">HHHHHH", 0x1234, 0x8180 if answer else 0x0100, 1, int(answer), 0, 0)
    record = h("c00c 0001 0001 0000003c 0004 c0000214") if answer else b""
    return head + labels + h("0001 0001") + record
