/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Iterative Phase I: limits of a base line without the points that lie beyond
 * them.
 *
 * A round charts the file, leaves out every point of the base line that is
 * strictly beyond a control limit of its stage, lets those return that the new
 * limits hold, and estimates again; it is settled when nothing changes any
 * more.  A gross point draws the centre to itself and sound ones beyond: they
 * are to come back, but only once, so that the rounds end.
 *
 * Of a moving range that is beyond, the value farther from the centre line is
 * left out, since the other one is likely to be sound, and stays out, since
 * alone it has no range to be judged by; a range that begins before the base
 * line accuses nobody.  On a chart with a memory the point that signals is
 * left out: the statistic goes on as if it had not been.
 *
 * No stage loses more than a third of the points a person left in: limits that
 * need that do not describe one process, and a round that would is not made in
 * that stage.  Being beyond is no cause, and a point without one belongs to the
 * process (ASTM E2587): the answer names every point for a person to judge. */
#ifndef SPC_PROGRAMS_CHART_ITERATE_H
#define SPC_PROGRAMS_CHART_ITERATE_H

#include "programs/exclusions.h"

enum {
    SPC_ROUNDS_USUAL = 10,
    SPC_ROUNDS_MAX = 100,
    SPC_ITERATION_SHARE = 3, /* one in so many may be left out of a stage */
};

struct spc_chart_iteration {
    unsigned most;    /* rounds allowed; 0: no iteration was asked for */
    unsigned rounds;  /* that changed what is left out */
    size_t found;     /* points they left out in the end */
    size_t unsettled; /* points yet to leave out or take back; 0: settled */
    size_t stage;     /* the first that has such points */
};

/* Runs the study with the exclusions, and again up to `most` times, adding to
 * them.  The plan's mask of excluded points must be theirs.  SPC_NO_MEMORY on
 * failure. */
SPC_MUST_CHECK
enum spc_status spc_chart_iterate(const struct spc_chart_plan *plan,
                                  const struct spc_dataset *dataset,
                                  unsigned most,
                                  struct spc_exclusions *exclusions,
                                  struct spc_chart_iteration *ret_iteration,
                                  struct spc_chart_study *ret_study);

/* What came of it; nothing when no iteration was asked for. */
void spc_iteration_note(const struct spc_chart_iteration *iteration,
                        const struct spc_chart_study *study, json_t *notes);

/* The key "iteration" of the estimate of a chart's JSON. */
void spc_iteration_json(const struct spc_chart_iteration *iteration,
                        json_t *chart);

#endif
