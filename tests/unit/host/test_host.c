// SPDX-License-Identifier: Apache-2.0
// What every platform keeps, "none" included.
#include <pthread.h>
#include <sys/resource.h>

#include "text_case.h"

#include "rustnet/host.h"

static void a_host_always_opens_and_names_its_method(void **state)
{
    (void)state;
    struct rn_host *host = rn_host_open(100, NULL);
    struct rn_host_status s;
    assert_non_null(host);
    rn_host_status(host, &s);
    assert_true(s.method.len > 0);
    assert_int_equal(s.degraded, s.feature.len > 0);
    assert_int_equal(s.degraded, s.reason.len > 0);
    rn_host_close(host);
    rn_host_close(NULL);
}

static void nobody_owns_what_was_never_seen(void **state)
{
    (void)state;
    struct rn_host *host = rn_host_open(100, NULL);
    struct rn_ip ip = ip_of("192.0.2.1");
    struct rn_process out = {.pid = 7};
    assert_false(rn_host_owner(host, RN_PROTO_TCP, &ip, 1, &ip, 2, &out));
    rn_host_refresh(host);
    assert_false(rn_host_owner(host, RN_PROTO_TCP, &ip, 1, &ip, 2, &out));
    assert_false(rn_host_owner(host, RN_PROTO_ICMP, &ip, 0, &ip, 0, &out));
    assert_int_equal(out.pid, 7);
    rn_host_close(host);
}

static void *hurry(void *arg)
{
    int before = getpriority(PRIO_PROCESS, 0);
    rn_host_hurry();
    *(bool *)arg = getpriority(PRIO_PROCESS, 0) <= before;
    return NULL;
}

static void only_the_thread_that_hurries_goes_before_others(void **state)
{
    (void)state;
    pthread_t thread;
    bool not_later = false;
    int before = getpriority(PRIO_PROCESS, 0);
    assert_int_equal(pthread_create(&thread, NULL, hurry, &not_later), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(not_later);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_always_opens_and_names_its_method),
        cmocka_unit_test(nobody_owns_what_was_never_seen),
        cmocka_unit_test(only_the_thread_that_hurries_goes_before_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
