// SPDX-License-Identifier: Apache-2.0
// Lines and words of protocols that are text: FTP, SMTP, IMAP, POP3, IRC, RTSP, SSH's first lines.
// Thread: any.
// Owns:   nothing; what is taken borrows the payload.
// Fails:  false, or an empty word.
#ifndef RUSTNET_DPI_LINES_H
#define RUSTNET_DPI_LINES_H

#include "room.h"

#define DPI_MAX_LINE 4096 // a command or reply that has not ended by then is none

// The next line without its CR and LF. False if there is no LF within DPI_MAX_LINE: then nothing is taken.
bool dpi_take_line(struct rn_reader *r, struct rn_bytes *out);

// The same, and where nothing more will come (in->cut) the line that the bytes end in too: then *whole is false.
bool dpi_take_line_of(const struct rn_dpi_input *in, struct rn_reader *r, struct rn_bytes *out,
                      bool *whole);

// How many bytes of the line that has begun but not ended: what dpi_keep is for. 0 if it is too long to be one.
size_t dpi_unfinished(struct rn_bytes payload);

// The next word, up to a space, tab or CR, and the blanks behind it.
struct rn_bytes dpi_take_word(struct rn_reader *r);

// Up to `stop`, which is taken too but left out. Without it: all that is left.
struct rn_bytes dpi_take_until(struct rn_reader *r, uint8_t stop);

// Without blanks at either end.
struct rn_bytes dpi_trim(struct rn_bytes text);

// All but the first n bytes; nothing if there are fewer.
struct rn_bytes dpi_after(struct rn_bytes text, size_t n);

bool dpi_starts(struct rn_bytes text, struct rn_bytes start);
// Letters of ASCII count the same in both cases; `upper` has capitals only.
bool dpi_starts_upper(struct rn_bytes text, struct rn_bytes upper);
bool dpi_equal_upper(struct rn_bytes text, struct rn_bytes upper);
bool dpi_holds_upper(struct rn_bytes text, struct rn_bytes upper);
// Whether word is one of a NULL-ended list of words in capitals.
bool dpi_is_one_of(struct rn_bytes word, const char *const *upper);

// No control characters but tab, CR and LF. Bytes from 0x80 may be any text's.
bool dpi_is_text(struct rn_bytes text);

static inline bool dpi_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool dpi_is_alpha(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

// The three digits that begin a reply of FTP or SMTP, 0 if they are none of 100 to 599 or if no space, hyphen or end
// of line follows (RFC 959, 4.2; RFC 5321, 4.2).
unsigned dpi_reply_code(struct rn_bytes line);

// Whether a line of FTP or SMTP that has not ended may still become a proof: anything if one is `sure`, else a reply or
// one of the verbs.
bool dpi_command_may_grow(struct rn_bytes text, bool sure, const char *const *verbs);

// The number that text begins with, at most `limit`; false if there is none, or more.
bool dpi_take_number(struct rn_reader *r, uint32_t limit, uint32_t *out);

#endif
