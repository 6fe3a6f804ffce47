// SPDX-License-Identifier: Apache-2.0
// A run without a screen: what it says when it cannot begin, and each way in which it ends.
#include "child.h"
#include "run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "headless.h"

// What a child is told, and where it writes.
static struct job {
    struct app_options o;
    char json[64], errors[64];
    int out; // its standard output; -1: that of the test
} job;

static void prepare(void)
{
    job = (struct job){.out = -1};
    job.o = (struct app_options){.timeouts = rn_timeouts_default,
                                 .headless = true,
                                 .interface = "lo",
                                 .max_connections = 1000,
                                 .workers = 2};
    file_name(job.json);
    file_name(job.errors);
    job.o.json_log = job.json;
}

static void tidy(void)
{
    (void)unlink(job.json);
    (void)unlink(job.errors);
}

// Runs the job and tells its end in the file of errors: "END code: sentence".
static int do_job(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    if (job.out >= 0)
        CHECK(dup2(job.out, STDOUT_FILENO) >= 0);
    for (int fd = 3; fd < 20; fd++) // a pipe's other end
        close(fd);
    int errors = open(job.errors, O_WRONLY | O_APPEND);
    CHECK(errors >= 0 && dup2(errors, STDERR_FILENO) >= 0);
    close(errors);
    int rc = app_headless(&job.o, &err);
    fprintf(stderr, "END %d: %s\n", rc, err.msg);
    return 0;
}

static bool errors_have(const char *part)
{
    char *text = file_text(job.errors);
    bool has = strstr(text, part) != NULL;
    free(text);
    return has;
}

// The code that the job ended with; skips the test if it was not permitted to begin.
static int end_of_job(pid_t child)
{
    int status = child_end(child);
    char *text = file_text(job.errors);
    if (status)
        fail_msg("status %x after: %s", (unsigned)status, text);
    const char *end = strstr(text, "END ");
    assert_non_null(end);
    int code = (int)strtol(end + 4, NULL, 10);
    if (!strstr(text, "capturing on") && code == -EPERM) {
        fprintf(stderr, "skipped: %s", end);
        free(text);
        tidy();
        skip();
    }
    // A sentence if and only if it went wrong.
    const char *sentence = strchr(end, ':') + 2;
    assert_int_equal(*sentence != '\n', code != 0);
    free(text);
    return code;
}

// Waits until the job runs; false: it has ended before.
static bool job_runs(pid_t child)
{
    while (!errors_have("rustnet: capturing on ")) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid)
            return false;
        nap(2 * RN_MSEC);
    }
    return true;
}

static void send_datagrams(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(10009)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (unsigned n = 0; n < 10; n++)
        (void)sendto(fd, "hello", 5, 0, (const struct sockaddr *)&to, sizeof to);
    close(fd);
}

static void assert_complete(const char *text)
{
    const char *summary = strstr(text, "\"event\":\"summary\"");
    assert_non_null(summary);
    assert_int_equal(text_count(summary, "\n"), 1); // the last line
    assert_int_equal(text_count(text, "\"event\":\"new_connection\""),
                     text_count(text, "\"event\":\"connection_closed\""));
}

static void a_device_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct rn_err err = {0};
    prepare();
    job.o.interface = "nosuchdev0";
    assert_true(app_headless(&job.o, &err) < 0);
    assert_true(err.msg[0] != 0);
    if (err.code != -EPERM)
        assert_non_null(strstr(err.msg, "nosuchdev0"));
    tidy();
}

static int try_as_nobody(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    if (getuid() == 0) {
        CHECK(setgroups(0, NULL) == 0);
        CHECK(setgid(65534) == 0 && setuid(65534) == 0);
    } else if (rn_capture_may(&err) == 0) {
        return child_skips("this user may capture");
    }
    job.o.json_log = NULL;
    CHECK(app_headless(&job.o, &err) == -EPERM);
    CHECK(err.code == -EPERM && err.msg[0]);
    return 0;
}

static void without_the_right_to_capture_that_is_told(void **state)
{
    (void)state;
    prepare();
    child_run(try_as_nobody, NULL);
    tidy();
}

static void it_ends_by_itself_after_its_duration(void **state)
{
    (void)state;
    prepare();
    job.o.duration = RN_SEC;
    rn_time start = rn_clock_monotonic();
    pid_t child = child_start(do_job, NULL);
    if (job_runs(child))
        send_datagrams();
    assert_int_equal(end_of_job(child), 0);
    assert_true(rn_clock_monotonic() - start >= RN_SEC);
    char *text = file_text(job.json);
    assert_complete(text);
    assert_true(text_count(text, "\"destination_port\":10009,") >= 2);
    free(text);
    tidy();
}

static void a_signal_ends_it_with_nothing_lost(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (unsigned i = 0; i < 2; i++) {
        prepare();
        pid_t child = child_start(do_job, NULL);
        if (job_runs(child)) {
            send_datagrams();
            kill(child, signals[i]);
        }
        assert_int_equal(end_of_job(child), 0);
        char *text = file_text(job.json);
        assert_complete(text);
        assert_int_equal(text_count(text, "\"destination_port\":10009,"), 2);
        assert_non_null(strstr(text, "\"packets_sent\":10,"));
        free(text);
        tidy();
    }
}

static void the_stream_goes_to_standard_output(void **state)
{
    (void)state;
    int out[2];
    prepare();
    job.o.json_log = NULL;
    assert_int_equal(pipe(out), 0);
    job.out = out[1];
    pid_t child = child_start(do_job, NULL);
    close(out[1]);
    if (job_runs(child)) {
        send_datagrams();
        kill(child, SIGTERM);
    }
    static char text[1 << 20];
    size_t len = 0;
    for (ssize_t n; (n = read(out[0], text + len, sizeof text - 1 - len)) > 0;)
        len += (size_t)n;
    text[len] = '\0';
    close(out[0]);
    assert_int_equal(end_of_job(child), 0);
    assert_complete(text);
    assert_int_equal(text[0], '{'); // and nothing else goes there
    tidy();
}

static void a_reader_that_goes_away_ends_it(void **state)
{
    (void)state;
    int out[2];
    prepare();
    job.o.json_log = NULL;
    assert_int_equal(pipe(out), 0);
    job.out = out[1];
    pid_t child = child_start(do_job, NULL);
    close(out[1]);
    if (job_runs(child))
        send_datagrams();
    close(out[0]);
    assert_int_equal(end_of_job(child), -EPIPE); // the next flush finds out
    tidy();
}

// The last lines meet nobody; that is an error like any other, and no signal that kills.
static void a_reader_that_is_gone_at_the_end_is_an_error(void **state)
{
    (void)state;
    int out[2];
    prepare();
    job.o.json_log = NULL;
    assert_int_equal(pipe(out), 0);
    job.out = out[1];
    pid_t child = child_start(do_job, NULL);
    close(out[1]);
    bool runs = job_runs(child);
    close(out[0]);
    if (runs)
        kill(child, SIGTERM);
    assert_int_equal(end_of_job(child), -EPIPE);
    tidy();
}

static void a_full_disk_ends_it_and_is_told(void **state)
{
    (void)state;
    prepare();
    job.o.json_log = "/dev/full";
    pid_t child = child_start(do_job, NULL);
    if (job_runs(child))
        send_datagrams();
    int code = end_of_job(child);
    if (code == -ENOENT)
        skip();
    assert_int_equal(code, -ENOSPC);
    tidy();
}

// A tunnel in a network of its own is there for as long as its descriptor.
static int lose_the_device(void *arg)
{
    enum { OWN_NETWORK = 0x40000000 }; // CLONE_NEWNET, which sched.h keeps to itself
    static struct ifreq tunnel = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    (void)arg;
    if (syscall(SYS_unshare, OWN_NETWORK))
        return child_skips("no right to a network of its own");
    int tun = open("/dev/net/tun", O_RDWR);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &tunnel))
        return child_skips("no tunnel can be made here");
    job.o.interface = tunnel.ifr_name;
    pid_t child = child_start(do_job, NULL);
    CHECK(job_runs(child));
    close(tun);
    CHECK(child_end(child) == 0);
    CHECK(errors_have("END -19: "));
    CHECK(errors_have(tunnel.ifr_name));
    char *text = file_text(job.json);
    CHECK(text_count(text, "\"event\":\"summary\"") == 1);
    free(text);
    return 0;
}

static void a_device_that_goes_away_ends_it_and_is_told(void **state)
{
    (void)state;
    prepare();
    child_run(lose_the_device, NULL);
    tidy();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_is_not_there_is_told),
        cmocka_unit_test(without_the_right_to_capture_that_is_told),
        cmocka_unit_test(it_ends_by_itself_after_its_duration),
        cmocka_unit_test(a_signal_ends_it_with_nothing_lost),
        cmocka_unit_test(the_stream_goes_to_standard_output),
        cmocka_unit_test(a_reader_that_goes_away_ends_it),
        cmocka_unit_test(a_reader_that_is_gone_at_the_end_is_an_error),
        cmocka_unit_test(a_device_that_goes_away_ends_it_and_is_told),
        cmocka_unit_test(a_full_disk_ends_it_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
