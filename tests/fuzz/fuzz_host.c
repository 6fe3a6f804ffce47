// SPDX-License-Identifier: Apache-2.0
// What an operating system prints, or somebody in its place: every parser of src/host/parse.
//
//   byte 0   which parser
//   rest     lines for those of text, messages for those of netlink
#include "fuzz.h"

#include "parse/parse.h"

#define LINES_MAX 256

// A parser that says no has left what it was given alone.
#define LEAVES_ALONE(type, call)                          \
    do {                                                  \
        type out, before;                                 \
        memset(&before, 0xa5, sizeof before);             \
        memcpy(&out, &before, sizeof out);                \
        if (!(call))                                      \
            must(memcmp(&out, &before, sizeof out) == 0); \
    } while (0)

static void run_proc_net(struct rn_bytes line)
{
    LEAVES_ALONE(struct host_socket, host_parse_proc_net(line, &out));
}

static void run_socket_link(struct rn_bytes line)
{
    LEAVES_ALONE(uint64_t, host_parse_socket_link(line, &out));
}

// comm, '|', exe.
static void run_process_name(struct rn_bytes line)
{
    struct rn_text64 name;
    const uint8_t *bar = line.len ? memchr(line.p, '|', line.len) : NULL;
    struct rn_reader r = rn_reader_of(line);
    struct rn_bytes comm = rn_take_bytes(&r, bar ? (size_t)(bar - line.p) : line.len);
    rn_skip(&r, bar ? 1 : 0);
    host_process_name(comm, rn_reader_rest(&r), &name);
    must_be_clean(name.s, name.len);
}

static void run_effective_caps(struct rn_bytes line)
{
    LEAVES_ALONE(uint64_t, host_parse_effective_caps(line, &out));
}

static void run_gateway_v4(struct rn_bytes line)
{
    LEAVES_ALONE(struct rn_ip, host_parse_gateway_v4(line, &out));
}

static void run_gateway_v6(struct rn_bytes line)
{
    LEAVES_ALONE(struct rn_ip, host_parse_gateway_v6(line, &out));
}

static void run_proc_dev(struct rn_bytes line)
{
    LEAVES_ALONE(struct rn_iface_stats, host_parse_proc_dev(line, &out));
    struct rn_iface_stats stats;
    if (host_parse_proc_dev(line, &stats))
        must_be_clean(stats.name.s, stats.name.len);
}

// A number, read a second time with plenty of room.
static void check_number(struct rn_bytes word, unsigned base, uint64_t value)
{
    __extension__ unsigned __int128 again = 0;
    for (size_t i = 0; i < word.len; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = strchr(digits, word.p[i]);
        must(word.p[i] != 0 && digit != NULL && (size_t)(digit - digits) % 16 < base);
        again = again * base + (size_t)(digit - digits) % 16;
        must(again <= UINT64_MAX);
    }
    must(word.len > 0 && again == value);
}

static void run_words(struct rn_bytes line)
{
    struct rn_reader r = rn_reader_of(line);
    for (size_t n = 0; n <= line.len; n++) {
        struct rn_bytes word = host_take_word(&r);
        if (word.len == 0)
            break;
        must(!memchr(word.p, ' ', word.len) && !memchr(word.p, '\t', word.len));
        uint64_t value;
        if (host_word_dec(word, &value))
            check_number(word, 10, value);
        if (host_word_hex(word, &value))
            check_number(word, 16, value);
        LEAVES_ALONE(uint64_t, host_word_hex(word, &out));
        uint8_t *bytes = malloc(word.len);
        if (!bytes)
            abort();
        (void)host_word_bytes(word, bytes, word.len / 2);
        free(bytes);
    }
    must(rn_reader_left(&r) == 0);
}

static void run_rtnl(struct rn_bytes messages)
{
    struct rn_local_addrs addrs = {0};
    enum host_netlink end = host_parse_rtnl_addrs(messages, &addrs);
    must(end != HOST_NETLINK_ITEM);
    must(addrs.net_count <= RN_LOCAL_MAX && addrs.gateway_count == 0);
    for (unsigned i = 0; i < addrs.net_count; i++)
        must(addrs.net[i].prefix_len <= 128);
}

static void run_inet_diag(struct rn_bytes messages)
{
    struct rn_reader r = rn_reader_of(messages);
    struct host_socket socket;
    size_t n = 0;
    while (host_take_inet_diag(&r, &socket) == HOST_NETLINK_ITEM)
        must(++n <= messages.len); // each took at least a byte
}

static const struct {
    void (*run)(struct rn_bytes bytes);
    bool lines;
} parsers[] = {
    {run_proc_net, true},   {run_socket_link, true}, {run_process_name, true},
    {run_gateway_v4, true}, {run_gateway_v6, true},  {run_effective_caps, true},
    {run_proc_dev, true},   {run_words, true},       {run_rtnl, false},
    {run_inet_diag, false},
};

static void run_exact(void (*run)(struct rn_bytes), struct rn_bytes bytes)
{
    uint8_t *exact = fuzz_exact(bytes);
    run(rn_bytes_of(exact, bytes.len));
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    size_t which = rn_take_u8(&r) % (sizeof parsers / sizeof parsers[0]);
    if (r.bad)
        return 0;
    if (!parsers[which].lines) {
        run_exact(parsers[which].run, rn_reader_rest(&r));
        return 0;
    }
    for (unsigned n = 0; n < LINES_MAX && rn_reader_left(&r) > 0; n++) {
        const uint8_t *end = memchr(r.p, '\n', rn_reader_left(&r));
        run_exact(parsers[which].run,
                  rn_take_bytes(&r, end ? (size_t)(end - r.p) : rn_reader_left(&r)));
        if (rn_reader_left(&r) > 0)
            rn_skip(&r, 1);
    }
    return 0;
}
