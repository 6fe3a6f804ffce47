// SPDX-License-Identifier: Apache-2.0
#include "golden.h"
#include "rows.h"

static struct rn_ui_query query;
static struct rn_intern *names;
static struct rn_row row;

static const char *service(uint16_t proto, uint16_t remote, uint16_t local)
{
    (void)local;
    return proto == RN_PROTO_TCP && remote == 443 ? "https" : NULL;
}

static int begin(void **state)
{
    (void)state;
    struct rn_err err;
    names = rn_intern_new(64, &err);
    query = (struct rn_ui_query){.names = names, .service = service};
    return names ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    rn_intern_free(names);
    return 0;
}

static void use_row(const struct row_spec *spec)
{
    rows_set(&row, spec, 1);
    if (spec->process)
        row.conn.process_name = rn_intern_add(names, rows_bytes(spec->process));
}

static bool matches(const char *text)
{
    rn_filter_parse(&query.filter, text);
    return rn_ui_match(&query, &row.conn, &row.facts, ROWS_NOW);
}

static const struct row_spec web = {.proto = RN_PROTO_TCP,
                                    .local = "192.168.1.10",
                                    .local_port = 51234,
                                    .remote = "140.82.121.4",
                                    .remote_port = 443,
                                    .process = "Firefox",
                                    .app = RN_APP_HTTPS,
                                    .fact = RN_FACT_SNI,
                                    .value = "api.GitHub.com",
                                    .saw = ROWS_OPEN};
static const struct row_spec bare = {
    .proto = RN_PROTO_ICMP, .local = "192.168.1.10", .remote = "2001:db8::5"};
static const struct row_spec dns = {.proto = RN_PROTO_UDP,
                                    .local = "192.168.1.10",
                                    .local_port = 4430,
                                    .remote = "192.168.1.1",
                                    .remote_port = 53,
                                    .app = RN_APP_DNS,
                                    .fact = RN_FACT_QUERY,
                                    .value = "www.example.org"};

struct word {
    const char *text;
    bool web, bare, dns;
};

static const struct word words[] = {
    {"", true, true, true},
    {"   ", true, true, true},
    {"port:443", true, false, false},
    {"port:51234", true, false, false},
    {"port:44", false, false, false}, // exact
    {"port:", true, false, true},     // any that has one
    {"port:x", false, false, false},
    {"port:99999", false, false, false}, // no number of a port: looked for in the digits
    {"sport:443", false, false, false},
    {"srcport:4430", false, false, true},
    {"source-port:51234", true, false, false},
    {"dport:443", true, false, false},
    {"dstport:53", false, false, true},
    {"dest-port:53", false, false, true},
    {"destination-port:53", false, false, true},
    {"src:192.168", true, true, true},
    {"source:192.168.1.1", true, true, true}, // a part of it
    {"dst:140.82", true, false, false},
    {"dest:db8::5", false, true, false},
    {"destination:192.168.1.1", false, false, true},
    {"dst:443", false, false, false}, // addresses only
    {"proto:tcp", true, false, false},
    {"protocol:ICMP", false, true, false},
    {"process:fire", true, false, false},
    {"proc:FOX", true, false, false},
    {"process:", true, false, false}, // any that has one
    {"service:http", true, false, false},
    {"svc:https", true, false, false},
    {"sni:github", true, false, false},
    {"host:api.", true, false, false},
    {"hostname:example", false, false, false}, // a DNS question is no peer's name
    {"app:https", true, false, false},
    {"app:(api", true, false, false},
    {"application:dns", false, false, true},
    {"app:", true, false, true},
    {"state:established", true, false, false},
    {"state:dns_query", false, false, true},
    {"state:echo", false, true, false},
    {"github", true, false, false},
    {"GITHUB", true, false, false},
    {"140.82.121.4:443", true, false, false}, // unknown keyword: the whole word
    {"192.168.1.1:53", false, false, true},
    {"[2001:db8", false, false, false}, // no port, no brackets
    {"2001:db8::5", false, true, false},
    {"icmp", false, true, false},
    {"example.org", false, false, true},
    {"established", false, false, false}, // states only by keyword
    {"tcp port:443", true, false, false},
    {"tcp port:53", false, false, false},
    {"\tudp \t port:53 ", false, false, true},
    {"sni:/git.*/", false, false, false}, // no regular expressions: taken literally
    {"process:\xe3\x83\x8d", false, false, false},
};

static void words_match_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct word *w = &words[i];
        const struct row_spec *specs[] = {&web, &bare, &dns};
        const bool want[] = {w->web, w->bare, w->dns};
        for (unsigned k = 0; k < 3; k++) {
            use_row(specs[k]);
            if (matches(w->text) != want[k])
                fail_msg("\"%s\" on row %u", w->text, k);
        }
    }
}

static void inv_1_any_text_is_a_filter(void **state)
{
    (void)state;
    char text[300];
    uint32_t random = 3;
    use_row(&web);
    for (unsigned i = 0; i < 20000; i++) {
        static const char some[] = ":/ \tpotrsc4\xe3\x83\x8d\xff.";
        size_t len = i % 200;
        for (size_t k = 0; k < len; k++) {
            random = random * 1664525u + 1013904223u;
            text[k] = some[(random >> 16) % (sizeof some - 1)];
        }
        text[len] = '\0';
        matches(text);
        for (unsigned t = 0; t < query.filter.count; t++)
            assert_true(query.filter.term[t].start + query.filter.term[t].len <
                        sizeof query.filter.text);
    }
    for (size_t k = 0; k + 1 < sizeof text; k++)
        text[k] = k % 2 ? ' ' : 'a'; // as many words as there can be
    text[sizeof text - 1] = '\0';
    matches(text);
    assert_true(query.filter.count <= RN_FILTER_TERMS);
}

static void an_inferred_name_is_found_as_a_hostname(void **state)
{
    (void)state;
    use_row(&web);
    rn_facts_put_text(&row.facts, RN_FACT_DNS_NAME, rn_bytes_of("lb.example.org", 14));
    assert_true(matches("sni:lb.example"));
    assert_true(matches("lb.example"));
    assert_false(matches("app:lb.example"));
}

static void scopes_are_those_of_the_remote_end(void **state)
{
    (void)state;
    static const struct {
        const char *local, *remote, *text;
        bool want;
    } cases[] = {
        {"192.168.1.10", "140.82.121.4", "scope:public", true},
        {"192.168.1.10", "140.82.121.4", "scope:private", false},
        {"192.168.1.10", "192.168.1.1", "scope:Private", true},
        {"192.168.1.10", "192.168.1.1", "scope:priv", true},
        {"192.168.1.10", "192.168.1.1", "private", false}, // by keyword only
        {"fe80::1", "fe80::2", "scope:link-local", true},
        {"fe80::1", "ff02::fb", "scope:multicast", true},
        {"192.168.1.10", "255.255.255.255", "scope:broadcast", true},
        {"192.168.1.10", "192.168.1.255", "scope:broadcast", true}, // by our network
        {"192.168.1.10", "192.168.1.255", "scope:private", false},
        {"192.168.1.10", "192.168.2.255", "scope:private", true},
        {"192.168.1.10", "192.168.2.255", "scope:", true},
    };
    struct rn_local_addrs local = {0};
    assert_true(rn_local_add_text(&local, "192.168.1.10/24"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        use_row(&(struct row_spec){
            .proto = RN_PROTO_UDP, .local = cases[i].local, .remote = cases[i].remote});
        query.local = &local;
        if (matches(cases[i].text) != cases[i].want)
            fail_msg("%s of %s", cases[i].text, cases[i].remote);
    }
    use_row(&(struct row_spec){
        .proto = RN_PROTO_UDP, .local = "192.168.1.10", .remote = "192.168.1.255"});
    query.local = NULL; // nobody knows our networks
    assert_true(matches("scope:private"));
}

// 192.168.1.1 is the only neighbour.
static bool neighbour(void *asked, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES])
{
    static const uint8_t mac[RN_MAC_BYTES] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0xab};
    struct rn_ip one;
    ++*(unsigned *)asked;
    assert_true(rn_ip_parse("192.168.1.1", &one));
    if (!rn_ip_equal(ip, &one))
        return false;
    memcpy(out_mac, mac, sizeof mac);
    return true;
}

static void hardware_addresses_are_those_of_neighbours_at_the_remote_end(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool web, dns; // only the row of DNS is with a neighbour
    } cases[] = {
        {"mac:02:00:5e", false, true}, {"mac:02-00-5E-10-00-AB", false, true},
        {"mac:00:ab", false, true},    {"mac:", false, true},
        {"mac:03:", false, false},     {"mac:02:00:5e:10:00:ab:", false, false},
        {"02:00:5e", false, false}, // by keyword only
    };
    unsigned asked = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct row_spec *specs[] = {&web, &dns};
        const bool want[] = {cases[i].web, cases[i].dns};
        for (unsigned k = 0; k < 2; k++) {
            use_row(specs[k]);
            query.neighbour = neighbour;
            query.neighbour_ctx = &asked;
            if (matches(cases[i].text) != want[k])
                fail_msg("\"%s\" on row %u", cases[i].text, k);
        }
    }
    assert_int_equal(asked, 2 * 6);
    query.neighbour = NULL; // nobody knows any
    assert_false(matches("mac:"));
    assert_false(matches("src:192-168")); // hyphens are hyphens elsewhere
}

static void facts_are_loaded_only_for_those_who_look(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool wants;
    } cases[] = {
        {"", false},     {"port:1 src:2 dst:3 proto:t process:p service:s scope:c mac:d", false},
        {"x", true},     {"app:x", true},
        {"sni:x", true}, {"state:x", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rn_filter_parse(&query.filter, cases[i].text);
        assert_int_equal(rn_ui_query_wants_facts(&query, RN_SORT_TIME), cases[i].wants);
        assert_true(rn_ui_query_wants_facts(&query, RN_SORT_STATE));
    }
    use_row(&web);
    rn_filter_parse(&query.filter, "sni:github");
    assert_false(rn_ui_match(&query, &row.conn, NULL, ROWS_NOW));
}

static void names_may_be_missing(void **state)
{
    (void)state;
    use_row(&web);
    query.names = NULL;
    query.service = NULL;
    assert_false(matches("process:fire"));
    assert_false(matches("service:https"));
}

static void rows_are_ordered_by_these_texts(void **state)
{
    (void)state;
    static const struct {
        const struct row_spec *spec;
        enum rn_sort sort;
        const char *want;
    } cases[] = {
        {&web, RN_SORT_PROCESS, "Firefox"},
        {&bare, RN_SORT_PROCESS, ""},
        {&web, RN_SORT_SERVICE, "https"},
        {&dns, RN_SORT_SERVICE, ""},
        {&web, RN_SORT_APP, "HTTPS TCP"},
        {&bare, RN_SORT_APP, " ICMP"},
        {&web, RN_SORT_STATE, "ESTABLISHED"},
        {&dns, RN_SORT_STATE, "DNS_QUERY"},
        {&web, RN_SORT_TIME, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[24];
        memset(out, 'x', sizeof out);
        use_row(cases[i].spec);
        rn_ui_sort_text(&query, cases[i].sort, &row.conn, &row.facts, ROWS_NOW, out);
        assert_string_equal(out, cases[i].want);
        for (size_t k = strlen(out); k < sizeof out; k++)
            assert_int_equal(out[k], 0);
    }
    use_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = "1.1.1.1",
                               .remote = "2.2.2.2",
                               .process = "a-name-that-is-longer-than-the-text"});
    char out[24];
    rn_ui_sort_text(&query, RN_SORT_PROCESS, &row.conn, NULL, ROWS_NOW, out);
    assert_string_equal(out, "a-name-that-is-longer-t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_match_what_they_say, begin, end),
        cmocka_unit_test_setup_teardown(inv_1_any_text_is_a_filter, begin, end),
        cmocka_unit_test_setup_teardown(an_inferred_name_is_found_as_a_hostname, begin, end),
        cmocka_unit_test_setup_teardown(scopes_are_those_of_the_remote_end, begin, end),
        cmocka_unit_test_setup_teardown(
            hardware_addresses_are_those_of_neighbours_at_the_remote_end, begin, end),
        cmocka_unit_test_setup_teardown(facts_are_loaded_only_for_those_who_look, begin, end),
        cmocka_unit_test_setup_teardown(names_may_be_missing, begin, end),
        cmocka_unit_test_setup_teardown(rows_are_ordered_by_these_texts, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
