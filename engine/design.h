/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chart design: which parameters see a shift soonest, of all that cry wolf as
 * seldom as asked?
 *
 * A chart that remembers has two: its memory (lambda of an EWMA or MEWMA, k of
 * a CUSUM) and its limit (width, h).  For each memory there is one limit at
 * which the in-control run length is the one asked for; among these pairs the
 * memory is sought whose run length after the shift is least.  The valley is
 * flat: a memory off by a quarter costs about one percent.  The memory is
 * therefore given to four digits, and the limit that belongs to those digits
 * to the last one.
 *
 * Charts without memory need no search: width = Q^-1(alpha / 2) and the
 * chi-square quantile of alpha = 1 / run length.
 *
 * Sources: Crowder, J. Quality Technology 21, 1989, and Lucas and Saccucci,
 * Technometrics 32, 1990 (EWMA); Moustakides, Annals of Statistics 14, 1986
 * (k is half the shift for the soonest signal in the worst case). */
#ifndef SPC_ENGINE_DESIGN_H
#define SPC_ENGINE_DESIGN_H

#include "engine/run_length.h"
#include "engine/search.h"

enum spc_design_kind {
    SPC_DESIGN_EWMA,
    SPC_DESIGN_CUSUM,
    SPC_DESIGN_MEWMA,
    SPC_DESIGN_KINDS
};

/* What is asked for.  The in-control run length is that from the zero state,
 * whichever state the shift finds the chart in. */
struct spc_design_aim {
    enum spc_design_kind kind;
    double arl0;  /* above 2 */
    double shift; /* above 0; MEWMA: the Mahalanobis distance */
    bool one_sided;
    enum spc_run_state state;
    double head_start; /* CUSUM: share of h, 0 to 1/2 */
    unsigned p;        /* MEWMA: characteristics, 2 or more */
};

/* EWMA: lambda and width.  CUSUM: k and h.  MEWMA: lambda and the limit of T2.
 */
struct spc_design {
    double memory, limit;
};

/* The run length of a chart of the aim's kind after any shift.  Negative
 * shifts are for charts that are not one-sided upwards. */
SPC_MUST_CHECK
enum spc_status spc_design_run_length(const struct spc_design_aim *aim,
                                      const struct spc_design *design,
                                      double shift, enum spc_run_state state,
                                      double *ret_length);

/* The limit of a given memory, good to 1e-10 of the run length.
 * SPC_NO_CONVERGENCE when no limit has it. */
SPC_MUST_CHECK
enum spc_status spc_design_limit(const struct spc_design_aim *aim,
                                 double memory, double *ret_limit);

/* How far a search goes: lambda from 0.01, or 0.02 for MEWMA and more for very
 * many characteristics, to 1; k from 0.01, or that of h = 100 (50 for a
 * steady state, 25 for one of two sums), to nearly the width of a Shewhart
 * chart, where h vanishes.
 *
 * The same failures as the run lengths. */
SPC_MUST_CHECK
enum spc_status spc_design_memories(const struct spc_design_aim *aim,
                                    struct spc_search_range *ret_range);
SPC_MUST_CHECK
enum spc_status spc_design_best(const struct spc_design_aim *aim,
                                const struct spc_search_range *range,
                                struct spc_design *ret_best);

/* ---- without memory ---------------------------------------------------- */

double spc_shewhart_width(double arl0, bool one_sided);
double spc_t2_limit(unsigned p, double arl0);

#endif
