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

#include "engine/attribute.h"
#include "engine/constants.h"
#include "engine/status.h"
#include "programs/chart_type.h"
#include "programs/dataset.h"
#include "rules/ruleset.h"

struct spc_chart_plan {
    const struct spc_chart_type *type;
    size_t first, end;    /* the base line: points [first, end) */
    const bool *excluded; /* of every point */
    enum spc_estimator estimator;
    bool known; /* center and sigma are given, not estimated */
    double center, sigma;
    double width;            /* sigmas to the control limits */
    double lambda;           /* of an EWMA */
    double k, h, head_start; /* of a CUSUM, in sigmas of the points */
    unsigned events;         /* up to which a CCC-r chart counts */
    bool by_width;           /* not by quantiles, on a g chart */
    bool exponential;        /* not Weibull, on a t chart */
    unsigned span;           /* of a moving average */
    double alpha; /* 0, or exact limits with this beyond both together */
    spc_rule_mask rules;
};

enum { SPC_CHART_FIGURES = 8 };

struct spc_chart_figure {
    const char *name;
    double value;
};

struct spc_chart_stage {
    size_t first, end;      /* its points */
    const char *name;       /* text of the stage column, or NULL */
    uint64_t subgroups;     /* that went into the estimate */
    double measurements;    /* likewise; both 0 for known parameters */
    enum spc_status status; /* SPC_OK: it has limits */
    struct spc_limits limits;
    struct spc_attribute_limits attribute; /* on charts of counts */
    unsigned zeros;  /* in a row are a signal, on a g chart; 0: never */
    bool sizes_vary; /* zones differ between points */
    struct spc_chart_figure figures[SPC_CHART_FIGURES];
    unsigned figure_count;
};

/* What one panel shows of one point. */
struct spc_chart_mark {
    double value;            /* NaN: nothing is drawn */
    double value_low;        /* C-, on a CUSUM; at or above zero */
    uint64_t run, run_low;   /* points since C+ and C- were last 0 */
    size_t since, since_low; /* the first of these points */
    double shift, shift_low; /* estimated from these, in measurements */
    bool judged;             /* zones are known */
    struct spc_zones zones;
    spc_rule_mask rules; /* that hold here */
};

struct spc_chart_point {
    struct spc_point point; /* with its moving range */
    size_t stage;
    struct spc_chart_mark mark[SPC_PANELS];
};

struct spc_chart_signal {
    enum spc_panel panel;
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
    unsigned decimals; /* that limits are as precise as, for people */
};

/* SPC_NO_MEMORY on failure.  A stage without limits is no failure: its status
 * says why it has none.  The dataset must outlive the study. */
SPC_MUST_CHECK
enum spc_status spc_chart_study_run(const struct spc_chart_plan *plan,
                                    const struct spc_dataset *dataset,
                                    const struct spc_constants *constants,
                                    struct spc_chart_study *ret_study);

void spc_chart_study_clear(struct spc_chart_study *study);

/* Left out by the person who asked; drawn all the same. */
bool spc_chart_is_excluded(const struct spc_chart_study *study, size_t i);

/* Strictly beyond a control limit, on either side. */
bool spc_chart_is_beyond(const struct spc_chart_study *study, size_t i,
                         enum spc_panel panel);

#endif
