/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every history there can be, breadth first.  See chain.h. */
#include "rules/chain.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const struct spc_zones zones = {{0, 1, 2, 3}, {0, -1, -2, -3}};

/* A point in the middle of a band, which stands for all of it. */
static double middle(unsigned band)
{
    return band - (SPC_BANDS - 1) / 2.0;
}

static bool asks_about_trend(enum spc_mark mark)
{
    return mark == SPC_RISING || mark == SPC_FALLING || mark == SPC_TURNING;
}

/* The newest points of a trail that this rule may still count.  After m more
 * points its window holds n - m of those already there; m is the soonest at
 * which, were all m marked, the rule would hold.  Older points are out of
 * every window that matters. */
static uint64_t counted(const struct spc_rule *rule, uint64_t trail)
{
    for (unsigned m = 1; m < rule->n; m++) {
        uint64_t kept = UINT64_MAX >> (SPC_HISTORY_POINTS - rule->n + m);
        unsigned marked = (unsigned)__builtin_popcountll(trail & kept);

        if (marked + m >= rule->k)
            return kept;
    }
    return 0;
}

/* Forgets what no selected rule will ask about. */
static void forget(spc_rule_mask selected, struct spc_history *history,
                   uint8_t *ret_band)
{
    uint64_t kept[SPC_MARKS] = {0};
    bool trend = false;

    for (unsigned i = 0; i < SPC_RULES; i++) {
        const struct spc_rule *rule = &spc_rules[i];

        if (!(selected >> i & 1))
            continue;
        kept[rule->mark] |= counted(rule, history->trail[rule->mark]);
        trend |= asks_about_trend(rule->mark);
        /* A turn is one from the last rise or fall. */
        if (rule->mark == SPC_TURNING) {
            kept[SPC_RISING] |= 1;
            kept[SPC_FALLING] |= 1;
        }
    }
    for (unsigned mark = 0; mark < SPC_MARKS; mark++)
        history->trail[mark] &= kept[mark];

    double place = floor(history->previous) + SPC_EDGES;
    if (!trend || isnan(history->previous)) {
        history->previous = (double)NAN;
        *ret_band = SPC_BANDS;
    } else {
        *ret_band = (uint8_t)place;
        history->previous = middle(*ret_band);
    }
}

static uint32_t hash(const struct spc_history *history, unsigned band)
{
    uint64_t h = band;

    /* Multiplication carries every bit upwards, the shift down again. */
    for (unsigned mark = 0; mark < SPC_MARKS; mark++) {
        h = (h ^ history->trail[mark]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static bool same(const struct spc_rule_chain *chain, uint32_t state,
                 const struct spc_history *history, uint8_t band)
{
    return chain->band[state] == band &&
           memcmp(chain->histories[state].trail, history->trail,
                  sizeof history->trail) == 0;
}

/* The number of a history, a new one if need be; SPC_NONE: no room. */
static uint32_t numbered(struct spc_rule_chain *chain,
                         const struct spc_history *history, uint8_t band)
{
    size_t slot_count = 2 * chain->room;
    size_t slot = hash(history, band) % slot_count;

    for (; chain->slots[slot] != SPC_NONE; slot = (slot + 1) % slot_count)
        if (same(chain, chain->slots[slot], history, band))
            return chain->slots[slot];
    if (chain->count == chain->room)
        return SPC_NONE;

    uint32_t number = (uint32_t)chain->count++;
    chain->slots[slot] = number;
    chain->histories[number] = *history;
    chain->band[number] = band;
    return number;
}

static bool step(spc_rule_mask selected, struct spc_rule_chain *chain,
                 size_t from, unsigned way)
{
    struct spc_history history = chain->histories[from];
    bool higher = way == SPC_BANDS;
    unsigned band = higher ? chain->band[from] : way;
    double off = band == chain->band[from] ? 0.25 : 0;
    uint8_t last = SPC_BANDS;

    chain->next[from][way] = SPC_NONE;
    if (band == SPC_BANDS)
        return true; /* no band is remembered, so there is no higher in it */
    spc_history_push(&history, &zones, middle(band) + (higher ? off : -off));
    if (spc_rules_judge(selected, &history))
        return true;
    forget(selected, &history, &last);
    chain->next[from][way] = numbered(chain, &history, last);
    return chain->next[from][way] != SPC_NONE;
}

bool spc_rule_chain_explore(spc_rule_mask selected,
                            struct spc_rule_chain *chain)
{
    struct spc_history empty;

    assert(chain->room >= 1);
    assert(chain->room < SPC_NONE / 2);

    for (size_t i = 0; i < 2 * chain->room; i++)
        chain->slots[i] = SPC_NONE;
    chain->count = 0;
    spc_history_clear(&empty);
    (void)numbered(chain, &empty, SPC_BANDS);

    /* `count` grows while the histories are gone through. */
    for (size_t from = 0; from < chain->count; from++)
        for (unsigned way = 0; way < SPC_CHAIN_STEPS; way++)
            if (!step(selected, chain, from, way))
                return false;
    return true;
}
