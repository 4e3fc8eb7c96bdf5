/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUSUM charts of rare events.  See rate_cusum.h. */
#include "engine/rate_cusum.h"

#include <assert.h>
#include <math.h>

/* ---- references -------------------------------------------------------- */

/* (1 - p1) / (1 - p0) is 1 + (p0 - p1) / (1 - p0): at 1e-9 nothing is left of
 * a logarithm taken without knowing that. */
double spc_rate_reference(double p0, double p1)
{
    double log_good = log1p((p0 - p1) / (1 - p0));

    assert(p0 > 0 && p0 < 1);
    assert(p1 > 0 && p1 < 1);
    assert(p0 != p1);

    return 1 - log(p1 / p0) / log_good;
}

double spc_rate_reference_whole(double p0, double p1)
{
    double m = floor(spc_rate_reference(p0, p1) + 0.5);
    double balance = 1 / p0;

    assert(p0 < 0.5);

    if (p1 > p0 && m >= balance)
        m = ceil(balance) - 1;
    if (p1 < p0 && m <= balance)
        m = floor(balance) + 1;
    return fmax(m, 2);
}

double spc_time_reference(double mean0, double mean1)
{
    double excess = (mean0 - mean1) / mean1;

    assert(mean0 > 0);
    assert(mean1 > 0);
    assert(mean0 != mean1);

    return mean0 * (log1p(excess) / excess);
}

/* ---- units ------------------------------------------------------------- */

void spc_rate_cusum_start(struct spc_rate_cusum *cusum, double head_start)
{
    assert(head_start >= 0);

    *cusum = (struct spc_rate_cusum){.value = head_start};
}

void spc_rate_cusum_pass(struct spc_rate_cusum *cusum, uint64_t good)
{
    cusum->good += good;
}

double spc_rate_cusum_value(const struct spc_rate_cusum *cusum,
                            enum spc_rate_side side)
{
    double good = (double)cusum->good;

    return side == SPC_RATE_RISE ? fmax(0, cusum->value - good)
                                 : cusum->value + good;
}

static void begin_run(struct spc_rate_cusum *cusum)
{
    cusum->events = 0;
    cusum->units = 0;
}

static void go_on(struct spc_rate_cusum *cusum)
{
    cusum->events++;
    cusum->units += cusum->good + 1;
}

void spc_rate_cusum_event(struct spc_rate_cusum *cusum, double m,
                          enum spc_rate_side side)
{
    double value = spc_rate_cusum_value(cusum, side);

    assert(m > 1);

    go_on(cusum);
    if (side == SPC_RATE_RISE) {
        if (value <= 0)
            begin_run(cusum);
        cusum->value = value + (m - 1);
    } else {
        cusum->value = fmax(0, value - (m - 1));
        if (cusum->value <= 0)
            begin_run(cusum);
    }
    cusum->good = 0;
}

double spc_rate_cusum_rate(const struct spc_rate_cusum *cusum,
                           enum spc_rate_side side)
{
    double units = (double)cusum->units + (double)cusum->good;

    if (spc_rate_cusum_value(cusum, side) <= 0 || units <= 0)
        return (double)NAN;
    return (double)cusum->events / units;
}

/* ---- times ------------------------------------------------------------- */

void spc_time_cusum_start(struct spc_time_cusum *cusum, double head_start)
{
    assert(head_start >= 0);

    *cusum = (struct spc_time_cusum){.value = head_start};
}

void spc_time_cusum_event(struct spc_time_cusum *cusum, double k, double time,
                          enum spc_rate_side side)
{
    double rise = side == SPC_RATE_RISE ? k - time : time - k;

    assert(k > 0);

    cusum->value = fmax(0, cusum->value + rise);
    cusum->time += time;
    cusum->events++;
    if (cusum->value <= 0)
        *cusum = (struct spc_time_cusum){0};
}

double spc_time_cusum_mean(const struct spc_time_cusum *cusum)
{
    if (cusum->events == 0)
        return (double)NAN;
    return cusum->time / (double)cusum->events;
}
