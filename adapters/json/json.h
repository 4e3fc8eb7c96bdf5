/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON text with every number as the shortest decimal that reads back to the
 * same double, in the C locale.  A NaN or infinity becomes null: JSON has no
 * such number and a reader must not invent one. */
#ifndef SPC_ADAPTERS_JSON_H
#define SPC_ADAPTERS_JSON_H

#include <jansson.h>
#include <stddef.h>

enum { SPC_NUMBER_TEXT = 32 };

/* Writes the shortest text of a finite x; returns its length. */
size_t spc_number_text(double x, char ret_text[SPC_NUMBER_TEXT]);

/* A real, or null when x is not finite. */
json_t *spc_json_number(double x);

/* One line, keys in insertion order; the caller frees.  NULL: no memory. */
char *spc_json_text(const json_t *json);

#endif
