/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV: measurements as people keep them in files.
 *
 * UTF-8, with or without a byte order mark; a header line names the columns.
 * Cells are separated by comma, semicolon or tab (guessed from the header
 * line unless stated), may be quoted (RFC 4180: "" is a quote, a quoted cell
 * may hold separators and line ends) and lines end in LF, CR LF or CR.  Every
 * row has as many cells as the header; blank lines at the end are nothing.
 *
 * An empty cell is a missing measurement, never zero.  Anything else that is
 * not a number, where one is wanted, is refused with its place.  Complaints
 * are sentences of the form  file:line:column: error: ...  where the column
 * counts characters, not bytes, as editors do. */
#ifndef SPC_ADAPTERS_CSV_H
#define SPC_ADAPTERS_CSV_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SPC_CSV_COMPLAINT = 512, /* bytes of a complaint, with its NUL */
    SPC_CSV_COLUMNS_MAX = 4096,
};

struct spc_csv; /* a table; owns a copy of the text */

struct spc_csv_format {
    char separator; /* 0: guess */
    char decimal;   /* '.' or ','; 0: '.' */
};

/* Reads a table from `size` bytes, whatever they are.  `name` is how
 * complaints call the file.
 *
 * SPC_BAD_INPUT (with a complaint) or SPC_NO_MEMORY on failure. */
SPC_MUST_CHECK
enum spc_status spc_csv_read(const char *text, size_t size, const char *name,
                             struct spc_csv_format format,
                             struct spc_csv **ret_csv,
                             char reterr_complaint[SPC_CSV_COMPLAINT]);

/* The same for a file, or standard input when `path` is "-"; and
 * SPC_CANNOT_OPEN. */
SPC_MUST_CHECK
enum spc_status spc_csv_load(const char *path, struct spc_csv_format format,
                             struct spc_csv **ret_csv,
                             char reterr_complaint[SPC_CSV_COMPLAINT]);

void spc_csv_close(struct spc_csv *csv); /* NULL is nothing */

size_t spc_csv_columns(const struct spc_csv *csv);
size_t spc_csv_rows(const struct spc_csv *csv); /* without the header */
const char *spc_csv_name(const struct spc_csv *csv, size_t column);

/* The column of that name.  SPC_BAD_INPUT lists the known ones, or says that
 * two columns share it. */
SPC_MUST_CHECK
enum spc_status spc_csv_find(const struct spc_csv *csv, const char *name,
                             size_t *ret_column,
                             char reterr_complaint[SPC_CSV_COMPLAINT]);

/* A cell's text without its quotes; unquoted, without surrounding blanks. */
const char *spc_csv_text(const struct spc_csv *csv, size_t row, size_t column);

/* A cell's number; NaN when it is empty.  SPC_BAD_INPUT when it is neither. */
SPC_MUST_CHECK
enum spc_status spc_csv_number(const struct spc_csv *csv, size_t row,
                               size_t column, double *ret_number,
                               char reterr_complaint[SPC_CSV_COMPLAINT]);

/* Digits written after the decimal point, for drawing axes as precise as the
 * data; 0 when the cell is empty, whole or in scientific notation. */
unsigned spc_csv_decimals(const struct spc_csv *csv, size_t row, size_t column);

/* Writes "file:line:column: error: sentence" about a cell. */
__attribute__((format(printf, 5, 6))) void spc_csv_complain(
    const struct spc_csv *csv, size_t row, size_t column,
    char reterr_complaint[SPC_CSV_COMPLAINT], const char *format, ...);

#endif
