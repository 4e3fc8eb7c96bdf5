/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts of spc arl: what the command line says of one, and how long it
 * runs.  Charts of measurements are in arl_measured.c, charts of events in
 * arl_events.c. */
#ifndef SPC_PROGRAMS_ARL_H
#define SPC_PROGRAMS_ARL_H

#include "engine/run_length.h"
#include "engine/run_length_rate.h"
#include "programs/arl_rules.h"
#include "programs/commands.h"

/* What the command line says, as text. */
struct spc_arl_request {
    const char *chart, *lambda, *width, *limits, *barrier, *k, *h, *head_start;
    const char *rules, *p, *alpha, *state, *shift, *rate, *charts, *format_name;
    const char *p0, *p1, *mean0, *mean1, *n, *r, *shape;
    bool one_sided;
};

/* The same, understood. */
struct spc_arl_design {
    struct spc_ewma_design ewma;
    struct spc_cusum_design cusum;
    struct spc_mewma_design mewma;
    struct spc_arl_rules rules;
    struct spc_rate_cusum_design units;
    struct spc_time_cusum_design times;
    struct spc_rate_limits limits; /* charts of events, */
    double k; /* CUSUMs of them: in units or time, else 0 */
    double width, alpha;
    double p0, mean0, shape;
    uint64_t n;
    unsigned p, r;
    enum spc_run_state state;
};

struct spc_arl_chart {
    const char *name;
    const char *options; /* it takes, beside those that all take */

    /* What else is told, "anos" or "ats"; NULL for charts of measurements. */
    const char *spent;

    enum spc_exit (*read)(const struct spc_arl_request *r,
                          struct spc_arl_design *ret_design);

    /* After a shift in sigma or, of events, with so many times their rate,
     * which leaves a probability below 1.
     * `spent` is NaN where there is none. */
    enum spc_status (*run_length)(const struct spc_arl_design *design,
                                  double shift,
                                  struct spc_rate_length *ret_length);
};

extern const struct spc_arl_chart spc_arl_measured[];
extern const struct spc_arl_chart spc_arl_events[];
extern const size_t spc_arl_measured_count, spc_arl_events_count;

/* A number from `low` to `high`; NULL leaves it as it is. */
enum spc_exit spc_arl_number(const char *option, const char *text, double low,
                             double high, double *number);

/* `refusal` says why a chart has no steady state; NULL when it has one. */
enum spc_exit spc_arl_state(const struct spc_arl_request *r,
                            const char *refusal, struct spc_arl_design *design);

#endif
