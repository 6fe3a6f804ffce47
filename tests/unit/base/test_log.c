// SPDX-License-Identifier: Apache-2.0
// Log: where it may write, how a line looks, and that it never stands in the way.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "rustnet/base/log.h"

#define NOW INT64_C(1795536950000000001) // 2026-11-24T16:15:50.000000001Z
#define FILE_NAME "logs/rustnet_2026-11-24_16-15-50.log"

static char home[4096], dir[64];

static int enter_fresh_dir(void **state)
{
    (void)state;
    (void)setenv("TZ", "UTC0", 1);
    if (!getcwd(home, sizeof(home)))
        return -1;
    (void)snprintf(dir, sizeof(dir), "/tmp/test_log.XXXXXX");
    return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int leave_dir(void **state)
{
    (void)state;
    rn_log_close();
    (void)unlink(FILE_NAME);
    (void)unlink("logs");
    (void)rmdir("logs");
    (void)unlink("other/x");
    (void)rmdir("other");
    (void)unlink("second");
    return chdir(home) == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static size_t slurp(char *out, size_t cap)
{
    int fd = open(FILE_NAME, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, out, cap - 1);
    assert_true(n >= 0);
    (void)close(fd);
    out[n] = '\0';
    return (size_t)n;
}

static void levels_are_found_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(rn_log_level_find("off"), RN_LOG_OFF);
    assert_int_equal(rn_log_level_find("Error"), RN_LOG_ERROR);
    assert_int_equal(rn_log_level_find("WARN"), RN_LOG_WARN);
    assert_int_equal(rn_log_level_find("info"), RN_LOG_INFO);
    assert_int_equal(rn_log_level_find("dEbUg"), RN_LOG_DEBUG);
    assert_int_equal(rn_log_level_find("trace"), RN_LOG_TRACE);
    assert_int_equal(rn_log_level_find(""), -1);
    assert_int_equal(rn_log_level_find("verbose"), -1);
}

static void folder_and_file_belong_to_the_owner_alone(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, NULL), 0);
    assert_true(rn_log_fd() >= 0);
    assert_int_equal(stat("logs", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(FILE_NAME, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(fcntl(rn_log_fd(), F_GETFD) & FD_CLOEXEC);
}

static void a_line_is_stamp_level_room_and_text(void **state)
{
    (void)state;
    char text[512];
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, NULL), 0);
    errno = EDOM;
    rn_log(RN_LOG_WARN, NOW, "capture", "%d frames\nlost \x1b[2J", 3);
    assert_int_equal(errno, EDOM);
    rn_log(RN_LOG_DEBUG, NOW, "capture", "too fine");
    rn_log(RN_LOG_ERROR, -1, "app", "end");
    (void)slurp(text, sizeof(text));
    assert_string_equal(
        text,
        "2026-11-24T16:15:50.000000001Z warn  capture: 3 frames\xef\xbf\xbdlost \xef\xbf\xbd[2J\n"
        "1969-12-31T23:59:59.999999999Z error app: end\n");
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    (void)state;
    char text[4096];
    assert_int_equal(rn_log_open(RN_LOG_TRACE, NOW, NULL), 0);
    rn_log(RN_LOG_TRACE, NOW, "app", "%03000d", 7);
    size_t n = slurp(text, sizeof(text));
    assert_int_equal(n, 1023);
    assert_int_equal(text[n - 1], '\n');
    assert_ptr_equal(strchr(text, '\n'), text + n - 1);
}

static void off_opens_nothing(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(rn_log_open(RN_LOG_OFF, NOW, NULL), 0);
    assert_int_equal(rn_log_fd(), -1);
    rn_log(RN_LOG_ERROR, NOW, "app", "nobody reads this");
    assert_int_equal(stat("logs", &st), -1);
}

static void a_linked_folder_is_refused(void **state)
{
    (void)state;
    struct rn_err err;
    assert_int_equal(mkdir("other", 0700), 0);
    assert_int_equal(symlink("other", "logs"), 0);
    assert_true(rn_log_open(RN_LOG_INFO, NOW, &err) < 0);
    assert_non_null(strstr(err.msg, "symbolic link"));
    assert_int_equal(rn_log_fd(), -1);
    assert_int_equal(rmdir("other"), 0); // nothing was put there
}

static void a_file_in_place_of_the_folder_is_refused(void **state)
{
    (void)state;
    int fd = open("logs", O_WRONLY | O_CREAT, 0600);
    (void)close(fd);
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, NULL), -ENOTDIR);
}

static void a_linked_file_is_refused(void **state)
{
    (void)state;
    struct rn_err err;
    struct stat st;
    assert_int_equal(mkdir("logs", 0700), 0);
    assert_int_equal(symlink("../second", FILE_NAME), 0);
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, &err), -ELOOP);
    assert_int_equal(stat("second", &st), -1);
    // A second name of the same file is as bad, and it keeps its content.
    (void)unlink(FILE_NAME);
    int fd = open("second", O_WRONLY | O_CREAT, 0644);
    assert_int_equal(write(fd, "keep", 4), 4);
    (void)close(fd);
    assert_int_equal(link("second", FILE_NAME), 0);
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, &err), -EEXIST);
    assert_int_equal(stat("second", &st), 0);
    assert_int_equal(st.st_size, 4);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void a_fifo_is_refused_without_waiting(void **state)
{
    (void)state;
    assert_int_equal(mkdir("logs", 0700), 0);
    assert_int_equal(mkfifo(FILE_NAME, 0600), 0);
    assert_true(rn_log_open(RN_LOG_INFO, NOW, NULL) < 0);
}

static void a_file_from_before_is_emptied_and_closed_to_others(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(mkdir("logs", 0755), 0);
    int fd = open(FILE_NAME, O_WRONLY | O_CREAT, 0644);
    assert_int_equal(write(fd, "old", 3), 3);
    (void)close(fd);
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, NULL), 0);
    assert_int_equal(stat(FILE_NAME, &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void after_a_failed_write_it_is_silent(void **state)
{
    (void)state;
    char text[64];
    assert_int_equal(rn_log_open(RN_LOG_INFO, NOW, NULL), 0);
    int fd = rn_log_fd(), keep = dup(fd), full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    assert_int_equal(dup2(full, fd), fd);
    rn_log(RN_LOG_ERROR, NOW, "app", "does not fit");
    assert_int_equal(dup2(keep, fd), fd);
    rn_log(RN_LOG_ERROR, NOW, "app", "would fit");
    (void)close(full);
    (void)close(keep);
    assert_int_equal(slurp(text, sizeof(text)), 0);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_fresh_dir, leave_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_found_in_any_case),
        IN_DIR(folder_and_file_belong_to_the_owner_alone),
        IN_DIR(a_line_is_stamp_level_room_and_text),
        IN_DIR(a_long_line_is_cut_and_still_ends),
        IN_DIR(off_opens_nothing),
        IN_DIR(a_linked_folder_is_refused),
        IN_DIR(a_file_in_place_of_the_folder_is_refused),
        IN_DIR(a_linked_file_is_refused),
        IN_DIR(a_fifo_is_refused_without_waiting),
        IN_DIR(a_file_from_before_is_emptied_and_closed_to_others),
        IN_DIR(after_a_failed_write_it_is_silent),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
