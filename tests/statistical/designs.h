/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts with known parameters, the parts they see, and how long they run. */
#ifndef SPC_TESTS_STATISTICAL_DESIGNS_H
#define SPC_TESTS_STATISTICAL_DESIGNS_H

#include "engine/chart.h"

/* What comes of a part, and in what a run is long. */
enum parts {
    MEASURED,  /* points, of n measurements each */
    COUNTED,   /* units inspected, of which a count is told */
    INTERVALS, /* units inspected; how many up to the r-th defective, or good
                  ones before it on a g chart, is told */
    INSPECTED, /* units inspected, each of which is told */
    WAITED,    /* seconds; that an event came is told */
    PARTS
};

/* What the parts are like. */
struct process {
    double shift;  /* of measurements, in the sigmas they should have */
    double spread; /* their sigma, over the one they should have; 0: 1 */
    double rate;   /* of defectives or defects; mean time between events */
    unsigned runs;
};

struct design {
    const char *what;
    enum spc_chart chart;
    uint32_t n;
    enum parts parts;
    const char *rules[SPC_PANELS];
    double (*computed)(const struct design *design, const struct process *at);
    struct process process[2]; /* in control, and not */
    double rate;               /* known, where there is one */
    /* 0: the chart's default. */
    double width, alpha, lambda, k, h, head_start, units;
    uint32_t events;
};

extern const struct design designs[];
extern const unsigned design_count;

double design_width(const struct design *design);

/* ---- computed run lengths ---------------------------------------------- */

double computed_shewhart(const struct design *d, const struct process *at);
double computed_median_of_five(const struct design *d,
                               const struct process *at);
double computed_of_range(const struct design *d, const struct process *at);
double computed_of_sd(const struct design *d, const struct process *at);
double computed_by_rules(const struct design *d, const struct process *at);
double computed_ewma(const struct design *d, const struct process *at);
double computed_cusum(const struct design *d, const struct process *at);
double computed_exact_binomial(const struct design *d,
                               const struct process *at);
double computed_exact_poisson(const struct design *d, const struct process *at);
double computed_binomial(const struct design *d, const struct process *at);
double computed_poisson(const struct design *d, const struct process *at);
double computed_ccc(const struct design *d, const struct process *at);
double computed_g_and_zeros(const struct design *d, const struct process *at);
double computed_exponential(const struct design *d, const struct process *at);
double computed_rise_of_units(const struct design *d, const struct process *at);
double computed_fall_of_units(const struct design *d, const struct process *at);
double computed_rise_of_times(const struct design *d, const struct process *at);
double computed_fall_of_times(const struct design *d, const struct process *at);

#endif
