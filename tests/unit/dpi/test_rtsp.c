// SPDX-License-Identifier: Apache-2.0
// RTSP: requests, responses, and HTTP's other children.
#include "made_tcp.h"

static void a_session_tells_host_path_method_and_status(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT("DESCRIBE rtsp://u:secret@cam.example.org:554/live/1 RTSP/1.0\r\nCSeq: 1\r\n"
               "Authorization: Basic secret\r\nUser-Agent: VLC/3\r\n\r\n"),
        SERVER("RTSP/1.0 401 Unauthorized\r\nServer: cam\r\nWWW-Authenticate: Basic\r\n\r\n"),
        SERVER("$\0\0\4abcd"),
    };
    struct made_row r;
    row_talk(&r, 10554, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_RTSP);
    assert_string_equal(told(&r, RN_FACT_METHOD), "DESCRIBE");
    assert_string_equal(told(&r, RN_FACT_HOST), "cam.example.org:554");
    assert_string_equal(told(&r, RN_FACT_PATH), "live/1");
    assert_string_equal(told(&r, RN_FACT_USER_AGENT), "VLC/3");
    assert_string_equal(told(&r, RN_FACT_SERVER), "cam");
    assert_int_equal(told_number(&r, RN_FACT_STATUS), 401);
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void inv_1_the_version_proves_it(void **state)
{
    (void)state;
    static const struct said yes[] = {
        CLIENT("OPTIONS * RTSP/1.0\r\n\r\n"),
        CLIENT("PLAY rtsp://a/b RTSP/2.0\r\n\r\n"),
        SERVER("RTSP/1.0 200 OK\r\n\r\n"),
    };
    static const struct said no[] = {
        CLIENT("OPTIONS * HTTP/1.2\r\n\r\n"),
        CLIENT("OPTIONS sip:a@b SIP/3.0\r\n\r\n"),
        CLIENT("PLAY rtsp://a/b RTSP/1.1\r\n"),
        CLIENT("play rtsp://a/b RTSP/1.0\r\n"),
        SERVER("RTSP/1.0 OK\r\n"),
        SERVER("RTSP/1.0 99 x\r\n"),
        SERVER("RTSP/1.0 600 x\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++) {
        struct made_row r;
        row_talk(&r, 10554, &yes[i], 1);
        assert_int_equal(r.row.app, RN_APP_RTSP);
        row_close(&r);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(554, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_host_path_method_and_status),
        cmocka_unit_test(inv_1_the_version_proves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
