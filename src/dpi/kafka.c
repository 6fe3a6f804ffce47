// SPDX-License-Identifier: Apache-2.0
// Apache Kafka's wire protocol.
//
//   request   size 4 | key 2 | version 2 | correlation id 4 | client id 2+n (-1: none) | [tags] | ...
//   response  size 4 | correlation id 4 | ...
//
// A request with a client id and the payload's size proves it on any port; without a client id on its port only. A
// response has nothing to know it by.
#include "lines.h"

#define KAFKA_PORT 9092
#define KAFKA_MAX_SIZE 104857600 // socket.request.max.bytes
#define KAFKA_MAX_CLIENT 256

static const char *const keys[] = {
    "Produce",
    "Fetch",
    "ListOffsets",
    "Metadata",
    "LeaderAndIsr",
    "StopReplica",
    "UpdateMetadata",
    "ControlledShutdown",
    "OffsetCommit",
    "OffsetFetch",
    "FindCoordinator",
    "JoinGroup",
    "Heartbeat",
    "LeaveGroup",
    "SyncGroup",
    "DescribeGroups",
    "ListGroups",
    "SaslHandshake",
    "ApiVersions",
    "CreateTopics",
    "DeleteTopics",
    "DeleteRecords",
    "InitProducerId",
    "OffsetForLeaderEpoch",
    "AddPartitionsToTxn",
    "AddOffsetsToTxn",
    "EndTxn",
    "WriteTxnMarkers",
    "TxnOffsetCommit",
    "DescribeAcls",
    "CreateAcls",
    "DeleteAcls",
    "DescribeConfigs",
    "AlterConfigs",
};
#define KAFKA_KEYS (sizeof(keys) / sizeof(keys[0]))
#define KAFKA_LAST_KEY 92
#define KAFKA_LAST_VERSION 20

static bool is_client(struct rn_bytes id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.p[i] < ' ' || id.p[i] >= 0x7f)
            return false;
    return true;
}

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t size = rn_take_be32(&r);
    uint16_t key = rn_take_be16(&r), version = rn_take_be16(&r);
    return r.bad || (size >= 10 && size <= KAFKA_MAX_SIZE && key <= KAFKA_LAST_KEY &&
                     version <= KAFKA_LAST_VERSION);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t size = rn_take_be32(&r);
    uint16_t key = rn_take_be16(&r);
    rn_skip(&r, 2 + 4);
    uint16_t len = rn_take_be16(&r);
    bool on_port = in->dst_port == KAFKA_PORT, none = len == 0xffff;
    if (r.bad || (facts->len == 0 && !in->start))
        return RN_NO;
    struct rn_bytes client = rn_take_bytes(&r, none ? 0 : len);
    // A request that is longer than what is here cannot be held against the payload.
    if (r.bad || len == 0 || (!none && len > KAFKA_MAX_CLIENT) || !is_client(client) ||
        size != in->payload.len - 4 || (none && !on_port))
        return RN_NO;
    dpi_tell_client(ctx, in, true);
    rn_facts_put_text(facts, RN_FACT_CLIENT_ID, client);
    if (key < KAFKA_KEYS)
        rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(keys[key], strlen(keys[key])));
    return RN_YES;
}

const struct rn_dpi_proto dpi_kafka = {
    .app = RN_APP_KAFKA,
    .name = "Kafka",
    .spec = "Apache Kafka protocol",
    .proto = RN_PROTO_TCP,
    .ports = {KAFKA_PORT},
    .subject = RN_FACT_CLIENT_ID,
    .first = {{0, 7}},
    .probe = probe,
    .parse = parse,
};
