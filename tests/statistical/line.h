/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line to be simulated: one characteristic, one stream, the running pipeline
 * itself.  What a test sees of it are samples going in and events coming
 * out.
 *
 *     line_open --> line_begin --> line_fold ... alarm --> line_begin --> ...
 *
 * A line begins with nothing, or with what had been recorded of it when
 * line_record was called: then it is the line after a restart. */
#ifndef SPC_TESTS_STATISTICAL_LINE_H
#define SPC_TESTS_STATISTICAL_LINE_H

#include "programs/pipeline.h"

#include <stdbool.h>

struct line {
    struct spc_characteristic plan;
    uint32_t first[2], table[2], counts[1];
    bool told[1];
    struct spc_gap gaps[1];
    struct spc_stream streams[1];
    double *block[1];
    struct spc_pipeline pipeline;

    struct spc_plotted points[SPC_OUTCOME_POINTS];
    struct spc_event events[SPC_OUTCOME_EVENTS];
    uint32_t changed[SPC_VALUES_MAX];
    struct spc_outcome outcome; /* of the newest sample */
    struct spc_sample sample;

    bool recorded;
    struct spc_stream state;
    double *state_block;
    size_t state_size;
    uint64_t state_counter;
};

const struct spc_constants *line_constants(void);

/* A plan with every default and no rules; known parameters, if any, are to be
 * set in its design. */
struct spc_characteristic line_plan(enum spc_chart chart, uint32_t n);

/* Rules by their names or sets, in commas; NULL: none. */
spc_rule_mask line_rules(enum spc_chart chart, unsigned panel,
                         const char *names);

/* The names are kept by the plan.  Ends the test when there is no memory. */
void line_open(struct line *line, const struct spc_characteristic *plan);
void line_close(struct line *line);

void line_begin(struct line *line);
void line_record(struct line *line);

/* A part with that value, so long after the one before: true when an alarm was
 * raised. */
bool line_fold(struct line *line, double seconds, double value);

/* The same of a part with several characteristics, a second later. */
bool line_fold_vector(struct line *line, const double *values);

/* At how many panels of `mask` (bit i is panel i) a rule held at the point that
 * the newest sample completed, as the events have it. */
unsigned line_signals(const struct line *line, unsigned mask);

#endif
