/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SENTENCE = 600, /* bytes; a longer one is cut */
    EXCERPT = 60,   /* bytes shown on either side within a very long line */
    WORD = 40,      /* letters of a word that are compared */
};

size_t spc_utf8_length(const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length = s[0] < 0x80                   ? 1
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;

    if (length == 0 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

/* What a file says is quoted in sentences: nothing of it may move a
 * terminal's cursor, and a character may have been cut in two. */
static void make_clean(char *sentence)
{
    size_t size = strlen(sentence);

    for (size_t i = 0; i < size;) {
        size_t length = spc_utf8_length(sentence + i, size - i);
        unsigned char c = (unsigned char)sentence[i];

        if (length == 0 || c < 0x20 || c == 0x7f)
            sentence[i] = '?';
        i += length ? length : 1;
    }
}

__attribute__((format(printf, 4, 0))) static void keep(
    struct spc_complainer *complainer, size_t place, bool warning,
    const char *format, va_list arguments)
{
    struct spc_complaint *complaint = &complainer->list[complainer->kept];
    char sentence[SENTENCE];

    *(warning ? &complainer->warnings : &complainer->errors) += 1;
    if (complainer->kept == SPC_COMPLAINTS_MAX)
        return;
    vsnprintf(sentence, sizeof sentence, format, arguments);
    make_clean(sentence);
    complaint->place =
        place < complainer->source.size ? place : complainer->source.size;
    complaint->order = (uint32_t)complainer->kept;
    complaint->warning = warning;
    complaint->sentence =
        spc_arena_copy(complainer->arena, sentence, strlen(sentence));
    if (complaint->sentence != NULL)
        complainer->kept++;
}

void spc_complain(struct spc_complainer *complainer, size_t place,
                  const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(complainer, place, false, format, arguments);
    va_end(arguments);
}

void spc_warn(struct spc_complainer *complainer, size_t place,
              const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(complainer, place, true, format, arguments);
    va_end(arguments);
}

bool spc_file_text_index(struct spc_file_text *source, struct spc_arena *arena)
{
    size_t lines = 1, *starts;

    for (size_t i = 0; i < source->size; i++)
        lines += source->text[i] == '\n';
    starts = spc_arena_take(arena, lines * sizeof *starts);
    if (starts == NULL)
        return false;
    lines = 1; /* the first starts at 0 */
    for (size_t i = 0; i < source->size; i++)
        if (source->text[i] == '\n')
            starts[lines++] = i + 1;
    source->starts = starts;
    source->lines = lines;
    return true;
}

/* The line, from 0, that holds a place. */
static size_t line_of(const struct spc_file_text *source, size_t place)
{
    size_t low = 0, high = source->lines;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (source->starts[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t line_start(const struct spc_file_text *source, size_t place)
{
    return source->starts[line_of(source, place)];
}

static size_t line_end(const struct spc_file_text *source, size_t place)
{
    size_t next = line_of(source, place) + 1;

    return next < source->lines ? source->starts[next] - 1 : source->size;
}

struct spc_place spc_file_text_place(const struct spc_file_text *source,
                                     size_t place)
{
    size_t line = line_of(source, place);
    struct spc_place at = {(int)line + 1, 1};

    for (size_t i = source->starts[line]; i < place; i++)
        at.column += ((unsigned char)source->text[i] & 0xc0) != 0x80;
    return at;
}

/* A byte of the source as it may be shown: nothing that could move a
 * terminal's cursor. */
static void show(struct spc_prose *out, const struct spc_file_text *source,
                 size_t from, size_t to)
{
    for (size_t i = from; i < to;) {
        size_t length = spc_utf8_length(source->text + i, to - i);
        unsigned char c = (unsigned char)source->text[i];

        if (c == '\r' && i + 1 == to)
            break;
        if (length == 0 || (c < 0x20 && c != '\t') || c == 0x7f)
            spc_prose_add(out, "?");
        else
            spc_prose_add_bytes(out, source->text + i, length);
        i += length ? length : 1;
    }
}

/* Chinese, Japanese and Korean characters are two columns wide. */
static bool is_wide(const char *text, size_t length)
{
    unsigned char c = (unsigned char)text[0];

    return (length == 3 && c >= 0xe2 &&
            !(c == 0xe2 && (text[1] & 0xff) < 0xba)) ||
           (length == 4 && c == 0xf0 && (text[1] & 0xff) >= 0x9f);
}

static void point_at(struct spc_prose *out, const struct spc_file_text *source,
                     size_t from, size_t place)
{
    for (size_t i = from; i < place;) {
        size_t length = spc_utf8_length(source->text + i, place - i);

        if (source->text[i] == '\t')
            spc_prose_add(out, "\t");
        else
            spc_prose_add(
                out, length && is_wide(source->text + i, length) ? "  " : " ");
        i += length ? length : 1;
    }
    spc_prose_add(out, "^\n");
}

static size_t character_boundary(const struct spc_file_text *source, size_t at)
{
    while (at > 0 && at < source->size &&
           ((unsigned char)source->text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void quote_line(struct spc_prose *out,
                       const struct spc_file_text *source, size_t place)
{
    size_t from = line_start(source, place);
    size_t to = line_end(source, place);
    bool cut_head = place - from > 2 * EXCERPT;
    bool cut_tail = to - place > 2 * EXCERPT;

    if (cut_head)
        from = character_boundary(source, place - EXCERPT);
    if (cut_tail)
        to = character_boundary(source, place + EXCERPT);
    spc_prose_add(out, "  %s", cut_head ? "..." : "");
    show(out, source, from, to);
    spc_prose_add(out, "%s\n  %s", cut_tail ? "..." : "",
                  cut_head ? "   " : "");
    point_at(out, source, from, place);
}

static int by_place(const void *left, const void *right)
{
    const struct spc_complaint *a = left, *b = right;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

bool spc_complaints_tell(struct spc_complainer *complainer,
                         struct spc_complaints *ret_complaints)
{
    const struct spc_file_text *source = &complainer->source;
    size_t all = complainer->errors + complainer->warnings;
    struct spc_prose out = {0};

    qsort(complainer->list, complainer->kept, sizeof *complainer->list,
          by_place);
    for (size_t i = 0; i < complainer->kept; i++) {
        const struct spc_complaint *complaint = &complainer->list[i];
        struct spc_place at = spc_file_text_place(source, complaint->place);

        spc_prose_add(&out, "%s:%d:%d: %s: %s\n", source->file, at.line,
                      at.column, complaint->warning ? "warning" : "error",
                      complaint->sentence);
        quote_line(&out, source, complaint->place);
    }
    if (all > complainer->kept)
        spc_prose_add(&out, "%s: error: and %zu more; mend these first\n",
                      source->file, all - complainer->kept);
    if (out.failed) {
        spc_prose_free(&out);
        return false;
    }
    *ret_complaints = (struct spc_complaints){
        .text = out.bytes,
        .size = out.length,
        .count = complainer->errors,
        .warnings = complainer->warnings,
    };
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance where swapping two neighbours counts as one slip (optimal
 * string alignment), over at most WORD letters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][WORD + 1] = {{0}};
    size_t m = least(strlen(a), WORD), n = least(strlen(b), WORD);

    for (size_t j = 0; j <= n; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3];

        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1);
            now[j] = least(now[j], before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], row[(i + 1) % 3][j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

const char *spc_nearest(const char *wrong, const char *const *names,
                        size_t count)
{
    size_t best = 1 + strlen(wrong) / 3;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t apart = distance(wrong, names[i]);

        if (apart <= best && (nearest == NULL || apart < best)) {
            best = apart;
            nearest = names[i];
        }
    }
    return nearest;
}
