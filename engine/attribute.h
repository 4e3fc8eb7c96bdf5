/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attribute charts: has the rate of defectives (p, np) or of defects (c, u)
 * moved?
 *
 *     rate = sum of counts / sum of units         (never a mean of rates)
 *
 *     chart   plots       centre     one sigma
 *     p       x / n       rate       sqrt(rate (1 - rate) / n)
 *     np      x           n rate     sqrt(n rate (1 - rate))
 *     c       x           rate       sqrt(rate)
 *     u       x / n       rate       sqrt(rate / n)
 *
 * Limits lie `width` sigmas away, clipped at 0 and, for p and np, at what n
 * units can have at most; or, with alpha > 0, at the exact binomial or Poisson
 * counts beyond which lies at most alpha / 2 on either side (ASTM E2587;
 * Montgomery, Introduction to Statistical Quality Control, 7).
 *
 * Laney's charts widen one sigma by the scatter between the points that the
 * distribution does not explain (Quality Engineering 14(4), 2002):
 *
 *     z_i = (x_i / n_i - rate) / sigma_i
 *     sigma_z = mean |z_i - z_(i-1)| / d2(2) */
#ifndef SPC_ENGINE_ATTRIBUTE_H
#define SPC_ENGINE_ATTRIBUTE_H

#include "engine/status.h"
#include "engine/types.h"

enum spc_attribute {
    SPC_ATTRIBUTE_P,
    SPC_ATTRIBUTE_NP,
    SPC_ATTRIBUTE_C,
    SPC_ATTRIBUTE_U,
    SPC_ATTRIBUTES
};

/* A count in so many units; for p and np the units are whole and no fewer
 * than the count, for c always 1. */
struct spc_count {
    uint64_t counted;
    double units; /* > 0 */
};

/* All zero is empty. */
struct spc_attribute_study {
    uint64_t points, counted;
    double units;
};

/* What a study concluded, or was told. */
struct spc_attribute_limits {
    enum spc_attribute attribute;
    double rate;
    double sigma_z; /* 1 unless Laney's */
    double width;
    double alpha; /* 0: by width */
};

void spc_attribute_add(struct spc_attribute_study *study,
                       struct spc_count count);

/* SPC_TOO_FEW_SUBGROUPS for fewer than two points, SPC_NO_VARIATION when
 * nothing was counted, or everything. */
SPC_MUST_CHECK
enum spc_status spc_attribute_rate(const struct spc_attribute_study *study,
                                   enum spc_attribute attribute,
                                   double *ret_rate);

/* The plotted statistic, its standard deviation (with sigma_z), its zones.
 * With alpha the edges between centre and limit divide the way in three. */
double spc_attribute_statistic(enum spc_attribute attribute,
                               struct spc_count count);
double spc_attribute_sigma(const struct spc_attribute_limits *limits,
                           double units);
struct spc_zones spc_attribute_zones(const struct spc_attribute_limits *limits,
                                     double units);

/* ---- Laney ------------------------------------------------------------- */

/* Moving ranges of z; all zero is empty. */
struct spc_laney {
    bool has_previous;
    double previous;
    uint64_t ranges;
    double mean_range;
};

/* The next point, judged by `limits` with sigma_z 1; or a place without one,
 * which no range spans. */
void spc_laney_add(struct spc_laney *laney,
                   const struct spc_attribute_limits *limits,
                   struct spc_count count);
void spc_laney_gap(struct spc_laney *laney);

/* SPC_TOO_FEW_SUBGROUPS without a range, SPC_NO_VARIATION when all are 0. */
SPC_MUST_CHECK
enum spc_status spc_laney_sigma_z(const struct spc_laney *laney,
                                  double *ret_sigma_z);

#endif
