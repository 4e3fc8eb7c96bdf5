/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a process's capability, put into words: JSON
 * (spc.capability/1), CSV and a table for a terminal. */
#ifndef SPC_PROGRAMS_CAPABILITY_WORDS_H
#define SPC_PROGRAMS_CAPABILITY_WORDS_H

#include "engine/normality.h"
#include "programs/dataset.h"

#include <stdio.h>

enum spc_verdict {
    SPC_VERDICT_NONE,      /* nothing was required */
    SPC_VERDICT_SHOWN,     /* the index's lower bound meets it */
    SPC_VERDICT_NOT_MET,   /* even its upper bound does not */
    SPC_VERDICT_NOT_SHOWN, /* too little is known */
};

struct spc_capability_report {
    const struct spc_dataset *dataset;
    struct spc_specification specification;
    struct spc_capability capability;
    bool has_normality;
    struct spc_normality normality;
    uint64_t below, above; /* measurements outside the specification */
    double counted_lower_ppb, counted_upper_ppb;
    size_t signals; /* of nelson-1, on the chart that fits the subgroups */
    enum spc_verdict verdict;
    double require;            /* NaN: nothing */
    enum spc_index_name index; /* the requirement is on */
    double needed;             /* measurements; NaN: no number would do */
};

/* The caller owns the result; NULL: no memory. */
json_t *spc_capability_json(const struct spc_capability_report *report,
                            json_t *notes);

void spc_capability_csv(const struct spc_capability_report *report, FILE *file);

void spc_capability_table(const struct spc_capability_report *report,
                          const json_t *notes, FILE *file);

#endif
