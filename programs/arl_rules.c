/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of a selection of run rules.  See arl_rules.h. */
#include "programs/arl_rules.h"
#include "engine/chain.h"

#include <stdlib.h>

enum {
    ROOM_MIN = 8192, /* all eight Nelson rules have 6671 histories */
    ROOM_MAX = 1 << 24,
};

_Static_assert((int)SPC_BANDS == (int)SPC_CHAIN_BANDS,
               "rules and engine mean the same bands");

static void clear(struct spc_rule_chain *chain)
{
    free(chain->histories);
    free(chain->slots);
    free(chain->next);
    free(chain->band);
    *chain = (struct spc_rule_chain){0};
}

static bool make_room(size_t room, struct spc_rule_chain *ret)
{
    struct spc_rule_chain chain = {.room = room};

    chain.histories = calloc(room, sizeof *chain.histories);
    chain.slots = calloc(2 * room, sizeof *chain.slots);
    chain.next = calloc(room, sizeof *chain.next);
    chain.band = calloc(room, sizeof *chain.band);
    *ret = chain;
    return chain.histories && chain.slots && chain.next && chain.band;
}

enum spc_status spc_arl_rules_explore(spc_rule_mask selected,
                                      struct spc_arl_rules *ret_rules)
{
    for (size_t room = ROOM_MIN; room <= ROOM_MAX; room *= 8) {
        struct spc_rule_chain chain;
        bool made = make_room(room, &chain);

        if (made && spc_rule_chain_explore(selected, &chain)) {
            ret_rules->found = chain;
            return SPC_OK;
        }
        clear(&chain);
        if (!made)
            break;
    }
    return SPC_NO_MEMORY;
}

void spc_arl_rules_clear(struct spc_arl_rules *rules)
{
    clear(&rules->found);
}

static struct spc_chain chain_of(const struct spc_arl_rules *rules,
                                 double width, double shift)
{
    struct spc_chain chain = {
        .states = rules->found.count,
        .next = (const uint32_t(*)[SPC_CHAIN_STEPS])rules->found.next,
        .band = rules->found.band,
    };

    spc_chain_normal(width, shift, chain.probability);
    return chain;
}

enum spc_status spc_arl_rules_run_length(const struct spc_arl_rules *rules,
                                         double width, double shift,
                                         double *ret_length)
{
    struct spc_chain chain = chain_of(rules, width, shift);

    return spc_chain_run_length(&chain, ret_length);
}

enum spc_status spc_arl_rules_steady_run_length(
    const struct spc_arl_rules *rules, double width, double shift,
    double *ret_length)
{
    struct spc_chain chain = chain_of(rules, width, shift);
    double until_now[SPC_CHAIN_BANDS];

    spc_chain_normal(width, 0, until_now);
    return spc_chain_steady_run_length(&chain, until_now, ret_length);
}
