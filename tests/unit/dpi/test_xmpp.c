// SPDX-License-Identifier: Apache-2.0
// XMPP: streams, stanzas on the port, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

#define STREAM                                                                                  \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='example.org' version='1.0' " \
    "xmlns:stream='http://etherx.jabber.org/streams'>"

static void a_stream_tells_host_and_version(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT(STREAM),
        CLIENT("<stream:stream xmlns=\"jabber:client\" to=\"example.org\" version=\"1.0\">"),
        SERVER("<?xml version='1.0'?>\n<stream:stream from='example.org' version='1.0' "
               "xmlns='jabber:client'>"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_XMPP, 15222, cases[i], 27);
        row_talk(&r, 15222, &cases[i], 1);
        assert_string_equal(told(&r, RN_FACT_HOST), "example.org");
        assert_string_equal(told(&r, RN_FACT_VERSION), "1.0");
        row_close(&r);
    }
}

static void inv_1_stanzas_need_the_port(void **state)
{
    (void)state;
    static const struct said stanzas[] = {
        CLIENT("<iq type='set' id='1'><query "
               "xmlns='jabber:iq:auth'><password>secret</password></query></iq>"),
        CLIENT("<presence to='a'/>"),
        SERVER("<message from='a'><body>secret</body></message>"),
    };
    static const struct said no[] = {
        CLIENT("<iqx/>"),
        CLIENT("<?xml version='1.0'?><svg/>"),
        CLIENT("<html>jabber</html>"),
        CLIENT("<stream:stream xmlns='x'>"),
        CLIENT("<"),
    };
    for (size_t i = 0; i < MADE_COUNT(stanzas); i++) {
        struct made_row r;
        row_talk(&r, 5222, &stanzas[i], 1);
        assert_int_equal(r.row.app, RN_APP_XMPP);
        assert_int_equal(r.row.facts.len, 0);
        row_close(&r);
        assert_proves_nothing(15222, stanzas[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(5222, no[i]);
}

static void the_binary_form_needs_the_port(void **state)
{
    (void)state;
    struct said yes = CLIENT("WA\1\5\0\0\x17\xf8\5\1\xa5\x91\x89\xfc\x0f"
                             "Android-2.12.84");
    struct said no = CLIENT("WA\2\1\0\0\x17\xf8\5\1\xa5\x91\x89\xfc");
    struct made_row r;
    row_talk(&r, 5222, &yes, 1);
    assert_int_equal(r.row.app, RN_APP_XMPP);
    assert_string_equal(told(&r, RN_FACT_KIND), "FunXMPP");
    row_close(&r);
    assert_proves_nothing(443, yes);
    assert_proves_nothing(5222, no);
}

static void starttls_leads_into_tls(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT(STREAM), CLIENT("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        SERVER("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "example.org"});
    row_talk(&r, 5222, talk, MADE_COUNT(talk));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "XMPP");
    row_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_tells_host_and_version),
        cmocka_unit_test(inv_1_stanzas_need_the_port),
        cmocka_unit_test(the_binary_form_needs_the_port),
        cmocka_unit_test(starttls_leads_into_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
