// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the context, and one row per protocol.
// Thread: any; a context belongs to one thread.
// Owns:   a context owns its scratch memory; state and buffers belong to the row that is asked about.
// Fails:  NULL from dpi_state and dpi_buffer where the memory for rows is used up, or there is none.
#ifndef RUSTNET_DPI_ROOM_H
#define RUSTNET_DPI_ROOM_H

#include <string.h>

#include "assembly.h"
#include "crypto.h"
#include "rustnet/dpi.h"

#define DPI_SCRATCH_BYTES 512
#define DPI_PLAIN_BYTES 4096
#define DPI_STATE_SMALL 160
#define DPI_TRANSPORTS 2 // TCP, UDP
#define DPI_ROWS_MAX 64  // per transport: one bit each
#define DPI_GATES_MAX 128

// The table as masks of rows: bit i is the i-th row of its transport, so the lowest bit is asked first.
struct dpi_index {
    const struct rn_dpi_proto *row[DPI_TRANSPORTS][DPI_ROWS_MAX];
    uint64_t first[DPI_TRANSPORTS][256]; // rows that may begin with this byte
    uint64_t gated[DPI_TRANSPORTS];      // rows that are asked only on their ports
    uint64_t gate[DPI_TRANSPORTS][DPI_GATES_MAX];
    uint64_t of_app[DPI_TRANSPORTS][RN_APP_COUNT];
    uint8_t gate_of[65536]; // by port: which of `gate`; 0: no row's
};

struct rn_dpi_ctx {
    uint64_t parse_calls;
    struct dpi_crypto *crypto;
    // Of the call that is going on.
    enum rn_app asking;
    struct rn_dpi_memory *memory; // NULL: a payload all by itself
    struct rn_dpi_row *row;
    struct rn_dpi_life *life; // never NULL while a parser runs; it may change what is there
    size_t keep;
    bool keep_told;
    // Scratch; holds nothing between calls.
    struct rn_dpi_life no_life;
    uint8_t scratch[DPI_SCRATCH_BYTES];
    uint8_t plain[DPI_PLAIN_BYTES];      // what a cipher gave
    uint8_t message[DPI_ASSEMBLY_BYTES]; // a message put together from its pieces
    struct dpi_assembly pieces;          // of a message that lies in one datagram
    struct rn_facts inner;               // what the inside of a tunnel told
    // Kept until the next packet.
    unsigned dns_count;
    struct rn_dpi_dns dns[RN_DPI_DNS_MESSAGES];
    bool quic_ids_told;
    struct rn_dpi_quic_ids quic_ids;
    struct dpi_index index;
};

// table.c
void dpi_index_init(struct dpi_index *index);

// To be called by a parser: the last n bytes of the payload come again, before what follows them. Without a call that
// is all of them for RN_MORE, and none otherwise.
static inline void dpi_keep(struct rn_dpi_ctx *ctx, size_t n)
{
    ctx->keep = n;
    ctx->keep_told = true;
}

// To be called by a parser whose message only a client sends, or only a server.
static inline void dpi_tell_client(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                   bool sender_is_client)
{
    if (ctx->row && ctx->row->client == RN_DPI_NO_CLIENT)
        ctx->row->client = sender_is_client ? in->from : !in->from;
}

// stream.c
// Memory of the row and of the protocol that is being asked, zero at first; bytes is at most DPI_STATE_SMALL and always
// the same. It goes when the row goes or settles, when it turns out to speak another protocol, or when the protocol
// says RN_NO to a row that is not proved.
void *dpi_state(struct rn_dpi_ctx *ctx, size_t bytes);
// Likewise, for one protocol of a row at a time; there are few, so ask once the protocol is sure.
struct dpi_assembly *dpi_buffer(struct rn_dpi_ctx *ctx);
void dpi_buffer_release(struct rn_dpi_ctx *ctx);
// The protocol has said that it is not this one.
void dpi_state_drop(struct rn_dpi_ctx *ctx, enum rn_app app);

extern const struct rn_dpi_proto dpi_http;
extern const struct rn_dpi_proto dpi_https;
extern const struct rn_dpi_proto dpi_tls;
extern const struct rn_dpi_proto dpi_dns;
extern const struct rn_dpi_proto dpi_dtls;
extern const struct rn_dpi_proto dpi_quic;
extern const struct rn_dpi_proto dpi_dns_tcp;
extern const struct rn_dpi_proto dpi_mdns;
extern const struct rn_dpi_proto dpi_llmnr;

// UDP (stun_tcp: both)
extern const struct rn_dpi_proto dpi_stun;
extern const struct rn_dpi_proto dpi_stun_tcp;
extern const struct rn_dpi_proto dpi_dhcp;
extern const struct rn_dpi_proto dpi_ssdp;
extern const struct rn_dpi_proto dpi_sip;
extern const struct rn_dpi_proto dpi_bt_dht;
extern const struct rn_dpi_proto dpi_bt_tracker;
extern const struct rn_dpi_proto dpi_bt_lsd;
extern const struct rn_dpi_proto dpi_ntp;
extern const struct rn_dpi_proto dpi_netbios_ns;
extern const struct rn_dpi_proto dpi_netbios_dgm;
extern const struct rn_dpi_proto dpi_dhcpv6;
extern const struct rn_dpi_proto dpi_snmp;
extern const struct rn_dpi_proto dpi_kerberos;
extern const struct rn_dpi_proto dpi_cldap;
extern const struct rn_dpi_proto dpi_radius;
extern const struct rn_dpi_proto dpi_wireguard;
extern const struct rn_dpi_proto dpi_ike;
extern const struct rn_dpi_proto dpi_tftp;
extern const struct rn_dpi_proto dpi_syslog;
extern const struct rn_dpi_proto dpi_memcached_udp;
extern const struct rn_dpi_proto dpi_coap;
extern const struct rn_dpi_proto dpi_openvpn;
extern const struct rn_dpi_proto dpi_rtcp;
extern const struct rn_dpi_proto dpi_rtp;
extern const struct rn_dpi_proto dpi_bt_utp;

// TCP: strings, texts, binary protocols.
extern const struct rn_dpi_proto dpi_ssh;
extern const struct rn_dpi_proto dpi_bittorrent;
extern const struct rn_dpi_proto dpi_vnc;
extern const struct rn_dpi_proto dpi_rtsp;
extern const struct rn_dpi_proto dpi_sip_tcp;
extern const struct rn_dpi_proto dpi_bgp;
extern const struct rn_dpi_proto dpi_smb;
extern const struct rn_dpi_proto dpi_netbios_session;
extern const struct rn_dpi_proto dpi_rdp;
extern const struct rn_dpi_proto dpi_amqp;
extern const struct rn_dpi_proto dpi_mqtt;
extern const struct rn_dpi_proto dpi_xmpp;
extern const struct rn_dpi_proto dpi_mysql;
extern const struct rn_dpi_proto dpi_postgresql;
extern const struct rn_dpi_proto dpi_mssql;
extern const struct rn_dpi_proto dpi_mongodb;
extern const struct rn_dpi_proto dpi_kerberos_tcp;
extern const struct rn_dpi_proto dpi_ldap;
extern const struct rn_dpi_proto dpi_openvpn_tcp;
extern const struct rn_dpi_proto dpi_kafka;
extern const struct rn_dpi_proto dpi_pop3;
extern const struct rn_dpi_proto dpi_redis;
extern const struct rn_dpi_proto dpi_socks;
extern const struct rn_dpi_proto dpi_smtp;
extern const struct rn_dpi_proto dpi_imap;
extern const struct rn_dpi_proto dpi_ftp;
extern const struct rn_dpi_proto dpi_irc;
extern const struct rn_dpi_proto dpi_telnet;
extern const struct rn_dpi_proto dpi_syslog_tcp;
extern const struct rn_dpi_proto dpi_memcached;
extern const struct rn_dpi_proto dpi_modbus;

// A literal as bytes, without its NUL.
#define DPI_LITERAL(text) rn_bytes_of("" text, sizeof(text) - 1)

// For protocols with a command like STARTTLS: the next hello of TLS in the row makes it TLS.
enum rn_dpi_into dpi_into_tls(const struct rn_facts *facts);

static inline bool dpi_has(const struct rn_facts *facts, enum rn_fact fact)
{
    return rn_facts_find(facts, fact, 0).p != NULL;
}

// Whether port is one of the two of this packet.
static inline bool dpi_on_port(const struct rn_dpi_input *in, uint16_t port)
{
    return in->src_port == port || in->dst_port == port;
}

// The byte at i, 0 beyond the end; and the last one.
static inline uint8_t dpi_at(struct rn_bytes bytes, size_t i)
{
    return i < bytes.len ? bytes.p[i] : 0;
}

static inline uint8_t dpi_last(struct rn_bytes bytes)
{
    return dpi_at(bytes, bytes.len - 1);
}

static inline bool dpi_equal(struct rn_bytes a, struct rn_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
