/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of a selection of run rules: the histories of rules/chain.h,
 * found once, with the probabilities of engine/chain.h. */
#ifndef SPC_PROGRAMS_ARL_RULES_H
#define SPC_PROGRAMS_ARL_RULES_H

#include "engine/status.h"
#include "rules/chain.h"

struct spc_arl_rules {
    struct spc_rule_chain found;
};

/* SPC_NO_MEMORY.  Cleared by spc_arl_rules_clear, also when all zero. */
SPC_MUST_CHECK
enum spc_status spc_arl_rules_explore(spc_rule_mask selected,
                                      struct spc_arl_rules *ret_rules);

void spc_arl_rules_clear(struct spc_arl_rules *rules);

/* Points are normal, zone lines at thirds of the width. */
SPC_MUST_CHECK
enum spc_status spc_arl_rules_run_length(const struct spc_arl_rules *rules,
                                         double width, double shift,
                                         double *ret_length);

/* The same, of a chart that has long run in control without a signal. */
SPC_MUST_CHECK
enum spc_status spc_arl_rules_steady_run_length(
    const struct spc_arl_rules *rules, double width, double shift,
    double *ret_length);

#endif
