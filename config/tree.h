/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML text to a plain tree that knows the place of everything.
 *
 * The tree is built from the parser's events rather than taken from its
 * document, so duplicate keys, aliases, anchors and tags become complaints
 * with a place like any other and reading goes on behind them; nothing is
 * ever expanded.  This is the only file that knows the YAML library. */
#ifndef SPC_CONFIG_TREE_H
#define SPC_CONFIG_TREE_H

#include "config/complain.h"

enum { SPC_TREE_DEPTH = 16 };

enum spc_node_kind {
    SPC_NODE_SCALAR,
    SPC_NODE_LIST,
    SPC_NODE_MAPPING,
    SPC_NODE_REFUSED, /* complained about already: say no more */
};

struct spc_node {
    enum spc_node_kind kind;
    bool plain; /* a scalar without quotes */
    size_t place;
    char *text; /* of a scalar */
    size_t length;
    uint32_t count;             /* entries of a list or mapping */
    const struct spc_node *key; /* of an entry of a mapping */
    struct spc_node *first, *last, *next;
};

/* NULL when there is no tree at all: the reason is then a complaint, or the
 * arena has failed. */
const struct spc_node *spc_tree_read(struct spc_complainer *complainer,
                                     struct spc_arena *arena);

/* The entry of that key, or NULL; nothing is found in what is no mapping. */
const struct spc_node *spc_node_at(const struct spc_node *node,
                                   const char *key);

/* The place to point at when something is missing in there: its key. */
size_t spc_node_own_place(const struct spc_node *node);

/* True for what YAML reads as null: nothing, ~ or null. */
bool spc_node_is_null(const struct spc_node *node);

#endif
