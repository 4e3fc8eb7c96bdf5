/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of a file: limits from a base line, every point judged by them.
 *
 * Each stage has limits of its own and rules begin afresh in it.  A point
 * excluded for a known cause is drawn, but neither estimates nor is judged:
 * runs end there, as they do at a missing value.  Moving ranges span neither
 * of these, nor the border of a stage.
 *
 * The rules are the same rows over the same history that judge a running
 * line, so what a file says here a line would have said there. */
#ifndef SPC_PROGRAMS_CHART_STUDY_H
#define SPC_PROGRAMS_CHART_STUDY_H

#include "engine/chart.h"
#include "engine/status.h"
#include "programs/chart_type.h"
#include "programs/dataset.h"
#include "rules/ruleset.h"

struct spc_chart_plan {
    const struct spc_chart_type *type;
    struct spc_chart_design design; /* n is set for each stage */
    size_t first, end;              /* the base line: points [first, end) */
    const bool *excluded;           /* of every point */
    spc_rule_mask rules;
};

struct spc_chart_stage {
    size_t first, end;      /* its points */
    const char *name;       /* text of the stage column, or NULL */
    uint64_t subgroups;     /* that went into the estimate */
    double measurements;    /* likewise; both 0 for known parameters */
    enum spc_status status; /* SPC_OK: it has limits */
    uint32_t needed;        /* points, when there are too few */
    struct spc_limits limits;
    double *parameters; /* owned; NULL: the chart has none */
    bool sizes_vary;    /* zones differ between points */
    uint32_t culprits[SPC_CULPRITS_MAX];
    uint32_t culprit_count;
    bool tested; /* whether the points that estimate are independent: */
    struct spc_independence independence;
};

struct spc_chart_point {
    struct spc_observation at; /* with its moving range */
    size_t stage;
    struct spc_chart_mark mark[SPC_PANELS];
    spc_rule_mask rules[SPC_PANELS]; /* that hold here */
    size_t since[SPC_PANELS];        /* the first point of the mark's run */
    size_t contributions;            /* first of them in the study's */
    size_t contribution_count;       /* to the signals here */
};

struct spc_chart_signal {
    unsigned panel;
    size_t point;
    unsigned rule;    /* of spc_chart_rule */
    uint64_t members; /* bit 0: the point itself, bit 1: the one before... */
};

struct spc_chart_study {
    struct spc_chart_plan plan;
    const struct spc_dataset *dataset;
    struct spc_chart_point *points; /* as many as the dataset's */
    struct spc_chart_stage *stages;
    size_t stage_count;
    struct spc_chart_signal *signals; /* by point, panel, row */
    size_t signal_count;
    struct spc_contribution *contributions;
    size_t contribution_count;
    unsigned decimals; /* that limits are as precise as, for people */
};

/* SPC_NO_MEMORY on failure.  A stage without limits is no failure: its status
 * says why it has none.  The dataset must outlive the study. */
SPC_MUST_CHECK
enum spc_status spc_chart_study_run(const struct spc_chart_plan *plan,
                                    const struct spc_dataset *dataset,
                                    struct spc_chart_study *ret_study);

void spc_chart_study_clear(struct spc_chart_study *study);

/* Panels that are drawn and printed by themselves: the lower sum of a
 * two-sided chart goes with the upper one. */
unsigned spc_chart_panels(const struct spc_chart_type *type);

/* Left out by the person who asked; drawn all the same. */
bool spc_chart_is_excluded(const struct spc_chart_study *study, size_t i);

/* By which points of a stage's base line with `n` measurements are judged;
 * NULL where there are none. */
const struct spc_zones *spc_chart_base_zones(
    const struct spc_chart_study *study, const struct spc_chart_stage *stage,
    unsigned panel, uint32_t n);

/* Whether sizes make a difference to a stage's limits on this panel. */
bool spc_chart_limits_vary(const struct spc_chart_study *study,
                           const struct spc_chart_stage *stage, unsigned panel);

/* Strictly beyond a control limit, on either side. */
bool spc_chart_is_beyond(const struct spc_chart_study *study, size_t i,
                         unsigned panel);

#endif
