// SPDX-License-Identifier: Apache-2.0
// What the command line may say, and that everything else is refused with one line.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"
#include "pipeline.h"
#include "rustnet/base/sync.h"

// Every option, with a value that it takes.
static const struct line {
    const char *name;
    char letter; // 0: it has none
    const char *value;
} lines[] = {
    {"interface", 'i', "eth0"},
    {"no-localhost", 0, NULL},
    {"show-localhost", 0, NULL},
    {"refresh-interval", 'r', "500"},
    {"no-dpi", 0, NULL},
    {"bpf-filter", 'f', "tcp"},
    {"no-color", 0, NULL},
    {"log-level", 'l', "info"},
    {"json-log", 0, "x.jsonl"},
    {"headless", 0, NULL},
    {"duration", 0, "5"},
    {"read", 0, "x.pcap"},
    {"play", 0, "x.pcap"},
    {"local", 0, "10.0.0.0/8"},
    {"max-connections", 0, "100"},
    {"timeouts", 0, "x.conf"},
    {"workers", 0, "2"},
    {"buffer-size", 'B', "1024"},
    {"check", 0, NULL},
    {"help", 'h', NULL},
    {"version", 'V', NULL},
};
#define LINES (sizeof lines / sizeof lines[0])

enum { WORDS = 8, WORD_BYTES = 64 };

// words: without the program's name, ended by NULL. What `out` points to stays until the next call.
static int parse_words(struct app_options *out, struct rn_err *err, const char *const words[])
{
    static char text[WORDS + 1][WORD_BYTES];
    char *argv[WORDS + 2] = {text[0]};
    int argc = 1;
    (void)snprintf(text[0], WORD_BYTES, "rustnet");
    for (; words[argc - 1]; argc++) {
        assert_true(argc <= WORDS && strlen(words[argc - 1]) < WORD_BYTES);
        (void)snprintf(text[argc], WORD_BYTES, "%s", words[argc - 1]);
        argv[argc] = text[argc];
    }
    *err = (struct rn_err){0};
    return app_options_parse(argc, argv, out, err);
}

#define PARSE(out, err, ...) parse_words(out, err, (const char *const[]){__VA_ARGS__, NULL})

static void assert_refused_with(const struct rn_err *err, const char *part)
{
    assert_int_equal(err->code, -EINVAL);
    if (!strstr(err->msg, part))
        fail_msg("\"%s\" does not name %s", err->msg, part);
    assert_null(strchr(err->msg, '\n'));
}

static void without_options_the_defaults_hold(void **state)
{
    (void)state;
    struct app_options o;
    struct rn_err err;
    const char *const none[] = {NULL};
    assert_int_equal(parse_words(&o, &err, none), 0);
    assert_int_equal(o.wish, APP_RUN);
    assert_null(o.interface);
    assert_null(o.read);
    assert_null(o.play);
    assert_null(o.filter);
    assert_null(o.json_log);
    assert_null(o.timeouts_file);
    assert_memory_equal(&o.timeouts, &rn_timeouts_default, sizeof o.timeouts);
    assert_false(o.headless || o.no_dpi || o.no_color || o.show_loopback);
    assert_int_equal(o.max_connections, 50000);
    assert_int_equal(o.workers, rn_cpu_count() < 4 ? rn_cpu_count() : 4);
    assert_int_equal(o.refresh_ms, 1000);
    assert_int_equal(o.buffer_bytes, 0);
    assert_int_equal(o.duration, 0);
    assert_int_equal(o.log_level, RN_LOG_OFF);
    assert_int_equal(o.local.net_count, 0);
}

static void values_are_taken(void **state)
{
    (void)state;
    struct app_options o;
    struct rn_err err;
    assert_int_equal(PARSE(&o, &err, "--headless", "--read=x.pcap", "--max-connections=1000"), 0);
    assert_true(o.headless);
    assert_string_equal(o.read, "x.pcap");
    assert_int_equal(o.max_connections, 1000);
    assert_int_equal(PARSE(&o, &err, "--play", "-", "--no-dpi", "--no-color", "--show-localhost"),
                     0);
    assert_string_equal(o.play, "-");
    assert_true(o.no_dpi && o.no_color && o.show_loopback);
    assert_int_equal(PARSE(&o, &err, "--headless", "--duration", "7", "--json-log=a.jsonl", "-B",
                           "2048", "--workers=3"),
                     0);
    assert_int_equal(o.duration, 7 * RN_SEC);
    assert_string_equal(o.json_log, "a.jsonl");
    assert_int_equal(o.buffer_bytes, 2048 * 1024);
    assert_int_equal(o.workers, 3);
    assert_int_equal(PARSE(&o, &err, "--no-localhost"), 0);
    assert_false(o.show_loopback);
}

static void an_option_may_be_written_in_any_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < LINES; i++) {
        const struct line *l = &lines[i];
        if (!l->letter || !l->value)
            continue;
        char bare[8], long_bare[WORD_BYTES], forms[3][WORD_BYTES];
        (void)snprintf(bare, sizeof bare, "-%c", l->letter);
        (void)snprintf(long_bare, sizeof long_bare, "--%s", l->name);
        (void)snprintf(forms[0], WORD_BYTES, "-%c%s", l->letter, l->value);
        (void)snprintf(forms[1], WORD_BYTES, "-%c=%s", l->letter, l->value);
        (void)snprintf(forms[2], WORD_BYTES, "--%s=%s", l->name, l->value);
        struct app_options first, o;
        struct rn_err err;
        assert_int_equal(PARSE(&first, &err, long_bare, l->value), 0);
        assert_true(!first.interface || strcmp(first.interface, "eth0") == 0);
        assert_true(!first.filter || strcmp(first.filter, "tcp") == 0);
        for (unsigned form = 0; form < 4; form++) {
            int rc = form < 3 ? PARSE(&o, &err, forms[form]) : PARSE(&o, &err, bare, l->value);
            assert_int_equal(rc, 0);
            assert_int_equal(o.refresh_ms, first.refresh_ms);
            assert_int_equal(o.buffer_bytes, first.buffer_bytes);
            assert_int_equal(o.log_level, first.log_level);
            assert_true(!o.interface == !first.interface && !o.filter == !first.filter);
            assert_true(!o.interface || strcmp(o.interface, "eth0") == 0);
            assert_true(!o.filter || strcmp(o.filter, "tcp") == 0);
        }
    }
}

static void a_filter_of_blanks_is_none(void **state)
{
    (void)state;
    struct app_options o;
    struct rn_err err;
    assert_int_equal(PARSE(&o, &err, "-f", "  tcp port 80"), 0);
    assert_string_equal(o.filter, "tcp port 80");
    assert_int_equal(PARSE(&o, &err, "-f", " \t\r\n"), 0);
    assert_null(o.filter);
    assert_int_equal(PARSE(&o, &err, "--bpf-filter="), 0);
    assert_null(o.filter);
}

static void local_addresses_may_be_many(void **state)
{
    (void)state;
    struct app_options o;
    struct rn_err err;
    struct rn_ip ip;
    assert_int_equal(PARSE(&o, &err, "--read=x", "--local=10.0.0.0/8", "--local", "2001:db8::1"),
                     0);
    assert_true(rn_ip_parse("10.9.8.7", &ip));
    assert_true(rn_local_has(&o.local, &ip));
    assert_true(rn_ip_parse("2001:db8::1", &ip));
    assert_true(rn_local_has(&o.local, &ip));
    assert_true(rn_ip_parse("2001:db8::2", &ip));
    assert_false(rn_local_has(&o.local, &ip));
    static const char *const wrong[] = {"nowhere", "", "10.0.0.0/33", "10.0.0.1/", "1.2.3"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(PARSE(&o, &err, "--read=x", "--local", wrong[i]), -EINVAL);
        assert_refused_with(&err, "--local");
    }
}

static void log_levels_go_by_name(void **state)
{
    (void)state;
    static const char *const names[RN_LOG_COUNT] = {"off",  "error", "warn",
                                                    "INFO", "Debug", "trace"};
    struct app_options o;
    struct rn_err err;
    for (int level = 0; level < RN_LOG_COUNT; level++) {
        assert_int_equal(PARSE(&o, &err, "-l", names[level]), 0);
        assert_int_equal(o.log_level, level);
    }
    static const char *const wrong[] = {"", "loud", "infos", "2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(PARSE(&o, &err, "-l", wrong[i]), -EINVAL);
        assert_refused_with(&err, "Invalid log level");
    }
}

static void numbers_have_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *option, *least, *most, *below, *above;
    } cases[] = {
        {"--max-connections", "1", "4000000", "0", "4000001"},
        {"--workers", "1", "16", "0", "17"},
        {"--duration", "1", "31622400", "0", "31622401"},
        {"--buffer-size", "1", "1048576", "0", "1048577"},
        {"--refresh-interval", "0", "4294967295", "-1", "4294967296"},
    };
    struct app_options o;
    struct rn_err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *option = cases[i].option;
        assert_int_equal(PARSE(&o, &err, "--headless", option, cases[i].least), 0);
        assert_int_equal(PARSE(&o, &err, "--headless", option, cases[i].most), 0);
        const char *const wrong[] = {
            cases[i].below, cases[i].above, "",    "x",
            "1x",           "-1",           "+1",  " 1",
            "1 ",           "0x1",          "1.5", "99999999999999999999999999999999999999"};
        for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++) {
            assert_int_equal(PARSE(&o, &err, "--headless", option, wrong[w]), -EINVAL);
            assert_refused_with(&err, option);
        }
    }
    assert_int_equal(APP_WORKERS_MAX, 16);
}

static void the_fastest_refresh_is_one_that_makes_sense(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        uint32_t ms;
    } cases[] = {{"0", 10}, {"1", 10}, {"10", 10}, {"11", 11}, {"60000", 60000}};
    struct app_options o;
    struct rn_err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(PARSE(&o, &err, "-r", cases[i].value), 0);
        assert_int_equal(o.refresh_ms, cases[i].ms);
    }
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *c;
    } wrong[] = {
        {"--read=x", "--play=y", NULL},       {"--play=y", "--read=x", NULL},
        {"--read=x", "-ieth0", NULL},         {"-ieth0", "--headless", "--read=x"},
        {"--play=x", "-ieth0", NULL},         {"--play=x", "--headless", NULL},
        {"--duration=5", NULL, NULL},         {"--duration=5", "--play=x", NULL},
        {"--duration=5", "--read=x", NULL},   {"--duration=5", "--read=x", "--headless"},
        {"--local=10.0.0.1", NULL, NULL},     {"--local=10.0.0.1", "--headless", NULL},
        {"--local=10.0.0.1", "-ieth0", NULL},
    };
    struct app_options o;
    struct rn_err err;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const words[] = {wrong[i].a, wrong[i].b, wrong[i].c, NULL};
        assert_int_equal(parse_words(&o, &err, words), -EINVAL);
        assert_refused_with(&err, "--");
    }
    assert_int_equal(PARSE(&o, &err, "--read=x", "--local=10.0.0.1", "--json-log=y"), 0);
    assert_int_equal(PARSE(&o, &err, "--play=x", "--local=10.0.0.1", "--json-log=y"), 0);
    assert_int_equal(PARSE(&o, &err, "--headless", "-i", "any", "--json-log=y"), 0);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"--nonsense"}, {"stray"}, {"--headless", "stray"}, {"--read"},
        {"-i"},         {"-x"},    {"--headless=1"},        {"--", "stray"},
        {"--help=1"},   {"-"},     {"--no-localhost=x"}};
    struct app_options o;
    struct rn_err err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const words[] = {wrong[i][0], wrong[i][1], NULL};
        assert_int_equal(parse_words(&o, &err, words), -EINVAL);
        assert_refused_with(&err, "--help");
    }
}

static void wishes_come_before_everything_else(void **state)
{
    (void)state;
    struct app_options o;
    struct rn_err err;
    assert_int_equal(PARSE(&o, &err, "-h"), 0);
    assert_int_equal(o.wish, APP_HELP);
    assert_int_equal(PARSE(&o, &err, "--version", "--nonsense"), 0);
    assert_int_equal(o.wish, APP_VERSION);
    assert_int_equal(PARSE(&o, &err, "--read=x", "--play=y", "--help"), 0);
    assert_int_equal(o.wish, APP_HELP);
    assert_int_equal(PARSE(&o, &err, "--check", "-i", "eth0", "-f", "udp"), 0);
    assert_int_equal(o.wish, APP_CHECK);
    assert_string_equal(o.interface, "eth0");
    assert_string_equal(o.filter, "udp");
}

// The words of one option into `words`; returns how many.
static unsigned say(const struct line *l, char text[WORD_BYTES], const char **words)
{
    (void)snprintf(text, WORD_BYTES, "--%s", l->name);
    words[0] = text;
    words[1] = l->value;
    return l->value ? 2 : 1;
}

static void an_option_twice_is_a_mistake(void **state)
{
    (void)state;
    for (size_t i = 0; i < LINES; i++) {
        const struct line *l = &lines[i];
        if (l->letter == 'h' || l->letter == 'V' || strcmp(l->name, "local") == 0)
            continue;
        char text[WORD_BYTES], letter[8];
        const char *words[WORDS + 1] = {NULL};
        unsigned n = say(l, text, words);
        (void)say(l, text, words + n);
        struct app_options o;
        struct rn_err err;
        assert_int_equal(parse_words(&o, &err, words), -EINVAL);
        assert_refused_with(&err, "twice");
        if (!l->letter)
            continue;
        (void)snprintf(letter, sizeof letter, "-%c", l->letter);
        words[n] = letter;
        assert_int_equal(parse_words(&o, &err, words), -EINVAL);
        assert_refused_with(&err, "twice");
    }
}

static const struct line *find_line(const char *name, size_t len)
{
    for (size_t i = 0; i < LINES; i++)
        if (strlen(lines[i].name) == len && memcmp(lines[i].name, name, len) == 0)
            return &lines[i];
    return NULL;
}

static void the_help_lists_every_option_of_the_table(void **state)
{
    (void)state;
    FILE *f = fopen(RN_TEST_DATA "/../src/app/options.c", "r");
    assert_non_null(f);
    char row[256], want[WORD_BYTES];
    unsigned rows = 0;
    while (fgets(row, sizeof row, f)) {
        char name[WORD_BYTES], kind[16];
        // {"interface", required_argument, ...
        if (sscanf(row, " {\"%63[a-z-]\", %15[a-z]_argument", name, kind) != 2)
            continue;
        const struct line *l = find_line(name, strlen(name));
        if (!l)
            fail_msg("--%s is not tested here", name);
        assert_int_equal(strcmp(kind, "required") == 0, l->value != NULL);
        (void)snprintf(want, sizeof want, l->letter ? "-%c, --%s" : "   %c --%s",
                       l->letter ? l->letter : ' ', name);
        if (!strstr(app_help, want))
            fail_msg("the help lacks \"%s\"", want);
        rows++;
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rows, LINES);
}

static void what_the_help_lists_is_an_option(void **state)
{
    (void)state;
    unsigned listed = 0;
    for (const char *at = app_help; (at = strstr(at, "--")); listed++) {
        at += 2;
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
        const struct line *l = find_line(at, len);
        if (!l)
            fail_msg("--%.*s is no option", (int)len, at);
        assert_int_equal(at[len] == ' ' && at[len + 1] >= 'A' && at[len + 1] <= 'Z',
                         l->value != NULL);
    }
    assert_int_equal(listed, LINES);
    for (const char *line = app_help, *end; (end = strchr(line, '\n')); line = end + 1)
        assert_true(end - line <= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_the_defaults_hold),
        cmocka_unit_test(values_are_taken),
        cmocka_unit_test(an_option_may_be_written_in_any_form),
        cmocka_unit_test(a_filter_of_blanks_is_none),
        cmocka_unit_test(local_addresses_may_be_many),
        cmocka_unit_test(log_levels_go_by_name),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(the_fastest_refresh_is_one_that_makes_sense),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(wishes_come_before_everything_else),
        cmocka_unit_test(an_option_twice_is_a_mistake),
        cmocka_unit_test(the_help_lists_every_option_of_the_table),
        cmocka_unit_test(what_the_help_lists_is_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
