/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a family of charts does for a study: three operations, one file each
 * family.  Everything else (stages, base line, exclusions, rules, signals) is
 * the same for all and lives in chart_study.c. */
#ifndef SPC_PROGRAMS_CHART_FAMILY_H
#define SPC_PROGRAMS_CHART_FAMILY_H

#include "programs/chart_study.h"

struct spc_chart_family {
    /* Limits of a stage from its part of the base line: status, limits, and
     * how much they rest on. */
    void (*estimate)(const struct spc_chart_study *study,
                     struct spc_chart_stage *stage,
                     const struct spc_constants *constants);
    /* Limits of a stage from the plan's known parameters. */
    void (*adopt)(const struct spc_chart_study *study,
                  struct spc_chart_stage *stage,
                  const struct spc_constants *constants);
    /* The marks of a stage's points: value, and zones where there are any. */
    void (*plot)(struct spc_chart_study *study,
                 const struct spc_chart_stage *stage,
                 const struct spc_constants *constants);
};

extern const struct spc_chart_family spc_variables_family;
extern const struct spc_chart_family spc_attribute_family;
extern const struct spc_chart_family spc_laney_family;
extern const struct spc_chart_family spc_weighted_family;
extern const struct spc_chart_family spc_rare_family;
extern const struct spc_chart_family spc_median_family;

/* Kinds of the weighted family. */
enum spc_weighted {
    SPC_WEIGHTED_EWMA,
    SPC_WEIGHTED_AVERAGE,
    SPC_WEIGHTED_CUSUM,
};

/* Kinds of the rare family. */
enum spc_rare { SPC_RARE_G, SPC_RARE_CCC, SPC_RARE_T };

/* Whether a point is of the base line, was not left out and has a value. */
bool spc_chart_estimates(const struct spc_chart_study *study, size_t i);

/* One more figure of a stage's estimate, printed under that name. */
void spc_chart_figure(struct spc_chart_stage *stage, const char *name,
                      double value);

#endif
