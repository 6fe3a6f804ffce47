// SPDX-License-Identifier: Apache-2.0
// What /proc/PID says about a process.
//
// The name: the kernel keeps 15 bytes; of a longer program name that is the beginning, and the link to the
// executable knows the rest. A name that the process gave itself, or that of a script, is no beginning of it and stays.
#include "parse/parse.h"

#include <string.h>

static struct rn_bytes base_name(struct rn_bytes path)
{
    static const char gone[] = " (deleted)"; // the kernel's mark for a file that was replaced
    const size_t gone_len = sizeof gone - 1;
    if (path.len == 0)
        return path;
    if (path.len > gone_len && memcmp(path.p + path.len - gone_len, gone, gone_len) == 0)
        path.len -= gone_len;
    size_t from = path.len;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    struct rn_reader r = rn_reader_of(path);
    rn_skip(&r, from);
    return rn_reader_rest(&r);
}

void host_process_name(struct rn_bytes comm, struct rn_bytes exe, struct rn_text64 *out)
{
    if (comm.len > 0 && comm.p[comm.len - 1] == '\n')
        comm.len--;
    struct rn_bytes base = base_name(exe);
    bool cut =
        comm.len == HOST_COMM_CUT && base.len > comm.len && memcmp(base.p, comm.p, comm.len) == 0;
    rn_text_from_bytes(out, cut ? base : comm);
}

bool host_parse_effective_caps(struct rn_bytes line, uint64_t *out)
{
    struct rn_reader r = rn_reader_of(line);
    return host_word_is(host_take_word(&r), "CapEff:") && host_word_hex(host_take_word(&r), out);
}
