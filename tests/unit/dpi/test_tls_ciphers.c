// SPDX-License-Identifier: Apache-2.0
// Names of cipher suites, against the registry's own.
#include "made_dpi.h"

#include "tls_ciphers.h"

static void names_are_those_of_iana(void **state)
{
    (void)state;
    static const struct {
        uint16_t code;
        const char *name;
    } cases[] = {
        {0x0001, "RSA_WITH_NULL_MD5"},
        {0x0004, "RSA_WITH_RC4_128_MD5"},
        {0x002f, "RSA_WITH_AES_128_CBC_SHA"},
        {0x00ff, "EMPTY_RENEGOTIATION_INFO_SCSV"},
        {0x1301, "AES_128_GCM_SHA256"},
        {0x1303, "CHACHA20_POLY1305_SHA256"},
        {0x5600, "FALLBACK_SCSV"},
        {0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {0xc03c, "RSA_WITH_ARIA_128_CBC_SHA256"},
        {0xc03d, "RSA_WITH_ARIA_256_CBC_SHA384"},
        {0xc072, "ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"},
        {0xc077, "ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384"},
        {0xc0af, "ECDHE_ECDSA_WITH_AES_256_CCM_8"},
        {0xcca8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
        {0xd005, "ECDHE_PSK_WITH_AES_128_CCM_SHA256"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *name = dpi_tls_cipher(cases[i].code);
        assert_non_null(name);
        assert_string_equal(name, cases[i].name);
    }
}

static void every_name_is_found_once_and_fits(void **state)
{
    (void)state;
    unsigned count = 0;
    for (uint32_t code = 0; code <= 0xffff; code++) {
        const char *name = dpi_tls_cipher((uint16_t)code);
        if (!name)
            continue;
        count++;
        assert_in_range(strlen(name), 8, 60);
        assert_null(strstr(name, "TLS_"));
    }
    assert_int_equal(count, 351);
}

static void reserved_and_private_codes_have_no_name(void **state)
{
    (void)state;
    static const uint16_t codes[] = {0x0a0a, 0xfafa, 0xcc13, 0xe410, 0xffff, 0x1300, 0x1308};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_null(dpi_tls_cipher(codes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_iana),
        cmocka_unit_test(every_name_is_found_once_and_fits),
        cmocka_unit_test(reserved_and_private_codes_have_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
