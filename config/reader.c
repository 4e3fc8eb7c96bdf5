/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/reader.h"

#include <assert.h>
#include <string.h>

struct spc_place spc_node_place(const struct spc_reader *reader,
                                const struct spc_node *node)
{
    return spc_file_text_place(&reader->complainer->source, node->place);
}

int spc_node_line(const struct spc_reader *reader, const struct spc_node *node)
{
    return spc_node_place(reader, node).line;
}

size_t spc_node_key_place(const struct spc_node *section, const char *key)
{
    const struct spc_node *node = spc_node_at(section, key);

    return node != NULL ? node->place : spc_node_own_place(section);
}

void spc_store(const struct spc_key *key, void *target, uint64_t value)
{
    char *at = (char *)target + key->offset;
    uint8_t byte = (uint8_t)value;
    uint16_t half = (uint16_t)value;
    uint32_t word = (uint32_t)value;

    switch (key->size) {
    case 0:
        return;
    case sizeof byte:
        memcpy(at, &byte, sizeof byte);
        return;
    case sizeof half:
        memcpy(at, &half, sizeof half);
        return;
    case sizeof word:
        memcpy(at, &word, sizeof word);
        return;
    default:
        assert(key->size == sizeof value);
        memcpy(at, &value, sizeof value);
    }
}

/* ---- refusing ---------------------------------------------------------- */

static void words_shape(struct spc_prose *text, const struct spc_word *words)
{
    for (size_t i = 0; words[i].text != NULL; i++) {
        if (i > 0)
            spc_prose_add(text, words[i + 1].text ? ", " : " or ");
        spc_prose_add(text, "%s", words[i].text);
    }
}

static void show_bound(struct spc_prose *text, const struct spc_key *key,
                       double bound)
{
    if (key->kind->show != NULL)
        key->kind->show(text, bound);
    else
        spc_prose_add(text, "%.15g", bound);
}

static void chart_names(struct spc_prose *text)
{
    const char *between = "";

    for (unsigned chart = 0; chart < SPC_CHARTS; chart++) {
        const char *name = spc_chart_text((enum spc_chart)chart);

        if (name == NULL)
            continue;
        spc_prose_add(text, "%s%s", between, name);
        between = ", ";
    }
    spc_prose_add(text, " or none");
}

void spc_key_shape(struct spc_prose *text, const struct spc_key *key)
{
    if (key->words != NULL) {
        words_shape(text, key->words);
        return;
    }
    spc_prose_add(text, "%s", key->kind->shape);
    if (key->kind == &spc_kind_chart)
        chart_names(text);
    if (key->kind == &spc_kind_text && key->high > 0) {
        spc_prose_add(text, " of at most %g bytes", key->high);
        return;
    }
    if (key->kind == &spc_kind_list) {
        spc_prose_add(text, " of %g to %g entries", key->low, key->high);
        return;
    }
    if (key->low == 0 && key->high == 0)
        return;
    spc_prose_add(text, " from ");
    show_bound(text, key, key->low);
    spc_prose_add(text, " to ");
    show_bound(text, key, key->high);
}

/* What was found instead, so that nobody has to look it up. */
static void add_found(struct spc_prose *text, const struct spc_node *node)
{
    if (node->kind == SPC_NODE_LIST)
        spc_prose_add(text, node->count ? "a list of %u" : "an empty list",
                      (unsigned)node->count);
    else if (node->kind == SPC_NODE_MAPPING)
        spc_prose_add(text, "a section of %u keys", (unsigned)node->count);
    else if (spc_node_is_null(node))
        spc_prose_add(text, "empty");
    else
        spc_prose_add(text, "%s%.60s%s", node->plain ? "'" : "the text \"",
                      node->text, node->plain ? "'" : "\"");
}

void spc_refuse(struct spc_reader *reader, const struct spc_key *key,
                const struct spc_node *node, const char *hint)
{
    struct spc_prose text = {0};

    if (node->kind == SPC_NODE_REFUSED)
        return;
    spc_prose_add(&text, "%s must be ", key->name);
    spc_key_shape(&text, key);
    spc_prose_add(&text, ", not ");
    add_found(&text, node);
    if (hint != NULL)
        spc_prose_add(&text, "; %s", hint);
    if (text.failed)
        reader->draft->arena.failed = true;
    else
        spc_complain(reader->complainer,
                     node->kind == SPC_NODE_MAPPING ? spc_node_own_place(node)
                                                    : node->place,
                     "%s", text.bytes);
    spc_prose_free(&text);
}

/* ---- keys of a section ------------------------------------------------- */

/* Own keys and overriding ones, in one row of rows. */
struct rows {
    const struct spc_key *key[SPC_KEYS_MAX];
    const struct spc_node *value[SPC_KEYS_MAX];
    const char *name[SPC_KEYS_MAX];
    bool misspelled[SPC_KEYS_MAX]; /* there, under a wrong name */
    size_t own, count;
};

static void add_rows(struct rows *rows, const struct spc_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        assert(rows->count < SPC_KEYS_MAX);
        rows->key[rows->count] = &section->keys[i];
        rows->name[rows->count] = section->keys[i].name;
        rows->count++;
    }
}

/* A key that is near an unknown one is not missing besides. */
static void mark_misspelled(struct rows *rows, const char *near)
{
    for (size_t i = 0; i < rows->count; i++)
        rows->misspelled[i] |= strcmp(rows->name[i], near) == 0;
}

static void tell_unknown(struct spc_reader *reader, struct rows *rows,
                         const struct spc_node *key)
{
    struct spc_prose known = {0};
    const char *near = NULL;

    if (reader->complainer->kept < SPC_COMPLAINTS_MAX)
        near = spc_nearest(key->text, rows->name, rows->count);
    if (near != NULL) {
        mark_misspelled(rows, near);
        spc_complain(reader->complainer, key->place,
                     "unknown key '%.60s'; did you mean '%s'?", key->text,
                     near);
        return;
    }
    for (size_t i = 0; i < rows->count; i++)
        spc_prose_add(&known, "%s%s", i > 0 ? ", " : "", rows->name[i]);
    spc_complain(reader->complainer, key->place,
                 "unknown key '%.60s'; known here: %s", key->text,
                 known.failed ? "" : known.bytes);
    spc_prose_free(&known);
}

static void match(struct spc_reader *reader, struct rows *rows,
                  const struct spc_node *entry)
{
    if (entry->key->kind != SPC_NODE_SCALAR) {
        if (entry->key->kind != SPC_NODE_REFUSED)
            spc_complain(reader->complainer, entry->key->place,
                         "a key is one word, not a list or mapping");
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(entry->key->text, rows->name[i]) != 0)
            continue;
        if (rows->value[i] == NULL)
            rows->value[i] = entry;
        else
            spc_complain(reader->complainer, entry->key->place,
                         "%s is here a second time; the first is in line %d",
                         rows->name[i],
                         spc_node_line(reader, rows->value[i]->key));
        return;
    }
    if (entry->kind != SPC_NODE_REFUSED || strcmp(entry->key->text, "<<") != 0)
        tell_unknown(reader, rows, entry->key);
}

/* Defaults are read from their text by the same code as what is written, so
 * the reference cannot state another default than the one that applies. */
static void fill_in(struct spc_reader *reader, const struct spc_key *key,
                    void *target)
{
    if (key->kind == &spc_kind_section) {
        for (size_t i = 0; i < key->section->count; i++)
            fill_in(reader, &key->section->keys[i],
                    (char *)target + key->offset);
    } else if (key->standard != NULL && key->standard[0] != '=') {
        struct spc_node node = {.kind = SPC_NODE_SCALAR, .plain = true};

        node.length = strlen(key->standard);
        node.text =
            spc_arena_copy(&reader->draft->arena, key->standard, node.length);
        if (node.text != NULL)
            key->kind->read(reader, key, &node, target);
    }
}

static void read_row(struct spc_reader *reader, const struct rows *rows,
                     size_t i, const struct spc_node *node, void *target)
{
    const struct spc_key *key = rows->key[i];

    if (rows->value[i] != NULL)
        key->kind->read(reader, key, rows->value[i], target);
    else if (reader->inherits)
        return;
    else if (rows->misspelled[i])
        return;
    else if (key->mandatory)
        spc_complain(reader->complainer, spc_node_own_place(node),
                     "%s is missing: %s", key->name, key->help);
    else
        fill_in(reader, key, target);
}

static void read_rows(struct spc_reader *reader, const struct rows *rows,
                      const struct spc_node *node, void *target)
{
    bool inherits = reader->inherits;

    for (size_t i = 0; i < rows->own; i++)
        read_row(reader, rows, i, node, target);
    reader->inherits = true;
    for (size_t i = rows->own; i < rows->count; i++)
        read_row(reader, rows, i, node, target);
    reader->inherits = inherits;
}

void spc_read_section(struct spc_reader *reader,
                      const struct spc_section *section,
                      const struct spc_node *node, void *target)
{
    struct rows rows = {.count = 0};

    add_rows(&rows, section);
    rows.own = rows.count;
    if (section->overrides != NULL)
        add_rows(&rows, section->overrides);
    for (const struct spc_node *entry = node->first; entry; entry = entry->next)
        match(reader, &rows, entry);
    read_rows(reader, &rows, node, target);
    if (section->overrides != NULL && section->overrides->check != NULL)
        section->overrides->check(reader, node, target);
    if (section->check != NULL)
        section->check(reader, node, target);
}

static void read_section_key(struct spc_reader *reader,
                             const struct spc_key *key,
                             const struct spc_node *node, void *target)
{
    if (node->kind == SPC_NODE_MAPPING)
        spc_read_section(reader, key->section, node,
                         (char *)target + key->offset);
    else
        spc_refuse(reader, key, node, NULL);
}

/* ---- lists of sections ------------------------------------------------- */

static void read_elements(struct spc_reader *reader, const struct spc_key *key,
                          const struct spc_node *node, char *elements)
{
    static const struct spc_key element = {.name = "each entry",
                                           .kind = &spc_kind_section};

    for (const struct spc_node *entry = node->first; entry;
         entry = entry->next, elements += key->section->size) {
        if (key->section->begin != NULL)
            key->section->begin(reader, entry, elements);
        if (entry->kind == SPC_NODE_MAPPING)
            spc_read_section(reader, key->section, entry, elements);
        else
            spc_refuse(reader, &element, entry, NULL);
    }
}

static void read_list(struct spc_reader *reader, const struct spc_key *key,
                      const struct spc_node *node, void *target)
{
    char *elements;

    if (node->kind != SPC_NODE_LIST || node->count == 0 ||
        node->count > key->high) {
        spc_refuse(reader, key, node, NULL);
        return;
    }
    elements =
        spc_arena_take(&reader->draft->arena, node->count * key->section->size);
    if (elements == NULL)
        return;
    memcpy((char *)target + key->offset, &elements, sizeof elements);
    memcpy((char *)target + key->count_offset, &node->count,
           sizeof node->count);
    read_elements(reader, key, node, elements);
}

const struct spc_kind spc_kind_section = {"a section of keys", read_section_key,
                                          NULL};
const struct spc_kind spc_kind_list = {"a list", read_list, NULL};
