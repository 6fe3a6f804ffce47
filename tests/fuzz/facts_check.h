// SPDX-License-Identifier: Apache-2.0
// What model/facts.h promises of a list, whatever was put into it.
#ifndef RUSTNET_TESTS_FUZZ_FACTS_CHECK_H
#define RUSTNET_TESTS_FUZZ_FACTS_CHECK_H

#include "fuzz.h"

#include "rustnet/model/facts.h"

static inline void must_be_value(enum rn_fact_kind kind, struct rn_bytes value)
{
    char copy[RN_FACT_TEXT_MAX + 1];
    size_t skip = kind == RN_FACT_DNS_QUERY ? 2 : 0;
    switch (kind) {
    case RN_FACT_NUMBER:
        must(value.len == 4);
        return;
    case RN_FACT_FLAG:
        must(value.len == 0);
        return;
    case RN_FACT_TEXT:
    case RN_FACT_LIST:
    case RN_FACT_DNS_QUERY:
        must(value.len >= skip && value.len - skip < sizeof copy);
        memcpy(copy, value.p + skip, value.len - skip);
        copy[value.len - skip] = '\0';
        must_be_clean(copy, value.len - skip);
        return;
    }
    must(false);
}

static inline void must_be_facts(const struct rn_facts *facts)
{
    must(facts->len <= RN_FACTS_BYTES);
    enum rn_fact last = RN_FACT_NONE;
    struct rn_fact_item item;
    unsigned pos = 0, items = 0;
    while (rn_facts_next(facts, &pos, &item)) {
        must(pos <= facts->len && item.fact > RN_FACT_NONE && item.fact < RN_FACT_COUNT);
        must(item.fact >= last);
        items = item.fact == last ? items + 1 : 1;
        must(items <= rn_fact_info(item.fact)->max_items);
        must_be_value(rn_fact_info(item.fact)->kind, item.value);
        last = item.fact;
    }
    must(pos == facts->len);
}

#endif
