// SPDX-License-Identifier: Apache-2.0
// Real sockets of this process and of children. Skipped, visibly, where the platform cannot tell owners.
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "text_case.h"

#include "rustnet/host.h"

union end {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct pair {
    int client, server; // connected to each other
    struct rn_ip ip[2];
    uint16_t port[2]; // client, server
    uint16_t proto;
};

static struct rn_host *open_host(void)
{
    struct rn_host *host = rn_host_open(4096, NULL);
    struct rn_host_status status;
    assert_non_null(host);
    rn_host_status(host, &status);
    if (strcmp(status.method.s, "procfs") != 0) {
        print_message("method is %s: %s\n", status.method.s, status.reason.s);
        rn_host_close(host);
        skip();
    }
    return host;
}

static socklen_t loopback(union end *e, int family, const char *ip, uint16_t port)
{
    memset(e, 0, sizeof *e);
    e->any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        assert_int_equal(inet_pton(family, ip, &e->v4.sin_addr), 1);
        e->v4.sin_port = htons(port);
        return sizeof e->v4;
    }
    assert_int_equal(inet_pton(family, ip, &e->v6.sin6_addr), 1);
    e->v6.sin6_port = htons(port);
    return sizeof e->v6;
}

static uint16_t port_of(int fd)
{
    union end e;
    socklen_t len = sizeof e;
    assert_int_equal(getsockname(fd, &e.any, &len), 0);
    return ntohs(e.any.sa_family == AF_INET ? e.v4.sin_port : e.v6.sin6_port);
}

static struct pair connect_tcp(int family, const char *ip)
{
    union end e;
    struct pair p = {.proto = RN_PROTO_TCP, .ip = {ip_of(ip), ip_of(ip)}};
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t len = loopback(&e, family, ip, 0);
    if (listener < 0 || bind(listener, &e.any, len) < 0)
        skip(); // no IPv6 here
    assert_int_equal(listen(listener, 1), 0);
    p.port[1] = port_of(listener);
    p.client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    len = loopback(&e, family, ip, p.port[1]);
    assert_int_equal(connect(p.client, &e.any, len), 0);
    p.port[0] = port_of(p.client);
    p.server = accept(listener, NULL, NULL);
    assert_true(p.server >= 0);
    close(listener);
    return p;
}

static struct pair connect_udp(void)
{
    union end e;
    struct pair p = {.proto = RN_PROTO_UDP, .ip = {ip_of("127.0.0.1"), ip_of("127.0.0.1")}};
    p.server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t len = loopback(&e, AF_INET, "127.0.0.1", 0);
    assert_int_equal(bind(p.server, &e.any, len), 0);
    p.port[1] = port_of(p.server);
    p.client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    len = loopback(&e, AF_INET, "127.0.0.1", p.port[1]);
    assert_int_equal(connect(p.client, &e.any, len), 0);
    p.port[0] = port_of(p.client);
    return p;
}

static void close_pair(struct pair *p)
{
    close(p->client);
    close(p->server);
}

static bool find(struct rn_host *host, const struct pair *p, int from, struct rn_process *out)
{
    int to = 1 - from;
    return rn_host_owner(host, p->proto, &p->ip[from], p->port[from], &p->ip[to], p->port[to], out);
}

static void assert_self(struct rn_host *host, const struct pair *p, int from)
{
    struct rn_process out = {0};
    assert_true(find(host, p, from, &out));
    assert_int_equal(out.pid, getpid());
    assert_int_equal(out.uid, geteuid());
    // comm is "unit_host_procf": the executable's name knows the rest.
    assert_string_equal(out.name.s, "unit_host_procfs");
}

static void both_ends_of_a_connection_are_found(void **state)
{
    (void)state;
    struct rn_host *host = open_host();
    static const struct {
        int family;
        const char *ip;
    } cases[] = {{AF_INET, "127.0.0.1"}, {AF_INET6, "::1"}, {AF_INET6, "::ffff:127.0.0.1"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pair p = connect_tcp(cases[i].family, cases[i].ip);
        rn_host_refresh(host);
        assert_self(host, &p, 0);
        assert_self(host, &p, 1);
        close_pair(&p);
        struct rn_process out;
        rn_host_refresh(host);
        assert_false(find(host, &p, 0, &out)); // TIME_WAIT is nobody's
    }
    rn_host_close(host);
}

static void inv_1_only_a_connected_udp_socket_is_a_match(void **state)
{
    (void)state;
    struct rn_host *host = open_host();
    struct pair p = connect_udp();
    struct rn_process out;
    rn_host_refresh(host);
    assert_self(host, &p, 0);
    assert_false(find(host, &p, 1, &out));
    close_pair(&p);
    rn_host_close(host);
}

static void inv_2_a_socket_that_a_child_holds_too_is_nobodys(void **state)
{
    (void)state;
    struct rn_host *host = open_host();
    struct pair p = connect_tcp(AF_INET, "127.0.0.1");
    struct rn_process out;
    int stop[2];
    assert_int_equal(pipe(stop), 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        close(stop[1]);
        close(p.server); // holds the client's end only
        (void)!read(stop[0], &c, 1);
        _exit(0);
    }
    close(stop[0]);
    for (int i = 0; i < 100 && (rn_host_refresh(host), !find(host, &p, 1, &out)); i++)
        usleep(10000); // until the child has closed it
    assert_self(host, &p, 1);
    assert_false(find(host, &p, 0, &out));
    close(p.client); // now the child alone has it
    rn_host_refresh(host);
    assert_true(find(host, &p, 0, &out));
    assert_int_equal(out.pid, child);
    close(stop[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    rn_host_refresh(host);
    assert_false(find(host, &p, 0, &out));
    close(p.server);
    rn_host_close(host);
}

static void missing_rights_are_told(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    rn_host_close(open_host());
    pid_t child = fork();
    if (child == 0) {
        struct rn_host_status s = {0};
        if (setuid(65534) < 0)
            _exit(2);
        struct rn_host *host = rn_host_open(16, NULL);
        rn_host_status(host, &s);
        rn_host_refresh(host);
        rn_host_close(host);
        bool ok = s.degraded && strcmp(s.feature.s, "Other users' processes") == 0 &&
                  strcmp(s.reason.s, "needs CAP_SYS_PTRACE+CAP_DAC_READ_SEARCH") == 0;
        _exit(ok ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_table_that_is_too_small_says_so(void **state)
{
    (void)state;
    rn_host_close(open_host());
    if (geteuid() != 0)
        skip(); // the missing rights come first
    struct rn_host *host = rn_host_open(1, NULL);
    struct pair p = connect_tcp(AF_INET, "127.0.0.1");
    struct rn_host_status s;
    rn_host_refresh(host);
    rn_host_status(host, &s);
    assert_true(s.degraded);
    assert_string_equal(s.feature.s, "Sockets beyond 1");
    close_pair(&p);
    rn_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_of_a_connection_are_found),
        cmocka_unit_test(inv_1_only_a_connected_udp_socket_is_a_match),
        cmocka_unit_test(inv_2_a_socket_that_a_child_holds_too_is_nobodys),
        cmocka_unit_test(missing_rights_are_told),
        cmocka_unit_test(a_table_that_is_too_small_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
