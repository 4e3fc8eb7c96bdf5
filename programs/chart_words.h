/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judged chart, put into words: JSON (spc.chart/1), CSV and a table for a
 * terminal; and drawn. */
#ifndef SPC_PROGRAMS_CHART_WORDS_H
#define SPC_PROGRAMS_CHART_WORDS_H

#include "programs/chart_study.h"

#include <stdio.h>

enum { SPC_LABEL_TEXT = 64 };

/* What a point is called: its subgroup's text, or its index. */
void spc_chart_label(const struct spc_chart_study *study, size_t point,
                     char ret_text[SPC_LABEL_TEXT]);

const char *spc_chart_estimator_name(const struct spc_chart_study *study);

enum { SPC_ABSENCE_TEXT = 240 };

/* Why a stage has no limits, as a clause that says how many points are
 * missing where that is why; false when it has limits. */
bool spc_chart_absence(const struct spc_chart_study *study,
                       const struct spc_chart_stage *stage,
                       enum spc_language language,
                       char ret_text[SPC_ABSENCE_TEXT]);

/* Everything but the points, which "panels" keeps a place for.  The caller
 * owns the result; NULL: no memory. */
json_t *spc_chart_json(const struct spc_chart_study *study, json_t *notes);

/* Writes it on one line, with the points.  False: no memory. */
bool spc_chart_write_json(const struct spc_chart_study *study,
                          const json_t *json, FILE *file);

void spc_chart_csv(const struct spc_chart_study *study, FILE *file);

void spc_chart_table(const struct spc_chart_study *study, const json_t *notes,
                     enum spc_language language, FILE *file);

/* Draws to one or both of the files (NULL: not wanted).  Characters that no
 * font here has are counted: they are drawn as boxes. */
SPC_MUST_CHECK
enum spc_status spc_chart_draw(const struct spc_chart_study *study,
                               enum spc_language language, const char *svg,
                               const char *png, size_t *ret_boxes);

/* "zh", "zh_CN.UTF-8" and the like are Chinese, everything else English. */
enum spc_language spc_language_named(const char *name);

#endif
