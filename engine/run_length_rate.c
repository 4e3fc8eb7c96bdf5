/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of CUSUMs of rare events.  See run_length_rate.h. */
#include "engine/run_length_rate.h"
#include "engine/skip_free.h"

#include <assert.h>
#include <math.h>

/* Two limits of times are one. */
static const double agreement = 1e-13;

/* ---- one walk ---------------------------------------------------------- */

/* `walk` is that of C.  A fall that is judged at events waits for one. */
struct question {
    struct spc_skip_free walk;
    double start, until_now; /* rate of jumps in control */
    enum spc_rate_side side;
    enum spc_run_state state;
    bool at_events;
};

static enum spc_status ask(const struct question *q, double *ret_time)
{
    double waits = q->side == SPC_RATE_FALL && q->at_events ? 1 : 0;
    double time = 0;
    enum spc_status status;

    if (q->state == SPC_RUN_STEADY)
        return q->side == SPC_RATE_RISE
                   ? spc_skip_free_descent_steady(&q->walk, q->until_now,
                                                  ret_time)
                   : spc_skip_free_climb_steady(&q->walk, q->until_now,
                                                q->at_events, ret_time);
    status = q->side == SPC_RATE_RISE
                 ? spc_skip_free_descent(&q->walk, q->start, &time)
                 : spc_skip_free_climb(&q->walk, q->start, &time);
    if (status == SPC_OK)
        *ret_time = time + waits / q->walk.rate;
    return status;
}

/* ---- units ------------------------------------------------------------- */

/* Judged at events a fall signals in the gaps in which one judged at units
 * with a limit higher by m - 1 does. */
static double level_of(const struct spc_rate_cusum_design *d)
{
    return d->side == SPC_RATE_FALL && d->at_events ? d->h + d->m - 1 : d->h;
}

static struct question on_the_lattice(const struct spc_rate_cusum_design *d,
                                      double p)
{
    return (struct question){.walk = {p, d->m - 1, level_of(d), true},
                             .start = d->head_start,
                             .until_now = d->p0};
}

/* A gap of g good units lasts as long as g of the line, and g + 1 of it have
 * not gone by; that it ends half way between, on average, makes good for all
 * of the first order in 1 / m. */
static struct question on_the_line(const struct spc_rate_cusum_design *d,
                                   double p)
{
    bool lifted = d->side == SPC_RATE_RISE && d->head_start > 0;

    return (struct question){
        .walk = {-log1p(-p), d->m - 0.5, level_of(d) + 1, false},
        .start = d->head_start + (lifted ? 0.5 : 0),
        .until_now = -log1p(-d->p0)};
}

/* Up to here every whole number is a double. */
#define WHOLE_MAX 0x1p53

enum spc_status spc_rate_cusum_run_length(
    const struct spc_rate_cusum_design *design, double p,
    enum spc_run_state state, struct spc_rate_length *ret_length)
{
    bool lattice = level_of(design) < SPC_SKIP_FREE_LATTICE_MAX;
    struct question q =
        lattice ? on_the_lattice(design, p) : on_the_line(design, p);
    double time = 0, units;
    enum spc_status status;

    assert(p > 0 && p < 1);
    assert(design->m >= 2);
    assert(design->m == floor(design->m));
    assert(design->h == floor(design->h));
    assert(design->head_start >= 0 && design->head_start <= design->h);
    assert(design->head_start == floor(design->head_start));

    if (design->m > WHOLE_MAX)
        return SPC_NO_CONVERGENCE;
    q.side = design->side;
    q.state = state;
    q.at_events = design->at_events;
    status = ask(&q, &time);
    if (status != SPC_OK)
        return status;
    /* As many events come by, on average, in either. */
    units = lattice ? time : time * q.walk.rate / p;
    *ret_length =
        (struct spc_rate_length){design->at_events ? units * p : units, units};
    return SPC_OK;
}

/* ---- times ------------------------------------------------------------- */

/* S is C before the event, with k still to be added to it, or taken away. */
enum spc_status spc_time_cusum_run_length(
    const struct spc_time_cusum_design *design, double mean,
    enum spc_run_state state, struct spc_rate_length *ret_length)
{
    bool rise = design->side == SPC_RATE_RISE;
    struct question q = {
        .walk = {1 / mean, design->k, design->h + design->k, false},
        .start = rise ? design->head_start + design->k : design->head_start,
        .until_now = 1 / design->mean0,
        .side = design->side,
        .state = state,
        .at_events = true};
    double time = 0;
    enum spc_status status;

    assert(mean > 0);
    assert(design->k > 0);
    assert(design->head_start >= 0 && design->head_start <= design->h);

    status = ask(&q, &time);
    if (status == SPC_OK)
        *ret_length = (struct spc_rate_length){time / mean, time};
    return status;
}

/* ---- limits ------------------------------------------------------------ */

/* What is spent in control with a limit. */
typedef enum spc_status spent(const void *design, double h, double *ret_spent);

static enum spc_status units_spent(const void *design, double h,
                                   double *ret_spent)
{
    struct spc_rate_cusum_design d =
        *(const struct spc_rate_cusum_design *)design;
    struct spc_rate_length length;
    enum spc_status status;

    d.h = floor(h);
    status = spc_rate_cusum_run_length(&d, d.p0, SPC_RUN_ZERO, &length);
    if (status == SPC_OK)
        *ret_spent = length.spent;
    return status;
}

static enum spc_status time_spent(const void *design, double h,
                                  double *ret_spent)
{
    struct spc_time_cusum_design d =
        *(const struct spc_time_cusum_design *)design;
    struct spc_rate_length length;
    enum spc_status status;

    d.h = h;
    status = spc_time_cusum_run_length(&d, d.mean0, SPC_RUN_ZERO, &length);
    if (status == SPC_OK)
        *ret_spent = length.spent;
    return status;
}

/* Raises *high until that much is spent. */
static enum spc_status bracket(spent *of, const void *design, double wanted,
                               double *low, double *high)
{
    double here = 0, stride = *high - *low;
    enum spc_status status = of(design, *high, &here);

    while (status == SPC_OK && here < wanted) {
        *low = *high;
        *high += stride;
        stride *= 2;
        status = of(design, *high, &here);
    }
    return status;
}

/* The least h from `low`, which ends where the grid would be huge. */
static enum spc_status least(spent *of, const void *design, double wanted,
                             double low, double stride, bool whole,
                             double *ret_h)
{
    double high = low + stride, here = 0;
    enum spc_status status = of(design, low, &here);

    if (status == SPC_OK && here >= wanted) {
        *ret_h = low;
        return SPC_OK;
    }
    if (status == SPC_OK)
        status = bracket(of, design, wanted, &low, &high);
    while (status == SPC_OK && high - low > (whole ? 1 : agreement * high)) {
        double h = low + (high - low) / 2;

        if (whole)
            h = floor(h);
        status = of(design, h, &here);
        if (here >= wanted)
            high = h;
        else
            low = h;
    }
    if (status == SPC_OK)
        *ret_h = high;
    return status;
}

enum spc_status spc_rate_cusum_limit(const struct spc_rate_cusum_design *design,
                                     double anos0, double *ret_h)
{
    return least(units_spent, design, anos0, design->head_start, design->m,
                 true, ret_h);
}

enum spc_status spc_time_cusum_limit(const struct spc_time_cusum_design *design,
                                     double ats0, double *ret_h)
{
    return least(time_spent, design, ats0, design->head_start, design->k, false,
                 ret_h);
}
