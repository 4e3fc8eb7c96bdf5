/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV, read in one pass over a copy of the text.  Cells are unquoted in
 * place, which only ever shortens them, and ended by a NUL; a cell remembers
 * its offset and its place, so nothing is allocated for each. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/replay/csv.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    uint32_t line, column; /* from 1; the column counts characters */
};

struct cell {
    size_t text; /* offset in the table's text */
    struct place place;
};

struct spc_csv {
    char *file; /* its name */
    char *text;
    size_t size;
    struct cell *cells; /* header first, then row by row */
    size_t count, room;
    size_t columns;
    char separator, decimal;
};

/* Where reading has got to. */
struct cursor {
    size_t at;
    struct place place;
};

/* What to say when it goes wrong. */
struct complaint {
    char *text;
    struct place place;
};

/* ---- complaints -------------------------------------------------------- */

static void say(const struct spc_csv *csv, char *complaint, struct place place,
                const char *format, va_list arguments)
{
    int length =
        snprintf(complaint, SPC_CSV_COMPLAINT,
                 "%.200s:%u:%u: error: ", csv->file, place.line, place.column);

    assert(length > 0 && length < SPC_CSV_COMPLAINT);
    vsnprintf(complaint + length, (size_t)(SPC_CSV_COMPLAINT - length), format,
              arguments);
}

__attribute__((format(printf, 4, 5))) static enum spc_status refuse(
    const struct spc_csv *csv, char *complaint, struct place place,
    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(csv, complaint, place, format, arguments);
    va_end(arguments);
    return SPC_BAD_INPUT;
}

/* ---- characters -------------------------------------------------------- */

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* Bytes of the UTF-8 character at `s`, 0 when it is not one (Unicode 15,
 * table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t character_length(const unsigned char *s, size_t size)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return size >= 2 && is_continuation(s[1]) ? 2 : 0;
    if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        if (size < 3 || !is_continuation(s[1]) || !is_continuation(s[2]) ||
            (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
            return 0;
        return 3;
    }
    if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        if (size < 4 || !is_continuation(s[1]) || !is_continuation(s[2]) ||
            !is_continuation(s[3]) || (s[0] == 0xF0 && s[1] < 0x90) ||
            (s[0] == 0xF4 && s[1] > 0x8F))
            return 0;
        return 4;
    }
    return 0;
}

/* Moves over one character; CR LF counts as one line end. */
static void step(const struct spc_csv *csv, struct cursor *cursor)
{
    const char *s = csv->text + cursor->at;

    if (*s == '\n' || (*s == '\r' && s[1] != '\n')) {
        cursor->place.line++;
        cursor->place.column = 0;
    }
    if (!(*s == '\r' && s[1] == '\n'))
        cursor->place.column++;
    do
        cursor->at++;
    while (is_continuation((unsigned char)csv->text[cursor->at]));
}

static bool at_end(const struct spc_csv *csv, const struct cursor *cursor)
{
    return cursor->at >= csv->size;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

/* After this, every byte is part of a character and none is NUL, so that the
 * reader may rely on both. */
static enum spc_status check_characters(const struct spc_csv *csv,
                                        char *complaint)
{
    struct cursor cursor = {0, {1, 1}};

    while (!at_end(csv, &cursor)) {
        const unsigned char *s = (const unsigned char *)csv->text + cursor.at;

        if (*s == '\0')
            return refuse(csv, complaint, cursor.place,
                          "a NUL byte; this is not text, or text in UTF-16: "
                          "save the file as UTF-8");
        if (character_length(s, csv->size - cursor.at) == 0)
            return refuse(csv, complaint, cursor.place,
                          "byte 0x%02X is not UTF-8: save the file as UTF-8",
                          *s);
        step(csv, &cursor);
    }
    return SPC_OK;
}

/* ---- separator --------------------------------------------------------- */

/* The candidate that occurs most often in the header line, outside quotes.
 * With a decimal comma the comma is a candidate only when it is the only
 * one, since a file of quoted numbers may still be separated by it. */
static char guess_separator(const struct spc_csv *csv)
{
    static const char candidates[] = {';', '\t', ','};
    size_t seen[3] = {0};
    bool quoted = false;
    size_t best = 2;

    for (size_t i = 0; i < csv->size; i++) {
        char c = csv->text[i];

        if (c == '"')
            quoted = !quoted;
        if (ends_line(c) && !quoted)
            break;
        for (size_t k = 0; k < 3; k++)
            seen[k] += !quoted && c == candidates[k];
    }
    for (size_t k = 0; k < 2; k++)
        if (seen[k] > seen[best] ||
            (csv->decimal == ',' && best == 2 && seen[k] > 0))
            best = k;
    return candidates[best];
}

/* ---- cells ------------------------------------------------------------- */

static enum spc_status add_cell(struct spc_csv *csv, struct cell cell)
{
    if (csv->count == csv->room) {
        size_t room = csv->room ? 2 * csv->room : 256;
        struct cell *cells = realloc(csv->cells, room * sizeof *cells);

        if (!cells)
            return SPC_NO_MEMORY;
        csv->cells = cells;
        csv->room = room;
    }
    csv->cells[csv->count++] = cell;
    return SPC_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_cell(const struct spc_csv *csv, const struct cursor *cursor)
{
    return at_end(csv, cursor) || ends_line(csv->text[cursor->at]) ||
           csv->text[cursor->at] == csv->separator;
}

static void skip_blanks(const struct spc_csv *csv, struct cursor *cursor)
{
    while (!ends_cell(csv, cursor) && is_blank(csv->text[cursor->at]))
        step(csv, cursor);
}

/* Leaves the cell's text from cell->text on and says where it ends; its NUL
 * is written later, since it may fall on the byte that ends the cell. */
static size_t read_plain(struct spc_csv *csv, struct cursor *cursor,
                         struct cell *cell)
{
    size_t end;

    cell->text = cursor->at;
    while (!ends_cell(csv, cursor))
        step(csv, cursor);
    end = cursor->at;
    while (end > cell->text && is_blank(csv->text[end - 1]))
        end--;
    return end;
}

static enum spc_status read_quoted(struct spc_csv *csv, struct cursor *cursor,
                                   struct cell *cell, size_t *ret_end,
                                   char *complaint)
{
    size_t from, end;

    step(csv, cursor);
    cell->text = end = cursor->at;
    for (;;) {
        if (at_end(csv, cursor))
            return refuse(csv, complaint, cell->place,
                          "this quote is never closed");
        if (csv->text[cursor->at] == '"') {
            step(csv, cursor);
            if (at_end(csv, cursor) || csv->text[cursor->at] != '"')
                break;
        }
        from = cursor->at;
        step(csv, cursor);
        memmove(csv->text + end, csv->text + from, cursor->at - from);
        end += cursor->at - from;
    }
    skip_blanks(csv, cursor);
    if (!ends_cell(csv, cursor))
        return refuse(csv, complaint, cursor->place,
                      "after the closing quote a separator is due; a quote "
                      "inside a quoted cell is written twice");
    *ret_end = end;
    return SPC_OK;
}

/* Reads a cell up to, not over, what ends it; ret_end is where its NUL goes. */
static enum spc_status read_cell(struct spc_csv *csv, struct cursor *cursor,
                                 size_t *ret_end, char *complaint)
{
    struct cell cell;
    enum spc_status status = SPC_OK;

    skip_blanks(csv, cursor);
    cell.place = cursor->place;
    if (!at_end(csv, cursor) && csv->text[cursor->at] == '"')
        status = read_quoted(csv, cursor, &cell, ret_end, complaint);
    else
        *ret_end = read_plain(csv, cursor, &cell);
    return status == SPC_OK ? add_cell(csv, cell) : status;
}

/* Reads one line's cells and moves to the next line. */
static enum spc_status read_line(struct spc_csv *csv, struct cursor *cursor,
                                 size_t *ret_cells, char *complaint)
{
    size_t cells = 0;

    for (;;) {
        size_t end = 0;
        char last;
        enum spc_status status = read_cell(csv, cursor, &end, complaint);

        if (status != SPC_OK)
            return status;
        if (++cells > SPC_CSV_COLUMNS_MAX)
            return refuse(csv, complaint, cursor->place, "more than %d columns",
                          SPC_CSV_COLUMNS_MAX);
        last = at_end(csv, cursor) ? '\n' : csv->text[cursor->at];
        if (!at_end(csv, cursor))
            step(csv, cursor);
        csv->text[end] = '\0';
        if (last == '\r' && csv->text[cursor->at] == '\n')
            step(csv, cursor);
        if (last != csv->separator)
            break;
    }
    *ret_cells = cells;
    return SPC_OK;
}

static bool only_blank_lines_left(const struct spc_csv *csv, size_t at)
{
    while (at < csv->size &&
           (is_blank(csv->text[at]) || ends_line(csv->text[at])))
        at++;
    return at >= csv->size;
}

static enum spc_status read_rows(struct spc_csv *csv, struct cursor *cursor,
                                 char *complaint)
{
    while (!only_blank_lines_left(csv, cursor->at)) {
        struct place start = cursor->place;
        size_t cells;
        enum spc_status status = read_line(csv, cursor, &cells, complaint);

        if (status != SPC_OK)
            return status;
        if (cells != csv->columns)
            return refuse(csv, complaint, start,
                          "this row has %zu cell%s where the header names %zu "
                          "column%s",
                          cells, cells == 1 ? "" : "s", csv->columns,
                          csv->columns == 1 ? "" : "s");
    }
    return SPC_OK;
}

/* ---- tables ------------------------------------------------------------ */

static enum spc_status parse(struct spc_csv *csv, char *complaint)
{
    struct cursor cursor = {0, {1, 1}};
    enum spc_status status;
    double number;

    if (csv->size >= 3 && memcmp(csv->text, "\xEF\xBB\xBF", 3) == 0) {
        csv->size -= 3; /* the byte order mark is no part of the first name */
        memmove(csv->text, csv->text + 3, csv->size + 1);
    }
    status = check_characters(csv, complaint);
    if (status != SPC_OK)
        return status;
    if (only_blank_lines_left(csv, 0))
        return refuse(csv, complaint, cursor.place,
                      "nothing here; the first line has to name the columns");
    if (!csv->separator)
        csv->separator = guess_separator(csv);
    status = read_line(csv, &cursor, &csv->columns, complaint);
    if (status != SPC_OK)
        return status;
    if (csv->columns == 1 && spc_csv_name(csv, 0)[0] != '\0' &&
        spc_csv_number(csv, SIZE_MAX, 0, &number,
                       (char[SPC_CSV_COMPLAINT]){""}) == SPC_OK)
        return refuse(csv, complaint, csv->cells[0].place,
                      "the first line has to name the column, but '%.40s' "
                      "is a measurement",
                      spc_csv_name(csv, 0));
    return read_rows(csv, &cursor, complaint);
}

enum spc_status spc_csv_read(const char *text, size_t size, const char *name,
                             struct spc_csv_format format,
                             struct spc_csv **ret_csv,
                             char reterr_complaint[SPC_CSV_COMPLAINT])
{
    struct spc_csv *csv = calloc(1, sizeof *csv);
    enum spc_status status = SPC_NO_MEMORY;

    reterr_complaint[0] = '\0';
    if (!csv)
        return SPC_NO_MEMORY;
    csv->file = strdup(name);
    csv->text = malloc(size + 1);
    csv->size = size;
    csv->separator = format.separator;
    csv->decimal = format.decimal ? format.decimal : '.';
    if (csv->file && csv->text) {
        if (size > 0)
            memcpy(csv->text, text, size);
        csv->text[size] = '\0';
        status = parse(csv, reterr_complaint);
    }
    if (status != SPC_OK) {
        spc_csv_close(csv);
        return status;
    }
    *ret_csv = csv;
    return SPC_OK;
}

void spc_csv_close(struct spc_csv *csv)
{
    if (!csv)
        return;
    free(csv->cells);
    free(csv->text);
    free(csv->file);
    free(csv);
}

/* Reads to the end; the caller frees. */
static enum spc_status read_all(FILE *file, char **ret_text, size_t *ret_size)
{
    char *text = NULL;
    size_t size = 0, room = 0;

    for (;;) {
        if (size == room) {
            char *more = realloc(text, room = room ? 2 * room : 65536);

            if (!more) {
                free(text);
                return SPC_NO_MEMORY;
            }
            text = more;
        }
        size_t got = fread(text + size, 1, room - size, file);

        size += got;
        if (got == 0)
            break;
    }
    if (ferror(file)) {
        free(text);
        return SPC_CANNOT_OPEN;
    }
    *ret_text = text;
    *ret_size = size;
    return SPC_OK;
}

enum spc_status spc_csv_load(const char *path, struct spc_csv_format format,
                             struct spc_csv **ret_csv,
                             char reterr_complaint[SPC_CSV_COMPLAINT])
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    enum spc_status status = SPC_CANNOT_OPEN;
    char *text;
    size_t size;

    if (file)
        status = read_all(file, &text, &size);
    if (status == SPC_CANNOT_OPEN)
        snprintf(reterr_complaint, SPC_CSV_COMPLAINT,
                 "%.200s: error: cannot be read: %s", path, strerror(errno));
    if (file && !standard)
        fclose(file);
    if (status != SPC_OK)
        return status;
    status = spc_csv_read(text, size, standard ? "(stdin)" : path, format,
                          ret_csv, reterr_complaint);
    free(text);
    return status;
}

/* ---- looking things up ------------------------------------------------- */

size_t spc_csv_columns(const struct spc_csv *csv)
{
    return csv->columns;
}

size_t spc_csv_rows(const struct spc_csv *csv)
{
    return csv->count / csv->columns - 1;
}

/* Row SIZE_MAX is the header, so that one more is the first cell's row. */
static const struct cell *cell_at(const struct spc_csv *csv, size_t row,
                                  size_t column)
{
    assert(column < csv->columns);
    assert((row + 1) * csv->columns + column < csv->count);
    return &csv->cells[(row + 1) * csv->columns + column];
}

const char *spc_csv_text(const struct spc_csv *csv, size_t row, size_t column)
{
    return csv->text + cell_at(csv, row, column)->text;
}

const char *spc_csv_name(const struct spc_csv *csv, size_t column)
{
    return spc_csv_text(csv, SIZE_MAX, column);
}

static void list_columns(const struct spc_csv *csv, char *text, size_t room)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < csv->columns; i++) {
        const char *name = spc_csv_name(csv, i);

        if (length + strlen(name) + 8 > room) {
            snprintf(text + length, room - length, ", ...");
            return;
        }
        length += (size_t)snprintf(text + length, room - length, "%s%s",
                                   i ? ", " : "", name);
    }
}

enum spc_status spc_csv_find(const struct spc_csv *csv, const char *name,
                             size_t *ret_column,
                             char reterr_complaint[SPC_CSV_COMPLAINT])
{
    size_t found = csv->columns;
    char known[200];

    for (size_t i = 0; i < csv->columns; i++) {
        if (strcmp(spc_csv_name(csv, i), name) != 0)
            continue;
        if (found < csv->columns)
            return refuse(csv, reterr_complaint, csv->cells[i].place,
                          "a second column is called '%.40s'", name);
        found = i;
    }
    if (found == csv->columns) {
        list_columns(csv, known, sizeof known);
        return refuse(csv, reterr_complaint, (struct place){1, 1},
                      "there is no column '%.40s'; there are: %s", name, known);
    }
    *ret_column = found;
    return SPC_OK;
}

/* ---- numbers ----------------------------------------------------------- */

enum { NUMBER_MAX = 64 }; /* characters of a number */

/* Digits with at most one `decimal`, an optional sign and exponent.  strtod
 * alone would take hexadecimal, "nan" and "infinity" for measurements. */
static bool is_number(const char *text, char decimal, double *ret_number)
{
    char plain[NUMBER_MAX + 1];
    size_t length = strlen(text);
    char *end;
    double number;

    if (length == 0 || length > NUMBER_MAX)
        return false;
    for (size_t i = 0; i <= length; i++) {
        bool taken = text[i] == decimal;

        if (!taken && text[i] != '\0' && !strchr("0123456789+-eE", text[i]))
            return false;
        plain[i] = taken ? '.' : text[i];
    }
    number = strtod(plain, &end);
    if (*end != '\0' || end == plain)
        return false;
    *ret_number = number;
    return true;
}

static enum spc_status not_a_number(const struct spc_csv *csv,
                                    const struct cell *cell, char *complaint)
{
    const char *text = csv->text + cell->text;
    char other = csv->decimal == '.' ? ',' : '.';
    double number;

    if (is_number(text, other, &number))
        return refuse(csv, complaint, cell->place,
                      "'%.40s' is not a number with a decimal %s; --decimal "
                      "%c would make it %g",
                      text, csv->decimal == '.' ? "point" : "comma", other,
                      number);
    return refuse(csv, complaint, cell->place,
                  "'%.40s' is not a number; a missing measurement is an empty "
                  "cell",
                  text);
}

enum spc_status spc_csv_number(const struct spc_csv *csv, size_t row,
                               size_t column, double *ret_number,
                               char reterr_complaint[SPC_CSV_COMPLAINT])
{
    const struct cell *cell = cell_at(csv, row, column);
    const char *text = csv->text + cell->text;
    double number;

    if (text[0] == '\0') {
        *ret_number = NAN;
        return SPC_OK;
    }
    if (!is_number(text, csv->decimal, &number))
        return not_a_number(csv, cell, reterr_complaint);
    if (!isfinite(number))
        return refuse(csv, reterr_complaint, cell->place,
                      "'%.40s' is too large for a double", text);
    *ret_number = number;
    return SPC_OK;
}

unsigned spc_csv_decimals(const struct spc_csv *csv, size_t row, size_t column)
{
    const char *text = spc_csv_text(csv, row, column);
    const char *point = strchr(text, csv->decimal);

    if (!point || strpbrk(point, "eE"))
        return 0;
    return (unsigned)strlen(point + 1);
}

void spc_csv_complain(const struct spc_csv *csv, size_t row, size_t column,
                      char reterr_complaint[SPC_CSV_COMPLAINT],
                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(csv, reterr_complaint, cell_at(csv, row, column)->place, format,
        arguments);
    va_end(arguments);
}
