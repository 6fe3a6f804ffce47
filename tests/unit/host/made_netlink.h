// SPDX-License-Identifier: Apache-2.0
// Messages built as Linux builds them, in this machine's byte order.
#ifndef TEST_HOST_MADE_NETLINK_H
#define TEST_HOST_MADE_NETLINK_H

#include "text_case.h"

struct made {
    uint8_t buf[1024];
    size_t len, message;
};

static inline void put(struct made *m, const void *p, size_t n)
{
    memcpy(m->buf + m->len, p, n);
    m->len += n;
}

static inline void begin(struct made *m, uint16_t type, uint8_t family, uint8_t second,
                         size_t body_len)
{
    m->message = m->len;
    uint8_t head[16 + 128] = {0};
    memcpy(head + 4, &type, 2);
    head[16] = family;
    head[17] = second;
    put(m, head, 16 + body_len);
}

static inline void attribute(struct made *m, uint16_t type, const void *p, uint16_t n)
{
    static const uint8_t zero[4] = {0};
    uint16_t len = (uint16_t)(n + 4);
    put(m, &len, 2);
    put(m, &type, 2);
    put(m, p, n);
    put(m, zero, (4u - n % 4u) % 4u);
}

static inline void end(struct made *m)
{
    uint32_t len = (uint32_t)(m->len - m->message);
    memcpy(m->buf + m->message, &len, 4);
}

#endif
