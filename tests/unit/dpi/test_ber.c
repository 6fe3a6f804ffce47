// SPDX-License-Identifier: Apache-2.0
// Elements of BER: lengths in both forms, and where they end.
#include "made_dpi.h"

#include "ber.h"

static struct dpi_ber take(struct made *m, struct rn_reader *r, const char *hex)
{
    m->len = 0;
    made_hex(m, hex);
    *r = rn_reader_of(rn_bytes_of(m->data, m->len));
    return dpi_take_ber(r);
}

static void lengths_have_a_short_and_a_long_form(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint8_t tag;
        size_t len;
        bool cut, bad;
    } cases[] = {
        {"02 01 05", 0x02, 1, false, false},
        {"30 81 02 05 00", 0x30, 2, false, false},
        {"30 84 00 00 00 02 05 00", 0x30, 2, false, false},
        {"30 05 05 00", 0x30, 5, true, false},
        {"30 80 05 00", DPI_BER_BROKEN, 0, false, false},
        {"30 85 00 00 00 00 01", DPI_BER_BROKEN, 0, false, false},
        {"1f 01 00", DPI_BER_BROKEN, 0, false, false},
        {"30", 0x30, 0, false, true},
        {"30 82 01", 0x30, 0, false, true},
        {"", 0, 0, false, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m;
        struct rn_reader r;
        struct dpi_ber e = take(&m, &r, cases[i].hex);
        assert_int_equal(r.bad, cases[i].bad);
        if (r.bad)
            continue;
        assert_int_equal(e.tag, cases[i].tag);
        if (e.tag == DPI_BER_BROKEN)
            continue;
        assert_int_equal(e.len, cases[i].len);
        assert_int_equal(e.cut, cases[i].cut);
    }
}

static void numbers_are_small_and_not_negative(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int64_t value;
    } cases[] = {
        {"02 01 05", 5},  {"02 02 01 00", 256}, {"02 05 00 ff ff ff ff", 0xffffffff},
        {"02 01 80", -1}, {"02 00", -1},        {"02 06 00 00 00 00 00 01", -1},
        {"02 02 01", -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m;
        struct rn_reader r;
        struct dpi_ber e = take(&m, &r, cases[i].hex);
        assert_true(dpi_ber_number(&e) == cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_have_a_short_and_a_long_form),
        cmocka_unit_test(numbers_are_small_and_not_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
