// SPDX-License-Identifier: Apache-2.0
#ifndef TEST_HOST_TEXT_CASE_H
#define TEST_HOST_TEXT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "parse/parse.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline struct rn_bytes bytes_of(const char *text)
{
    return rn_bytes_of(text, strlen(text));
}

static inline struct rn_ip ip_of(const char *text)
{
    struct rn_ip ip;
    if (!rn_ip_parse(text, &ip))
        fail_msg("no address: %s", text);
    return ip;
}

static inline void assert_ip(const struct rn_ip *ip, const char *want)
{
    char text[RN_IP_TEXT_SIZE];
    rn_ip_text(ip, text);
    assert_string_equal(text, want);
}

#endif
