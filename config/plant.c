/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/plant.h"

#include "config/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits (Fowler, Noll, Vo).  It tells two plant files apart in a
 * status message; it is no seal. */
static uint64_t hash_of(const char *text, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++) {
        hash ^= (unsigned char)text[i];
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

static void read_tree(struct spc_complainer *complainer,
                      const struct spc_vocabulary *vocabulary,
                      struct spc_draft *draft, struct spc_arena *scratch)
{
    struct spc_reader reader = {
        .complainer = complainer, .vocabulary = vocabulary, .draft = draft};
    const struct spc_node *root = spc_tree_read(complainer, scratch);

    if (root == NULL || scratch->failed)
        return;
    if (root->kind == SPC_NODE_MAPPING)
        spc_read_section(&reader, &spc_root_section, root, draft);
    else if (root->kind != SPC_NODE_REFUSED)
        spc_complain(complainer, root->place,
                     "a plant file is keys with values; it begins with "
                     "version: 1");
}

/* Some editors begin a file with a byte order mark. */
static void skip_mark(struct spc_file_text *source)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};

    if (source->size < sizeof mark ||
        memcmp(source->text, mark, sizeof mark) != 0)
        return;
    source->text += sizeof mark;
    source->size -= sizeof mark;
}

/* Everything but memory: complaints say the rest. */
static bool read_text(struct spc_complainer *complainer,
                      const struct spc_vocabulary *vocabulary,
                      struct spc_draft *draft, struct spc_arena *scratch)
{
    struct spc_file_text *source = &complainer->source;

    if (source->size > SPC_CONFIG_BYTES_MAX) {
        source->size = 0; /* none of it is looked at */
        spc_complain(complainer, 0,
                     "the file is larger than 1 MiB; a plant file is text "
                     "that a person can read");
    }
    skip_mark(source);
    if (!spc_file_text_index(source, scratch))
        return false;
    if (complainer->errors == 0)
        read_tree(complainer, vocabulary, draft, scratch);
    return !scratch->failed && !draft->arena.failed;
}

enum spc_status spc_plant_read(const char *file, const char *text, size_t size,
                               const struct spc_vocabulary *vocabulary,
                               struct spc_plant **ret_plant,
                               struct spc_complaints *ret_complaints)
{
    struct spc_draft *draft = calloc(1, sizeof *draft);
    struct spc_complainer *complainer = calloc(1, sizeof *complainer);
    struct spc_arena scratch = {0};
    struct spc_complaints complaints = {0};
    enum spc_status status = SPC_NO_MEMORY;

    assert(vocabulary != NULL);
    if (draft != NULL && complainer != NULL) {
        complainer->source =
            (struct spc_file_text){.file = file, .text = text, .size = size};
        complainer->arena = &scratch;
        snprintf(draft->plant.hash, sizeof draft->plant.hash, "%016" PRIx64,
                 hash_of(text, size));
        if (read_text(complainer, vocabulary, draft, &scratch) &&
            spc_complaints_tell(complainer, &complaints))
            status = complaints.count > 0 ? SPC_BAD_INPUT : SPC_OK;
    }
    free(complainer);
    spc_arena_free(&scratch);
    if (status == SPC_OK)
        *ret_plant = &draft->plant;
    else if (draft != NULL)
        spc_plant_free(&draft->plant);
    *ret_complaints = complaints;
    return status;
}

/* The plant is the first member of the draft it was read into. */
void spc_plant_free(struct spc_plant *plant)
{
    struct spc_draft *draft = (struct spc_draft *)(void *)plant;

    if (draft == NULL)
        return;
    spc_arena_free(&draft->arena);
    free(draft);
}

void spc_complaints_free(struct spc_complaints *complaints)
{
    free(complaints->text);
    *complaints = (struct spc_complaints){0};
}
