/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, templates, times and UTF-8 (RFC 3629). */
#define _POSIX_C_SOURCE 200809L

#include "adapters/json/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool reserve(struct spc_text *text, size_t more)
{
    if (text->failed)
        return false;
    if (text->room - text->length > more)
        return true;

    size_t room = text->room ? text->room : 128;
    while (room - text->length <= more)
        room *= 2;

    char *data = realloc(text->data, room);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->room = room;
    return true;
}

void spc_text_add(struct spc_text *text, const char *data, size_t size)
{
    if (!reserve(text, size))
        return;
    memcpy(text->data + text->length, data, size);
    text->length += size;
    text->data[text->length] = '\0';
}

void spc_text_string(struct spc_text *text, const char *string)
{
    spc_text_add(text, string, strlen(string));
}

char *spc_text_take(struct spc_text *text)
{
    spc_text_add(text, "", 0); /* an empty text is a string too */

    char *data = text->data;
    if (text->failed) {
        free(data);
        data = NULL;
    }
    *text = (struct spc_text){0};
    return data;
}

/* ---- templates --------------------------------------------------------- */

/* The blank that `name` of `size` bytes stands for, or NULL. */
static const struct spc_blank *blank_named(const char *name, size_t size,
                                           const struct spc_blank *blanks,
                                           size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(blanks[i].name) == size &&
            memcmp(blanks[i].name, name, size) == 0)
            return &blanks[i];
    return NULL;
}

/* The next {name} before `end`, or NULL; *ret_after is behind its brace. */
static const char *next_blank(const char *at, const char *end,
                              const char **ret_after)
{
    const char *open = memchr(at, '{', (size_t)(end - at));
    if (!open)
        return NULL;

    const char *close = memchr(open, '}', (size_t)(end - open));
    if (!close)
        return NULL;
    *ret_after = close + 1;
    return open;
}

static void fill_range(struct spc_text *text, const char *at, const char *end,
                       const struct spc_blank *blanks, size_t count)
{
    const char *open, *after;

    while ((open = next_blank(at, end, &after))) {
        const struct spc_blank *blank =
            blank_named(open + 1, (size_t)(after - open) - 2, blanks, count);

        spc_text_add(text, at, (size_t)(open - at));
        if (!blank)
            spc_text_add(text, open, (size_t)(after - open));
        else if (blank->value)
            spc_text_string(text, blank->value);
        at = after;
    }
    spc_text_add(text, at, (size_t)(end - at));
}

static bool all_stated(const char *at, const char *end,
                       const struct spc_blank *blanks, size_t count)
{
    const char *open, *after;

    for (; (open = next_blank(at, end, &after)); at = after) {
        const struct spc_blank *blank =
            blank_named(open + 1, (size_t)(after - open) - 2, blanks, count);
        if (blank && (!blank->value || !blank->value[0]))
            return false;
    }
    return true;
}

void spc_text_fill(struct spc_text *text, const char *template,
                   const struct spc_blank *blanks, size_t count)
{
    fill_range(text, template, template + strlen(template), blanks, count);
}

void spc_text_sentence(struct spc_text *text, const char *template,
                       const struct spc_blank *blanks, size_t count)
{
    const char *end = template + strlen(template);
    const char *at = template, *open, *close;

    while ((open = strchr(at, '[')) && (close = strchr(open, ']'))) {
        fill_range(text, at, open, blanks, count);
        if (all_stated(open + 1, close, blanks, count))
            fill_range(text, open + 1, close, blanks, count);
        at = close + 1;
    }
    fill_range(text, at, end, blanks, count);
}

/* ---- times ------------------------------------------------------------- */

/* Splits off the part below a second, rounding towards the past so that times
 * before 1970 are right too. */
static struct tm civil(spc_nanos time, long *ret_below)
{
    long below = (long)(time % SPC_SECOND);
    time_t seconds = (time_t)(time / SPC_SECOND);
    struct tm tm;

    if (below < 0) {
        below += SPC_SECOND;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    *ret_below = below;
    return tm;
}

static size_t write_civil(const struct tm *tm, char between,
                          char ret_text[SPC_TIME_TEXT])
{
    char date[16], time[16];

    strftime(date, sizeof date, "%Y-%m-%d", tm);
    strftime(time, sizeof time, "%H:%M:%S", tm);
    return (size_t)snprintf(ret_text, SPC_TIME_TEXT, "%s%c%s", date, between,
                            time);
}

void spc_time_text(spc_nanos time, char ret_text[SPC_TIME_TEXT])
{
    long below;
    struct tm tm = civil(time, &below);
    size_t at = write_civil(&tm, 'T', ret_text);
    int digits = 9;

    for (; digits > 3 && below % 1000 == 0; digits -= 3)
        below /= 1000;
    snprintf(ret_text + at, SPC_TIME_TEXT - at, ".%0*ldZ", digits, below);
}

void spc_time_sentence(spc_nanos time, char ret_text[SPC_TIME_TEXT])
{
    long below;
    struct tm tm = civil(time, &below);
    size_t at = write_civil(&tm, ' ', ret_text);

    snprintf(ret_text + at, SPC_TIME_TEXT - at, " UTC");
}

/* ---- UTF-8 ------------------------------------------------------------- */

/* clang-format off */
static const struct {
    uint8_t mask, lead; /* of the first byte */
    size_t bytes;
    uint32_t least;     /* a smaller code would be overlong */
} utf8[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};
/* clang-format on */

size_t spc_utf8_next(const char *s, size_t size, uint32_t *ret_code)
{
    const unsigned char *byte = (const unsigned char *)s;
    size_t row = 0;

    if (size == 0)
        return 0;
    while (row < 4 && (byte[0] & utf8[row].mask) != utf8[row].lead)
        row++;
    if (row == 4 || utf8[row].bytes > size)
        return 0;

    uint32_t code = byte[0] & (uint8_t)~utf8[row].mask;
    for (size_t i = 1; i < utf8[row].bytes; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (byte[i] & 0x3f);
    }
    if (code < utf8[row].least || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return utf8[row].bytes;
}
