/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/tree.h"

#include <libfyaml.h>
#include <string.h>

struct builder {
    struct spc_complainer *complainer;
    struct spc_arena *arena;
    struct spc_node *root;
    struct spc_node *open[SPC_TREE_DEPTH];
    struct spc_node *key[SPC_TREE_DEPTH]; /* read, its value not yet */
    size_t depth;
    uint32_t documents;
    bool done;
};

/* ---- text -------------------------------------------------------------- */

/* The parser would accept more than a text editor shows. */
static bool text_is_clean(struct spc_complainer *complainer)
{
    const struct spc_file_text *source = &complainer->source;

    for (size_t i = 0; i < source->size;) {
        size_t length = spc_utf8_length(source->text + i, source->size - i);
        unsigned char c = (unsigned char)source->text[i];

        if (length == 0) {
            spc_complain(complainer, i,
                         "byte 0x%02x is not UTF-8; save the file as UTF-8", c);
            return false;
        }
        if ((c < 0x20 && strchr("\t\r\n", c) == NULL) || c == 0 || c == 0x7f) {
            spc_complain(complainer, i,
                         "control character 0x%02x; a plant file is plain text",
                         c);
            return false;
        }
        i += length;
    }
    return true;
}

/* ---- nodes ------------------------------------------------------------- */

/* A token's mark may lie behind its indicator. */
static size_t place_of(const struct builder *builder,
                       const struct fy_mark *mark)
{
    size_t place = mark != NULL ? mark->input_pos : 0;
    const char *text = builder->complainer->source.text;

    return place > 0 && strchr("*&", text[place - 1]) ? place - 1 : place;
}

static void attach(struct builder *builder, struct spc_node *node)
{
    struct spc_node *parent;
    struct spc_node **key;

    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    parent = builder->open[builder->depth - 1];
    key = &builder->key[builder->depth - 1];
    if (parent->kind == SPC_NODE_MAPPING && *key == NULL) {
        *key = node;
        return;
    }
    node->key = *key;
    *key = NULL;
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
}

static struct spc_node *add_node(struct builder *builder,
                                 enum spc_node_kind kind,
                                 struct fy_event *event)
{
    struct spc_node *node = spc_arena_take(builder->arena, sizeof *node);

    if (node == NULL) {
        builder->done = true;
        return NULL;
    }
    node->kind = kind;
    node->place = place_of(builder, fy_event_start_mark(event));
    attach(builder, node);
    return node;
}

static void enter(struct builder *builder, enum spc_node_kind kind,
                  struct fy_event *event)
{
    struct spc_node *node = add_node(builder, kind, event);

    if (node == NULL)
        return;
    if (builder->depth == SPC_TREE_DEPTH) {
        spc_complain(builder->complainer, node->place,
                     "nested deeper than any key of a plant file; "
                     "is a bracket left open?");
        builder->done = true;
        return;
    }
    builder->open[builder->depth] = node;
    builder->key[builder->depth] = NULL;
    builder->depth++;
}

static void add_scalar(struct builder *builder, struct fy_event *event)
{
    struct spc_node *node = add_node(builder, SPC_NODE_SCALAR, event);
    struct fy_token *token = fy_event_get_token(event);
    size_t length = 0;
    const char *text = token ? fy_token_get_text(token, &length) : NULL;

    if (node == NULL)
        return;
    node->plain =
        token == NULL || fy_scalar_token_get_style(token) == FYSS_PLAIN;
    if (!node->plain && node->place > 0 &&
        strchr("'\"", builder->complainer->source.text[node->place - 1]))
        node->place--;
    node->length = text != NULL ? length : 0;
    node->text = spc_arena_copy(builder->arena, text, node->length);
    if (token == NULL && node->key != NULL)
        node->place = node->key->place;
    builder->done = node->text == NULL;
}

/* ---- what a plant file does without ------------------------------------ */

static void refuse_alias(struct builder *builder, struct fy_event *event)
{
    struct spc_node *node = add_node(builder, SPC_NODE_REFUSED, event);

    if (node != NULL)
        spc_complain(builder->complainer, node->place,
                     "aliases (*name) are not used in plant files; write the "
                     "value out");
}

static void refuse_extras(struct builder *builder, struct fy_event *event)
{
    struct fy_token *anchor = fy_event_get_anchor_token(event);
    struct fy_token *tag = fy_event_get_tag_token(event);

    if (anchor != NULL)
        spc_complain(builder->complainer,
                     place_of(builder, fy_token_start_mark(anchor)),
                     "anchors (&name) are not used in plant files; leave it "
                     "away and write values out where they are used");
    if (tag != NULL)
        spc_complain(builder->complainer,
                     place_of(builder, fy_token_start_mark(tag)),
                     "tags (!name) are not used in plant files; leave it away");
}

static void begin_document(struct builder *builder, struct fy_event *event)
{
    if (++builder->documents == 1)
        return;
    spc_complain(builder->complainer,
                 place_of(builder, fy_event_start_mark(event)),
                 "a plant file is one document; the second begins here");
    builder->done = true;
}

static void take(struct builder *builder, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        begin_document(builder, event);
        break;
    case FYET_SCALAR:
        refuse_extras(builder, event);
        add_scalar(builder, event);
        break;
    case FYET_ALIAS:
        refuse_alias(builder, event);
        break;
    case FYET_SEQUENCE_START:
        refuse_extras(builder, event);
        enter(builder, SPC_NODE_LIST, event);
        break;
    case FYET_MAPPING_START:
        refuse_extras(builder, event);
        enter(builder, SPC_NODE_MAPPING, event);
        break;
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        builder->depth--;
        break;
    default:
        break;
    }
}

/* ---- reading ----------------------------------------------------------- */

static size_t offset_of(const struct spc_file_text *source, int line,
                        int column)
{
    size_t at = 0;

    for (int i = 1; i < line && at < source->size; at++)
        i += source->text[at] == '\n';
    for (int i = 1; i < column && at < source->size; i++) {
        size_t length = spc_utf8_length(source->text + at, source->size - at);

        at += length ? length : 1;
    }
    return at;
}

/* The parser's own complaint; only its first, since the others follow from
 * it. */
static void tell_syntax(struct builder *builder, struct fy_diag *diag)
{
    void *iterator = NULL;
    const struct fy_diag_error *error;

    while ((error = fy_diag_errors_iterate(diag, &iterator)) != NULL) {
        if (error->type < FYET_ERROR)
            continue;
        spc_complain(
            builder->complainer,
            offset_of(&builder->complainer->source, error->line, error->column),
            "not YAML here: %s", error->msg);
        builder->root = NULL;
        return;
    }
}

static struct fy_diag *quiet_diag(void)
{
    struct fy_diag_cfg cfg;
    struct fy_diag *diag;

    fy_diag_cfg_default(&cfg);
    cfg.fp = NULL;
    diag = fy_diag_create(&cfg);
    if (diag != NULL)
        fy_diag_set_collect_errors(diag, true);
    return diag;
}

static void parse(struct builder *builder, struct fy_parser *parser)
{
    const struct spc_file_text *source = &builder->complainer->source;
    struct fy_event *event;

    if (fy_parser_set_string(parser, source->text, source->size) != 0) {
        builder->arena->failed = true;
        return;
    }
    while (!builder->done && (event = fy_parser_parse(parser)) != NULL) {
        take(builder, event);
        fy_parser_event_free(parser, event);
    }
}

const struct spc_node *spc_tree_read(struct spc_complainer *complainer,
                                     struct spc_arena *arena)
{
    struct builder builder = {.complainer = complainer, .arena = arena};
    struct fy_diag *diag;
    struct fy_parser *parser;

    if (!text_is_clean(complainer))
        return NULL;
    diag = quiet_diag();
    parser = fy_parser_create(&(struct fy_parse_cfg){
        .flags = FYPCF_QUIET | FYPCF_DISABLE_RECYCLING, .diag = diag});
    if (parser != NULL) {
        parse(&builder, parser);
        tell_syntax(&builder, diag);
        fy_parser_destroy(parser);
    } else {
        arena->failed = true;
    }
    fy_diag_destroy(diag);
    if (builder.root == NULL && complainer->errors == 0)
        spc_complain(complainer, 0,
                     "the file says nothing; it begins with version: 1");
    return builder.root;
}

/* ---- looking around ---------------------------------------------------- */

const struct spc_node *spc_node_at(const struct spc_node *node, const char *key)
{
    if (node == NULL || node->kind != SPC_NODE_MAPPING)
        return NULL;
    for (const struct spc_node *entry = node->first; entry; entry = entry->next)
        if (entry->key->kind == SPC_NODE_SCALAR &&
            strcmp(entry->key->text, key) == 0)
            return entry;
    return NULL;
}

size_t spc_node_own_place(const struct spc_node *node)
{
    return node->key != NULL ? node->key->place : node->place;
}

bool spc_node_is_null(const struct spc_node *node)
{
    return node->kind == SPC_NODE_SCALAR && node->plain &&
           (node->length == 0 || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}
