// SPDX-License-Identifier: Apache-2.0
// Versions of QUIC that were seen in the wild and whose Initial packets can be read.
//
// Salts came with drafts 22, 23 and 29, with RFC 9001 and with RFC 9369; the drafts between use the one before them.
// Facebook's mvfst is a draft under names of its own; Google's Q050, T050 and T051 are packets of a draft with Google's
// frames inside.
#include "quic.h"

#define GOOGLE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define DRAFT(n) (0xff000000u + (n))

// The most frequent first. Members: number, salt, v2, google, chlo, name.
static const struct quic_version versions[] = {
    {0x00000001, QUIC_SALT_V1, false, false, false, "v1"}, // RFC 9000
    {0x6b3343cf, QUIC_SALT_V2, true, false, false, "v2"},  // RFC 9369
    {DRAFT(29), QUIC_SALT_DRAFT_29, false, false, false, "draft-29"},
    {DRAFT(27), QUIC_SALT_DRAFT_23, false, false, false, "draft-27"},
    {0xfaceb002, QUIC_SALT_DRAFT_23, false, false, false, "mvfst-27"},
    {0xfaceb001, QUIC_SALT_DRAFT_22, false, false, false, "mvfst-22"},
    {0xfaceb00e, QUIC_SALT_DRAFT_23, false, false, false, "mvfst-e"},
    {0xfaceb003, QUIC_SALT_V1, false, false, false, "mvfst-3"},
    {0xfaceb010, QUIC_SALT_DRAFT_23, false, false, false, "mvfst-10"},
    {0xfaceb011, QUIC_SALT_DRAFT_23, false, false, false, "mvfst-11"},
    {0xfaceb013, QUIC_SALT_DRAFT_23, false, false, false, "mvfst-13"},
    {GOOGLE('T', '0', '5', '1'), QUIC_SALT_T051, false, true, false, "T051"},
    {GOOGLE('T', '0', '5', '0'), QUIC_SALT_T050, false, true, false, "T050"},
    {GOOGLE('Q', '0', '5', '0'), QUIC_SALT_Q050, false, true, true, "Q050"},
    {DRAFT(34), QUIC_SALT_V1, false, false, false, "draft-34"},
    {DRAFT(33), QUIC_SALT_V1, false, false, false, "draft-33"},
    {DRAFT(32), QUIC_SALT_DRAFT_29, false, false, false, "draft-32"},
    {DRAFT(31), QUIC_SALT_DRAFT_29, false, false, false, "draft-31"},
    {DRAFT(30), QUIC_SALT_DRAFT_29, false, false, false, "draft-30"},
    {DRAFT(28), QUIC_SALT_DRAFT_23, false, false, false, "draft-28"},
    {DRAFT(26), QUIC_SALT_DRAFT_23, false, false, false, "draft-26"},
    {DRAFT(25), QUIC_SALT_DRAFT_23, false, false, false, "draft-25"},
    {DRAFT(24), QUIC_SALT_DRAFT_23, false, false, false, "draft-24"},
    {DRAFT(23), QUIC_SALT_DRAFT_23, false, false, false, "draft-23"},
    {DRAFT(22), QUIC_SALT_DRAFT_22, false, false, false, "draft-22"},
    // draft-ietf-quic-v2-01 to -04
    {0x709a50c4, QUIC_SALT_V2_DRAFT, true, false, false, "v2-draft"},
};

const struct quic_version *quic_version_find(uint32_t number)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        if (versions[i].number == number)
            return &versions[i];
    return NULL;
}
