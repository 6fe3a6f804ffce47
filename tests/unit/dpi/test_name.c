// SPDX-License-Identifier: Apache-2.0
// What a connection is called.
#include "made_dpi.h"

static const char *text_of_app(enum rn_app app, const struct rn_facts *facts)
{
    static struct rn_text256 text;
    rn_dpi_text(app, facts, &text);
    assert_int_equal(text.len, strlen(text.s));
    return text.s;
}

static const char *hostname(enum rn_app app, const struct rn_facts *facts)
{
    static char text[RN_FACT_TEXT_MAX + 1];
    struct rn_bytes name = rn_dpi_hostname(app, facts);
    if (!name.p)
        return NULL;
    memcpy(text, name.p, name.len);
    text[name.len] = '\0';
    return text;
}

static void the_text_is_the_name_and_its_subject(void **state)
{
    (void)state;
    struct rn_facts facts = {.len = 0};
    assert_string_equal(text_of_app(RN_APP_NONE, &facts), "");
    assert_string_equal(text_of_app(RN_APP_DNS, &facts), "DNS");
    rn_facts_put_query(&facts, 1, DPI_LITERAL("example.org"));
    assert_string_equal(text_of_app(RN_APP_DNS, &facts), "DNS (example.org)");
    rn_facts_put_text(&facts, RN_FACT_SNI, DPI_LITERAL("a.example.org"));
    assert_string_equal(text_of_app(RN_APP_HTTPS, &facts), "HTTPS (a.example.org)");
    assert_string_equal(text_of_app(RN_APP_TLS, &facts), "TLS (a.example.org)");
    rn_facts_put_text(&facts, RN_FACT_HOST, DPI_LITERAL("b.example.org:8080"));
    assert_string_equal(text_of_app(RN_APP_HTTP, &facts), "HTTP (b.example.org:8080)");
}

static void ssh_is_called_by_the_servers_software_or_else_the_clients(void **state)
{
    (void)state;
    struct rn_facts facts = {.len = 0};
    assert_string_equal(text_of_app(RN_APP_SSH, &facts), "SSH");
    rn_facts_put_text(&facts, RN_FACT_CLIENT, DPI_LITERAL("SSH-2.0-PuTTY"));
    assert_string_equal(text_of_app(RN_APP_SSH, &facts), "SSH (PuTTY)");
    rn_facts_put_text(&facts, RN_FACT_SERVER, DPI_LITERAL("SSH-2.0-OpenSSH_9.6p1 Ubuntu-3"));
    assert_string_equal(text_of_app(RN_APP_SSH, &facts), "SSH (OpenSSH)");
    rn_facts_drop(&facts, RN_FACT_SERVER);
    rn_facts_put_text(&facts, RN_FACT_SERVER, DPI_LITERAL("SSH-2.0-"));
    assert_string_equal(text_of_app(RN_APP_SSH, &facts), "SSH");
}

static void a_tunnel_tells_what_it_began_as(void **state)
{
    (void)state;
    struct rn_facts facts = {.len = 0};
    rn_facts_put_text(&facts, RN_FACT_METHOD, DPI_LITERAL("CONNECT"));
    assert_string_equal(text_of_app(RN_APP_HTTP, &facts), "HTTP");
    assert_string_equal(text_of_app(RN_APP_HTTPS, &facts), "HTTPS in HTTP CONNECT");
    rn_facts_put_text(&facts, RN_FACT_SNI, DPI_LITERAL("a.example.org"));
    assert_string_equal(text_of_app(RN_APP_HTTPS, &facts), "HTTPS (a.example.org) in HTTP CONNECT");
}

static void an_upgrade_tells_what_it_began_as(void **state)
{
    (void)state;
    struct rn_facts facts = {.len = 0};
    rn_facts_put_text(&facts, RN_FACT_SERVICE, DPI_LITERAL("SMTP"));
    assert_string_equal(text_of_app(RN_APP_TLS, &facts), "TLS in SMTP");
    rn_facts_put_text(&facts, RN_FACT_SNI, DPI_LITERAL("mail.example.org"));
    assert_string_equal(text_of_app(RN_APP_TLS, &facts), "TLS (mail.example.org) in SMTP");
}

static void some_facts_are_words_between_name_and_bracket(void **state)
{
    (void)state;
    struct rn_facts facts = {.len = 0};
    assert_string_equal(text_of_app(RN_APP_SNMP, &facts), "SNMP");
    rn_facts_put_text(&facts, RN_FACT_PDU, DPI_LITERAL("GET"));
    assert_string_equal(text_of_app(RN_APP_SNMP, &facts), "SNMP GET");
    rn_facts_put_text(&facts, RN_FACT_VERSION, DPI_LITERAL("v2c"));
    assert_string_equal(text_of_app(RN_APP_SNMP, &facts), "SNMP v2c GET");
    assert_string_equal(text_of_app(RN_APP_NTP, &(struct rn_facts){.len = 0}), "NTP");
    rn_facts_clear(&facts);
    rn_facts_put_text(&facts, RN_FACT_VERSION, DPI_LITERAL("4"));
    rn_facts_put_text(&facts, RN_FACT_MODE, DPI_LITERAL("Client"));
    assert_string_equal(text_of_app(RN_APP_NTP, &facts), "NTP (v4 Client)");
}

static void a_long_subject_is_cut_between_characters(void **state)
{
    (void)state;
    char raw[255];
    struct rn_facts facts = {.len = 0};
    for (size_t i = 0; i + 2 < sizeof(raw); i += 3)
        memcpy(raw + i, "\xe2\x82\xac", 3);
    rn_facts_put_text(&facts, RN_FACT_HOST, rn_bytes_of(raw, 255));
    const char *text = text_of_app(RN_APP_HTTP, &facts);
    assert_in_range(strlen(text), 250, 255);
    assert_int_equal(text[strlen(text) - 1], ')');
    assert_null(strstr(text, "\xef\xbf\xbd"));
}

static void the_hostname_has_no_port_and_is_no_root(void **state)
{
    (void)state;
    static const struct {
        const char *host, *name;
    } cases[] = {
        {"example.org", "example.org"},
        {"example.org:80", "example.org"},
        {"example.org:", "example.org"},
        {"192.0.2.1:80", "192.0.2.1"},
        {"[2001:db8::1]:80", "[2001:db8::1]"},
        {"[2001:db8::1]", "[2001:db8::1]"},
        {"2001:db8::1", "2001:db8::1"},
        {":80", ":80"},
        {"80", "80"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rn_facts facts = {.len = 0};
        rn_facts_put_text(&facts, RN_FACT_HOST, rn_bytes_of(cases[i].host, strlen(cases[i].host)));
        assert_string_equal(hostname(RN_APP_HTTP, &facts), cases[i].name);
    }
    struct rn_facts facts = {.len = 0};
    assert_null(hostname(RN_APP_HTTP, &facts));
    assert_null(hostname(RN_APP_NONE, &facts));
    rn_facts_put_query(&facts, 2, DPI_LITERAL("."));
    assert_null(hostname(RN_APP_DNS, &facts));
    assert_string_equal(text_of_app(RN_APP_DNS, &facts), "DNS (.)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_the_name_and_its_subject),
        cmocka_unit_test(ssh_is_called_by_the_servers_software_or_else_the_clients),
        cmocka_unit_test(a_tunnel_tells_what_it_began_as),
        cmocka_unit_test(an_upgrade_tells_what_it_began_as),
        cmocka_unit_test(some_facts_are_words_between_name_and_bracket),
        cmocka_unit_test(a_long_subject_is_cut_between_characters),
        cmocka_unit_test(the_hostname_has_no_port_and_is_no_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
