// SPDX-License-Identifier: Apache-2.0
// State + event -> state; state + snapshot -> cells. Pure: no terminal, no clock, no system call.
// Thread: one (main).
// Owns:   values; nothing is allocated, but the cells of an rn_screen by its owner.
// Fails:  never; any size of screen, down to 1x1, and any event is fine.
#ifndef RUSTNET_UI_H
#define RUSTNET_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rustnet/base/intern.h"
#include "rustnet/model/snapshot.h"

// What a cell means; src/ui/theme.c says how that looks.
enum rn_style {
    RN_STYLE_TEXT,
    RN_STYLE_ACCENT,
    RN_STYLE_MUTED,
    RN_STYLE_FAINT,
    RN_STYLE_HEADING,
    RN_STYLE_LABEL,
    RN_STYLE_KEY,
    RN_STYLE_BORDER,
    RN_STYLE_OK,
    RN_STYLE_WARN,
    RN_STYLE_ERR,
    RN_STYLE_RX,
    RN_STYLE_TX,
    RN_STYLE_ADDR_LOCAL,
    RN_STYLE_ADDR_REMOTE,
    RN_STYLE_PROCESS,
    RN_STYLE_SERVICE,
    RN_STYLE_APP,
    RN_STYLE_STATE,
    RN_STYLE_TCP_ESTABLISHED,
    RN_STYLE_TCP_OPENING,
    RN_STYLE_TCP_CLOSING,
    RN_STYLE_TCP_WAITING,
    RN_STYLE_TCP_CLOSED,
    RN_STYLE_STALE,    // 75 % of the time-out
    RN_STYLE_EXPIRING, // 90 %
    RN_STYLE_STATUS,   // status bar
    RN_STYLE_COUNT,
};

enum {
    RN_CELL_BOLD = 0x01,
    RN_CELL_UNDERLINE = 0x02,
    RN_CELL_SELECTED = 0x04, // the selection's band, over the whole row
    RN_CELL_BAR = 0x08,      // a cell of the status bar
};

struct rn_cell {
    uint32_t glyph; // code point; 0: right half of a wide one
    uint8_t style;  // enum rn_style
    uint8_t attrs;  // RN_CELL_*
};

#define RN_SCREEN_COLS 512
#define RN_SCREEN_ROWS 256
struct rn_screen {
    uint16_t cols, rows; // at most RN_SCREEN_COLS and RN_SCREEN_ROWS
    struct rn_cell cell[RN_SCREEN_ROWS][RN_SCREEN_COLS];
};

enum rn_event_type {
    RN_EV_KEY,
    RN_EV_RESIZE,
    RN_EV_TICK, // time has passed
};

// Keys beyond the code points.
enum {
    RN_KEY_BASE = 0x110000, // first number that is no code point
    RN_KEY_UP,
    RN_KEY_DOWN,
    RN_KEY_LEFT,
    RN_KEY_RIGHT,
    RN_KEY_PAGE_UP,
    RN_KEY_PAGE_DOWN,
    RN_KEY_HOME,
    RN_KEY_END,
    RN_KEY_ENTER,
    RN_KEY_ESCAPE,
    RN_KEY_BACKSPACE,
    RN_KEY_TAB,
    RN_KEY_BACKTAB,
    RN_KEY_DELETE,
};
#define RN_KEY_CTRL(c) ((uint32_t)((c)&0x1f))

struct rn_ui_event {
    enum rn_event_type type;
    uint32_t key;        // KEY
    uint16_t cols, rows; // RESIZE
};

// What the caller must do after an update.
enum {
    RN_EFFECT_REDRAW = 0x01,
    RN_EFFECT_REQUEST = 0x02, // ui->request has changed: ask for a new snapshot now
    RN_EFFECT_QUIT = 0x04,
    RN_EFFECT_SUSPEND = 0x08, // ^Z
    RN_EFFECT_NOTE = 0x10, // ui->request has changed, but the next regular snapshot is soon enough
};

// What a view learned, fed to the next update.
struct rn_hits {
    uint16_t visible_rows; // rows of the table that fit on the screen
};

struct rn_ui {
    uint16_t cols, rows;
    // What the next snapshot should answer. Its `filter` is the text as it is being typed.
    struct rn_view_request request;
    uint32_t top; // position of the first row on the screen
    uint32_t
        position; // where the selection was last seen; its neighbour takes over when it is gone
    uint8_t tab;
    bool sidebar;
    bool port_numbers; // instead of service names
    bool addresses;    // instead of inferred names
    bool quit_asked;   // q was pressed once
    bool typing;       // the filter row is open
    bool help;
    uint8_t cursor;    // byte of request.filter, always the first of a character
    uint16_t help_top; // lines scrolled away
    rn_time message_until;
    struct rn_text64 message;
};

void rn_ui_init(struct rn_ui *ui);
// snapshot: all zero before the first one. A new snapshot is told by a TICK.
unsigned rn_ui_update(struct rn_ui *ui, const struct rn_ui_event *event,
                      const struct rn_snapshot *snapshot, const struct rn_hits *hits, rn_time now);
// Draws the whole picture in the size that the last RESIZE told; screen->cols and rows are set to it.
void rn_ui_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                struct rn_screen *screen, struct rn_hits *hits);
// When the picture changes by itself, for want of any event (a message that vanishes, a row that goes stale);
// RN_TIME_MAX: not at all.
rn_time rn_ui_next_change(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now);

// The screen as text for goldens: the glyphs line by line, then a line "--", then a letter per cell for its style
// and attributes. Returns the length; at most cap - 1 bytes are written.
size_t rn_screen_text(const struct rn_screen *screen, char *out, size_t cap);

// Colours of a style: indices of the terminal's palette (-1: the terminal's own), and whether it is bold or dim.
struct rn_look {
    int8_t fg, bg;
    bool bold, dim, reverse, underline;
};
struct rn_look rn_theme_look(enum rn_style style, uint8_t attrs, bool colours);

// The filter language: words that must all match, `keyword:value` or free text. No text is an error.
#define RN_FILTER_TERMS 64 // a word of one character and a blank, all over the text
struct rn_filter_term {
    uint8_t field; // enum filter_field of src/ui/filter.c
    uint8_t start, len;
    bool exact; // an exact port
    uint16_t port;
};
struct rn_filter {
    uint8_t count;
    struct rn_filter_term term[RN_FILTER_TERMS];
    char text[sizeof(((struct rn_view_request *)NULL)->filter)]; // lower case
};
void rn_filter_parse(struct rn_filter *filter, const char *text);

// What names a row, for matching and ordering while a view is being made.
struct rn_ui_query {
    const struct rn_intern *names; // process names; may be NULL
    const char *(*service)(uint16_t proto, uint16_t remote_port, uint16_t local_port); // or NULL
    // The hardware address of a neighbour; false: it is none, or not known. Takes no lock but a leaf. Or NULL.
    bool (*neighbour)(void *ctx, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES]);
    void *neighbour_ctx;
    const struct rn_local_addrs *local; // by which broadcast addresses are told; or NULL
    struct rn_filter filter;
};
// The next two have the shape of rn_view_ops (flow.h); ctx is a struct rn_ui_query. Pure: they may run under a lock.
// facts may be NULL.
bool rn_ui_match(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts, rn_time now);
// For SORT_PROCESS, _SERVICE, _APP and _STATE; filled up with NUL.
void rn_ui_sort_text(void *ctx, enum rn_sort sort, const struct rn_conn *conn,
                     const struct rn_facts *facts, rn_time now, char out[24]);
// Whether match or sort_text has to see a row's facts.
bool rn_ui_query_wants_facts(const struct rn_ui_query *query, enum rn_sort sort);

#endif
