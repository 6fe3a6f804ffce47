// SPDX-License-Identifier: Apache-2.0
// DNS: questions, answers, and names that lie.
#include "made_dpi.h"

#define ON_53                                                    \
    {                                                            \
        .proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 53 \
    }

// id, flags, qdcount, ancount, nscount, arcount
#define QUERY "1234 0100 0001 0000 0000 0000 "
#define RESPONSE(answers) "1234 8180 0001 " answers " 0000 0000 "
#define WWW_EXAMPLE_ORG "03 777777 07 6578616d706c65 03 6f7267 00 "
#define QUESTION WWW_EXAMPLE_ORG "0001 0001 "
#define AT_QUESTION "c00c "

static enum rn_verdict ask_hex(struct asked *a, const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    return ask_made(a, &m);
}

static void a_question_tells_name_and_type_and_is_no_response(void **state)
{
    (void)state;
    struct asked a = ON_53;
    uint16_t type;
    assert_int_equal(ask_hex(&a, QUERY WWW_EXAMPLE_ORG "001c 0001"), RN_YES);
    assert_int_equal(a.app, RN_APP_DNS);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_QUERY), "www.example.org");
    memcpy(&type, rn_facts_find(&a.facts, RN_FACT_QUERY, 0).p, sizeof(type));
    assert_int_equal(type, 28);
    assert_false(dpi_has(&a.facts, RN_FACT_RCODE));
}

static void a_response_tells_code_addresses_and_names(void **state)
{
    (void)state;
    struct asked a = ON_53;
    assert_int_equal(
        ask_hex(&a, RESPONSE("0005") QUESTION
                        // www.example.org CNAME web.example.org, compressed within the data
                        AT_QUESTION "0005 0001 0000003c 0006 03 776562 c010 "
                                    "c02d 0001 0001 0000003c 0004 c0000201 "
                                    "c02d 001c 0001 0000003c 0010 20010db8000000000000000000000001 "
                                    "c02d 0010 0001 0000003c 0004 03 616263 " // TXT: not told
                                    "c02d 000c 0001 0000003c 0002 c00c"),
        RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_RCODE), "NOERROR");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 0), "web.example.org");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 1), "192.0.2.1");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 2), "2001:db8::1");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 3), "www.example.org");
    assert_null(rn_facts_find(&a.facts, RN_FACT_ANSWER, 4).p);
}

static void response_codes_have_names(void **state)
{
    (void)state;
    static const char *const names[16] = {
        "NOERROR",  "FORMERR",  "SERVFAIL", "NXDOMAIN", "NOTIMP",   "REFUSED",
        "RCODE 6",  "RCODE 7",  "RCODE 8",  "RCODE 9",  "RCODE 10", "RCODE 11",
        "RCODE 12", "RCODE 13", "RCODE 14", "RCODE 15",
    };
    for (unsigned code = 0; code < 16; code++) {
        struct made m = {.len = 0};
        struct asked a = ON_53;
        made_hex(&m, RESPONSE("0000") QUESTION);
        m.data[3] = (uint8_t)(0x80 | code);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_RCODE), names[code]);
    }
}

static void every_packet_is_a_message_and_the_latest_code_counts(void **state)
{
    (void)state;
    struct asked a = ON_53;
    ask_hex(&a, QUERY QUESTION);
    ask_hex(&a, "1234 8183 0001 0000 0000 0000 " QUESTION);
    a.seen = 200;
    ask_hex(&a, "1235 8180 0001 0000 0000 0000 03 777777 03 6f7267 00 0002 0001");
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_RCODE), "NOERROR");
    assert_string_equal(fact_at(&a.facts, RN_FACT_QUERY, 0), "www.example.org");
    assert_string_equal(fact_at(&a.facts, RN_FACT_QUERY, 1), "www.org");
}

static void names_of_all_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *wire, *text;
    } cases[] = {
        {"00", "."},
        {"01 61 00", "a"},
        {"04 5f746370 05 6c6f63616c 00", "_tcp.local"},
        {"03 612e62 01 63 00", "a\\.b.c"},
        {"03 615c62 00", "a\\\\b"},
        {"02 c3a4 01 63 00", "\xc3\xa4.c"},
        {"02 611b 01 63 00", "a\xef\xbf\xbd.c"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_53;
        made_hex(&m, QUERY);
        made_hex(&m, cases[i].wire);
        made_hex(&m, "0001 0001");
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_QUERY), cases[i].text);
    }
}

static void inv_1_what_has_no_sound_question_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        QUERY "c00c 0001 0001",                    // inv 2: points at itself
        QUERY "01 61 c00c 0001 0001",              // a loop of one
        QUERY "c00e 01 61 00 0001 0001",           // forwards
        QUERY "c00b 0001 0001",                    // into the header
        QUERY "ffff 0001 0001",                    // beyond the end
        QUERY "41 61 00 0001 0001",                // reserved bits 01
        QUERY "81 61 00 0001 0001",                // reserved bits 10
        QUERY WWW_EXAMPLE_ORG "0000 0001",         // type 0
        QUERY WWW_EXAMPLE_ORG "0001 0002",         // class 2
        "1234 0100 0000 0000 0000 0000",           // a query for nothing
        "1234 8180 0000 0000 0000 0000",           // an answer to nothing, without an error
        "1234 0100 0011 0000 0000 0000 " QUESTION, // 17 questions
        "1234 0100 0001 ffff 0000 0000 " QUESTION, // 65535 answers
        "1234 7900 0001 0000 0000 0000 " QUESTION, // operation 15
        "1234 8180 0000 0001 0000 0000 " QUESTION, // a record that ends early
        "1234 8185 0000 0000 0000 0000 00",        // a bare refusal with something behind it
        "1234 0100 0002 0000 0000 0000 " QUESTION "c0ff 0001 0001", // second question broken
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = ON_53;
        assert_int_equal(ask_hex(&a, cases[i]), RN_NO);
        assert_no_claim(&a);
    }
}

static void messages_without_a_question_fill_the_datagram(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "1234 8185 0000 0000 0000 0000",                            // REFUSED
        "1234 0100 0000 0000 0000 0001 00 0029 1000 00000000 0000", // OPT alone
        "1234 8180 0000 0001 0000 0000 01 61 00 0001 0001 00000000 0004 c0000201",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = ON_53;
        assert_int_equal(ask_hex(&a, cases[i]), RN_YES);
    }
}

static void a_second_question_may_point_into_the_first(void **state)
{
    (void)state;
    struct asked a = ON_53;
    assert_int_equal(
        ask_hex(&a, "1234 0100 0002 0000 0000 0000 " QUESTION "04 6d61696c c010 000f 0001"),
        RN_YES);
    assert_string_equal(fact_at(&a.facts, RN_FACT_QUERY, 1), "mail.example.org");
}

static void inv_2_a_chain_of_pointers_has_an_end(void **state)
{
    (void)state;
    for (unsigned jumps = 1; jumps <= 15; jumps++) {
        struct made m = {.len = 0};
        struct asked a = ON_53;
        made_hex(&m, QUERY "01 61 00 0001 0001 ");
        for (unsigned i = 0; i < jumps; i++) { // each points at the pointer before it
            made_number(&m, 2, 0xc000 | (uint32_t)(i == 0 ? 12 : m.len - 6));
            made_hex(&m, "0001 0001");
        }
        m.data[5] = (uint8_t)(jumps + 1);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_QUERY), "a");
        assert_null(rn_facts_find(&a.facts, RN_FACT_QUERY, 1).p);
    }
}

static void inv_2_more_jumps_than_the_bound_break_a_record_only(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_53;
    made_hex(&m, RESPONSE("0001") QUESTION AT_QUESTION "0005 0001 0000003c");
    size_t data = made_open(&m, 2), first = m.len;
    made_hex(&m, AT_QUESTION);
    for (unsigned i = 0; i < 20; i++)
        made_number(&m, 2, 0xc000 | (uint32_t)(first + 2 * i));
    made_close(&m, data, 2);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_ANSWER), "www.example.org");
    // The name of a second record begins at the end of that chain.
    m.data[7] = 2;
    made_number(&m, 2, 0xc000 | (uint32_t)(m.len - 2));
    made_hex(&m, "0001 0001 0000003c 0004 c0000201");
    struct asked b = ON_53;
    assert_int_equal(ask_made(&b, &m), RN_YES);
    assert_null(rn_facts_find(&b.facts, RN_FACT_ANSWER, 1).p);
}

static void inv_3_a_name_is_255_bytes_at_most(void **state)
{
    (void)state;
    for (unsigned extra = 0; extra < 2; extra++) {
        struct made m = {.len = 0};
        struct asked a = ON_53;
        made_hex(&m, QUERY);
        for (unsigned label = 0; label < 4; label++) { // 3 * 64 + 62 + 1 = 255
            unsigned len = label < 3 ? 63 : 61 + extra;
            made_number(&m, 1, len);
            for (unsigned i = 0; i < len; i++)
                made_text(&m, "x");
        }
        made_hex(&m, "00 0001 0001");
        assert_int_equal(ask_made(&a, &m), extra ? RN_NO : RN_YES);
        assert_int_equal(strlen(fact_of(&a.facts, RN_FACT_QUERY)), extra ? 0 : 253);
    }
}

static void a_datagram_cut_anywhere_tells_what_is_proved(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, RESPONSE("0002") QUESTION AT_QUESTION
             "0001 0001 0000003c 0004 c0000201 " AT_QUESTION "0001 0001 0000003c 0004 c0000202 ");
    for (size_t len = 0; len <= m.len; len++) {
        struct asked a = ON_53;
        ask_first(&a, &m, len);
        assert_true((a.verdict == RN_YES) == (len >= 33));
        const char *first = fact_at(&a.facts, RN_FACT_ANSWER, 0);
        const char *second = fact_at(&a.facts, RN_FACT_ANSWER, 1);
        assert_string_equal(first, len >= 49 ? "192.0.2.1" : "");
        assert_string_equal(second, len >= 65 ? "192.0.2.2" : "");
    }
}

static void trailing_garbage_changes_nothing(void **state)
{
    (void)state;
    struct asked a = ON_53;
    assert_int_equal(ask_hex(&a, RESPONSE("0001") QUESTION AT_QUESTION
                             "0001 0001 0000003c 0004 c0000201 ffffffffffffffffffffffff"),
                     RN_YES);
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 0), "192.0.2.1");
    assert_null(rn_facts_find(&a.facts, RN_FACT_ANSWER, 1).p);
}

static void addresses_are_capped_per_packet(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_53;
    made_hex(&m, RESPONSE("0028") QUESTION);
    for (unsigned i = 0; i < 40; i++) {
        made_hex(&m, AT_QUESTION "0001 0001 0000003c 0004 c00002");
        made_number(&m, 1, i);
    }
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_non_null(rn_facts_find(&a.facts, RN_FACT_ANSWER, 15).p);
    assert_null(rn_facts_find(&a.facts, RN_FACT_ANSWER, 16).p);
}

static void an_address_of_the_wrong_length_is_none(void **state)
{
    (void)state;
    struct asked a = ON_53;
    assert_int_equal(ask_hex(&a, RESPONSE("0003") QUESTION AT_QUESTION
                             "0001 0001 0000003c 0003 c00002 " AT_QUESTION
                             "001c 0001 0000003c 0004 c0000201 " AT_QUESTION
                             "0001 0003 0000003c 0004 c0000201"),
                     RN_YES);
    assert_null(rn_facts_find(&a.facts, RN_FACT_ANSWER, 0).p);
}

static void random_bytes_on_port_53_do_not_pass(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (unsigned i = 0; i < 200000; i++) {
        struct made m = {.len = 12 + i % 100};
        for (size_t at = 0; at < m.len; at++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            m.data[at] = (uint8_t)(x >> 32);
        }
        struct rn_dpi_input in = {.payload = rn_bytes_of(m.data, m.len),
                                  .proto = RN_PROTO_UDP,
                                  .src_port = 53,
                                  .dst_port = 50000,
                                  .from_initiator = false};
        struct rn_facts facts = {.len = 0};
        enum rn_app app = RN_APP_DNS;
        enum rn_dpi_more more;
        assert_int_not_equal(dpi_dns.parse(NULL, &in, &facts, &app, &more), RN_YES);
        assert_int_equal(facts.len, 0);
    }
}

static void dns_is_asked_on_port_53_only(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 5300};
    struct asked b = {.proto = RN_PROTO_UDP, .src_port = 53, .dst_port = 50000};
    assert_int_equal(ask_hex(&a, QUERY QUESTION), RN_NO);
    assert_int_equal(ask_hex(&b, QUERY QUESTION), RN_YES);
}

// RFC 1035, 4.2.2.
static void tcp_message(struct made *m, const char *hex)
{
    size_t len = made_open(m, 2);
    made_hex(m, hex);
    made_close(m, len, 2);
}

static void over_tcp_messages_have_a_length_and_may_be_split_anywhere(void **state)
{
    (void)state;
    struct made query = {.len = 0}, answer = {.len = 0};
    tcp_message(&query, QUERY QUESTION);
    tcp_message(&query, QUERY "03 777777 00 001c 0001");
    tcp_message(&answer, RESPONSE("0001") QUESTION AT_QUESTION "0001 0001 0000003c 0004 c0000201");
    for (size_t cut = 1; cut < query.len; cut++) {
        struct made_row r;
        row_open(&r, RN_PROTO_TCP, 50000, 53);
        row_feed_part(&r, true, &query, 0, cut);
        row_feed_part(&r, true, &query, cut, query.len - cut);
        row_feed(&r, false, &answer);
        assert_int_equal(r.row.app, RN_APP_DNS);
        assert_string_equal(fact_at(&r.row.facts, RN_FACT_QUERY, 0), "www.example.org");
        assert_string_equal(fact_at(&r.row.facts, RN_FACT_QUERY, 1), "www");
        assert_string_equal(fact_of(&r.row.facts, RN_FACT_ANSWER), "192.0.2.1");
        assert_string_equal(fact_of(&r.row.facts, RN_FACT_RCODE), "NOERROR");
        assert_int_equal(r.memory.buffers.used, 0);
        row_close(&r);
    }
}

static void over_tcp_a_long_message_is_not_waited_for(void **state)
{
    (void)state;
    struct made m = {.len = 0}, next = {.len = 0};
    struct made_row r;
    made_hex(&m, "6000"); // 24 KiB, as in a transfer of a zone
    made_hex(&m, RESPONSE("0200") WWW_EXAMPLE_ORG "00fc 0001 ");
    while (m.len < 0x6002)
        made_number(&m, 1, 0x33);
    tcp_message(&next, RESPONSE("0000") "03 777777 00 001c 0001");
    made_bytes(&m, next.data, next.len);
    row_open(&r, RN_PROTO_TCP, 50000, 53);
    for (size_t at = 0; at < m.len; at += 1400)
        row_feed_part(&r, false, &m, at, m.len - at < 1400 ? m.len - at : 1400);
    assert_int_equal(r.row.app, RN_APP_DNS);
    assert_string_equal(fact_at(&r.row.facts, RN_FACT_QUERY, 0), "www.example.org");
    assert_string_equal(fact_at(&r.row.facts, RN_FACT_QUERY, 1), "www");
    assert_int_equal(r.memory.buffers.used, 0);
    row_close(&r);
}

static void over_tcp_it_takes_more_than_a_length_to_be_dns(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "000b 1234 0100 0001 0000 0000 00",   // shorter than a header
        "001d 1234 0100 0000 0000 0000 0000", // no question
        "000c 1234 0100 0000 0000 0000 0000", // the same, whole
        "0021 1234 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 03 6f7267 00 0001 7777",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 53, .cut = true};
        made_hex(&m, cases[i]);
        ask_made(&a, &m);
        assert_no_claim(&a);
    }
}

// RFC 6762: an announcement has no question, classes carry a bit of their own, addresses come along.
static void multicast_answers_without_a_question(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 5353, .dst_port = 5353};
    assert_int_equal(ask_hex(&a, "0000 8400 0000 0001 0000 0001 "
                                 "04 5f697070 04 5f746370 05 6c6f63616c 00 000c 0001 00000078 000a "
                                 "07 7072696e746572 c00c "
                                 "07 7072696e746572 c016 0001 8001 00000078 0004 c0000207"),
                     RN_YES);
    assert_int_equal(a.app, RN_APP_MDNS);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 0), "printer._ipp._tcp.local");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ANSWER, 1), "192.0.2.7");
    assert_string_equal(fact_of(&a.facts, RN_FACT_RCODE), "NOERROR");
    assert_false(dpi_has(&a.facts, RN_FACT_QUERY));
}

static void multicast_questions_may_ask_for_a_unicast_answer(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 5353, .dst_port = 5353};
    struct asked b = ON_53;
    assert_int_equal(ask_hex(&a, QUERY WWW_EXAMPLE_ORG "00ff 8001"), RN_YES);
    assert_int_equal(a.app, RN_APP_MDNS);
    assert_string_equal(fact_of(&a.facts, RN_FACT_QUERY), "www.example.org");
    assert_false(dpi_has(&a.facts, RN_FACT_RCODE));
    assert_int_equal(ask_hex(&b, QUERY WWW_EXAMPLE_ORG "00ff 8001"), RN_NO); // DNS has no such bit
}

static void llmnr_is_dns_on_its_port(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 5355};
    assert_int_equal(ask_hex(&a, "1234 0000 0001 0000 0000 0000 04 77706164 00 0001 0001"), RN_YES);
    assert_int_equal(a.app, RN_APP_LLMNR);
    assert_string_equal(fact_of(&a.facts, RN_FACT_QUERY), "wpad");
}

// What a datagram tells whoever keeps rows.
static void row_hear(struct made_row *r, bool from_client, const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    assert_int_equal(row_feed(r, from_client, &m), RN_YES);
}

static void assert_address(const struct rn_dpi_dns *m, unsigned i, const char *text, uint32_t ttl)
{
    char got[RN_IP_TEXT_SIZE];
    assert_true(i < m->address_count);
    rn_ip_text(&m->address[i], got);
    assert_string_equal(got, text);
    assert_int_equal(m->ttl_secs[i], ttl);
}

static void inv_4_question_and_answer_are_told_with_id_and_type(void **state)
{
    (void)state;
    struct made_row r;
    row_open(&r, RN_PROTO_UDP, 50000, 53);
    row_hear(&r, true, QUERY "03 575757 07 4578616d706c65 03 6f7267 00 001c 0001");
    const struct rn_dpi_dns *m = rn_dpi_dns(r.ctx, 0);
    assert_non_null(m);
    assert_null(rn_dpi_dns(r.ctx, 1));
    assert_false(m->response);
    assert_int_equal(m->id, 0x1234);
    assert_int_equal(m->type, 28);
    assert_int_equal(m->name_len, 15);
    assert_memory_equal(m->name, "www.example.org", 15);
    assert_int_equal(m->address_count, 0);
    row_hear(&r, false,
             RESPONSE("0001") WWW_EXAMPLE_ORG
             "001c 0001 " AT_QUESTION "001c 0001 0000003c 0010 20010db8000000000000000000000001");
    m = rn_dpi_dns(r.ctx, 0);
    assert_non_null(m);
    assert_true(m->response);
    assert_int_equal(m->address_count, 1);
    assert_address(m, 0, "2001:db8::1", 60);
    row_packet(&r, true, 0, "", 0, 0); // the next packet tells nothing
    assert_null(rn_dpi_dns(r.ctx, 0));
    row_close(&r);
}

static void inv_4_addresses_are_those_at_the_end_of_the_chain(void **state)
{
    (void)state;
    struct made_row r;
    row_open(&r, RN_PROTO_UDP, 50000, 53);
    row_hear(
        &r, false,
        RESPONSE("0007") QUESTION
            // www.example.org CNAME web.example.org at 45 CNAME cdn.example.net at 63
            AT_QUESTION
        "0005 0001 0000012c 0006 03 776562 c010 "
        "c02d 0005 0001 00000014 0011 03 434446 07 6578616d706c65 03 6e6574 00 "
        "03 636466 07 4578414d706c65 03 6e6574 00 0001 0001 0000003c 0004 c0000201 " // by its name
        "c03f 0001 0001 00000005 0004 c0000202 " AT_QUESTION
        "0001 0001 0000003c 0004 c0000242 "                               // left behind
        "04 6576696c 00 0001 0001 0000003c 0004 c0000243 "                // a stranger
        "c03f 001c 0001 0000003c 0010 20010db8000000000000000000000001"); // not what was asked
    const struct rn_dpi_dns *m = rn_dpi_dns(r.ctx, 0);
    assert_non_null(m);
    assert_memory_equal(m->name, "www.example.org", 15);
    assert_int_equal(m->address_count, 2);
    assert_address(m, 0, "192.0.2.1", 20); // the least of the chain
    assert_address(m, 1, "192.0.2.2", 5);
    row_close(&r);
}

static void inv_4_other_messages_are_not_told(void **state)
{
    (void)state;
    static const char *const cases[] = {
        QUERY WWW_EXAMPLE_ORG "0010 0001",                          // TXT
        QUERY "00 0001 0001",                                       // the root
        QUERY "03 612e62 01 63 00 0001 0001",                       // a dot in a label
        QUERY "02 c3a4 01 63 00 0001 0001",                         // no host has such a name
        "1234 8183 0001 0000 0000 0000 " QUESTION,                  // NXDOMAIN
        "1234 2800 0001 0000 0000 0000 " QUESTION,                  // an update
        "1234 0100 0002 0000 0000 0000 " QUESTION "c00c 001c 0001", // two questions
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made_row r;
        row_open(&r, RN_PROTO_UDP, 50000, 53);
        row_hear(&r, true, cases[i]);
        assert_null(rn_dpi_dns(r.ctx, 0));
        row_close(&r);
    }
    struct made_row r;
    row_open(&r, RN_PROTO_UDP, 5353, 5353); // anybody may answer there
    row_hear(&r, true, RESPONSE("0001") QUESTION AT_QUESTION "0001 0001 0000003c 0004 c0000201");
    assert_int_equal(r.row.app, RN_APP_MDNS);
    assert_null(rn_dpi_dns(r.ctx, 0));
    row_close(&r);
}

static void inv_4_over_tcp_a_packet_may_tell_several(void **state)
{
    (void)state;
    struct made one = {.len = 0}, m = {.len = 0};
    struct made_row r;
    tcp_message(&one, RESPONSE("0001") QUESTION AT_QUESTION "0001 0001 ffffffff 0004 c0000201");
    for (unsigned n = 0; n < RN_DPI_DNS_MESSAGES + 2; n++)
        made_bytes(&m, one.data, one.len);
    row_open(&r, RN_PROTO_TCP, 50000, 53);
    row_feed(&r, false, &m);
    for (unsigned n = 0; n < RN_DPI_DNS_MESSAGES; n++) {
        assert_non_null(rn_dpi_dns(r.ctx, n));
        assert_address(rn_dpi_dns(r.ctx, n), 0, "192.0.2.1", 0); // RFC 2181, 8
    }
    assert_null(rn_dpi_dns(r.ctx, RN_DPI_DNS_MESSAGES));
    row_close(&r);
}

static void inv_4_addresses_told_are_capped(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct made_row r;
    made_hex(&m, RESPONSE("0014") QUESTION);
    for (unsigned n = 0; n < 20; n++)
        made_hex(&m, AT_QUESTION "0001 0001 0000003c 0004 c0000201");
    row_open(&r, RN_PROTO_UDP, 50000, 53);
    row_feed(&r, false, &m);
    assert_int_equal(rn_dpi_dns(r.ctx, 0)->address_count, RN_DPI_DNS_ADDRESSES);
    row_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_tells_name_and_type_and_is_no_response),
        cmocka_unit_test(a_response_tells_code_addresses_and_names),
        cmocka_unit_test(response_codes_have_names),
        cmocka_unit_test(every_packet_is_a_message_and_the_latest_code_counts),
        cmocka_unit_test(names_of_all_shapes),
        cmocka_unit_test(inv_1_what_has_no_sound_question_is_refused),
        cmocka_unit_test(messages_without_a_question_fill_the_datagram),
        cmocka_unit_test(a_second_question_may_point_into_the_first),
        cmocka_unit_test(inv_2_a_chain_of_pointers_has_an_end),
        cmocka_unit_test(inv_2_more_jumps_than_the_bound_break_a_record_only),
        cmocka_unit_test(inv_3_a_name_is_255_bytes_at_most),
        cmocka_unit_test(a_datagram_cut_anywhere_tells_what_is_proved),
        cmocka_unit_test(trailing_garbage_changes_nothing),
        cmocka_unit_test(addresses_are_capped_per_packet),
        cmocka_unit_test(an_address_of_the_wrong_length_is_none),
        cmocka_unit_test(random_bytes_on_port_53_do_not_pass),
        cmocka_unit_test(dns_is_asked_on_port_53_only),
        cmocka_unit_test(over_tcp_messages_have_a_length_and_may_be_split_anywhere),
        cmocka_unit_test(over_tcp_a_long_message_is_not_waited_for),
        cmocka_unit_test(over_tcp_it_takes_more_than_a_length_to_be_dns),
        cmocka_unit_test(multicast_answers_without_a_question),
        cmocka_unit_test(multicast_questions_may_ask_for_a_unicast_answer),
        cmocka_unit_test(llmnr_is_dns_on_its_port),
        cmocka_unit_test(inv_4_question_and_answer_are_told_with_id_and_type),
        cmocka_unit_test(inv_4_addresses_are_those_at_the_end_of_the_chain),
        cmocka_unit_test(inv_4_other_messages_are_not_told),
        cmocka_unit_test(inv_4_over_tcp_a_packet_may_tell_several),
        cmocka_unit_test(inv_4_addresses_told_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
