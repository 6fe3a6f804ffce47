#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_frames.py: writes the captures of the golden cases that no real program sends: tests/golden/*/in.pcap.

Deterministic, standard library only. `frames`: link layers inside Ethernet, fragments, extension headers, every kind of
row and of ignored frame. `cooked`: Linux cooked mode 2. `life`: how connections begin and end, with time passing.
`moved`: connections of QUIC that close, and one that its client carries on from elsewhere (packets: made_quic.h).
"""

import pathlib
import re
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fuzz"))
from seedlib import (  # noqa: E402
    ACK, FIN, ICMP, ICMPV6, IGMP, ME, ME6, PEER, PEER6, PSH, RST, SYN, TCP, UDP, dns, eth, h, ip4, ip6, seg, tcp, udp, v4, v6)

SEC = 1_000_000_000
BEGIN = 1_700_000_000 * SEC


def pcap(link, frames):
    """frames: (seconds after the one before, bytes[, bytes on the wire])."""
    out, now = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, link), BEGIN
    for after, data, *wire in frames:
        now += int(after * SEC)
        out += struct.pack("<IIII", now // SEC, now % SEC, len(data), wire[0] if wire else len(data)) + data
    return out


def fragment(offset, more, body, ident):
    return v4(UDP, body, ident=ident, fragment=(offset // 8) | (0x2000 if more else 0))


def frames():
    small = udp(b"x" * 20, sport=1000, dport=2000)
    arp = h("0001 0800 06 04")
    mac = h("020000000001")
    yield from ((0.001, f) for f in (
        v4(UDP, udp(dns(), sport=40000, dport=53)),
        v4(UDP, udp(dns(True), sport=53, dport=40000), src=PEER, dst=ME),
        v6(UDP, udp(dns(), sport=40001, dport=53)),
        eth(0x8100, h("0064 0800") + ip4(UDP, small)),  # 802.1Q, id 100
        eth(0x88A8, h("0007 8100 0064 0800") + ip4(UDP, udp(b"", sport=1001, dport=2000))),  # 802.1ad
        eth(0x8100, h("0001 8100") + h("0002 8100") * 12 + h("0003 0800") + ip4(UDP, small)),  # deeper than the bound
        eth(0x8847, h("00010040 00010140") + ip4(UDP, udp(b"", sport=1002, dport=2000))),  # MPLS, two labels
        eth(0x8864, h("11 00 0001 0030 0021") + ip4(UDP, udp(b"", sport=1003, dport=2000))),  # PPPoE
        v6(0, h("11 00 01 04 00000000") + udp(b"", sport=1004, dport=2000)),  # hop-by-hop
        v6(43, h("11 00 00 00 00000000") + udp(b"", sport=1005, dport=2000)),  # routing
        v6(44, h("11 00 0001 00000007") + udp(b"y" * 16, sport=1006, dport=2000, length=48)),  # first fragment
        v6(44, h("11 00 0018 00000007") + b"y" * 24),  # and its later one
        v4(UDP, udp(b"z" * 16, sport=1007, dport=2000, length=32), ident=9, fragment=0x2000),
        fragment(24, False, b"z" * 8, 9),
        fragment(24, False, b"orphan--", 10),
        v4(ICMP, h("08 00 0000 1234 0001") + b"p" * 32),
        v4(ICMP, h("00 00 0000 1234 0001") + b"p" * 32, src=PEER, dst=ME),
        v4(ICMP, h("03 03 0000 00000000") + ip4(UDP, small), src=PEER, dst=ME),
        v6(ICMPV6, h("80 00 0000 0042 0001")),
        v6(ICMPV6, h("87 00 0000 00000000") + h("20010db8000000000000000000000053"), dst="ff02::1:ff00:53"),
        v4(IGMP, h("16 00 0000 e00000fb"), dst="224.0.0.251"),
        eth(0x0806, arp + h("0001") + mac + h("c000020a") + h("000000000000 c0000235"), b"\xff" * 6 + mac),
        eth(0x0806, arp + h("0002") + h("020000000002 c0000235") + mac + h("c000020a")),
        v4(132, h("1388 1389 00000000 00000000")),  # SCTP
        v4(47, h("0000 0800") + ip4(UDP, small)),  # GRE
        v4(50, h("00000001 00000001") + b"e" * 32),  # ESP
        v4(89, b"o" * 44),  # OSPF
        v4(250, b"?" * 8),  # no name
        v4(UDP, udp(b"pad", sport=1008, dport=2000)) + b"\0" * 15,  # Ethernet's padding counts for nothing
        eth(0x88CC, b"lldp"),
        eth(0x0800, ip4(UDP, small)[:12]),  # cut in the header
        eth(0x0800, b"\x46" + ip4(UDP, small)[1:19]),  # a header longer than the frame
        v4(TCP, tcp(SYN, offset=3)),  # a TCP header that contradicts itself
        eth(0x0806, arp),  # cut
        b"\x02\x00",  # no Ethernet header
        eth(0x86DD, b"\x45" + ip6(UDP, small)[1:]),  # the version lies
        v6(UDP, udp(b"mapped", sport=1009, dport=2000), src="::ffff:192.0.2.10", dst="::ffff:192.0.2.53"),
        v4(UDP, udp(b"", sport=137, dport=137), dst="255.255.255.255"),
    ))
    # Captured short: lengths come from the headers.
    whole = v4(UDP, udp(b"q" * 1400, sport=1010, dport=2000))
    yield 0.001, whole[:60], len(whole)


def cooked():
    def cook(kind, protocol, body, ifindex=3):
        return struct.pack(">HHIHBB", protocol, 0, ifindex, 1, kind, 6) + h("020000000001 0000") + body

    yield 0, cook(4, 0x0800, ip4(TCP, tcp(SYN, sport=50000, dport=80)))
    yield 0.01, cook(0, 0x0800, ip4(TCP, tcp(SYN | ACK, sport=80, dport=50000), src=PEER, dst=ME))
    yield 0.01, cook(4, 0x86DD, ip6(UDP, udp(b"six")))
    yield 0.01, cook(1, 0x0806, h("0001 0800 06 04 0001 020000000002 c0000235 000000000000 c000020a"))
    yield 0.01, cook(0, 0x88CC, b"lldp")


def life():
    get = b"GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: golden\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    web = {"dport": 80}
    # A whole connection, closed by both; teardown noise after its end; the same tuple again.
    yield 0, seg(SYN, seq=100, ack=0, options=h("020405b4 03030700"), **web)
    yield 0.02, seg(SYN | ACK, True, seq=500, ack=101, options=h("020405b4 03030800"), **web)
    yield 0.001, seg(ACK, seq=101, ack=501, **web)
    yield 0.001, seg(ACK | PSH, seq=101, ack=501, body=get, **web)
    yield 0.03, seg(ACK | PSH, True, seq=501, ack=101 + len(get), body=answer, **web)
    yield 0.5, seg(FIN | ACK, seq=101 + len(get), ack=501 + len(answer), **web)
    yield 0.02, seg(FIN | ACK, True, seq=501 + len(answer), ack=102 + len(get), **web)
    yield 0.001, seg(ACK, seq=102 + len(get), ack=502 + len(answer), **web)
    yield 3, seg(SYN, seq=9000, ack=0, **web)  # TIME_WAIT: the tuple begins anew
    yield 0.01, seg(RST | ACK, True, seq=0, ack=9001, **web)
    yield 12, seg(RST, seq=9001, ack=0, **web)  # late
    # Half-open; picked up in the middle, first seen from the server; reset.
    yield 0.1, seg(SYN, sport=50001, seq=1, ack=0)
    yield 0.1, seg(ACK | PSH, True, sport=50002, seq=7, ack=9, body=b"data from 443", dport=443)
    yield 0.1, seg(ACK, sport=50002, seq=9, ack=20, dport=443)
    yield 0.1, seg(RST, True, sport=50002, seq=20, ack=0, dport=443)
    # UDP that falls silent, and one that goes on.
    for _ in range(8):
        yield 20, v4(UDP, udp(b"still here", sport=6000, dport=7000))
    # Minutes later everything old is gone.
    yield 700, v4(UDP, udp(b"last", sport=6001, dport=7000), src=PEER, dst=ME)


def sealed():
    """The datagrams of made_quic.h by name."""
    text = (pathlib.Path(__file__).resolve().parents[1] / "unit/flow/made_quic.h").read_text()
    return {name: h("".join(re.findall('"([0-9a-f]+)"', body)))
            for name, body in re.findall(r"made_(\w+)\[\] =((?:\s+\"[0-9a-f]+\")+);", text)}


def moved():
    quic, elsewhere = sealed(), "198.51.100.7"

    def near(body, src=ME, sport=50000):
        return v4(UDP, udp(body, sport=sport, dport=443), src=src, dst=PEER)

    def far(body, dst=ME, dport=50000):
        return v4(UDP, udp(body, sport=443, dport=dport), src=PEER, dst=dst)

    # Refused, and tried again from the same port: two rows.
    yield 0, near(quic["hello2"])
    yield 0.02, near(quic["closed2"])
    yield 0.5, near(quic["hello"])
    yield 0.02, far(quic["answer"])
    yield 0.001, near(h("41 f067a5502a4262b5") + b"first" * 8)
    yield 0.02, far(h("42 c1c2c3c4c5c6c7c8") + b"reply" * 8)
    # A forged first packet does not end it.
    yield 0.1, near(quic["hello2"])
    yield 0.001, near(quic["closed2"])
    # A NAT forgets the port; then the client has another address, and the server is heard first.
    yield 40, near(h("43 f067a5502a4262b5") + b"again" * 8, sport=50001)
    yield 0.02, far(h("44 c1c2c3c4c5c6c7c8") + b"reply" * 8, dport=50001)
    yield 1, far(h("45 c1c2c3c4c5c6c7c8") + b"where" * 8, dst=elsewhere, dport=4000)
    yield 0.02, near(h("46 f067a5502a4262b5") + b"there" * 8, src=elsewhere, sport=4000)
    # Not that connection: another server, another id, the wrong direction.
    yield 1, v4(UDP, udp(h("47 f067a5502a4262b5") + b"other" * 8, sport=50002, dport=443), src=ME, dst="203.0.113.9")
    yield 0.1, near(h("48 f067a5502a4262b6") + b"other" * 8, sport=50003)
    yield 0.1, near(h("49 c1c2c3c4c5c6c7c8") + b"other" * 8, sport=50004)


def main():
    here = pathlib.Path(__file__).resolve().parent
    assert ME6 and PEER6
    for name, link, made in (("frames", 1, frames), ("cooked", 276, cooked), ("life", 1, life), ("moved", 1, moved)):
        (here / name / "in.pcap").write_bytes(pcap(link, made()))


if __name__ == "__main__":
    main()
