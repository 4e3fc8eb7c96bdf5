/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of run rules, and one way of judging them all.  See
 * ruleset.h. */
#include "rules/ruleset.h"

#include <assert.h>
#include <string.h>

/* Six points rising are five rises; fourteen alternating are twelve turns. */
/* clang-format off */
const struct spc_rule spc_rules[] = {
    {"nelson-1", "beyond the upper control limit", "超出上控制限",
     SPC_SIDE_ABOVE, SPC_ABOVE_3, 1, 1, 0},
    {"nelson-1", "beyond the lower control limit", "超出下控制限",
     SPC_SIDE_BELOW, SPC_BELOW_3, 1, 1, 0},
    {"nelson-2", "9 in a row above the centre line", "连续9点位于中心线上方",
     SPC_SIDE_ABOVE, SPC_ABOVE_CENTRE, 9, 9, 0},
    {"nelson-2", "9 in a row below the centre line", "连续9点位于中心线下方",
     SPC_SIDE_BELOW, SPC_BELOW_CENTRE, 9, 9, 0},
    {"nelson-3", "6 in a row rising", "连续6点上升",
     SPC_SIDE_NONE, SPC_RISING, 5, 5, 1},
    {"nelson-3", "6 in a row falling", "连续6点下降",
     SPC_SIDE_NONE, SPC_FALLING, 5, 5, 1},
    {"nelson-4", "14 in a row alternating", "连续14点上下交替",
     SPC_SIDE_NONE, SPC_TURNING, 12, 12, 2},
    {"nelson-5", "2 of 3 beyond two sigma above", "连续3点中有2点高于上侧2σ",
     SPC_SIDE_ABOVE, SPC_ABOVE_2, 2, 3, 0},
    {"nelson-5", "2 of 3 beyond two sigma below", "连续3点中有2点低于下侧2σ",
     SPC_SIDE_BELOW, SPC_BELOW_2, 2, 3, 0},
    {"nelson-6", "4 of 5 beyond one sigma above", "连续5点中有4点高于上侧1σ",
     SPC_SIDE_ABOVE, SPC_ABOVE_1, 4, 5, 0},
    {"nelson-6", "4 of 5 beyond one sigma below", "连续5点中有4点低于下侧1σ",
     SPC_SIDE_BELOW, SPC_BELOW_1, 4, 5, 0},
    {"nelson-7", "15 in a row within one sigma", "连续15点位于1σ以内",
     SPC_SIDE_NONE, SPC_INSIDE_1, 15, 15, 0},
    {"nelson-8", "8 in a row outside one sigma", "连续8点位于1σ以外",
     SPC_SIDE_NONE, SPC_OUTSIDE_1, 8, 8, 0},

    {"we-1", "beyond the upper control limit", "超出上控制限",
     SPC_SIDE_ABOVE, SPC_ABOVE_3, 1, 1, 0},
    {"we-1", "beyond the lower control limit", "超出下控制限",
     SPC_SIDE_BELOW, SPC_BELOW_3, 1, 1, 0},
    {"we-2", "2 of 3 beyond two sigma above", "连续3点中有2点高于上侧2σ",
     SPC_SIDE_ABOVE, SPC_ABOVE_2, 2, 3, 0},
    {"we-2", "2 of 3 beyond two sigma below", "连续3点中有2点低于下侧2σ",
     SPC_SIDE_BELOW, SPC_BELOW_2, 2, 3, 0},
    {"we-3", "4 of 5 beyond one sigma above", "连续5点中有4点高于上侧1σ",
     SPC_SIDE_ABOVE, SPC_ABOVE_1, 4, 5, 0},
    {"we-3", "4 of 5 beyond one sigma below", "连续5点中有4点低于下侧1σ",
     SPC_SIDE_BELOW, SPC_BELOW_1, 4, 5, 0},
    {"we-4", "8 in a row above the centre line", "连续8点位于中心线上方",
     SPC_SIDE_ABOVE, SPC_ABOVE_CENTRE, 8, 8, 0},
    {"we-4", "8 in a row below the centre line", "连续8点位于中心线下方",
     SPC_SIDE_BELOW, SPC_BELOW_CENTRE, 8, 8, 0},

    {"beyond-limits", "beyond the upper control limit", "超出上控制限",
     SPC_SIDE_ABOVE, SPC_ABOVE_3, 1, 1, 0},
    {"beyond-limits", "beyond the lower control limit", "超出下控制限",
     SPC_SIDE_BELOW, SPC_BELOW_3, 1, 1, 0},
};
/* clang-format on */

_Static_assert(sizeof spc_rules / sizeof spc_rules[0] == SPC_RULES,
               "SPC_RULES counts the rows");
_Static_assert(SPC_RULES <= 32, "a mask has a bit for every row");

/* The newest n bits of a trail.  n == 64 is why this is not (1 << n) - 1. */
static uint64_t newest(unsigned n)
{
    return UINT64_MAX >> (SPC_HISTORY_POINTS - n);
}

/* The rows called `name`, or of the set `name`: "nelson" is all of
 * "nelson-1" and so on. */
static spc_rule_mask rows_called(const char *name)
{
    size_t length = strlen(name);
    spc_rule_mask mask = 0;

    for (unsigned i = 0; i < SPC_RULES; i++) {
        const char *row = spc_rules[i].name;
        bool begins = strncmp(row, name, length) == 0;

        if (begins && (row[length] == '\0' ||
                       (row[length] == '-' && strlen(row) == length + 2)))
            mask |= (spc_rule_mask)1 << i;
    }
    return mask;
}

bool spc_rules_named(const char *name, spc_rule_mask *ret_mask)
{
    spc_rule_mask mask = rows_called(name);

    if (mask == 0 && strcmp(name, "none") != 0)
        return false;
    *ret_mask = mask;
    return true;
}

/* Zone rules ask about the one and two sigma lines, whose probabilities hold
 * for a normal statistic only. */
static bool asks_about_zones(enum spc_mark mark)
{
    return mark == SPC_ABOVE_1 || mark == SPC_ABOVE_2 || mark == SPC_BELOW_1 ||
           mark == SPC_BELOW_2 || mark == SPC_INSIDE_1 || mark == SPC_OUTSIDE_1;
}

spc_rule_mask spc_rules_valid(enum spc_panel panel)
{
    spc_rule_mask mask = 0;

    assert((unsigned)panel < SPC_PANELS);

    for (unsigned i = 0; i < SPC_RULES; i++)
        if (panel == SPC_PANEL_LOCATION || !asks_about_zones(spc_rules[i].mark))
            mask |= (spc_rule_mask)1 << i;
    return mask;
}

static unsigned lowest(spc_rule_mask mask)
{
    return (unsigned)__builtin_ctz(mask);
}

/* The newest point must be a member, else a good point would alarm.  A row
 * that wants them all needs no counting, and counting is a call on processors
 * that cannot be relied on to do it in one instruction. */
static bool holds(const struct spc_rule *rule,
                  const struct spc_history *history)
{
    uint64_t window = history->trail[rule->mark] & newest(rule->n);

    if (!(window & 1))
        return false;
    if (rule->k == rule->n)
        return window == newest(rule->n);
    return (unsigned)__builtin_popcountll(window) >= rule->k;
}

bool spc_rule_holds(const struct spc_rule *rule,
                    const struct spc_history *history)
{
    assert(rule->k >= 1);
    assert(rule->k <= rule->n);
    assert(rule->n <= SPC_HISTORY_POINTS);

    return holds(rule, history);
}

/* Rows that ask about each mark, by their place in the catalogue.  A point
 * bears four or five marks, so most rows need not be looked at. */
#define ROW(i) ((spc_rule_mask)1 << (i))
static const spc_rule_mask asking[SPC_MARKS] = {
    [SPC_ABOVE_3] = ROW(0) | ROW(13) | ROW(21),
    [SPC_BELOW_3] = ROW(1) | ROW(14) | ROW(22),
    [SPC_ABOVE_CENTRE] = ROW(2) | ROW(19),
    [SPC_BELOW_CENTRE] = ROW(3) | ROW(20),
    [SPC_RISING] = ROW(4),
    [SPC_FALLING] = ROW(5),
    [SPC_TURNING] = ROW(6),
    [SPC_ABOVE_2] = ROW(7) | ROW(15),
    [SPC_BELOW_2] = ROW(8) | ROW(16),
    [SPC_ABOVE_1] = ROW(9) | ROW(17),
    [SPC_BELOW_1] = ROW(10) | ROW(18),
    [SPC_INSIDE_1] = ROW(11),
    [SPC_OUTSIDE_1] = ROW(12),
};

spc_rule_mask spc_rules_asking(enum spc_mark mark)
{
    assert((unsigned)mark < SPC_MARKS);
    return asking[mark];
}

spc_rule_mask spc_rules_judge(spc_rule_mask selected,
                              const struct spc_history *history)
{
    spc_rule_mask holding = 0, asked = 0;

    for (unsigned mark = 0; mark < SPC_MARKS; mark++)
        asked |= (0 - (spc_rule_mask)(history->trail[mark] & 1)) & asking[mark];
    for (spc_rule_mask left = selected & asked; left != 0; left &= left - 1) {
        unsigned row = lowest(left);

        if (holds(&spc_rules[row], history))
            holding |= ROW(row);
    }
    return holding;
}

uint64_t spc_rule_members(const struct spc_rule *rule,
                          const struct spc_history *history)
{
    assert(rule->n + rule->lead <= SPC_HISTORY_POINTS);

    uint64_t members = history->trail[rule->mark] & newest(rule->n);

    /* A rise has two ends and a turn three, all of which belong. */
    for (unsigned i = 0; i < rule->lead; i++)
        members |= members << 1;
    return members;
}

const char *spc_side_text(enum spc_side side)
{
    static const char *const text[] = {
        [SPC_SIDE_NONE] = NULL,
        [SPC_SIDE_ABOVE] = "above",
        [SPC_SIDE_BELOW] = "below",
    };

    assert((unsigned)side < sizeof text / sizeof text[0]);
    return text[side];
}
