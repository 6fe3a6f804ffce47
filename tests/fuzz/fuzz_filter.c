// SPDX-License-Identifier: Apache-2.0
// The filter language: any text is a filter, and what it says holds for every row.
//
//   byte 0   which row of the screen's tests
//   rest     the text as typed
#include "fuzz.h"

#include "rows.h"
#include "rustnet/lookup.h"

static struct rn_intern *names;
static struct rn_row rows[ROWS_ALL];

static void make_rows(void)
{
    names = rn_intern_new(ROWS_ALL + 1, NULL);
    must(names != NULL);
    for (size_t i = 0; i < ROWS_ALL; i++) {
        rows_set(&rows[i], &rows_all[i], i + 1);
        rows[i].conn.process_name =
            rn_intern_add(names, rn_bytes_of(rows[i].process.s, rows[i].process.len));
    }
}

// Half of all addresses are neighbours.
static bool neighbour(void *ctx, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES])
{
    (void)ctx;
    if (ip->b[15] & 1)
        return false;
    for (unsigned i = 0; i < RN_MAC_BYTES; i++)
        out_mac[i] = (uint8_t)(ip->b[15] << i);
    return true;
}

static struct rn_ui_query parse(const char *text)
{
    static const struct rn_local_addrs local = {
        .net_count = 1,
        .net[0] = {.ip.b = {[10] = 0xff, 0xff, 192, 168, 1, 10}, .prefix_len = 120}};
    struct rn_ui_query query = {
        .names = names, .service = rn_service_of, .neighbour = neighbour, .local = &local};
    rn_filter_parse(&query.filter, text);
    return query;
}

static bool matches(struct rn_ui_query *query, const struct rn_row *row)
{
    return rn_ui_match(query, &row->conn, &row->facts, ROWS_NOW);
}

static void check_terms(const struct rn_filter *filter)
{
    size_t len = strlen(filter->text);
    must(len < sizeof filter->text && filter->count <= RN_FILTER_TERMS);
    for (unsigned i = 0; i < filter->count; i++)
        must((size_t)filter->term[i].start + filter->term[i].len <= len);
}

// A row passes if it passes each word alone.
static bool matches_word_by_word(const struct rn_filter *filter, const struct rn_row *row)
{
    char words[sizeof filter->text];
    bool all = true;
    unsigned count = 0;
    memcpy(words, filter->text, sizeof words);
    for (char *word = words; *(word += strspn(word, " \t\n\v\f\r"));) {
        char *end = word + strcspn(word, " \t\n\v\f\r");
        bool last = *end == '\0';
        *end = '\0';
        struct rn_ui_query alone = parse(word);
        must(alone.filter.count == 1);
        all &= matches(&alone, row);
        count++;
        if (last)
            break;
        word = end + 1;
    }
    must(count == filter->count);
    return all;
}

static bool matches_in_capitals(const char *text, const struct rn_row *row)
{
    char *capitals = fuzz_exact_text(rn_bytes_of(text, strlen(text)));
    for (char *c = capitals; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    struct rn_ui_query query = parse(capitals);
    free(capitals);
    return matches(&query, row);
}

static void check_sort_text(struct rn_ui_query *query, const struct rn_row *row)
{
    for (int sort = 0; sort < RN_SORT_COUNT; sort++) {
        char with[24], without[24];
        rn_ui_sort_text(query, (enum rn_sort)sort, &row->conn, &row->facts, ROWS_NOW, with);
        rn_ui_sort_text(query, (enum rn_sort)sort, &row->conn, NULL, ROWS_NOW, without);
        for (size_t i = strnlen(with, sizeof with); i < sizeof with; i++)
            must(with[i] == '\0');
        must(rn_ui_query_wants_facts(query, (enum rn_sort)sort) ||
             memcmp(with, without, sizeof with) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    size_t which = rn_take_u8(&r) % ROWS_ALL;
    if (r.bad)
        return 0;
    if (!names)
        make_rows();
    const struct rn_row *row = &rows[which];
    char *text = fuzz_exact_text(rn_reader_rest(&r));
    struct rn_ui_query query = parse(text);
    check_terms(&query.filter);
    bool passes = matches(&query, row);
    must(passes || query.filter.count > 0);
    must(passes == matches_word_by_word(&query.filter, row));
    must(passes == matches_in_capitals(text, row));
    bool blind = rn_ui_match(&query, &row->conn, NULL, ROWS_NOW);
    must(blind == passes || rn_ui_query_wants_facts(&query, RN_SORT_TIME));
    check_sort_text(&query, row);
    struct rn_ui_query bare = {.filter = query.filter}; // neither names nor services
    (void)matches(&bare, row);
    free(text);
    return 0;
}
