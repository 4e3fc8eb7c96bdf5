/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUSUM charts of rare events: has their rate moved by less than one gap
 * between two of them can show?
 *
 * Of units that are good or defective, an event being a defective one, the sum
 * is kept in units inspected:
 *
 *     rise    C = max(0, C - 1) after a good unit
 *             C = C + m - 1     after an event
 *     fall    C = C + 1         after a good unit
 *             C = max(0, C + 1 - m) after an event
 *
 * and signals when C > h.  C / m is B, and h / m is h_B, of the Bernoulli CUSUM
 * of Reynolds and Stoumbos (J. Quality Technology 31(1), 1999), in which an
 * event counts 1 and a unit gamma = 1 / m, the slope of the likelihood ratio
 * between rates p0 and p1:
 *
 *     m = log(p1 (1 - p0) / (p0 (1 - p1))) / log((1 - p0) / (1 - p1))
 *
 * Good units are only counted until the next event, so that a unit at a time
 * (Bernoulli) and a gap at a time (geometric; Bourke, J. Quality Technology
 * 23(3), 1991) lead to the same bits.  A rise can signal at events alone, so
 * there both are one chart.  A fall signals between events on the Bernoulli
 * chart; judged at events, with a limit lower by m - 1, it signals in the same
 * gaps.  With a whole m everything is exact up to 2^53 units, or 9e15.
 *
 * Of the times between events, which are exponential in control, the sum is
 * kept in time and judged at events:
 *
 *     rise    S = max(0, S + k - T)
 *     fall    S = max(0, S + T - k)
 *             k = log(mean0 / mean1) / (1 / mean1 - 1 / mean0)
 *
 * (Lucas, Technometrics 27(2), 1985; Vardeman and Ray, Technometrics 27(2),
 * 1985; Gan, J. Quality Technology 26(2), 1994).
 *
 * Uses + - and comparisons only, but for the two references. */
#ifndef SPC_ENGINE_RATE_CUSUM_H
#define SPC_ENGINE_RATE_CUSUM_H

#include <stdint.h>

/* Of the rate of events: a rise makes the gaps between them shorter. */
enum spc_rate_side { SPC_RATE_RISE, SPC_RATE_FALL };

/* m, in units; p0 and p1 differ and lie between 0 and 1.  Side is the rise
 * when p1 > p0. */
double spc_rate_reference(double p0, double p1);

/* The same as a whole number, but never at 1 / p0 or on its other side, where
 * the sum would drift to its limit in control; p0 < 1/2. */
double spc_rate_reference_whole(double p0, double p1);

/* k, in units of time; the means differ and are above 0. */
double spc_time_reference(double mean0, double mean1);

/* ---- units ------------------------------------------------------------- */

struct spc_rate_cusum {
    double value;           /* C after the last event, or at the start */
    uint64_t good;          /* units since */
    uint64_t events, units; /* from the last time at 0 to the last event */
};

void spc_rate_cusum_start(struct spc_rate_cusum *cusum, double head_start);

/* Good units, one or many. */
void spc_rate_cusum_pass(struct spc_rate_cusum *cusum, uint64_t good);

/* A defective unit; m is above 1. */
void spc_rate_cusum_event(struct spc_rate_cusum *cusum, double m,
                          enum spc_rate_side side);

/* C now. */
double spc_rate_cusum_value(const struct spc_rate_cusum *cusum,
                            enum spc_rate_side side);

/* Events a unit since C was last 0, without the event that lifted it from
 * there: the rate it moved to, if it moved then.  NaN when C is 0 or there is
 * nothing after that event. */
double spc_rate_cusum_rate(const struct spc_rate_cusum *cusum,
                           enum spc_rate_side side);

/* ---- times ------------------------------------------------------------- */

struct spc_time_cusum {
    double value;    /* S */
    double time;     /* since it was last 0 */
    uint64_t events; /* since */
};

void spc_time_cusum_start(struct spc_time_cusum *cusum, double head_start);

/* An event `time` after the one before; k is above 0. */
void spc_time_cusum_event(struct spc_time_cusum *cusum, double k, double time,
                          enum spc_rate_side side);

/* Mean time between events since S was last 0; NaN when it is. */
double spc_time_cusum_mean(const struct spc_time_cusum *cusum);

#endif
