/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of part on a chart of short runs, in words: what the base line learnt
 * of each, and which it learnt too little of. */
#ifndef SPC_PROGRAMS_CHART_PARTS_H
#define SPC_PROGRAMS_CHART_PARTS_H

#include "programs/chart_study.h"

#include <stdio.h>

/* [{"part", "center", "sigma", "points"}]; NULL: the stage has no parts. */
json_t *spc_chart_parts_json(const struct spc_chart_study *study,
                             const struct spc_chart_stage *stage);

void spc_chart_parts_table(const struct spc_chart_study *study,
                           const struct spc_chart_stage *stage,
                           enum spc_language language, FILE *file);

/* Points that could not be judged for want of a nominal or a sigma; `where`
 * names the stage. */
void spc_chart_parts_note(const struct spc_chart_study *study,
                          const struct spc_chart_stage *stage,
                          const char *where, json_t *notes);

/* What the point's kind is called; NULL: it has none. */
const char *spc_chart_part(const struct spc_chart_study *study, size_t i);

#endif
