// SPDX-License-Identifier: Apache-2.0
// PKTAP, the link type of macOS that names the process of a packet (bsd/net/pktap.h of XNU). Little-endian:
//
//   @0 header length 4 | @4 next type 4 | @8 inner link type 4 | @12 interface name 24 | @36 flags 4 | @40 family 2 |
//   @42 pre-length 2 | @44 post-length 2 | @46 interface type 2 | @48 unit 2 | @50 pad 2 | @52 pid 4 |
//   @56 command 20 | @76 service class 4 | @80 flow id 4 | @84 IP protocol 4 | @88 second pid 4 | @92 second command 20
//
// The frame of the inner link type follows at the declared length.
#include "rustnet/wire.h"

#include "walk.h"

enum {
    PKTAP_HEADER_MIN = 108,
    PKTAP_HEADER_MAX = 4096,
    PKTAP_HEADER_COMMANDS = 112, // long enough for the second command
    PKTAP_PID_MAX = 99999,
};

static uint32_t choose_pid(uint32_t first, uint32_t second)
{
    if (first >= 1 && first <= PKTAP_PID_MAX)
        return first;
    return second >= 1 && second <= PKTAP_PID_MAX ? second : 0;
}

// A command shows something: up to its NUL only ASCII, with at least one character that prints.
static bool is_command(struct rn_bytes field)
{
    bool prints = false;
    for (size_t i = 0; i < field.len && field.p[i] != 0; i++) {
        if (field.p[i] >= 0x80)
            return false;
        prints |= field.p[i] > ' ' && field.p[i] < 0x7f;
    }
    return prints;
}

static bool is_pktap(int dlt)
{
    return dlt == WIRE_DLT_PKTAP || dlt == WIRE_DLT_PKTAP_MACOS;
}

enum rn_ignore wire_pktap(struct wire_walk *w)
{
    struct rn_reader length = w->r;
    uint32_t header_bytes = rn_take_le32(&length);
    if (length.bad || header_bytes < PKTAP_HEADER_MIN || header_bytes > PKTAP_HEADER_MAX)
        return RN_IGNORE_LINK;
    struct rn_reader header = rn_reader_sub(&w->r, header_bytes);
    rn_skip(&header, 8);
    uint32_t inner = rn_take_le32(&header);
    rn_skip(&header, 40);
    uint32_t pid = rn_take_le32(&header);
    struct rn_bytes command = rn_take_bytes(&header, RN_COMM_BYTES);
    rn_skip(&header, 12);
    uint32_t second_pid = rn_take_le32(&header);
    if (header.bad || w->r.bad || inner > INT32_MAX || is_pktap((int)inner) ||
        !rn_wire_link_known((int)inner))
        return RN_IGNORE_LINK;
    w->out->pid = choose_pid(pid, second_pid);
    if (!is_command(command))
        command = header_bytes >= PKTAP_HEADER_COMMANDS ? rn_take_bytes(&header, RN_COMM_BYTES)
                                                        : rn_bytes_of(NULL, 0);
    w->out->comm = is_command(command) ? command.p : NULL;
    return wire_link(w, (int)inner);
}
