/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of many streams, or of several variables, a chart's points and signals
 * are about. */
#ifndef SPC_PROGRAMS_CHART_STREAMS_H
#define SPC_PROGRAMS_CHART_STREAMS_H

#include "programs/chart_study.h"

bool spc_chart_has_streams(const struct spc_chart_study *study);

/* The stream that a panel shows of a point; NULL: none, or all of them. */
const char *spc_chart_stream(const struct spc_chart_study *study, size_t i,
                             unsigned panel);

/* What caused a signal: {"variable", "name", "value", "limit",
 * "given_others", "given_others_limit", "cause"}, the largest first; NULL:
 * nothing is known of that. */
json_t *spc_chart_causes_json(const struct spc_chart_study *study,
                              const struct spc_chart_signal *signal);

/* Of each stream its name and the offset it was lessened by; null for one that
 * was never seen together with the others. */
json_t *spc_chart_offsets_json(const struct spc_chart_study *study,
                               const struct spc_chart_stage *stage);

/* Remarks on streams that a stage had to leave out. */
void spc_chart_streams_note(const struct spc_chart_study *study,
                            const struct spc_chart_stage *stage,
                            const char *where, json_t *notes);

#endif
