// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "text_case.h"

#include "lines.h"

static char path[] = "/tmp/rustnet_lines_XXXXXX";

static FILE *make(void)
{
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    return fdopen(fd, "w");
}

static void lines_come_whole_across_the_edges_of_the_buffer(void **state)
{
    (void)state;
    FILE *f = make();
    for (int i = 0; i < 5000; i++)
        fprintf(f, "line %d with some text\n", i);
    fputs("\ncut", f);
    fclose(f);
    static struct host_lines lines;
    struct rn_bytes line;
    assert_int_equal(host_lines_open(&lines, path), 0);
    for (int i = 0; i < 5000; i++) {
        char want[64];
        snprintf(want, sizeof want, "line %d with some text", i);
        assert_true(host_lines_next(&lines, &line));
        assert_true(host_word_is(line, want));
    }
    assert_true(host_lines_next(&lines, &line));
    assert_int_equal(line.len, 0);
    assert_false(host_lines_next(&lines, &line));
    host_lines_close(&lines);
    assert_false(host_lines_next(&lines, &line));
    unlink(path);
}

static void a_line_too_long_is_left_out_and_the_next_one_read(void **state)
{
    (void)state;
    static const size_t lengths[] = {HOST_LINES_BYTES - 1, HOST_LINES_BYTES, HOST_LINES_BYTES + 1,
                                     HOST_LINES_BYTES * 3 + 5};
    for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
        FILE *f = make();
        for (size_t i = 0; i < lengths[k]; i++)
            fputc('x', f);
        fputs("\nshort\n", f);
        fclose(f);
        static struct host_lines lines;
        struct rn_bytes line;
        assert_int_equal(host_lines_open(&lines, path), 0);
        assert_true(host_lines_next(&lines, &line));
        if (lengths[k] < HOST_LINES_BYTES) {
            assert_int_equal(line.len, lengths[k]);
            assert_true(host_lines_next(&lines, &line));
        }
        assert_true(host_word_is(line, "short"));
        assert_false(host_lines_next(&lines, &line));
        host_lines_close(&lines);
        unlink(path);
    }
}

static void a_missing_file_has_no_lines(void **state)
{
    (void)state;
    static struct host_lines lines;
    struct rn_bytes line;
    assert_true(host_lines_open(&lines, "/no/such/file") < 0);
    assert_false(host_lines_next(&lines, &line));
    host_lines_close(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_whole_across_the_edges_of_the_buffer),
        cmocka_unit_test(a_line_too_long_is_left_out_and_the_next_one_read),
        cmocka_unit_test(a_missing_file_has_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
