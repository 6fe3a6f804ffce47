// SPDX-License-Identifier: Apache-2.0
// SipHash-1-3 over words against a plain SipHash-c-d over bytes, which is itself held against the vectors that the
// authors published for c = 2, d = 4.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/base/hash.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct sip {
    uint64_t v[4];
};

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static uint64_t little_endian(const uint8_t *p, size_t n)
{
    uint64_t x = 0;
    for (size_t i = 0; i < n; i++)
        x |= (uint64_t)p[i] << (8 * i);
    return x;
}

// Figure 2.1 of the paper.
static void rounds(struct sip *s, int n)
{
    while (n-- > 0) {
        s->v[0] += s->v[1];
        s->v[1] = rotate(s->v[1], 13) ^ s->v[0];
        s->v[0] = rotate(s->v[0], 32);
        s->v[2] += s->v[3];
        s->v[3] = rotate(s->v[3], 16) ^ s->v[2];
        s->v[0] += s->v[3];
        s->v[3] = rotate(s->v[3], 21) ^ s->v[0];
        s->v[2] += s->v[1];
        s->v[1] = rotate(s->v[1], 17) ^ s->v[2];
        s->v[2] = rotate(s->v[2], 32);
    }
}

static uint64_t siphash(int c, int d, const uint8_t key[16], const uint8_t *msg, size_t len)
{
    uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8);
    struct sip s = {{k0 ^ little_endian((const uint8_t *)"uespemos", 8),
                     k1 ^ little_endian((const uint8_t *)"modnarod", 8),
                     k0 ^ little_endian((const uint8_t *)"arenegyl", 8),
                     k1 ^ little_endian((const uint8_t *)"setybdet", 8)}};
    for (size_t pos = 0; pos <= len; pos += 8) {
        size_t n = len - pos < 8 ? len - pos : 8;
        uint64_t m = little_endian(msg + pos, n);
        if (n < 8)
            m |= (uint64_t)(len & 0xff) << 56;
        s.v[3] ^= m;
        rounds(&s, c);
        s.v[0] ^= m;
        if (n < 8)
            break;
    }
    s.v[2] ^= 0xff;
    rounds(&s, d);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

// Appendix A of the paper (15 bytes), and the first and ninth of the authors' vectors.
static void the_reference_is_siphash(void **state)
{
    (void)state;
    uint8_t key[16], msg[16];
    for (uint8_t i = 0; i < 16; i++)
        key[i] = msg[i] = i;
    assert_true(siphash(2, 4, key, msg, 15) == UINT64_C(0xa129ca6149be45e5));
    assert_true(siphash(2, 4, key, msg, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(siphash(2, 4, key, msg, 8) == UINT64_C(0x93f5f5799a932462));
}

static void the_hash_is_siphash_1_3(void **state)
{
    (void)state;
    uint64_t words[16];
    uint8_t key[16], msg[sizeof(words)];
    for (size_t i = 0; i < sizeof(msg); i++)
        msg[i] = (uint8_t)(i * 37 + 11);
    for (uint8_t i = 0; i < 16; i++)
        key[i] = (uint8_t)(0xf0 ^ i * 7);
    for (size_t i = 0; i < COUNT(words); i++)
        words[i] = little_endian(msg + 8 * i, 8);
    struct rn_hash_key k = {little_endian(key, 8), little_endian(key + 8, 8)};
    for (size_t n = 0; n <= COUNT(words); n++)
        assert_true(rn_hash_words(k, words, n) == siphash(1, 3, key, msg, 8 * n));
}

static unsigned bits(uint64_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

// Each bit of the input and of the key flips about half of the output.
static void every_bit_of_message_and_key_counts(void **state)
{
    (void)state;
    struct rn_hash_key key = {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};
    uint64_t words[5] = {1, 2, 3, 4, 5}, base = rn_hash_words(key, words, 5);
    for (unsigned bit = 0; bit < 64; bit++) {
        for (size_t w = 0; w < 5; w++) {
            words[w] ^= UINT64_C(1) << bit;
            unsigned n = bits(base ^ rn_hash_words(key, words, 5));
            words[w] ^= UINT64_C(1) << bit;
            assert_in_range(n, 10, 54);
        }
        struct rn_hash_key k0 = {key.k0 ^ UINT64_C(1) << bit, key.k1};
        struct rn_hash_key k1 = {key.k0, key.k1 ^ UINT64_C(1) << bit};
        assert_in_range(bits(base ^ rn_hash_words(k0, words, 5)), 10, 54);
        assert_in_range(bits(base ^ rn_hash_words(k1, words, 5)), 10, 54);
    }
}

// Keys as a port scan makes them: chi-square over 256 buckets of the low and of the high byte. With 255 degrees of
// freedom, 400 is more than six standard deviations above the mean.
static void neighbouring_keys_spread_evenly(void **state)
{
    (void)state;
    struct rn_hash_key key = {42, 43};
    static uint32_t low[256], high[256];
    const uint32_t n = 65536;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t words[3] = {UINT64_C(0x0a000001), UINT64_C(0x0a000002), (uint64_t)i << 16 | 443};
        uint64_t h = rn_hash_words(key, words, 3);
        low[h & 0xff]++;
        high[h >> 56]++;
    }
    uint64_t chi_low = 0, chi_high = 0;
    for (int i = 0; i < 256; i++) {
        int64_t d = (int64_t)low[i] - n / 256, e = (int64_t)high[i] - n / 256;
        chi_low += (uint64_t)(d * d);
        chi_high += (uint64_t)(e * e);
    }
    assert_in_range(chi_low / (n / 256), 150, 400);
    assert_in_range(chi_high / (n / 256), 150, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_is_siphash),
        cmocka_unit_test(the_hash_is_siphash_1_3),
        cmocka_unit_test(every_bit_of_message_and_key_counts),
        cmocka_unit_test(neighbouring_keys_spread_evenly),
    };
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
