/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that grows, and memory that is released all at once.
 *
 * Both remember that the allocator refused once and stay harmless from then
 * on, so a reader of a hundred small steps checks at its end only. */
#ifndef SPC_CONFIG_PROSE_H
#define SPC_CONFIG_PROSE_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is empty.  `bytes` ends with a NUL unless it is NULL. */
struct spc_prose {
    char *bytes;
    size_t length, room;
    bool failed;
};

__attribute__((format(printf, 2, 3))) void spc_prose_add(struct spc_prose *text,
                                                         const char *format,
                                                         ...);
void spc_prose_add_bytes(struct spc_prose *text, const char *bytes,
                         size_t length);
void spc_prose_free(struct spc_prose *text);

/* All zero is empty. */
struct spc_arena {
    struct spc_chunk *chunks;
    bool failed;
};

/* Zeroed, aligned for anything; NULL when the allocator refuses. */
void *spc_arena_take(struct spc_arena *arena, size_t size);

/* A copy with a NUL behind it. */
char *spc_arena_copy(struct spc_arena *arena, const char *bytes, size_t length);
void spc_arena_free(struct spc_arena *arena);

#endif
