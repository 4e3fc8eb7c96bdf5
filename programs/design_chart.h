/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts `spc design` can design: what it is asked of each, and what it
 * answers.  The searches are those of engine/design.h; run rules are those of
 * the line itself, see arl_rules.h. */
#ifndef SPC_PROGRAMS_DESIGN_CHART_H
#define SPC_PROGRAMS_DESIGN_CHART_H

#include "engine/run_length.h"
#include "programs/commands.h"
#include "rules/ruleset.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SPC_DESIGN_SHIFTS = 12,
    SPC_DESIGN_PARAMETERS = 4,
    SPC_DESIGN_NOTES = 4,
    SPC_DESIGN_NOTE_TEXT = 200,
    SPC_DESIGN_MEWMA_MAX = 50, /* characteristics */
};

/* Zero or NULL: not asked. */
struct spc_design_wish {
    double arl0, shift;
    bool one_sided;
    enum spc_run_state state;
    double head_start; /* share of h */
    double memory;     /* held: lambda or k */
    unsigned p;
    const char *rules; /* as they were named */
    spc_rule_mask rule_mask;
    double arl1; /* wanted after the shift, by larger subgroups */
};

struct spc_design_parameter {
    const char *name;
    double value;
};

struct spc_design_column {
    const char *chart; /* NULL: there is none */
    size_t count;
    struct spc_design_parameter parameters[SPC_DESIGN_PARAMETERS];
    double arl[SPC_DESIGN_SHIFTS];
};

struct spc_design_answer {
    size_t shifts;
    double shift[SPC_DESIGN_SHIFTS];
    struct spc_design_column found, compared;
    size_t notes;
    char note[SPC_DESIGN_NOTES][SPC_DESIGN_NOTE_TEXT];
};

struct spc_design_chart {
    const char *name;
    const char *options; /* it takes, beside those that all take */
    bool needs_shift;    /* unless its memory is held */
    unsigned p_min, p_max;
    enum spc_exit (*design)(const struct spc_design_wish *wish,
                            struct spc_design_answer *answer);
};

/* NULL: no such chart. */
const struct spc_design_chart *spc_design_chart_named(const char *name);

/* The wish is one the chart can have.  What went wrong is told on stderr. */
enum spc_exit spc_design_find(const struct spc_design_chart *chart,
                              const struct spc_design_wish *wish,
                              struct spc_design_answer *ret_answer);

#endif
