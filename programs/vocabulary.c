/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/vocabulary.h"

#include "rules/ruleset.h"

#include <stdio.h>
#include <string.h>

/* A set ("nelson", "we") is cut down to what its panel can be asked; a rule
 * named by itself must mean something there.  A set is a name without the
 * number of a rule. */
static bool is_set(const char *name)
{
    return strchr(name, '-') == NULL;
}

static bool look_up(const char *name, enum spc_panel panel, uint32_t *ret_mask,
                    char *reterr, size_t size)
{
    spc_rule_mask mask, valid = spc_rules_valid(panel);

    if (!spc_rules_named(name, &mask)) {
        snprintf(reterr, size,
                 "no rule is called '%.40s'; there are nelson-1 to nelson-8, "
                 "we-1 to we-4, and the sets nelson, we and none",
                 name);
        return false;
    }
    if ((mask & ~valid) != 0 && !is_set(name)) {
        snprintf(reterr, size,
                 "%s is for the location panel: its zones mean nothing where "
                 "the statistic is not normal, as ranges are not",
                 name);
        return false;
    }
    *ret_mask = mask & valid;
    return true;
}

const struct spc_vocabulary *spc_rule_vocabulary(void)
{
    static const struct spc_vocabulary vocabulary = {look_up};

    return &vocabulary;
}
