// SPDX-License-Identifier: Apache-2.0
// The one door for foreign text: whatever comes in, what comes out can be printed.
//
//   byte 0   size of a buffer that is cut to measure
//   rest     the text
#include "fuzz.h"

#include "rustnet/base/err.h"

static void check_sizes(struct rn_bytes raw)
{
    struct rn_text32 small;
    struct rn_text64 middle;
    struct rn_text256 large;
    rn_text_from_bytes(&small, raw);
    rn_text_from_bytes(&middle, raw);
    rn_text_from_bytes(&large, raw);
    must_be_clean(small.s, small.len);
    must_be_clean(middle.s, middle.len);
    must_be_clean(large.s, large.len);
    // A smaller one is a beginning of a larger one.
    must(small.len <= middle.len && memcmp(small.s, middle.s, small.len) == 0);
    must(middle.len <= large.len && memcmp(middle.s, large.s, middle.len) == 0);
    struct rn_text256 again;
    rn_text_from_bytes(&again, rn_bytes_of(large.s, large.len));
    must(again.len == large.len && memcmp(again.s, large.s, large.len) == 0);
    must(rn_text_cells(large.s) <= 2 * (size_t)large.len);
}

static char *buffer_of(size_t cap)
{
    char *p = malloc(cap ? cap : 1);
    if (!p)
        abort();
    return p;
}

static void check_cut(struct rn_bytes raw, size_t cap)
{
    char *out = buffer_of(cap);
    size_t len = rn_text_clean(out, cap, raw);
    must(cap == 0 ? len == 0 : len < cap);
    if (cap > 0)
        must_be_clean(out, len);
    free(out);
}

// Formatting cleans in place; where nothing is cut it must come to the same as cleaning.
static void check_format(struct rn_bytes raw, size_t cap)
{
    char *text = fuzz_exact_text(raw), *out = buffer_of(cap);
    size_t text_len = strlen(text), len = rn_text_fmt_(out, cap, "%s", text);
    must(cap == 0 ? len == 0 : len < cap);
    if (cap > 0)
        must_be_clean(out, len);
    free(out);

    size_t room = 3 * text_len + 1; // a byte can become U+FFFD
    char *formatted = buffer_of(room), *cleaned = buffer_of(room);
    len = rn_text_fmt_(formatted, room, "%s", text);
    must(len == rn_text_clean(cleaned, room, rn_bytes_of(text, text_len)));
    must(memcmp(formatted, cleaned, len + 1) == 0);
    free(formatted);
    free(cleaned);

    struct rn_err err;
    rn_err_set(&err, -1, "%s: %s", text, text);
    must_be_clean(err.msg, strlen(err.msg));
    free(text);
}

static void check_walk(struct rn_bytes raw)
{
    for (size_t at = 0, n; at < raw.len; at += n) {
        char put[4];
        uint32_t cp = rn_utf8_next((const char *)raw.p + at, raw.len - at, &n);
        must(n >= 1 && n <= raw.len - at && cp <= 0x10ffff);
        must(cp == 0xfffd || (rn_utf8_put(put, cp) == n && memcmp(put, raw.p + at, n) == 0));
        int cells = rn_wcwidth(cp);
        must(cells >= 0 && cells <= 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    size_t cap = rn_take_u8(&r);
    if (r.bad)
        return 0;
    struct rn_bytes rest = rn_reader_rest(&r);
    uint8_t *exact = fuzz_exact(rest);
    struct rn_bytes raw = rn_bytes_of(exact, rest.len);
    check_sizes(raw);
    check_cut(raw, cap);
    check_format(raw, cap);
    check_walk(raw);
    free(exact);
    return 0;
}
