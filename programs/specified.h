/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parts ought to be, on the command line: their specification, how many
 * may lie outside it, and for short runs what each kind of part is. */
#ifndef SPC_PROGRAMS_SPECIFIED_H
#define SPC_PROGRAMS_SPECIFIED_H

#include "programs/chart_type.h"
#include "programs/dataset.h"

/* NULL or false: not given. */
struct spc_specified {
    const char *lsl, *usl, *target;
    const char *fraction, *risk;
    const char *short_run_sigma;
    bool rejectable, in_pairs;
};

/* Rows of an option table. */
/* clang-format off */
#define SPC_SPECIFIED_OPTIONS(s, data) \
    {"lsl", 0, "X", "lower specification limit", &(s).lsl, NULL}, \
    {"usl", 0, "X", "upper specification limit", &(s).usl, NULL}, \
    {"target", 0, "X", "what all parts ought to measure", &(s).target, NULL}, \
    {"fraction", 0, "P", "nonconforming, acceptable in the process; default " \
     "0.01", &(s).fraction, NULL}, \
    {"risk", 0, "R", "of rejecting an acceptable process; default 0.05", \
     &(s).risk, NULL}, \
    {"rejectable", 0, NULL, "the fraction is not acceptable, and the risk is " \
     "of accepting it", NULL, &(s).rejectable}, \
    {"in-pairs", 0, NULL, "pre-control by samples of always two parts", NULL, \
     &(s).in_pairs}, \
    {"part", 0, "COL", "kind of part, on charts of short runs", &(data).part, \
     NULL}, \
    {"nominal", 0, "COL", "what a part of the kind ought to measure", \
     &(data).nominal, NULL}, \
    {"part-sigma", 0, "COL", "known sigma of the kind", &(data).part_sigma, \
     NULL}, \
    {"short-run-sigma", 0, "NAME", "estimated by-parts, constant over all " \
     "parts, or relative to the nominal; default by-parts", \
     &(s).short_run_sigma, NULL}
/* clang-format on */

/* Reads what the chart has of these into its design; refuses what it has not,
 * or what it lacks. */
enum spc_exit spc_specified_read(const struct spc_specified *given,
                                 const struct spc_dataset_request *data,
                                 const struct spc_chart_type *type,
                                 struct spc_chart_design *design);

#endif
