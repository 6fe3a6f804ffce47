// SPDX-License-Identifier: Apache-2.0
// Live capture in a network namespace of our own. Needs root; without it the tests are skipped, visibly.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "rustnet/base/time.h"
#include "rustnet/capture.h"

#define PORT 40000

static void need_namespace(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
        print_message("needs root and a network namespace of its own\n");
        skip();
    }
}

static void set_up(const char *device, bool up)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq req = {0};
    memcpy(req.ifr_name, device, strlen(device) + 1);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &req), 0);
    req.ifr_flags = (short)(up ? req.ifr_flags | IFF_UP : req.ifr_flags & ~IFF_UP);
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &req), 0);
    close(fd);
}

static void run_ip(char *const argv[])
{
    pid_t pid = fork();
    if (pid == 0) {
        execvp("ip", argv);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        skip();
}

static void send_datagrams(unsigned count)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (unsigned i = 0; i < count; i++)
        (void)sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof to);
    close(fd);
}

struct got {
    unsigned frames;
    uint32_t wire;
    rn_time last;
};

static void take(void *ctx, const struct rn_frame *frame)
{
    struct got *got = ctx;
    got->frames++;
    got->wire = frame->wire_bytes;
    got->last = frame->time;
}

// Reads for up to about 3 s, until there are `want` frames or an error.
static int collect(struct rn_capture *c, unsigned want, struct got *got, struct rn_err *err)
{
    int n = 0;
    for (int i = 0; i < 60 && got->frames < want && n >= 0; i++) {
        (void)rn_capture_wait(c, 50 * RN_MSEC);
        n = rn_capture_next(c, 4096, take, got, err);
    }
    return n < 0 ? n : 0;
}

static struct rn_capture *open_buffered(const char *device, const char *filter, size_t bytes)
{
    struct rn_capture_cfg cfg = {.device = device, .filter = filter, .buffer_bytes = bytes};
    struct rn_capture *c = NULL;
    struct rn_err err = {0};
    if (rn_capture_open_live(&cfg, &c, &err) < 0)
        fail_msg("%s", err.msg);
    return c;
}

static struct rn_capture *open_device(const char *device, const char *filter)
{
    return open_buffered(device, filter, 1 << 20);
}

static void a_device_that_is_up_gives_its_frames_with_their_time(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_err err = {0};
    assert_int_equal(rn_capture_may(&err), 0);
    struct rn_capture *c = open_device("lo", "udp port 40000");
    assert_true(rn_capture_is_live(c));
    assert_int_equal(rn_capture_link(c), 1);
    assert_string_equal(rn_capture_device(c), "lo");
    rn_time before = rn_clock_wall();
    send_datagrams(10);
    struct got got = {0};
    assert_int_equal(collect(c, 10, &got, &err), 0);
    assert_int_equal(got.frames, 10);
    assert_int_equal(got.wire, 14 + 20 + 8 + 5);
    assert_true(got.last >= before && got.last <= rn_clock_wall());
    assert_int_equal(rn_capture_dropped(c), 0);
    rn_capture_close(c);
}

// More than one block of libpcap takes in (963 of these): with a single one the rest would be lost.
static void the_least_buffer_has_more_than_one_block(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_err err = {0};
    struct rn_capture *c = open_buffered("lo", "udp port 40000", 1);
    struct got got = {0};
    send_datagrams(1500);
    assert_int_equal(collect(c, 1500, &got, &err), 0);
    assert_int_equal(got.frames, 1500);
    assert_int_equal(rn_capture_dropped(c), 0);
    rn_capture_close(c);
}

static void a_device_that_is_down_is_heard_once_it_comes_up(void **state)
{
    (void)state;
    need_namespace(); // a new one, whose lo is down
    struct rn_capture *c = open_device("lo", "udp port 40000");
    struct got got = {0};
    struct rn_err err = {0};
    assert_int_equal(rn_capture_next(c, 100, take, &got, &err), 0);
    assert_string_equal(rn_capture_device(c), "lo");
    set_up("lo", true);
    send_datagrams(5);
    assert_int_equal(collect(c, 5, &got, &err), 0);
    assert_int_equal(got.frames, 5);
    rn_capture_close(c);
}

static void down_and_up_again_is_survived(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_capture *c = open_device("lo", "udp port 40000");
    struct got got = {0};
    struct rn_err err = {0};
    set_up("lo", false);
    for (int i = 0; i < 3; i++) {
        (void)rn_capture_wait(c, 20 * RN_MSEC);
        assert_int_equal(rn_capture_next(c, 100, take, &got, &err), 0);
    }
    set_up("lo", true);
    send_datagrams(5);
    assert_int_equal(collect(c, 5, &got, &err), 0);
    assert_int_equal(got.frames, 5);
    rn_capture_close(c);
}

static void a_named_device_that_goes_away_ends_the_capture(void **state)
{
    (void)state;
    need_namespace();
    for (int down = 0; down < 2; down++) {
        run_ip(
            (char *[]){"ip", "link", "add", "rnt0", "type", "veth", "peer", "name", "rnt1", NULL});
        if (!down)
            set_up("rnt0", true);
        struct rn_capture *c = open_device("rnt0", NULL);
        struct got got = {0};
        struct rn_err err = {0};
        run_ip((char *[]){"ip", "link", "del", "rnt0", NULL});
        assert_int_equal(collect(c, 1000000, &got, &err), -ENODEV);
        assert_string_equal(err.msg, "The interface rnt0 disappeared");
        assert_int_equal(rn_capture_next(c, 100, take, &got, &err), -ENODEV);
        rn_capture_close(c);
    }
}

static void any_survives_the_end_of_a_device(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    run_ip((char *[]){"ip", "link", "add", "rnt0", "type", "veth", "peer", "name", "rnt1", NULL});
    set_up("rnt0", true);
    struct rn_capture *c = open_device("any", "udp port 40000");
    assert_int_equal(rn_capture_link(c), 113);
    struct got got = {0};
    struct rn_err err = {0};
    run_ip((char *[]){"ip", "link", "del", "rnt0", NULL});
    for (int i = 0; i < 3; i++) {
        (void)rn_capture_wait(c, 20 * RN_MSEC);
        assert_int_equal(rn_capture_next(c, 100, take, &got, &err), 0);
    }
    send_datagrams(5);
    assert_int_equal(collect(c, 5, &got, &err), 0);
    assert_true(got.frames >= 5); // lo: each may be heard twice
    rn_capture_close(c);
}

static void what_a_slow_reader_misses_is_counted(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_capture *c = open_device("lo", "udp port 40000");
    send_datagrams(60000); // about 47 bytes each, some 6 MB with headers; the buffer holds 1 MiB
    uint64_t dropped = rn_capture_dropped(c);
    assert_true(dropped > 0);
    assert_true(rn_capture_dropped(c) >= dropped); // a sum, not what came since
    rn_capture_close(c);
}

static void a_wake_ends_the_wait_and_a_quiet_wait_costs_nothing(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_capture *c = open_device("lo", "udp port 40000");
    rn_capture_wake(c);
    rn_capture_wake(c);
    assert_false(rn_capture_wait(c, -1));
    struct rusage a, b;
    rn_time start = rn_clock_monotonic();
    getrusage(RUSAGE_SELF, &a);
    for (int i = 0; i < 4; i++)
        assert_true(rn_capture_wait(c, 50 * RN_MSEC));
    getrusage(RUSAGE_SELF, &b);
    assert_true(rn_clock_monotonic() - start >= 190 * RN_MSEC);
    assert_true(b.ru_nvcsw - a.ru_nvcsw < 20);
    rn_capture_close(c);
}

static void a_bad_filter_and_an_unknown_device_are_told_apart(void **state)
{
    (void)state;
    need_namespace();
    set_up("lo", true);
    struct rn_capture *c = NULL;
    struct rn_err err = {0};
    struct rn_capture_cfg cfg = {.device = "lo", .filter = "port banana"};
    assert_int_equal(rn_capture_open_live(&cfg, &c, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "port banana"));
    cfg = (struct rn_capture_cfg){.device = "nosuch0"};
    assert_int_equal(rn_capture_open_live(&cfg, &c, &err), -ENODEV);
    assert_non_null(strstr(err.msg, "Interface 'nosuch0' not found. Available interfaces: "));
    assert_non_null(strstr(err.msg, "lo"));
    assert_null(c);
}

static void without_the_right_there_is_a_remedy(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t pid = fork();
    if (pid == 0) {
        struct rn_err err = {0};
        struct rn_capture *c = NULL;
        struct rn_capture_cfg cfg = {.device = "any"};
        bool ok = setuid(65534) == 0 && rn_capture_may(&err) == -EPERM;
        ok = ok && strncmp(err.msg, "No right to capture: ", 21) == 0;
        err.msg[0] = '\0';
        ok = ok && rn_capture_open_live(&cfg, &c, &err) == -EPERM;
        ok = ok && (strstr(err.msg, "sudo setcap 'cap_net_raw") || strstr(err.msg, "--cap-add"));
        _exit(ok ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_is_up_gives_its_frames_with_their_time),
        cmocka_unit_test(the_least_buffer_has_more_than_one_block),
        cmocka_unit_test(a_device_that_is_down_is_heard_once_it_comes_up),
        cmocka_unit_test(down_and_up_again_is_survived),
        cmocka_unit_test(a_named_device_that_goes_away_ends_the_capture),
        cmocka_unit_test(any_survives_the_end_of_a_device),
        cmocka_unit_test(what_a_slow_reader_misses_is_counted),
        cmocka_unit_test(a_wake_ends_the_wait_and_a_quiet_wait_costs_nothing),
        cmocka_unit_test(a_bad_filter_and_an_unknown_device_are_told_apart),
        cmocka_unit_test(without_the_right_there_is_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
