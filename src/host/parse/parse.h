// SPDX-License-Identifier: Apache-2.0
// What operating systems print, read as foreign bytes: pure functions that build and are tested everywhere.
//
// A line comes without its newline. False: not such a line; then *out is untouched.
#ifndef HOST_PARSE_H
#define HOST_PARSE_H

#include "rustnet/base/reader.h"
#include "rustnet/base/text.h"
#include "rustnet/model/addr.h"
#include "rustnet/model/snapshot.h"

// words.c: what the others are made of.
// The next word between blanks; empty at the end of the line.
struct rn_bytes host_take_word(struct rn_reader *line);
bool host_word_is(struct rn_bytes word, const char *text);
// The whole word as a number; false if it is none or does not fit.
bool host_word_dec(struct rn_bytes word, uint64_t *out);
bool host_word_hex(struct rn_bytes word, uint64_t *out);
// Exactly 2 * len hexadecimal digits.
bool host_word_bytes(struct rn_bytes word, uint8_t *out, size_t len);

// proc_net.c: Linux /proc/net/{tcp,tcp6,udp,udp6}.
struct host_socket {
    struct rn_ip local, remote;
    uint64_t inode; // 0: nobody holds it (TIME_WAIT, not yet accepted)
    uint32_t uid;
    uint16_t local_port, remote_port;
    uint16_t proto; // set by whoever knows the file
};
bool host_parse_proc_net(struct rn_bytes line, struct host_socket *out);
// "socket:[12345]", the link of a descriptor.
bool host_parse_socket_link(struct rn_bytes link, uint64_t *out_inode);

// proc_pid.c: Linux /proc/PID.
#define HOST_COMM_CUT 15 // bytes that the kernel keeps of a name
// The name to show: comm, or the executable's name where comm is its cut-off beginning. exe may be empty.
void host_process_name(struct rn_bytes comm, struct rn_bytes exe, struct rn_text64 *out);
// "CapEff:\t000001ffffffffff", a line of /proc/PID/status: the capabilities in effect, as bits.
bool host_parse_effective_caps(struct rn_bytes line, uint64_t *out);

// route.c: Linux /proc/net/route and ipv6_route. The next hop of a default route that is up.
bool host_parse_gateway_v4(struct rn_bytes line, struct rn_ip *out);
bool host_parse_gateway_v6(struct rn_bytes line, struct rn_ip *out);

// proc_dev.c: Linux /proc/net/dev.
bool host_parse_proc_dev(struct rn_bytes line, struct rn_iface_stats *out);

// netlink.c: what all netlink answers are made of, in the machine's byte order (netlink(7)).
enum host_netlink {
    HOST_NETLINK_ITEM,  // one was taken
    HOST_NETLINK_MORE,  // these bytes are used up
    HOST_NETLINK_DONE,  // the answer is complete
    HOST_NETLINK_ERROR, // the kernel refused, or the bytes make no sense
};
uint16_t host_take_u16(struct rn_reader *r);
uint32_t host_take_u32(struct rn_reader *r);
// What follows a head of `head` bytes in something of `len` bytes; skips the padding behind it too.
struct rn_reader host_take_padded(struct rn_reader *r, uint32_t len, uint32_t head);
enum host_netlink host_take_message(struct rn_reader *r, uint16_t *out_type,
                                    struct rn_reader *out_body);

// rtnl.c: the answer to RTM_GETADDR (rtnetlink(7)). Adds to *out what it finds; never HOST_NETLINK_ITEM.
enum host_netlink host_parse_rtnl_addrs(struct rn_bytes messages, struct rn_local_addrs *out);

// inet_diag.c: the answer to SOCK_DIAG_BY_FAMILY (sock_diag(7)). The next socket; proto is left 0.
enum host_netlink host_take_inet_diag(struct rn_reader *messages, struct host_socket *out);

// nets.c
// Adds an address once, while there is room.
void host_add_net(struct rn_local_addrs *addrs, const struct rn_ip *ip, uint8_t prefix_len);
void host_add_gateway(struct rn_local_addrs *addrs, const struct rn_ip *ip);
// 127/8 and ::1, which are ours even where their device is down or missing.
void host_add_loopbacks(struct rn_local_addrs *addrs);

#endif
