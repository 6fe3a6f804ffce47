// SPDX-License-Identifier: Apache-2.0
// Replay over made captures: when ticks run, and that a gap of years changes nothing about them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "replay.h"

#define NANO_MAGIC 0xa1b23c4du
#define LINK_RAW 101

static void put32(FILE *f, uint32_t v)
{
    assert_int_equal(fwrite(&v, sizeof v, 1, f), 1);
}

// A UDP datagram of one byte, port to 9, between documentation addresses.
static void put_datagram(FILE *f, uint32_t sec, uint32_t nsec, uint8_t port)
{
    const uint8_t ip[29] = {0x45, 0,   0,  29,  0, 0, 0,    0, 64, 17, 0, 0, 192, 0,  2,
                            1,    198, 51, 100, 1, 0, port, 0, 9,  0,  9, 0, 0,   'x'};
    put32(f, sec);
    put32(f, nsec);
    put32(f, sizeof ip);
    put32(f, sizeof ip);
    assert_int_equal(fwrite(ip, sizeof ip, 1, f), 1);
}

// The event stream of a capture with a datagram per line of when[]: {second, nanosecond, port}.
static void replay(const uint32_t (*when)[3], size_t n, char *out, size_t cap)
{
    char trace[] = "/tmp/replay.pcap.XXXXXX", stream[] = "/tmp/replay.jsonl.XXXXXX";
    FILE *f = fdopen(mkstemp(trace), "wb");
    assert_non_null(f);
    const uint32_t head[6] = {NANO_MAGIC, 4u << 16 | 2, 0, 0, 2048, LINK_RAW};
    for (unsigned i = 0; i < 6; i++)
        put32(f, head[i]);
    for (size_t i = 0; i < n; i++)
        put_datagram(f, when[i][0], when[i][1], (uint8_t)when[i][2]);
    assert_int_equal(fclose(f), 0);
    FILE *events = fdopen(mkstemp(stream), "rb");
    struct app_options options = {
        .read = trace, .json_log = stream, .max_connections = 100, .timeouts = rn_timeouts_default};
    struct rn_err warning = {0}, err = {0};
    assert_int_equal(app_replay(&options, &warning, &err), 0);
    size_t len = fread(out, 1, cap - 1, events);
    out[len] = '\0';
    (void)fclose(events);
    (void)unlink(trace);
    (void)unlink(stream);
}

// The close event of the row whose client port is given.
static void assert_closed_at(const char *stream, const char *port, const char *when)
{
    char want[64];
    (void)snprintf(want, sizeof want, "\"source_port\":%s,", port);
    for (const char *line = stream, *end; (end = strchr(line, '\n')); line = end + 1) {
        char text[2048];
        assert_true((size_t)(end - line) < sizeof text);
        memcpy(text, line, (size_t)(end - line));
        text[end - line] = '\0';
        if (strstr(text, "\"connection_closed\"") && strstr(text, want)) {
            assert_non_null(strstr(text, "\"reason\":\"timeout\""));
            assert_non_null(strstr(text, when));
            return;
        }
    }
    fail_msg("no row with port %s was closed", port);
}

// Ticks are 5 s apart from the first packet on (…0.822). The second row is over 0.336 s before the tick at
// 315,360,000.822 s, so that tick removes it: also when the ten years before it were jumped over.
static void a_gap_of_years_delays_nothing(void **state)
{
    (void)state;
    static const uint32_t when[][3] = {
        {0, 822000000, 1}, {315359938, 740000000, 2}, {315359940, 486000000, 2}, {315360200, 0, 3}};
    static char stream[16384];
    replay(when, 4, stream, sizeof stream);
    assert_closed_at(stream, "1", "\"timestamp\":\"1970-01-01T00:01:05.822000000Z\"");
    assert_closed_at(stream, "2", "\"timestamp\":\"1979-12-30T00:00:00.822000000Z\"");
}

static void a_row_goes_at_the_first_tick_after_its_time(void **state)
{
    (void)state;
    static const uint32_t when[][3] = {{100, 0, 1}, {103, 0, 1}, {300, 0, 2}};
    static char stream[16384];
    replay(when, 3, stream, sizeof stream);
    assert_closed_at(stream, "1", "\"timestamp\":\"1970-01-01T00:02:45.000000000Z\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_of_years_delays_nothing),
        cmocka_unit_test(a_row_goes_at_the_first_tick_after_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
