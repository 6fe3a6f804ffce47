// SPDX-License-Identifier: Apache-2.0
// MongoDB: messages, queries, replies.
#include "made_tcp.h"

#define HEAD(len, to, op) len "\0\0\0\1\0\0\0" to op "\0\0"
// {hello: 1}, with a double.
#define HELLO "\x14\0\0\0\1hello\0\0\0\0\0\0\0\xf0\x3f\0"
#define MSG HEAD("\x29", "\0\0\0\0", "\xdd\7") "\0\0\0\0\0" HELLO
#define QUERY \
    HEAD("\x3a", "\0\0\0\0", "\xd4\7") "\0\0\0\0admin.$cmd\0\0\0\0\0\xff\xff\xff\xff" HELLO
#define REPLY HEAD("\x38", "\1\0\0\0", "\1\0") "\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0" HELLO

static void each_kind_proves_it(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *command;
    } cases[] = {
        {CLIENT(MSG), "hello"},
        {CLIENT(QUERY), "hello"},
        {SERVER(REPLY), ""},
        {CLIENT(HEAD("\x3a", "\xff\xff\xff\xff",
                     "\xd4\7") "\0\0\0\0admin.$cmd\0\0\0\0\0\xff\xff\xff\xff" HELLO),
         "hello"},
        {CLIENT(HEAD("\x39", "\0\0\0\0",
                     "\xd4\7") "\0\0\0\0shop.items\0\0\0\0\0\xff\xff\xff\xff" HELLO),
         ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 30000, &cases[i].said, 1);
        assert_int_equal(r.row.app, RN_APP_MONGODB);
        assert_string_equal(told(&r, RN_FACT_COMMAND), cases[i].command);
        row_close(&r);
        for (size_t len = 1; len < 30; len++) {
            struct asked a = ask_said(30000, cases[i].said, len, true);
            assert_no_claim(&a);
        }
    }
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT(HEAD("\x29", "\0\0\0\0", "\xde\7") "\0\0\0\0\0" HELLO),
        CLIENT(HEAD("\x29", "\0\0\0\0", "\xdd\7") "\4\0\0\0\0" HELLO),
        CLIENT(HEAD("\x29", "\0\0\0\0", "\xdd\7") "\0\0\0\0\2" HELLO),
        CLIENT(HEAD("\x19", "\0\0\0\0", "\xdd\7") "\0\0\0\0\0" HELLO),
        CLIENT(HEAD("\x29", "\0\0\0\0",
                    "\xdd\7") "\0\0\0\0\0\x14\0\0\0\x44hello\0\0\0\0\0\0\0\xf0\x3f\0"),
        CLIENT(HEAD("\x29", "\0\0\0\0",
                    "\xdd\7") "\0\0\0\0\0\x14\0\0\0\1h llo\0\0\0\0\0\0\0\xf0\x3f\0"),
        CLIENT(HEAD("\x3a", "\0\0\0\0",
                    "\xd4\7") "\0\0\0\0admin_$cmd\0\0\0\0\0\xff\xff\xff\xff" HELLO),
        CLIENT(HEAD("\x3a", "\1\0\0\0",
                    "\xd4\7") "\0\0\0\0admin.$cmd\0\0\0\0\0\xff\xff\xff\xff" HELLO),
        SERVER(HEAD("\x38", "\1\0\0\0", "\1\0") "\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0" HELLO),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(27017, no[i]);
    struct said start = CLIENT("\x40\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0");
    assert_random_proves_nothing(&dpi_mongodb, 27017, start, 20000);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER(REPLY), CLIENT(MSG)};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(30000, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_proves_it),
        cmocka_unit_test(near_misses_prove_nothing),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
