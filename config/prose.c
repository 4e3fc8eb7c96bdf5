/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/prose.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16384 };

struct spc_chunk {
    struct spc_chunk *next;
    size_t used, room;
    max_align_t bytes[];
};

/* Room for `more` bytes and a NUL. */
static bool make_room(struct spc_prose *text, size_t more)
{
    size_t want = text->length + more + 1;
    size_t room = text->room ? text->room : 256;
    char *bytes;

    if (text->failed)
        return false;
    if (want <= text->room)
        return true;
    while (room < want)
        room *= 2;
    bytes = realloc(text->bytes, room);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->room = room;
    return true;
}

void spc_prose_add_bytes(struct spc_prose *text, const char *bytes,
                         size_t length)
{
    if (!make_room(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void spc_prose_add(struct spc_prose *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    if (!make_room(text, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format,
              arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void spc_prose_free(struct spc_prose *text)
{
    free(text->bytes);
    *text = (struct spc_prose){0};
}

static struct spc_chunk *new_chunk(struct spc_arena *arena, size_t size)
{
    size_t room = size > CHUNK ? size : CHUNK;
    struct spc_chunk *chunk = calloc(1, sizeof *chunk + room);

    if (chunk == NULL) {
        arena->failed = true;
        return NULL;
    }
    chunk->room = room;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *spc_arena_take(struct spc_arena *arena, size_t size)
{
    const size_t step = sizeof(max_align_t);
    struct spc_chunk *chunk = arena->chunks;
    size_t whole = (size + step - 1) / step * step;

    assert(size < SIZE_MAX / 2);
    if (arena->failed)
        return NULL;
    if (chunk == NULL || chunk->room - chunk->used < whole)
        chunk = new_chunk(arena, whole);
    if (chunk == NULL)
        return NULL;
    chunk->used += whole;
    return (char *)chunk->bytes + (chunk->used - whole);
}

char *spc_arena_copy(struct spc_arena *arena, const char *bytes, size_t length)
{
    char *copy = spc_arena_take(arena, length + 1);

    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

void spc_arena_free(struct spc_arena *arena)
{
    while (arena->chunks != NULL) {
        struct spc_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
    *arena = (struct spc_arena){0};
}
