# SPDX-License-Identifier: Apache-2.0
"""Seeds built by hand for what the demo trace lacks. Each maker yields (name, bytes)."""

import ipaddress
import struct

from seedlib import *

# Link layers.


def pktap(inner, body, pid=4711, comm=b"curl", second=(0, b""), size=108):
    """`second` is the other pid and command, of which the command only counts from 112 bytes on."""
    head = struct.pack(
        "<III24sIHHHHHHI20sIIII20s", size, 1, inner, b"en0", 0, 2, 14, 0, 6, 0, 0, pid, comm, 0, 0, 6, *second
    )
    return head.ljust(size, b"\0")[:size] + body


def cooked(protocol, body, hardware=1):
    return struct.pack(">HHHQH", 0, hardware, 6, 0x0200000000010000, protocol) + body


def cooked2(protocol, body, hardware=1):
    return struct.pack(">HHIHBBQ", protocol, 0, 2, hardware, 0, 6, 0x0200000000010000) + body


def link_seeds():
    query, answer = ip4(UDP, udp(dns(), dport=53)), ip4(UDP, udp(dns(True), 53, 50000), src=PEER, dst=ME)
    six = ip6(TCP, tcp(SYN, options=h("020405a0 01030307")))
    arp = h("0001 0800 06 04 0001 020000000001 c000020a 000000000000 c0000235")
    yield "vlan_nested", same(
        ETHERNET,
        ROWS_64,
        eth(0x88A8, h("0064 8100 00c8 0800") + query),
        eth(0x8100, h("0001 8100 0002 9100 0003 9200 0004 8100 0005 86dd") + six),
        eth(0x8100, h("2001 0806") + arp),
        eth(0x8100, h("00")),
        eth(0x8100, h("0001 8100") * 34),
    )
    yield "mpls", same(
        ETHERNET,
        ROWS_64,
        eth(0x8847, h("00010040 00020140") + query),
        eth(0x8848, h("00010140") + six),
        eth(0x8847, h("00010140 00000000") + MAC),
        eth(0x8847, h("00010040") * 33),
        eth(0x8847, h("000100")),
    )
    yield "pppoe", same(
        ETHERNET,
        ROWS_64,
        eth(0x8864, h("11 00 0001") + struct.pack(">H", len(query) + 2) + h("0021") + query),
        eth(0x8864, h("11 00 0001") + struct.pack(">H", len(six) + 1) + h("57") + six),
        eth(0x8864, h("11 00 0001 0008 c021 0101 0006 0000")),
        eth(0x8864, h("11 a7 0001 0000")),
        eth(0x8864, h("21 00 0001 0002 0021")),
        eth(0x8864, h("11 00 0001 0001 00")),
    )
    yield "snap", same(
        ETHERNET,
        ROWS_64,
        eth(len(query) + 8, h("aaaa03 000000 0800") + query + bytes(6)),
        eth(0x0026, h("424203 0000") + bytes(33)),
        eth(0x0004, h("aaaa03")),
        eth(0x8035, bytes(28)),
    )
    yield "fabric", same(
        ETHERNET,
        ROWS_64,
        *(
            eth(tag, bytes(skip) + h("0800") + query)
            for tag, skip in ((0x8903, 14), (0x8909, 6), (0x8926, 4), (0x893F, 6), (0x88E7, 16))
        ),
        eth(0x893F, bytes(5)),
    )
    yield "sll", same(
        SLL,
        ROWS_64,
        cooked(0x0800, query),
        cooked(0x86DD, six),
        cooked(0x0806, arp),
        cooked(0x8100, h("0007 0800") + answer),
        cooked(4, h("aaaa03 000000 0800") + query),
        cooked(0x0800, query, 803),
        cooked(0x0800, query, 824),
        cooked(1, query),
        h("0000 0001"),
    )
    yield "sll2", same(
        SLL2,
        ROWS_64,
        cooked2(0x0800, query),
        cooked2(0x86DD, six),
        cooked2(0x0806, arp),
        cooked2(0x88A8, h("0007 0800") + answer),
        cooked2(0x0800, query, 801),
        cooked2(4, bytes(8)),
        h("0800"),
    )
    yield "null", same(
        NULL,
        ROWS_64,
        h("02000000") + query,
        h("1e000000") + six,
        h("0000001c") + six,
        h("0200"),
        h("02000000"),
        h("02000000") + b"\x50" * 40,
    )
    yield "loop", same(LOOP, ROWS_64, h("00000002") + query, h("00000018") + six, h("00000002") + answer)
    for name, link in (("raw", RAW), ("raw_openbsd", RAW_OPENBSD), ("raw_file", RAW_FILE)):
        yield name, same(link, ROWS_64, query, answer, six, b"", b"\x70" + bytes(30))
    yield "only_v4", same(IPV4, ROWS_64, query, answer, six)
    yield "only_v6", same(IPV6, ROWS_64, six, query, ip6(UDP, udp(dns(), dport=53)))
    yield "unknown_link", same(UNKNOWN, ROWS_64, query)
    yield "pktap", same(
        PKTAP,
        ROWS_64,
        pktap(1, eth(0x0800, query)),
        pktap(0, h("02000000") + answer, 4712, b"mDNSResponder"),
        pktap(12, six, 0, b"", (99, b"")),
        pktap(101, six, 100000, b"\x01", (77, b"launchd"), 156),
        pktap(1, eth(0x0800, query), 1, b"\xff", (5, b"firefox"), 132),
        pktap(258, query),
        pktap(1, eth(0x0806, arp)),
        pktap(147, query),
        pktap(1, b"")[:100],
        pktap(1, b"")[:3],
    )
    yield "pktap_names", same(
        PKTAP_MACOS,
        ROWS_64 | LOCAL_KNOWN,
        *(pktap(12, ip4(UDP, udp(sport=40000 + n)), 100 + n, b"name-%d" % n) for n in range(6)),
    )


# Network and transport.


def fragment6(next_header, offset, more, ident=7):
    return struct.pack(">BBHI", next_header, 0, offset << 3 | more, ident)


def ip_seeds():
    long = bytes(range(256))
    datagram = udp(long[:104], length=112)
    yield "fragments_v4", same(
        ETHERNET,
        ROWS_64,
        v4(UDP, datagram[:48], ident=9, fragment=0x2000),
        v4(UDP, datagram[48:96], ident=9, fragment=0x2006),
        v4(UDP, datagram[96:], ident=9, fragment=12),
        v4(UDP, datagram[96:], ident=9, fragment=13),
        v4(UDP, datagram[96:], ident=10, fragment=12),
        v4(47, long[:40], ident=11, fragment=5),
        v4(51, h("11040000") + bytes(20) + udp(), ident=12, fragment=0x2000),
    )
    yield "fragments_tcp_icmp", same(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        v4(TCP, tcp(ACK, long[:20]), ident=21, fragment=0x2000),
        v4(TCP, long[:40], ident=21, fragment=5),
        v4(ICMP, h("0800 0000 0001 0002") + long[:40], ident=22, fragment=0x2000),
        v4(ICMP, long[:16], ident=22, fragment=6),
        v4(ICMP, h("03"), ident=23, fragment=0x2000),
        v4(ICMP, long[:16], ident=23, fragment=1),
    )
    yield "fragments_v6", same(
        ETHERNET,
        ROWS_64,
        v6(44, fragment6(UDP, 0, 1) + datagram[:48]),
        v6(44, fragment6(UDP, 6, 1) + datagram[48:96]),
        v6(44, fragment6(UDP, 12, 0) + datagram[96:]),
        v6(44, fragment6(60, 0, 1, 8) + h("1100010400000000") + datagram[:48]),
        v6(44, fragment6(60, 7, 0, 8) + datagram[48:]),
        v6(44, fragment6(UDP, 0, 0, 9) + udp()),
        v6(44, fragment6(ICMPV6, 0, 1, 10) + h("80000000 0001 0002") + long[:40]),
        v6(44, fragment6(ICMPV6, 6, 0, 10) + long[:8]),
        v6(44, fragment6(132, 6, 0, 11) + long[:8]),
        v6(44, b"\x11\0\0"),
    )
    yield "fragments_late", frames(
        ETHERNET,
        ROWS_8,
        frame(v4(UDP, datagram[:48], ident=9, fragment=0x2000)),
        frame(v4(UDP, datagram[48:], ident=9, fragment=6), SEC | 31),
        frame(v4(UDP, datagram[:48], ident=9, fragment=0x2000), BACK | 20),
        frame(v4(UDP, datagram[48:], ident=9, fragment=6)),
    )
    auth = struct.pack(">BBHII", UDP, 1, 0, 5, 6)
    yield "extensions", same(
        ETHERNET,
        ROWS_64,
        v6(0, h("2b00010400000000 3c00000000000000") + struct.pack(">BB", TCP, 0) + h("010400000000") + tcp(SYN)),
        v6(51, auth + udp()),
        v6(0, h("3a00050200000000") + h("8f00 0000 0000 0001") + bytes(20)),
        v6(135, h("3b00000000000000")),
        v6(139, h("3b00000000000000")),
        v6(140, h("3b00000000000000")),
        v6(135, h("1100000000000000") + udp()),
        v6(59, b""),
        v6(59, b"", length=0),
        v6(60, h("11ff")),
        v6(60, h("3c00000000000000") * 66),
        v6(0, b"\x3c"),
    )
    yield "auth_v4", same(
        ETHERNET,
        ROWS_64,
        v4(51, auth + udp()),
        v4(51, h("3301") + bytes(10) + auth + udp()),
        v4(51, auth[:8]),
        v4(51, (h("3301") + bytes(10)) * 66),
    )
    yield "other_protocols", same(
        ETHERNET,
        ROWS_64,
        v4(132, struct.pack(">HHII", 5000, 6000, 1, 0) + h("0100001400000001 00001000 000a 000a 00000002")),
        v4(47, h("0000 0800") + ip4(UDP, udp())),
        v4(50, long[:32]),
        v4(89, h("0201002c") + bytes(40), dst="224.0.0.5"),
        v4(112, h("21640100") + bytes(16), dst="224.0.0.18"),
        v4(136, udp()),
        v4(4, ip4(UDP, udp())),
        v4(41, ip6(UDP, udp())),
        v6(132, bytes(12)),
        v6(47, h("00000800")),
        v6(103, h("2000 0000"), dst="ff02::d"),
        v4(253, b""),
    )
    yield "lengths", frames(
        ETHERNET,
        ROWS_64,
        frame(v4(TCP, tcp(ACK, long), total=0)),
        frame(v4(UDP, udp(long), total=0)),
        frame(v6(TCP, tcp(ACK, long), length=0)),
        frame(v4(TCP, tcp(ACK, long)[:60], total=1500), cut=1440),
        frame(v4(TCP, tcp(ACK)[:10], total=1500), cut=1480),
        frame(v4(TCP, tcp(SYN, options=h("020405b4"))[:22]), cut=8),
        frame(v4(TCP, tcp(SYN)[:3])),
        frame(v4(UDP, udp(length=4))),
        frame(v4(UDP, udp(length=0))),
        frame(v4(UDP, udp(length=2000))),
        frame(v4(UDP, udp()[:5])),
        frame(v4(TCP, tcp(ACK, offset=4))),
        frame(v4(TCP, tcp(ACK, offset=15))),
        frame(v4(UDP, udp(), options=h("01010101 94040000"))),
        frame(v4(UDP, udp(), total=19)),
        frame(v4(UDP, udp()) + bytes(20)),
        frame(eth(0x0800, h("4400") + bytes(30))),
        frame(eth(0x0800, h("65") + bytes(30))),
        frame(eth(0x86DD, h("45") + bytes(50))),
        frame(v4(TCP, tcp(PSH | ACK, long)), cut=-1),
        frame(b""),
        frame(MAC),
    )


def icmp_seeds():
    quoted = ip4(UDP, udp(), src=PEER, dst=ME)
    target = h("20010db8000000000000000000000053")
    yield "icmp", same(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        v4(ICMP, h("0800 0000 1234 0001") + b"ping"),
        v4(ICMP, h("0000 0000 1234 0001") + b"ping", src=PEER, dst=ME),
        v4(ICMP, h("0303 0000 0000 0000") + quoted, src=PEER, dst=ME),
        v4(ICMP, h("0304 0000 0000 05dc") + quoted),
        v4(ICMP, h("0b00 0000 0000 0000") + quoted, src="198.51.100.1", dst=ME),
        v4(ICMP, h("0501 0000 c0000201") + quoted),
        v4(ICMP, h("0d00 0000 0001 0002") + bytes(12)),
        v4(ICMP, h("0c00 0000 14000000") + quoted),
        v4(ICMP, h("0800 0000")),
        v4(ICMP, b""),
        v4(ICMP, h("08")),
        v4(ICMP, h("2a00 0000 0001 0101")),
    )
    yield "icmpv6", same(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        v6(ICMPV6, h("8000 0000 1234 0001") + b"ping"),
        v6(ICMPV6, h("8100 0000 1234 0001") + b"ping", src=PEER6, dst=ME6),
        v6(ICMPV6, h("0100 0000 00000000") + quoted),
        v6(ICMPV6, h("0200 0000 00000500") + quoted),
        v6(ICMPV6, h("0300 0000 00000000") + quoted),
        v6(ICMPV6, h("0401 0000 00000028") + quoted),
        v6(ICMPV6, h("a200 0000") + bytes(4)),
        v6(ICMPV6, b""),
    )
    yield "ndp", same(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        v6(ICMPV6, h("8500 0000 00000000 0101 020000000001"), dst="ff02::2", hops=255),
        v6(
            ICMPV6,
            h("8600 0000 40 00 0708 00000000 00000000 0304 40c0 00278d00 00093a80 00000000") + target,
            dst="ff02::1",
            hops=255,
        ),
        v6(ICMPV6, h("8700 0000 00000000") + target + h("0101 020000000001"), dst="ff02::1:ff00:53", hops=255),
        v6(ICMPV6, h("8800 0000 60000000") + target + h("0201 020000000002"), src=PEER6, dst=ME6, hops=255),
        v6(ICMPV6, h("8900 0000 00000000") + target + target + h("0201 020000000003"), hops=255),
        v6(ICMPV6, h("8200 0000 2710 0000") + bytes(16), dst="ff02::1"),
        v6(
            0,
            h("3a00050200000000") + h("8f00 0000 0000 0001 04000000") + h("ff020000000000000000000000000016"),
            dst="ff02::16",
        ),
    )
    yield "igmp", same(
        ETHERNET,
        ROWS_64,
        v4(IGMP, h("1164 0000 00000000"), dst="224.0.0.1"),
        v4(IGMP, h("1200 0000 e00000fb"), dst="224.0.0.251"),
        v4(IGMP, h("1600 0000 e00000fb"), dst="224.0.0.251"),
        v4(IGMP, h("1700 0000 e00000fb"), dst="224.0.0.2"),
        v4(IGMP, h("2200 0000 0000 0001 04000000 e00000fb"), dst="224.0.0.22", options=h("94040000")),
        v4(IGMP, h("1600")),
        v4(IGMP, b""),
    )
    arp = "0800 06 04 {} 020000000001 c000020a 000000000000 {}"
    yield "arp", same(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        eth(0x0806, h("0001" + arp.format("0001", "c0000235")) + bytes(18)),
        eth(0x0806, h("0001 0800 06 04 0002 020000000002 c0000235 020000000001 c000020a")),
        eth(0x0806, h("0001" + arp.format("0001", "c000020a"))),
        eth(0x0806, h("0006" + arp.format("0002", "c0000235"))),
        eth(0x0806, h("0001" + arp.format("0003", "c0000235"))),
        eth(0x0806, h("0020" + arp.format("0001", "c0000235"))),
        eth(0x0806, h("0001 0800 06 04 0001")),
    )


# The table.


def lifetime():
    options = h("020405b4 0402 080a 00000001 00000000 01 030307")
    yield frame(seg(SYN, options=options))
    yield frame(seg(SYN | ACK, True, seq=900, ack=101, options=options), MS | 5)
    yield frame(seg(ACK, seq=101, ack=901))
    yield frame(seg(PSH | ACK, body=b"hello", seq=101, ack=901))
    yield frame(seg(ACK, True, seq=901, ack=106))
    yield frame(seg(FIN | ACK, seq=106, ack=901), SEC | 2)
    yield frame(seg(ACK, True, seq=901, ack=107))
    yield frame(seg(FIN | ACK, True, seq=901, ack=107))
    yield frame(seg(ACK, seq=107, ack=902))


def table_seeds():
    for name, table in (("tcp_life", ROWS_64 | LOCAL_KNOWN), ("tcp_life_shards", ROWS_64 | TWO_SHARDS | NO_DPI)):
        yield name, frames(
            ETHERNET,
            table,
            *lifetime(),
            frame(seg(ACK, True, seq=902, ack=107), TEN_SEC | 4, CLEANUP),  # late
            frame(seg(RST, seq=107), SEC | 1),
            frame(seg(PSH | ACK, body=b"x", seq=107, ack=902), SEC | 1),
            frame(seg(SYN, seq=5000), MINUTE | 1, CLEANUP),
            *lifetime(),
            frame(seg(SYN, seq=9000), SEC | 1),  # replaced
            frame(seg(RST | ACK, True, seq=0, ack=9001), MS | 1),
            frame(seg(SYN, sport=50001), TEN_SEC | 1, CLEANUP),
            frame(seg(RST, sport=50000), SEC | 1, FLUSH),
            frame(seg(ACK, sport=50000), TEN_SEC | 4, CLEANUP),
        )
    yield "tcp_odd", same(
        ETHERNET,
        ROWS_64,
        seg(SYN, sport=1),
        seg(SYN, True, sport=1),
        seg(SYN | ACK, sport=1),
        seg(SYN | FIN, sport=2),
        seg(0, sport=3),
        seg(255, sport=4),
        seg(FIN, sport=5),
        seg(SYN | RST, sport=6),
        seg(SYN | ACK, True, sport=7),
        seg(ACK, sport=7),
        seg(FIN | ACK, sport=7),
        seg(FIN | ACK, True, sport=7),
        seg(ACK, sport=7),
        seg(ACK, True, sport=7),
        seg(SYN, sport=8, options=h("03030f00 0200 0204 05b4")),
        seg(SYN, sport=8, options=h("01010101 00ffffff")),
        v4(TCP, tcp(SYN, sport=9, dport=9), dst=ME),
    )
    for name, table in (("evict", ROWS_8), ("evict_shards", ROWS_8 | TWO_SHARDS)):
        flood = [frame(seg(SYN, sport=1000 + n), MS | 1) for n in range(24)]
        talk = [frame(v4(UDP, udp(sport=2000 + n % 12, dport=7000)), MS | 1) for n in range(30)]
        yield name, frames(ETHERNET, table, *flood, *talk, *lifetime(), *talk, *flood[:9])
    yield "timeouts", frames(
        ETHERNET,
        ROWS_64 | LOCAL_KNOWN,
        *(frame(v4(UDP, udp(sport=3000 + n)), MS | 1) for n in range(6)),
        *(frame(v4(ICMP, h("0800 0000 1234") + struct.pack(">H", n)), SEC | 6, CLEANUP) for n in range(6)),
        frame(v4(UDP, udp(dns(), dport=53)), SEC | 25),
        frame(v4(UDP, udp(dns(True), 53, 50000), src=PEER, dst=ME), MS | 3),
        frame(seg(PSH | ACK, body=b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", dport=80), SEC | 3, CLEANUP),
        frame(v4(UDP, udp(sport=3001)), MINUTE | 1, CLEANUP),
        frame(v4(UDP, udp(sport=3002)), MINUTE | 9, CLEANUP),
        frame(v4(UDP, udp(sport=3003)), MINUTE | 31, CLEANUP),
        frame(v4(UDP, udp(sport=3004)), YEAR | 3, CLEANUP),
    )
    yield "time_travel", frames(
        ETHERNET,
        ROWS_8,
        frame(v4(UDP, udp(sport=1)), YEAR | 20),
        frame(v4(UDP, udp(sport=2)), BACK | 31, CLEANUP),
        frame(v4(UDP, udp(sport=1)), BACK | 31),
        frame(v4(UDP, udp(sport=3)), BEGIN_OF_TIME, CLEANUP),
        frame(v4(UDP, udp(sport=1)), BEGIN_OF_TIME),
        frame(v4(UDP, udp(sport=4)), END_OF_TIME, CLEANUP),
        frame(v4(UDP, udp(sport=5)), END_OF_TIME, CLEANUP),
        frame(v4(UDP, udp(sport=1)), BACK | 1, CLEANUP),
        *lifetime(),
    )
    yield "end_of_time", frames(
        ETHERNET, ROWS_8 | NEAR_END, *lifetime(), frame(seg(ACK), MINUTE | 1, CLEANUP), *lifetime()
    )
    yield "drains", frames(
        ETHERNET,
        ROWS_8 | TWO_SHARDS | LOCAL_KNOWN,
        *lifetime(),
        frame(v4(UDP, udp(sport=1)), SEC | 1, DRAIN),
        *lifetime(),
        frame(v4(UDP, udp(sport=2)), TEN_SEC | 4, CLEANUP),
        frame(seg(ACK), SEC | 1, DRAIN | SET_LOCAL),
        *lifetime(),
    )
    for name, table in (("visitors", ROWS_64 | LOCAL_KNOWN), ("visitors_shards", ROWS_64 | TWO_SHARDS)):
        rows = (
            v4(UDP, udp(dns(), dport=53)),
            seg(SYN, dport=80),
            v4(ICMP, h("0800 0000 0001 0001")),
            v4(UDP, udp(), src="127.0.0.1", dst="127.0.0.2"),
            v6(UDP, udp(), src="fe80::1", dst="fe80::2"),
            v6(TCP, tcp(SYN, dport=443)),
            seg(ACK, sport=50002, dport=22),
            v4(UDP, udp(sport=4, dport=123)),
        )
        yield name, frames(
            ETHERNET,
            table,
            *(frame(row, TENTH | 3) for row in rows),
            *(frame(row, SEC | n % 4, SCREEN, 8 * (n * 29 % 253)) for n, row in enumerate(rows * 3)),
            *(
                frame(row, code, SCREEN, 8 * n)
                for n, row in enumerate(rows)
                for code in (TENTH | 29, TEN_SEC | 13, MS | 31)
            ),
            *(frame(row, TENTH | 6, SCREEN, 8 * (16 + n)) for n, row in enumerate(rows)),  # one TCP row, selected
            *(frame(row, SEC | n, OWNERS) for n, row in enumerate(rows)),
            *(frame(row, SEC | 8, OWNERS) for row in rows),
            frame(rows[0], SEC | 1, CLEAR),
            *lifetime(),
            frame(rows[1], SEC | 1, OWNERS | SCREEN | SET_LOCAL | CLEAR),
        )
    yield "turned_round", frames(
        ETHERNET,
        ROWS_64 | NO_NAMES,
        frame(v4(UDP, udp(dns(), dport=53))),
        frame(v4(UDP, udp(), src="10.0.0.1", dst="10.0.0.255"), what=SET_LOCAL),
        frame(v4(UDP, udp(), src="192.0.2.20", dst="255.255.255.255"), SEC | 1, SET_LOCAL),
        frame(v4(UDP, udp(), src="127.0.0.1", dst="127.0.0.1"), SEC | 1, SET_LOCAL),
        *lifetime(),
        frame(v6(UDP, udp(), src="fe80::1", dst="fe80::2"), SEC | 1, SET_LOCAL),
    )


# The other targets.


def host_seeds():
    proc_net, socket_link, process_name, gateway_v4, gateway_v6, caps, proc_dev, words, rtnl, inet_diag = range(10)
    text = {
        "tcp": (
            proc_net,
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
            "   0: 0100007F:1F90 0100007F:D3A2 01 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0000\n"
            "   1: 0A0200C0:C350 350200C0:0035 06 00000000:00000000 03:00000A 00000000     0        0 0 3 0000\n",
        ),
        "tcp6": (
            proc_net,
            "   0: B80D0120000000000000000010000000:01BB 0000000000000000FFFF00000A0200C0:C350 01 "
            "00000000:00000000 00:00000000 00000000  4294967295        0 18446744073709551615 1\n",
        ),
        "socket_link": (socket_link, "socket:[12345]\nsocket:[]\nsocket:[18446744073709551616]\npipe:[7]\n"),
        "process_name": (
            process_name,
            "curl\nsystemd-resolve|/usr/lib/systemd/systemd-resolved\n"
            "a-name-that-is-|/opt/a-name-that-is-cut (deleted)\n|/\n\u202ename|x\n",
        ),
        "gateway_v4": (
            gateway_v4,
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
            "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
            "eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n",
        ),
        "gateway_v6": (
            gateway_v6,
            "0" * 32 + " 00 " + "0" * 32 + " 00 fe800000000000000000000000000001 "
            "00000400 00000001 00000000 00000003     eth0\n",
        ),
        "caps": (caps, "CapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\nCapEff:\t\n"),
        "dev": (
            proc_dev,
            "Inter-|   Receive                                                |  Transmit\n"
            "  eth0: 1234567    890    1    2    3     4          5         6  7654321    98    7    6    5     4       3\n"
            "    lo:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
        ),
        "words": (
            words,
            "0 18446744073709551615 18446744073709551616 \tffffffffffffffff 10000000000000000 DeadBeef 00zz 7\n",
        ),
    }
    for name, (parser, lines) in text.items():
        yield name, bytes([parser]) + lines.encode()

    def message(kind, body):
        return struct.pack("<IHHII", 16 + len(body), kind, 2, 1, 0) + body

    def attribute(kind, value):
        return struct.pack("<HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)

    addrs = message(
        20,
        struct.pack("<BBBBI", 2, 24, 0, 0, 2)
        + attribute(1, h("c0000201"))
        + attribute(2, h("c000020a"))
        + attribute(3, b"eth0\0"),
    )
    addrs += message(20, struct.pack("<BBBBI", 10, 64, 0, 0, 2) + attribute(1, ipaddress.ip_address(ME6).packed))
    yield "rtnl", bytes([rtnl]) + addrs + message(3, bytes(4))
    yield "rtnl_error", bytes([rtnl]) + addrs + message(2, struct.pack("<i", -1))
    yield "rtnl_lengths", bytes([rtnl]) + message(20, struct.pack("<BBBBI", 2, 33, 0, 0, 2) + h("0000 0100")) + h(
        "03000000"
    )
    sockets = b"".join(
        message(
            20,
            struct.pack(">BBBBHH", family, 1, 0, 0, 50000, 443)
            + ipaddress.ip_address(ME6).packed
            + ipaddress.ip_address(PEER6).packed
            + bytes(12)
            + struct.pack("<IIIII", 0, 0, 0, 1000, 31337),
        )
        for family in (2, 10, 7)
    )
    yield "inet_diag", bytes([inet_diag]) + sockets + message(3, bytes(4))


def filter_seeds():
    texts = (
        "port:443 github",
        "sport:512 dport:80",
        "src:192.168 dst:2001:db8 proto:tcp",
        "process:fire svc:https",
        "sni:git app:dns state:established",
        "host:mirror hostname:x application:http",
        "APP:TLS",
        "port:99999 :",
        "protocol:icmp",
        "state:udp_stale state:syn",
        "port: process: unknown:value",
        "ネットワーク",
        "\t a\v b\f c\r",
        "a " * 80,
        "x" * 200,
        "source:: dest-port:5 destination-port:9 srcport:1 source-port:2",
        "scope:public mac:02-00-5E:",
    )
    for number, text in enumerate(texts):
        yield f"{number:02}", bytes([number]) + text.encode()


def text_seeds():
    texts = (
        b"plain ASCII",
        "Grüße, 世界, 🙂".encode(),
        h("1b5b33316d") + b"red" + h("1b5b306d 07 0d 0a 7f"),
        "\u202eevil\u202c \u200b\ufeff\u2066\u2028".encode(),
        h("c0af e080af f08080af eda080 f4908080 fe ff"),
        h("e4b8 e4 f09f98 80 c3"),
        b"%s%n" + h("00") + b"behind",
        "e\u0301 \u1100\u1161 \U000e0041\u00ad\u2060".encode(),
        "ab世".encode() * 60,
        h("80") * 90,
        h("c285 c2a0 efbfbd efbfbe efbfbf"),
        "".join(map(chr, range(0x01, 0x20))).encode(),
        "".join(map(chr, range(0x7F, 0xA2))).encode(),
        "".join(map(chr, [0x61C, *range(0x200A, 0x2010), *range(0x2027, 0x202F), *range(0x205F, 0x2070)])).encode(),
    )
    for number, text in enumerate(texts):
        yield f"{number:02}", bytes([(16, 31, 7, 64, 5, 255, 1, 0, 200, 33, 3)[number % 11]]) + text
