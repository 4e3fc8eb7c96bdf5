/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON text with every number as the shortest decimal that reads back to the
 * same double, in the C locale.  A NaN or infinity becomes null: JSON has no
 * such number and a reader must not invent one. */
#ifndef SPC_ADAPTERS_JSON_H
#define SPC_ADAPTERS_JSON_H

#include <jansson.h>
#include <stddef.h>

enum { SPC_NUMBER_TEXT = 48 };

/* Writes the shortest text of a finite x; returns its length.  Minus zero is
 * "-0.0", since "-0" reads as an integer and loses its sign. */
size_t spc_number_text(double x, char ret_text[SPC_NUMBER_TEXT]);

/* For people only: x with a fixed number of decimals (0 to 12), or with six
 * significant digits when `decimals` is negative or x is huge. */
size_t spc_decimal_text(double x, int decimals, char ret_text[SPC_NUMBER_TEXT]);

/* A real, or null when x is not finite. */
json_t *spc_json_number(double x);

/* A string, or null for NULL.  What is not UTF-8 (registers hold anything)
 * becomes U+FFFD, so a bad byte never costs the message. */
json_t *spc_json_string(const char *string);

/* One line, keys in insertion order; the caller frees.  NULL: no memory. */
char *spc_json_text(const json_t *json);

#endif
