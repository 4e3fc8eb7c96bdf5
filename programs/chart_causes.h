/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which variables did it: those behind a signal on a chart of several, and
 * those that leave it without limits. */
#ifndef SPC_PROGRAMS_CHART_CAUSES_H
#define SPC_PROGRAMS_CHART_CAUSES_H

#include "programs/chart_study.h"

#include <stdio.h>

/* A line for every point with a signal, as far as lines are of use. */
void spc_chart_causes_table(const struct spc_chart_study *study,
                            enum spc_language language, FILE *file);

/* Adds names, mean and covariance to the estimate of a stage of vectors. */
void spc_chart_vectors_json(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            json_t *estimate);

/* Why a chart of several variables has no limits, where that is peculiar to
 * it; false: it is not. */
bool spc_chart_vectors_absence(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage,
                               enum spc_language language, char *ret_text,
                               size_t room);

/* Remarks on limits that are only nearly right. */
void spc_chart_vectors_note(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            const char *where, json_t *notes);

#endif
