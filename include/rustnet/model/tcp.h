// SPDX-License-Identifier: Apache-2.0
// What the sequence numbers of a TCP connection tell: marks on segments, their counts, round-trip times.
// Thread: any; the table keeps a track per row of TCP under the row's lock.
// Owns:   values.
// Fails:  never.
// Source: the sequence analysis of Wireshark 4.0; RFC 9293, 5681, 6298, 1982; Karn and Partridge 1987.
#ifndef RUSTNET_MODEL_TCP_H
#define RUSTNET_MODEL_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/time.h"
#include "rustnet/model/packet.h"

// What a segment can be marked as, several at once; a mark is the bit 1 << RN_TCP_MARK_*.
enum rn_tcp_mark {
    RN_TCP_MARK_RETRANSMIT, // bytes that were seen before; set with the next two as well
    RN_TCP_MARK_FAST,       // ... asked for by duplicate ACKs
    RN_TCP_MARK_SPURIOUS,   // ... that had been acknowledged already
    RN_TCP_MARK_OUT_OF_ORDER,
    RN_TCP_MARK_DUPLICATE_ACK,
    RN_TCP_MARK_KEEP_ALIVE,
    RN_TCP_MARK_KEEP_ALIVE_ACK,
    RN_TCP_MARK_ZERO_WINDOW,
    RN_TCP_MARK_ZERO_WINDOW_PROBE,
    RN_TCP_MARK_WINDOW_UPDATE,
    RN_TCP_MARK_LOST_SEGMENT, // something before this segment did not come by here
    RN_TCP_MARK_UNSEEN_ACK,   // something acknowledged did not come by here
    RN_TCP_MARK_COUNT,
};

struct rn_tcp_counts {
    uint32_t n[RN_TCP_MARK_COUNT];
};

enum {
    RN_TCP_OPTION_SACK = 0x01,       // selective acknowledgements permitted (RFC 2018)
    RN_TCP_OPTION_TIMESTAMPS = 0x02, // RFC 7323
};

// A copy of all that is known of a row besides struct rn_conn, for events and the screen.
struct rn_tcp_report {
    struct rn_tcp_counts counts; // both directions
    rn_dur rtt;                  // smoothed, of the local end's data; where rtt_known
    bool rtt_known;
    uint8_t options[2]; // RN_TCP_OPTION_*, by end
};

// One direction: what its sender has said so far. Times are the low 32 bits of microseconds.
struct rn_tcp_end {
    uint32_t next;    // highest end of sequence space seen
    uint32_t next_us; // when the segment that set `next` came
    uint32_t ackable; // end of what was seen without a gap
    uint32_t ack;     // number of the last segment, whatever it was
    uint32_t ack_us;  // when that came
    uint16_t window;  // of the last segment, not scaled
    uint16_t flags;   // of tcp_analysis.c
};

// One connection of TCP: what struct rn_conn has no room for. All zero: nothing seen yet.
struct rn_tcp_track {
    struct rn_tcp_end end[2];
    uint32_t
        handshake_us;   // when the first SYN came; how long the handshake took once that is known
    uint32_t probe_end; // the segment of the local end that is being timed ends here
    uint32_t probe_us;
    uint32_t rtt_us8; // smoothed round-trip time of the local end, in eighths of a microsecond
};
_Static_assert(sizeof(struct rn_tcp_track) == 64, "one line of the cache");

// Marks a segment (not a later fragment, not RN_PACKET_HEADER_CUT) and takes it into the track; `local` is the end
// whose data is timed. Returns the marks. A segment that a receiver would not take changes nothing: the caller asks
// rn_tcp_reset_fits first.
unsigned rn_tcp_analyse(struct rn_tcp_track *track, const struct rn_packet *packet, unsigned local);
// A new incarnation of the connection on the same row: what was seen belongs to the old one.
void rn_tcp_restart(struct rn_tcp_track *track);
// A new row for the same incarnation: what was seen of the sequence space holds, what was timed does not.
void rn_tcp_inherit(struct rn_tcp_track *track);
// Whether anything from this end was taken into the track, since it was inherited if it was.
bool rn_tcp_heard(const struct rn_tcp_track *track, unsigned end);
// Whether a receiver that follows RFC 9293 and 5961 might take this RST as one. syn: if all that the receiver has sent is
// a SYN without ACK, the number of that, else NULL. window_shift: of the receiver's windows.
bool rn_tcp_reset_fits(const struct rn_tcp_track *track, const struct rn_packet *packet,
                       const uint32_t *syn, unsigned window_shift);
// Round-trip time of the end's data, smoothed; false: not known.
bool rn_tcp_rtt(const struct rn_tcp_track *track, unsigned local, rn_dur *out);
uint8_t rn_tcp_options(const struct rn_tcp_track *track, unsigned end); // RN_TCP_OPTION_*

#endif
