/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mistakes, collected while reading and told together, in order of place.
 *
 * A place is a byte offset into the text; line and column, the source line
 * and the caret are worked out when the mistakes are told. */
#ifndef SPC_CONFIG_COMPLAIN_H
#define SPC_CONFIG_COMPLAIN_H

#include "config/plant.h"
#include "config/prose.h"

#include <stdint.h>

enum { SPC_COMPLAINTS_MAX = 200 }; /* told; more are only counted */

struct spc_file_text {
    const char *file, *text;
    size_t size;
    const size_t *starts; /* of lines; made by spc_file_text_index */
    size_t lines;
};

/* False when the allocator refuses. */
bool spc_file_text_index(struct spc_file_text *source, struct spc_arena *arena);

struct spc_complaint {
    size_t place;
    uint32_t order; /* in which it was found: keeps the sort stable */
    bool warning;
    char *sentence;
};

struct spc_complainer {
    struct spc_file_text source;
    struct spc_arena *arena; /* where sentences are kept */
    struct spc_complaint list[SPC_COMPLAINTS_MAX];
    size_t kept, errors, warnings;
};

__attribute__((format(printf, 3, 4))) void spc_complain(
    struct spc_complainer *complainer, size_t place, const char *format, ...);
__attribute__((format(printf, 3, 4))) void spc_warn(
    struct spc_complainer *complainer, size_t place, const char *format, ...);

/* Sorts and renders.  False when the allocator refuses. */
bool spc_complaints_tell(struct spc_complainer *complainer,
                         struct spc_complaints *ret_complaints);

/* 1-based; columns count characters, not bytes. */
struct spc_place spc_file_text_place(const struct spc_file_text *source,
                                     size_t place);

/* Length in bytes of the UTF-8 character at the beginning of `text`, 0 when
 * it is not one (overlong forms and surrogates are not). */
size_t spc_utf8_length(const char *text, size_t size);

/* The row of `names` most like `wrong`, or NULL when none is near. */
const char *spc_nearest(const char *wrong, const char *const *names,
                        size_t count);

#endif
