// SPDX-License-Identifier: Apache-2.0
// A payload becomes application facts. One protocol is one file and one row of the table in src/dpi/table.c.
// Thread: any; a context belongs to one thread.
// Owns:   `facts` are the caller's; a context owns scratch memory that is made at start, so parsing never allocates.
// Fails:  hostile bytes are a verdict; `new` with -ENOMEM.
#ifndef RUSTNET_DPI_H
#define RUSTNET_DPI_H

#include "rustnet/base/err.h"
#include "rustnet/base/pool.h"
#include "rustnet/base/text.h"
#include "rustnet/base/verdict.h"
#include "rustnet/model/conn.h"
#include "rustnet/model/exchange.h"
#include "rustnet/model/facts.h"
#include "rustnet/model/packet.h"

struct rn_dpi_ctx;
struct rn_dpi_ctx *rn_dpi_ctx_new(struct rn_err *err);
void rn_dpi_ctx_free(struct rn_dpi_ctx *ctx);

// What a parser is told about the bytes at hand: a datagram, or what comes next in one direction of a stream.
struct rn_dpi_input {
    struct rn_bytes payload;
    uint16_t proto; // RN_PROTO_TCP or RN_PROTO_UDP
    uint16_t src_port, dst_port;
    bool from_initiator;
    uint8_t from; // end of the key that sent it
    bool cut;     // what would continue the payload will never come: tell what lies wholly inside
    bool start;   // it is the first of its direction, as far as was seen
    uint8_t seen; // payload packets of this direction before this one
    uint32_t missing; // bytes of the segment or datagram that were not captured
    // TCP, for rn_dpi_packet: the payload's first byte, the acknowledgement, and the first byte of this direction.
    bool has_base, has_ack;
    uint32_t base, seq, ack;
};

// How a verdict goes on: whether later packets of the row are worth a look.
enum rn_dpi_more {
    RN_DPI_OPEN,      // more may be learned
    RN_DPI_SIDE_DONE, // nothing more will be in this direction
    RN_DPI_SETTLED,   // nothing more will be
};

// What a proved row may turn into: the bytes that its own probe refuses are searched anew.
enum rn_dpi_into {
    RN_DPI_INTO_NOTHING,
    RN_DPI_INTO_TLS, // by a hello of TLS
    RN_DPI_INTO_ANY, // a tunnel
};

#define RN_DPI_FIRST_MAX 8
struct rn_dpi_first {
    uint16_t from, below;
};

// One protocol, or its part over one transport.
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
    enum rn_fact words[2]; // shown bare between name and bracket: NTP v4 Client
    // What the first byte of a payload may be, {from, below}; none: anything. The index of the table is made of it.
    struct rn_dpi_first first[RN_DPI_FIRST_MAX];
    // Cheap look at the first bytes: may this be it? True for a prefix of it that is too short to tell.
    bool (*probe)(const struct rn_dpi_input *in);
    // Parses; facts are added under the merge rules of model/facts.h, and only with RN_YES. *app is the row's at the
    // start and may be made more precise (TLS to HTTPS). *more is RN_DPI_OPEN at the start.
    enum rn_verdict (*parse)(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more);
    // What it may turn into by now; NULL: nothing.
    enum rn_dpi_into (*into)(const struct rn_facts *facts);
};

// Inspects one payload of a row that is not settled, all by itself. *app is RN_APP_NONE until a protocol is proved;
// afterwards only that protocol is asked, and what it leads into (TLS in a tunnel of HTTP). seen counts the payload
// packets inspected before in this direction; it may stay at 255. A direction is done after a bounded number of them,
// unless every_packet. The verdict is about this payload; *more says whether the row stays open.
enum rn_verdict rn_dpi_inspect(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in, unsigned seen,
                               struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more);

// What inspection keeps of rows between packets: memory that is reserved at start and given out by the row.
// Guarded by whoever guards the rows.
#define RN_DPI_NO_NOTE UINT32_MAX
struct rn_dpi_memory {
    struct rn_pool notes;   // one per row that has more to tell than its facts
    struct rn_pool states;  // of protocols that remember something
    struct rn_pool buffers; // bytes that wait for others
    uint64_t refused;       // times that one of them was full
};
int rn_dpi_memory_init(struct rn_dpi_memory *memory, uint32_t rows, uint32_t buffers,
                       struct rn_err *err);
void rn_dpi_memory_done(struct rn_dpi_memory *memory);
// Gives back what a row holds; RN_DPI_NO_NOTE is accepted.
void rn_dpi_forget(struct rn_dpi_memory *memory, uint32_t note);

// A word in the note that whoever keeps the row may use.
uint32_t *rn_dpi_note_word(const struct rn_dpi_memory *memory, uint32_t note);

// Where a connection of QUIC stands: what its life depends on.
struct rn_dpi_life {
    uint32_t idle_ms;                   // agreed idle time-out, 0: not known
    uint8_t state;                      // enum rn_quic_state
    uint8_t begun[RN_QUIC_BEGUN_BYTES]; // as rn_dpi_quic_begins gives it; 0: no Initial was opened
};

// A row as inspection sees it; whoever keeps the row fills it in and keeps what comes back.
#define RN_DPI_DONE UINT8_MAX
#define RN_DPI_NO_CLIENT 2
struct rn_dpi_row {
    enum rn_app app;
    uint8_t seen[2]; // payload packets inspected, by end; RN_DPI_DONE: that direction is done
    bool settled;
    uint32_t note;  // RN_DPI_NO_NOTE at first
    uint32_t word;  // the keeper's; nothing here looks at it
    uint8_t client; // end that a payload has proved to be the client's; RN_DPI_NO_CLIENT
    struct rn_dpi_life life;
    struct rn_facts facts;
};
// Inspects a packet of a row: as above, but segments are put in order, and what a protocol has not yet understood is
// kept for the next call. RN_YES: facts may have changed. A settled row holds no note.
enum rn_verdict rn_dpi_packet(struct rn_dpi_ctx *ctx, struct rn_dpi_memory *memory,
                              const struct rn_dpi_input *in, struct rn_dpi_row *row);

// Whether a datagram begins with an Initial packet that begins a connection of QUIC: nobody but a client makes one whose
// tag fits the keys of its own destination id. That id's first bytes tell one beginning from another (RFC 9000, 7.2: at
// least 8, not to be guessed).
bool rn_dpi_quic_begins(struct rn_dpi_ctx *ctx, struct rn_bytes datagram,
                        uint8_t out_begun[RN_QUIC_BEGUN_BYTES]);

// Whether a datagram looks like a packet of a connection of QUIC that is up: a short header, long enough.
bool rn_dpi_quic_goes_on(struct rn_bytes datagram);

// Connection ids as a handshake of QUIC tells them, by the end of the key that chose them: a server's Initial was opened
// with the keys of the client's, and is sent to the id that the client chose.
#define RN_QUIC_ID_MAX 20 // RFC 9000, 17.2
struct rn_dpi_quic_ids {
    uint8_t client; // its end
    uint8_t len[2];
    uint8_t id[2][RN_QUIC_ID_MAX];
};
// Those in the packet of the last rn_dpi_packet; NULL: there are none. Borrowed until the next.
const struct rn_dpi_quic_ids *rn_dpi_quic_ids(const struct rn_dpi_ctx *ctx);

// A question of plain DNS for addresses, or an answer to one, as a packet told it: no more than what somebody said.
// The addresses are of the type that was asked for, and belong to the name in question or to what CNAMEs lead to.
#define RN_DPI_DNS_MESSAGES 4 // of one packet
#define RN_DPI_DNS_ADDRESSES 16
#define RN_DPI_DNS_NAME 253
struct rn_dpi_dns {
    uint16_t id;   // of the message
    uint16_t type; // of the question: A or AAAA
    bool response; // one without error, that is
    uint8_t name_len;
    uint8_t address_count;
    char name[RN_DPI_DNS_NAME]; // lower case, letters, digits, '-', '_' and '.' alone; not empty
    struct rn_ip address[RN_DPI_DNS_ADDRESSES];
    uint32_t ttl_secs[RN_DPI_DNS_ADDRESSES]; // the least of the chain
};
// The messages in the packet of the last rn_dpi_packet, in order; NULL: there are not that many. Borrowed until the next.
const struct rn_dpi_dns *rn_dpi_dns(const struct rn_dpi_ctx *ctx, unsigned n);

const struct rn_dpi_proto *rn_dpi_find(enum rn_app app); // its first row; NULL for RN_APP_NONE
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
