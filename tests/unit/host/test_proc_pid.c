// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

static void a_name_that_was_cut_is_completed_and_no_other(void **state)
{
    (void)state;
    static const struct {
        const char *comm, *exe, *want;
    } cases[] = {
        {"sshd\n", "/usr/sbin/sshd", "sshd"},
        {"systemd-resolve\n", "/usr/lib/systemd/systemd-resolved", "systemd-resolved"},
        {"gnome-terminal-\n", "/usr/libexec/gnome-terminal-server (deleted)",
         "gnome-terminal-server"},
        // Exactly 15 bytes and complete.
        {"abcdefghijklmno\n", "/bin/abcdefghijklmno", "abcdefghijklmno"},
        // Renamed, or a script: the executable says something else.
        {"my-worker-threa\n", "/usr/bin/python3.11", "my-worker-threa"},
        // Shorter: the kernel cut nothing.
        {"node\n", "/usr/bin/nodejs", "node"},
        {"systemd-resolve", "", "systemd-resolve"},
        {"systemd-resolve", "systemd-resolved", "systemd-resolved"},
        {"systemd-resolve", "/a/systemd-resolved/", "systemd-resolve"},
        {"", "/usr/bin/x", ""},
        {"\n", "/usr/bin/x", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rn_text64 name = {0};
        host_process_name(bytes_of(cases[i].comm), bytes_of(cases[i].exe), &name);
        assert_string_equal(name.s, cases[i].want);
        assert_int_equal(name.len, strlen(cases[i].want));
    }
}

static void a_hostile_name_becomes_plain_text(void **state)
{
    (void)state;
    struct rn_text64 name = {0};
    host_process_name(bytes_of("a\x1b[31m\nb\n"), bytes_of(""), &name);
    assert_null(strchr(name.s, 0x1b));
    assert_null(strchr(name.s, '\n'));
    assert_int_equal(name.s[0], 'a');
    host_process_name(bytes_of("abcdefghijklmno"), (struct rn_bytes){0}, &name);
    assert_string_equal(name.s, "abcdefghijklmno");
    char exe[4096];
    memset(exe, 'x', sizeof exe);
    host_process_name(bytes_of("xxxxxxxxxxxxxxx"), rn_bytes_of(exe, sizeof exe), &name);
    assert_int_equal(name.len, 63);
}

static void effective_capabilities_are_read(void **state)
{
    (void)state;
    uint64_t caps = 7;
    assert_true(host_parse_effective_caps(bytes_of("CapEff:\t0000000000080004"), &caps));
    assert_int_equal(caps, 0x80004);
    static const char *const others[] = {"CapPrm:\t0000000000080004", "CapEff:", "CapEff:\tx", ""};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(host_parse_effective_caps(bytes_of(others[i]), &caps));
    assert_int_equal(caps, 0x80004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_was_cut_is_completed_and_no_other),
        cmocka_unit_test(a_hostile_name_becomes_plain_text),
        cmocka_unit_test(effective_capabilities_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
