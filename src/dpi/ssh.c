// SPDX-License-Identifier: Apache-2.0
// SSH, RFC 4253.
//
//   identification  "SSH-" version "-" software [SP comments] CR LF, 255 bytes at most            4.2
//   packet          length 4 | padding length 1 | message ...                                     6
//   KEXINIT         20 | cookie 16 | kex algorithms 4+n | host key algorithms 4+n | ...           7.1
//
// 1. An identification string proves it, and a KEXINIT whose first list names key exchange methods.
// 2. The method of key exchange and of the host key is the client's first one that the server has too, so it is told
//    once both lists were seen. The lists of the end that spoke first are kept until then.
// 3. What comes behind a KEXINIT is not looked at: from there on all is key exchange or secret.
#include "lines.h"

#define SSH_MAX_IDENT 255
#define SSH_MAX_PACKET 35000
#define SSH_MAX_LIST 4096
#define SSH_MAX_NAMES 128 // in one list
#define SSH_COOKIE 16

enum { KEXINIT = 20 };

// "SSH-2.0-", "SSH-1.99-", "SSH-1.5-".
static bool is_version(struct rn_bytes ident)
{
    struct rn_reader r = rn_reader_of(dpi_after(ident, 4));
    uint32_t major, minor;
    return dpi_take_number(&r, 9, &major) && rn_take_u8(&r) == '.' &&
           dpi_take_number(&r, 99, &minor) && rn_take_u8(&r) == '-' && major >= 1 && major <= 2;
}

// Without what is no printable ASCII, and the blanks before it: no comment may hold that (4.2).
static struct rn_bytes printable(struct rn_bytes line)
{
    size_t n = 0;
    while (n < line.len && line.p[n] >= ' ' && line.p[n] < 0x7f)
        n++;
    line.len = n;
    return dpi_trim(line);
}

// Takes the identification string. Cut off, it still proves the protocol, but tells nothing.
static enum rn_verdict take_ident(const struct rn_dpi_input *in, struct rn_reader *r,
                                  struct rn_facts *facts, bool *out_is_2)
{
    struct rn_bytes line, rest = rn_reader_rest(r);
    bool whole = dpi_take_line(r, &line);
    if (!whole && !in->cut && rest.len < SSH_MAX_IDENT)
        return RN_MORE;
    if (!whole)
        line = rn_take_bytes(r, rest.len);
    if ((whole && line.len > SSH_MAX_IDENT) || !is_version(line))
        return RN_NO;
    *out_is_2 = dpi_at(line, 4) == '2' || dpi_starts(line, DPI_LITERAL("SSH-1.99-"));
    if (whole)
        rn_facts_put_text(facts, in->from_initiator ? RN_FACT_CLIENT : RN_FACT_SERVER,
                          printable(line));
    return RN_YES;
}

static bool is_kex_list(struct rn_bytes list)
{
    if (list.len == 0 || list.len > SSH_MAX_LIST || !dpi_is_text(list))
        return false;
    return dpi_holds_upper(list, DPI_LITERAL("SHA")) || dpi_holds_upper(list, DPI_LITERAL("KEX")) ||
           dpi_holds_upper(list, DPI_LITERAL("DIFFIE"));
}

static bool has_name(struct rn_bytes list, struct rn_bytes name)
{
    struct rn_reader r = rn_reader_of(list);
    for (unsigned n = 0; n < SSH_MAX_NAMES && rn_reader_left(&r) > 0; n++)
        if (dpi_equal(dpi_take_until(&r, ','), name))
            return true;
    return false;
}

// The client's first name that the server has too.
static void put_common(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes client,
                       struct rn_bytes server)
{
    struct rn_reader r = rn_reader_of(client);
    for (unsigned n = 0; n < SSH_MAX_NAMES && rn_reader_left(&r) > 0; n++) {
        struct rn_bytes name = dpi_take_until(&r, ',');
        if (name.len > 0 && has_name(server, name)) {
            rn_facts_put_text(facts, fact, name);
            return;
        }
    }
}

// Keeps the lists of the KEXINIT that came first in the row's buffer: who sent it, and the lists with their lengths.
static void keep_lists(struct dpi_assembly *a, bool from_client, struct rn_bytes lists)
{
    uint8_t who = from_client;
    if (dpi_assembly_put(a, 0, rn_bytes_of(&who, 1)))
        dpi_assembly_put(a, 1, lists);
}

static struct rn_bytes take_list(struct rn_reader *r)
{
    return rn_take_bytes(r, rn_take_be32(r));
}

// `lists` are both lists with their lengths, known to be well-formed.
static void note_lists(struct rn_dpi_ctx *ctx, bool from_client, struct rn_bytes lists,
                       struct rn_facts *facts)
{
    struct dpi_assembly *a = dpi_buffer(ctx);
    if (!a)
        return;
    if (a->len == 0) {
        keep_lists(a, from_client, lists);
        return;
    }
    struct rn_reader first = rn_reader_of(dpi_assembly_prefix(a)), second = rn_reader_of(lists);
    if (rn_take_u8(&first) == from_client)
        return;
    struct rn_reader *client = from_client ? &second : &first;
    struct rn_reader *server = from_client ? &first : &second;
    struct rn_bytes kex = take_list(client), key;
    put_common(facts, RN_FACT_KEX, kex, take_list(server));
    key = take_list(client);
    put_common(facts, RN_FACT_HOST_KEY, key, take_list(server));
    dpi_buffer_release(ctx);
}

// A KEXINIT at r. RN_MORE: it may be one.
static enum rn_verdict take_kexinit(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                    struct rn_reader *r, struct rn_facts *facts)
{
    uint32_t len = rn_take_be32(r);
    uint8_t padding = rn_take_u8(r), type = rn_take_u8(r);
    if (r->bad)
        return RN_MORE;
    if (len > SSH_MAX_PACKET || padding < 4 || padding + 1u >= len || type != KEXINIT)
        return RN_NO;
    rn_skip(r, SSH_COOKIE);
    struct rn_bytes lists = rn_reader_rest(r), kex = take_list(r);
    if (!r->bad && !is_kex_list(kex))
        return RN_NO;
    struct rn_bytes key = take_list(r);
    if (r->bad)
        return RN_MORE;
    if (key.len == 0 || key.len > SSH_MAX_LIST || !dpi_is_text(key))
        return RN_NO;
    lists.len -= rn_reader_left(r);
    note_lists(ctx, in->from_initiator, lists, facts);
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    static const uint8_t ident[4] = {'S', 'S', 'H', '-'};
    size_t n = in->payload.len < 4 ? in->payload.len : 4;
    return memcmp(in->payload.p, ident, n) == 0 ||
           (in->payload.p[0] == 0 && dpi_at(in->payload, 1) == 0 &&
            (in->payload.len < 6 || dpi_at(in->payload, 5) == KEXINIT));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    bool has_ident = in->payload.p[0] == 'S', is_2 = true;
    if (has_ident) {
        enum rn_verdict verdict = take_ident(in, &r, facts, &is_2);
        if (verdict != RN_YES)
            return verdict;
    }
    size_t left = rn_reader_left(&r);
    enum rn_verdict verdict = is_2 && left > 0 ? take_kexinit(ctx, in, &r, facts) : RN_MORE;
    if (verdict == RN_YES || !is_2)
        *more = RN_DPI_SIDE_DONE;
    if (!has_ident)
        return verdict;
    if (verdict == RN_MORE && is_2)
        dpi_keep(ctx, left);
    return RN_YES;
}

const struct rn_dpi_proto dpi_ssh = {
    .app = RN_APP_SSH,
    .name = "SSH",
    .spec = "RFC 4253",
    .proto = RN_PROTO_TCP,
    .ports = {22, 2222},
    .idle_timeout = 1800 * RN_SEC,
    .subject = RN_FACT_SERVER,
    .first = {{'S', 'S' + 1}, {0, 1}},
    .probe = probe,
    .parse = parse,
};
