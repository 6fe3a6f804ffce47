// SPDX-License-Identifier: Apache-2.0
// A payload becomes application facts. One protocol is one file and one row of the table in src/dpi/table.c.
// Thread: any; a context belongs to one thread.
// Owns:   `facts` are the caller's; a context owns scratch memory that is made at start, so parsing never allocates.
// Fails:  hostile bytes are a verdict; `new` with -ENOMEM.
#ifndef RUSTNET_DPI_H
#define RUSTNET_DPI_H

#include "rustnet/base/err.h"
#include "rustnet/base/text.h"
#include "rustnet/base/verdict.h"
#include "rustnet/model/exchange.h"
#include "rustnet/model/facts.h"
#include "rustnet/model/packet.h"

struct rn_dpi_ctx;
struct rn_dpi_ctx *rn_dpi_ctx_new(struct rn_err *err);
void rn_dpi_ctx_free(struct rn_dpi_ctx *ctx);

// What a parser is told about the packet at hand.
struct rn_dpi_input {
    struct rn_bytes payload;
    uint16_t proto; // RN_PROTO_TCP or RN_PROTO_UDP
    uint16_t src_port, dst_port;
    bool from_initiator;
};

// How a verdict goes on: whether later packets of the row are worth a look.
enum rn_dpi_more {
    RN_DPI_OPEN,    // more may be learned
    RN_DPI_SETTLED, // nothing more will be
};

// One protocol.
struct rn_dpi_proto {
    enum rn_app app;
    const char *name;      // as shown: "DNS"
    const char *spec;      // "RFC 1035"
    uint16_t proto;        // RN_PROTO_TCP or RN_PROTO_UDP
    uint16_t ports[4];     // well-known server ports, 0 ends; a hint for orientation and gates
    bool port_gated;       // ask only where one of `ports` is involved
    bool every_packet;     // each packet is a message of its own: never settles
    rn_dur idle_timeout;   // time-out class of a row that speaks it; 0: the transport's
    enum rn_fact subject;  // shown in brackets after the name: DNS (example.org)
    enum rn_fact hostname; // best hostname that the payload tells, or RN_FACT_NONE
    // Cheap look at the first bytes: may this be it? True for a prefix of it that is too short to tell.
    bool (*probe)(const struct rn_dpi_input *in);
    // Parses; facts are added under the merge rules of model/facts.h, and only with RN_YES. *app is the row's at the
    // start and may be made more precise (TLS to HTTPS). *more is RN_DPI_OPEN at the start.
    enum rn_verdict (*parse)(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more);
};

// Inspects one payload of a row that is not settled. *app is RN_APP_NONE until a protocol is proved; afterwards only
// that protocol is asked, and what it leads into (TLS in a tunnel of HTTP). seen counts the payload packets inspected
// before in this direction; it may stay at 255. A row settles after a bounded number of them, unless every_packet.
// The verdict is about this payload; *more says whether the row stays open.
enum rn_verdict rn_dpi_inspect(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in, unsigned seen,
                               struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more);

const struct rn_dpi_proto *rn_dpi_find(enum rn_app app); // NULL for RN_APP_NONE
const char *rn_dpi_name(enum rn_app app);                // "" for RN_APP_NONE
// "DNS (example.org)", "HTTP (host)", ...; empty for RN_APP_NONE.
void rn_dpi_text(enum rn_app app, const struct rn_facts *facts, struct rn_text256 *out);
// The best hostname that the payload told, or {NULL, 0}. Borrowed from facts.
struct rn_bytes rn_dpi_hostname(enum rn_app app, const struct rn_facts *facts);
// Number of parse calls since the context was made (a golden file keeps watch over it).
uint64_t rn_dpi_parse_calls(const struct rn_dpi_ctx *ctx);
// The rows of the table in detection order, ended by NULL (for tests and fuzzers).
const struct rn_dpi_proto *const *rn_dpi_table(void);

// Whether port is the well-known server port of a service that this program knows: a hint, never a proof.
bool rn_dpi_server_port(uint16_t proto, uint16_t port);

// A datagram of UDP that asks, or one that answers; false: neither, as far as its first bytes say. The answer to a
// question has its kind and number. Pure, and cheap: it is asked for every datagram.
enum rn_dpi_role {
    RN_DPI_ASKS,
    RN_DPI_ANSWERS,
    RN_DPI_EITHER, // what the end says that was not the first to speak answers
};
struct rn_dpi_exchange {
    uint64_t number;
    enum rn_exchange kind;
    enum rn_dpi_role role;
};
bool rn_dpi_exchange(uint16_t src_port, uint16_t dst_port, struct rn_bytes payload,
                     struct rn_dpi_exchange *out);

#endif
