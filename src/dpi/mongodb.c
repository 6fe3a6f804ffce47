// SPDX-License-Identifier: Apache-2.0
// MongoDB's wire protocol. All numbers are little-endian.
//
//   header    length 4 | request id 4 | response to 4 | opcode 4
//   OP_MSG    flags 4 | (kind 1: 0, document | kind 1: 1, length 4, name 0, documents)+ | [checksum 4]
//   OP_QUERY  flags 4 | collection 0 | skip 4 | return 4 | document
//   OP_REPLY  flags 4 | cursor 8 | from 4 | count 4 | documents
//   document  length 4 | (type 1 | name 0 | value)* | 0        BSON
//
// 1. A header proves it together with what its opcode demands: a document whose length fits, behind known flags.
// 2. The name of the command is told (the first of the document), none of its values.
#include "lines.h"

#define MONGO_HEADER 16
#define MONGO_MAX_LENGTH 50331648
#define MONGO_MAX_NAME 128

enum { OP_REPLY = 1, OP_QUERY = 2004, OP_COMPRESSED = 2012, OP_MSG = 2013 };

static bool is_word(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
            return false;
    return text.len > 0 && text.len <= MONGO_MAX_NAME;
}

static bool is_type(uint8_t type)
{
    return (type >= 1 && type <= 0x13) || type == 0x7f || type == 0xff;
}

// The name of a document's first element. False: it is no document of `room` bytes at most.
static bool take_document(struct rn_reader *r, size_t room, struct rn_bytes *out)
{
    size_t len = rn_take_le32(r);
    *out = (struct rn_bytes){NULL, 0};
    if (r->bad || len < 5 || len > room)
        return false;
    uint8_t type = rn_take_u8(r);
    if (len == 5)
        return !r->bad && type == 0;
    struct rn_bytes rest = rn_reader_rest(r);
    if (r->bad || !is_type(type) || rest.len == 0 || !memchr(rest.p, 0, rest.len))
        return false;
    *out = dpi_take_until(r, 0);
    return is_word(*out);
}

static bool take_msg(struct rn_reader *r, size_t room, struct rn_bytes *name)
{
    uint32_t flags = rn_take_le32(r);
    uint8_t kind = rn_take_u8(r);
    if (r->bad || (flags & 0xfffcu) != 0 || flags >> 17 != 0 || kind > 1 || room < 5)
        return false;
    if (kind == 0)
        return take_document(r, room - 5, name);
    size_t len = rn_take_le32(r);
    return !r->bad && len >= 5 && len <= room - 5;
}

static bool take_query(struct rn_reader *r, size_t room, struct rn_bytes *name)
{
    uint32_t flags = rn_take_le32(r);
    struct rn_bytes rest = rn_reader_rest(r);
    if (r->bad || flags > 0xff || rest.len == 0 || !memchr(rest.p, 0, rest.len))
        return false;
    struct rn_bytes collection = dpi_take_until(r, 0);
    rn_skip(r, 8);
    if (!is_word(collection) || !memchr(collection.p, '.', collection.len))
        return false;
    bool fits = take_document(r, room, name);
    if (!dpi_starts(dpi_after(collection, collection.len - 4), DPI_LITERAL("$cmd")))
        *name = (struct rn_bytes){NULL, 0}; // a query of data, not a command
    return fits;
}

static bool take_reply(struct rn_reader *r, size_t room)
{
    struct rn_bytes name;
    uint32_t flags = rn_take_le32(r);
    rn_skip(r, 8);
    uint32_t from = rn_take_le32(r), count = rn_take_le32(r);
    if (r->bad || flags > 15 || count > 1000000 || from > INT32_MAX || room < 20)
        return false;
    return count == 0 || take_document(r, room - 20, &name);
}

static bool is_opcode(uint32_t opcode)
{
    return opcode == OP_REPLY || opcode == OP_QUERY || opcode == OP_COMPRESSED || opcode == OP_MSG;
}

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t len = rn_take_le32(&r);
    rn_skip(&r, 8);
    uint32_t opcode = rn_take_le32(&r);
    return r.bad || (len > MONGO_HEADER && len <= MONGO_MAX_LENGTH && is_opcode(opcode));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes name = {NULL, 0};
    size_t len = rn_take_le32(&r);
    rn_skip(&r, 4);
    uint32_t answers = rn_take_le32(&r), opcode = rn_take_le32(&r);
    if (r.bad || in->payload.len > 4 * (size_t)MONGO_MAX_LENGTH)
        return RN_NO;
    bool asks = answers == 0 || answers == UINT32_MAX, fits = false; // old drivers say -1
    len -= MONGO_HEADER;
    if (opcode == OP_MSG)
        fits = take_msg(&r, len, &name);
    else if (opcode == OP_QUERY)
        fits = asks && take_query(&r, len, &name);
    else if (opcode == OP_REPLY)
        fits = take_reply(&r, len);
    else if (opcode == OP_COMPRESSED)
        fits = is_opcode(rn_take_le32(&r)) && !r.bad && dpi_at(in->payload, 24) <= 3;
    if (!fits)
        return RN_NO;
    dpi_tell_client(ctx, in, asks);
    if (asks)
        rn_facts_put_text(facts, RN_FACT_COMMAND, name);
    *more = RN_DPI_OPEN;
    return RN_YES;
}

const struct rn_dpi_proto dpi_mongodb = {
    .app = RN_APP_MONGODB,
    .name = "MongoDB",
    .spec = "MongoDB wire protocol",
    .proto = RN_PROTO_TCP,
    .ports = {27017},
    .subject = RN_FACT_COMMAND,
    .probe = probe,
    .parse = parse,
};
