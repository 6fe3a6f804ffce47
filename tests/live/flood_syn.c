// SPDX-License-Identifier: Apache-2.0
// flood_syn DEVICE ADDRESS FLOWS RATE: sends FLOWS distinct SYNs to ADDRESS out of DEVICE, RATE a second.
//
// Each comes from another address of 10.0.0.0/8. The frames go to a hardware address that nobody has, so the kernel at
// the other end shows them to who captures and then drops them: nobody answers, nobody keeps state.
// At the end one line: frames sent, seconds it took, the longest time in ms that it was behind its plan.
//
//   Ethernet 14 | IPv4 20 | TCP 20
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_QDISC_BYPASS
#define PACKET_QDISC_BYPASS 20
#endif

enum {
    BATCH = 32,
    FRAME = 60, // the shortest that Ethernet carries
    IP = 14,
    TCP = IP + 20,
    ETH_IPV4 = 0x0800,
    FLOWS_MAX = 1 << 24, // addresses
};

struct plan {
    uint32_t flows, rate;
    struct in_addr target;
};

static uint8_t frames[BATCH][FRAME];

static void die(const char *what)
{
    (void)fprintf(stderr, "flood_syn: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static uint32_t sum(const uint8_t *p, unsigned bytes, uint32_t from)
{
    for (unsigned i = 0; i < bytes; i += 2)
        from += (uint32_t)p[i] << 8 | p[i + 1];
    return from;
}

static uint32_t checksum(uint32_t total)
{
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    return ~total;
}

static void make(uint8_t f[FRAME], struct in_addr target)
{
    static const uint8_t ethernet[IP] = {2, 0, 0, 0, 0, 0xfe, 2, 0, 0, 0, 0, 0xfd, 8, 0};
    static const uint8_t ip[12] = {0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, IPPROTO_TCP};
    memcpy(f, ethernet, sizeof ethernet);
    memcpy(f + IP, ip, sizeof ip);
    memcpy(f + IP + 16, &target, sizeof target);
    put16(f + TCP + 2, 80);
    f[TCP + 12] = 5 << 4; // words of the header
    f[TCP + 13] = 2;      // SYN
    put16(f + TCP + 14, 1024);
}

static void number(uint8_t f[FRAME], uint32_t n)
{
    put32(f + IP + 12, 10u << 24 | n);
    put16(f + TCP, 1024 + n % 60000);
    put32(f + TCP + 4, n * 2654435761u);
    put16(f + IP + 10, 0);
    put16(f + IP + 10, checksum(sum(f + IP, 20, 0)));
    put16(f + TCP + 16, 0);
    put16(f + TCP + 16, checksum(sum(f + IP + 12, 28, IPPROTO_TCP + 20)));
}

static int open_device(const char *name)
{
    int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;
    if (fd < 0)
        die("a packet socket");
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
    if (!to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof to) < 0)
        die(name);
    // Without it each frame waits in the device's queue of those to be sent. Old kernels have no such option.
    (void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
    return fd;
}

static void send_all(int fd, struct mmsghdr *message, unsigned count)
{
    for (unsigned done = 0; done < count;) {
        int n = sendmmsg(fd, message + done, count - done, 0);
        if (n > 0)
            done += (unsigned)n;
        else if (errno != ENOBUFS && errno != EINTR && errno != EAGAIN)
            die("send");
    }
}

// Waits until frame n is due; how late it is.
static int64_t await(int64_t planned, uint32_t n, uint32_t rate)
{
    int64_t due = planned + (int64_t)n * 1000000000 / rate, now = now_ns();
    while (now < due) {
        struct timespec left = {.tv_nsec = due - now < 900000000 ? due - now : 900000000};
        (void)nanosleep(&left, NULL);
        now = now_ns();
    }
    return now - due;
}

static void flood(int fd, const struct plan *plan)
{
    struct mmsghdr message[BATCH];
    struct iovec at[BATCH];
    memset(message, 0, sizeof message);
    for (unsigned i = 0; i < BATCH; i++) {
        make(frames[i], plan->target);
        at[i] = (struct iovec){frames[i], FRAME};
        message[i].msg_hdr.msg_iov = &at[i];
        message[i].msg_hdr.msg_iovlen = 1;
    }
    int64_t begun = now_ns(), planned = begun, latest = 0;
    for (uint32_t n = 0; n < plan->flows;) {
        int64_t late = await(planned, n, plan->rate);
        if (late > latest)
            latest = late;
        // Who was late does not catch up in one burst: the plan moves on with him.
        if (late > 10000000)
            planned += late;
        unsigned count = plan->flows - n < BATCH ? plan->flows - n : BATCH;
        for (unsigned i = 0; i < count; i++)
            number(frames[i], n + i);
        send_all(fd, message, count);
        n += count;
    }
    (void)printf("%u %.2f %.1f\n", plan->flows, (double)(now_ns() - begun) / 1e9,
                 (double)latest / 1e6);
}

int main(int argc, char **argv)
{
    struct plan plan;
    if (argc != 5 || inet_pton(AF_INET, argv[2], &plan.target) != 1) {
        (void)fputs("usage: flood_syn DEVICE ADDRESS FLOWS RATE\n", stderr);
        return 2;
    }
    unsigned long flows = strtoul(argv[3], NULL, 10), rate = strtoul(argv[4], NULL, 10);
    if (!flows || flows > FLOWS_MAX || !rate || rate > 10000000) {
        (void)fputs("flood_syn: 1 to 16777216 flows, 1 to 10000000 a second\n", stderr);
        return 2;
    }
    plan.flows = (uint32_t)flows;
    plan.rate = (uint32_t)rate;
    int fd = open_device(argv[1]);
    flood(fd, &plan);
    close(fd);
    return 0;
}
