/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points are left out of a chart's estimate, by whom and why.
 *
 * A person leaves out points with a reason, "3=tool broke,7-9=wrong lot", or
 * without one, "3,7-9".  A reason goes up to the next comma that a number
 * follows; of two reasons for one point the later counts.  An iteration
 * (chart_iterate.h) leaves out points that lay beyond the limits. */
#ifndef SPC_PROGRAMS_EXCLUSIONS_H
#define SPC_PROGRAMS_EXCLUSIONS_H

#include "programs/chart_study.h"

#include <stdio.h>

enum { SPC_EXCLUSIONS_COMPLAINT = 300 };

struct spc_exclusion {
    const char *reason; /* of the person who asked; NULL: none was given */
    unsigned round;     /* of the iteration that found it; 0: was asked for */
    bool stays;         /* once the iteration leaves it out, it is out */
};

struct spc_exclusions {
    size_t count;              /* points of the dataset */
    bool *excluded;            /* as a plan takes it */
    struct spc_exclusion *why; /* of each that is */
    char *text;                /* what reasons lie in */
};

/* "A<between>B" or, if allowed, "A" alone; both from 1 to count. */
bool spc_span_read(const char *text, size_t length, char between,
                   bool may_be_one, size_t count, size_t *ret_first,
                   size_t *ret_last);

/* NULL excludes nothing.  SPC_BAD_INPUT, with a sentence, or SPC_NO_MEMORY on
 * failure. */
SPC_MUST_CHECK
enum spc_status spc_exclusions_read(const char *text, size_t count,
                                    struct spc_exclusions *ret_exclusions,
                                    char reterr[SPC_EXCLUSIONS_COMPLAINT]);

void spc_exclusions_clear(struct spc_exclusions *exclusions);

/* Points that a person left out without a reason. */
size_t spc_exclusions_unexplained(const struct spc_exclusions *exclusions);

/* The keys "exclusions" of the estimate, and of each stage, of a chart's
 * JSON. */
void spc_exclusions_json(const struct spc_exclusions *exclusions,
                         const struct spc_chart_study *study, json_t *chart);

/* A row for each excluded point; nothing when there is none. */
void spc_exclusions_table(const struct spc_exclusions *exclusions,
                          const struct spc_chart_study *study,
                          enum spc_language language, FILE *file);

#endif
