/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text: what JSON, topics and sentences are written into.
 *
 * A text that could not grow remembers it; only spc_text_take tells, so that
 * writers need no check after each word. */
#ifndef SPC_ADAPTERS_TEXT_H
#define SPC_ADAPTERS_TEXT_H

#include "engine/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty text. */
struct spc_text {
    char *data;
    size_t length, room;
    bool failed;
};

void spc_text_add(struct spc_text *text, const char *data, size_t size);
void spc_text_string(struct spc_text *text, const char *string);

/* The finished string, which the caller frees; NULL when memory ran out.  The
 * text is empty afterwards. */
char *spc_text_take(struct spc_text *text);

/* A {name} in a template and what stands for it. */
struct spc_blank {
    const char *name, *value; /* a value of NULL counts as "" */
};

/* Writes the template with each {name} replaced; an unknown {name} stays as
 * it is, and nothing inside a value is looked at again. */
void spc_text_fill(struct spc_text *text, const char *template,
                   const struct spc_blank *blanks, size_t count);

/* The same, and a stretch in [brackets] is left out as a whole when one of
 * its blanks is empty. */
void spc_text_sentence(struct spc_text *text, const char *template,
                       const struct spc_blank *blanks, size_t count);

/* RFC 3339 in UTC with 3, 6 or 9 decimals, as many as the time has:
 * "2026-11-21T10:00:00.120Z". */
enum { SPC_TIME_TEXT = 48 };
void spc_time_text(spc_nanos time, char ret_text[SPC_TIME_TEXT]);

/* The same to the second for reading: "2026-11-21 10:00:00 UTC". */
void spc_time_sentence(spc_nanos time, char ret_text[SPC_TIME_TEXT]);

/* Bytes of the UTF-8 character at `s`, of which `size` bytes are there, and
 * its code; 0 when it is not one (overlong, surrogate, cut off). */
size_t spc_utf8_next(const char *s, size_t size, uint32_t *ret_code);

#endif
