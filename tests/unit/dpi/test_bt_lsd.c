// SPDX-License-Identifier: Apache-2.0
// BitTorrent's local discovery: BEP 14's form.
#include "made_udp.h"

#define SEARCH "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: "

static void a_search_tells_the_info_hash(void **state)
{
    (void)state;
    struct asked a =
        ask_udp_text(6771, SEARCH "ED4F1085E885F98F9A69B70EE89EB988B8FD9115\r\n\r\n\r\n");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_BITTORRENT);
    assert_string_equal(fact_of(&a.facts, RN_FACT_KIND), "lsd");
    assert_string_equal(fact_of(&a.facts, RN_FACT_INFO_HASH),
                        "ed4f1085e885f98f9a69b70ee89eb988b8fd9115");
}

static void inv_1_the_first_line_proves_it(void **state)
{
    (void)state;
    struct asked a = ask_udp_text(6771, "BT-SEARCH * HTTP/1.1\r\nInfohash: 12\r\n\r\n");
    struct asked b = ask_udp_text(6771, "BT-SEARCH / HTTP/1.1\r\n\r\n");
    assert_int_equal(a.verdict, RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_INFO_HASH), "");
    assert_no_claim(&b);
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, SEARCH "ED4F1085E885F98F9A69B70EE89EB988B8FD9115\r\n\r\n\r\n");
    assert_cut_claims_nothing(6771, &m, 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_tells_the_info_hash),
        cmocka_unit_test(inv_1_the_first_line_proves_it),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
