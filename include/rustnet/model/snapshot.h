// SPDX-License-Identifier: Apache-2.0
// What the screen asks for and what it gets: totals and the rows that can be seen, never the whole table.
// Thread: any; app/ guards the two buffers.
// Owns:   values; a snapshot refers to nothing outside itself.
// Fails:  never.
#ifndef RUSTNET_MODEL_SNAPSHOT_H
#define RUSTNET_MODEL_SNAPSHOT_H

#include "rustnet/base/text.h"
#include "rustnet/model/conn.h"
#include "rustnet/model/packet.h"

// Columns by which rows can be ordered, in the order of the key that steps through them.
enum rn_sort {
    RN_SORT_TIME,
    RN_SORT_PROCESS,
    RN_SORT_REMOTE,
    RN_SORT_LOCAL,
    RN_SORT_SERVICE,
    RN_SORT_APP,
    RN_SORT_STATE,
    RN_SORT_RTT,
    RN_SORT_BANDWIDTH,
    RN_SORT_COUNT,
};

#define RN_VIEW_ROWS 512
#define RN_VIEW_NONE UINT32_MAX

struct rn_view_request {
    enum rn_sort sort;
    bool descending;
    bool show_loopback;       // rows with both ends on the loopback network
    uint32_t first;           // position of the first row wanted, in sorted order
    uint32_t count;           // at most RN_VIEW_ROWS
    uint32_t select_position; // RN_VIEW_NONE: the selection is `selected`
    bool has_selected;
    struct rn_key selected;
    char filter[128]; // text as typed; empty: everything
};

// A row with everything that a line of the screen needs.
struct rn_row {
    struct rn_conn conn;
    struct rn_tcp_report tcp; // of a row of TCP
    double bps[2];            // bytes per second by end, as of `now`
    struct rn_facts facts;
    struct rn_text64 process;
    struct rn_text32 service;
    enum rn_addr_kind remote_kind;
    bool remote_is_gateway;
    bool remote_mac_known; // the remote end is a neighbour
    uint8_t remote_mac[RN_MAC_BYTES];
};

struct rn_counts {
    uint64_t packets, bytes, parsed; // frames handed to us
    uint64_t ignored[RN_IGNORE_COUNT];
    uint64_t dropped_kernel, dropped_ring, dropped_table;
    uint64_t rows_created, rows_closed, rows_evicted;
    uint64_t facts_refused;               // rows that live on without facts, as a pool was full
    uint64_t tcp[RN_TCP_MARK_COUNT];      // marked segments since the start
    uint64_t tcp_rows[RN_TCP_MARK_COUNT]; // ... of the rows that live now
};

#define RN_SNAPSHOT_IFACES 16
struct rn_iface_stats {
    struct rn_text32 name;
    uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_dropped,
        tx_dropped;
    uint64_t rx_bps, tx_bps; // bytes per second since the reading before
};

struct rn_snapshot {
    uint64_t generation;
    rn_time now;
    struct rn_view_request request; // what this answers
    // Totals over all rows that pass `show_loopback`, before the filter.
    uint32_t rows_tcp, rows_udp, rows_total, processes;
    uint32_t matched; // rows that pass the filter too: what can be scrolled through
    uint32_t first;   // position of row[0]; request.first moved so that the selection is inside
    uint32_t selected_position; // RN_VIEW_NONE: gone or none
    struct rn_counts counts;
    struct rn_timeouts timeouts; // by which rows go, and turn stale before
    double packets_per_sec;
    double tx_bps, rx_bps; // of all captured traffic, bytes per second
    struct rn_text64 interface;
    struct rn_text32 link;      // "Ethernet", "RawIP", ...
    struct rn_text64 detection; // "procfs"
    bool detection_degraded;
    struct rn_text64 detection_feature; // what is missing, and why
    struct rn_text64 detection_reason;
    struct rn_text256 failure; // the capture died: why; empty while it lives
    struct rn_text64 notice;   // e.g. "End of trace"; empty: none
    uint32_t iface_count;
    struct rn_iface_stats iface[RN_SNAPSHOT_IFACES];
    uint32_t row_count;
    struct rn_row row[RN_VIEW_ROWS];
};

#endif
