// SPDX-License-Identifier: Apache-2.0
// Nouns become JSON lines (the event stream).
// Thread: one writer.
// Owns:   its buffer and descriptor.
// Fails:  `open` with negative errno; a write error is remembered and told once by `close`.
#ifndef RUSTNET_EXPORT_H
#define RUSTNET_EXPORT_H

#include "rustnet/base/err.h"
#include "rustnet/base/intern.h"
#include "rustnet/model/conn.h"
#include "rustnet/model/snapshot.h"

struct rn_jsonl;

struct rn_jsonl_cfg {
    const struct rn_intern *names; // process names
    const char *(*service)(uint16_t proto, uint16_t remote_port, uint16_t local_port); // or NULL
    // The hardware address of a neighbour; false: it is none, or not known. Or NULL.
    bool (*neighbour)(void *ctx, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES]);
    void *neighbour_ctx;
};

// path: a file (appended, created 0600, no symbolic link followed), or "-" for standard output. A reader of standard
// output that goes away is a write error, if the process ignores SIGPIPE.
int rn_jsonl_open(const char *path, const struct rn_jsonl_cfg *cfg, struct rn_jsonl **out,
                  struct rn_err *err);
// The addresses by which subnet broadcasts and gateways are told; copied. None at first.
void rn_jsonl_set_local(struct rn_jsonl *jsonl, const struct rn_local_addrs *local);
void rn_jsonl_event(struct rn_jsonl *jsonl, const struct rn_conn_event *event);
void rn_jsonl_summary(struct rn_jsonl *jsonl, const struct rn_counts *counts, rn_time now);
// Hands everything buffered to the system. 0 or the negative errno of the first write that failed.
int rn_jsonl_flush(struct rn_jsonl *jsonl);
int rn_jsonl_close(struct rn_jsonl *jsonl, struct rn_err *err);

#endif
