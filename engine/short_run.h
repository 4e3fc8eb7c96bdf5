/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short runs: one chart for many parts, of which none is made long enough for
 * a chart of its own.
 *
 *     deviation     x - nominal                  for parts of one sigma
 *     Z and W       Z = (mean - center) sqrt(n) / sigma of the part
 *                   W = |Z - the Z before|
 *     standard xbar (mean - center) / mean range of the part
 *     standard R    range / mean range of the part
 *
 * whose limits are the same for all parts:
 *
 *     Z 0 +/- w        standard xbar 0 +/- w / (d2 sqrt(n))    (A2)
 *     W d2 +/- w d3    standard R    1 +/- w d3 / d2           (D3, D4)
 *
 * (W of two.)  sigma = r / d2(n), where r is a mean of the ranges of
 * subgroups, or of the moving ranges of two of individuals, by one of
 *
 *     constant  r = sum R_i / N                   all parts scatter alike
 *     relative  r_j = |size_j| sum(R_i / |size_i|) / N     sigma grows with
 *               the size of the part: its nominal, or else its mean
 *     by parts  r_j = mean R_i of part j
 *
 * sum and N over all ranges of all parts, but for the last.  `relative` is to
 * the first order what other programs do with logarithms of the data, whose
 * moving ranges are |x - y| / size, but it needs none on the line, leaves Z
 * linear in x and takes negative sizes.
 *
 * Sources: Bothe, A Capability Study for an Entire Product, ASQC Quality
 * Congress Transactions, 1987; Montgomery, Introduction to Statistical Quality
 * Control, 10.1; ISO 7870-8.
 *
 * The transforms, and adding, use + - * / and sqrt only. */
#ifndef SPC_ENGINE_SHORT_RUN_H
#define SPC_ENGINE_SHORT_RUN_H

#include "engine/constants.h"
#include "engine/status.h"
#include "engine/types.h"

/* ---- study ------------------------------------------------------------- */

/* What is known of one kind of part.  All zero, with its nominal or NaN, is
 * empty. */
struct spc_part {
    double nominal; /* NaN: none */
    uint64_t points, ranges;
    double mean, mean_range;
    double previous;
    bool has_previous;
};

/* An individual value; its moving range is from the value of this part before,
 * though others were made between.  NaN, or spc_part_gap, ends the range. */
void spc_part_add(struct spc_part *part, double x);
void spc_part_gap(struct spc_part *part);

/* A subgroup; a NaN mean is ignored, a NaN range leaves sigma alone. */
void spc_part_add_subgroup(struct spc_part *part, double mean, double range);

enum spc_part_sigma {
    SPC_PART_SIGMA_CONSTANT,
    SPC_PART_SIGMA_RELATIVE,
    SPC_PART_SIGMA_BY_PARTS,
    SPC_PART_SIGMAS
};

enum { SPC_PART_POINTS_MIN = 2 };

/* What a part's measurements are judged by. */
struct spc_part_scale {
    double center;     /* its nominal, or its mean */
    double mean_range; /* r */
    double sigma;      /* r / d2(n) */
    uint64_t ranges;   /* behind r */
};

struct spc_part_choice {
    enum spc_part_sigma sigma;
    bool at_nominal; /* the center; else at the part's mean */
    uint32_t n;      /* size of the subgroups; 1: individuals */
    uint64_t least;  /* points of a part, where they are needed */
};

/* The scale of part `index` of `count`.
 * Estimated by parts, or centred at its mean, a part needs at least `least`
 * points, not fewer than SPC_PART_POINTS_MIN; of 10 individuals, sigma has a
 * standard error of 30 %, of 25 of 18 %.
 *
 * SPC_TOO_FEW_SUBGROUPS; SPC_NO_VARIATION when the ranges are all 0;
 * SPC_NOT_FINITE; SPC_BAD_INPUT when the center is to be a nominal that is not
 * stated, or a size that sigma is relative to is 0. */
SPC_MUST_CHECK
enum spc_status spc_part_scale(const struct spc_part *parts, size_t count,
                               size_t index, const struct spc_constants *k,
                               const struct spc_part_choice *choice,
                               struct spc_part_scale *ret_scale);

/* What a chart keeps of the parts of its base line, in doubles; a part that is
 * all zero was not among them. */
struct spc_part_line {
    double center, sigma; /* sigma 0: not of its own */
    double points;
};

struct spc_part_table {
    struct spc_part_line part[SPC_PARTS_MAX];
    double sigma; /* of any part, where it is constant; or, relative to the
                     size of the part, of size 1 */
};

/* ---- transforms -------------------------------------------------------- */

double spc_short_run_deviation(double x, double nominal);
double spc_short_run_z(const struct spc_part_scale *scale, double mean,
                       double n);
double spc_short_run_w(double z, double previous_z);
double spc_short_run_xbar(const struct spc_part_scale *scale, double mean);
double spc_short_run_range(const struct spc_part_scale *scale, double range);

enum spc_short_run {
    SPC_SHORT_RUN_Z,
    SPC_SHORT_RUN_W,
    SPC_SHORT_RUN_XBAR,
    SPC_SHORT_RUN_RANGE,
    SPC_SHORT_RUNS
};

/* Zones `width` wide, of subgroups of n (of no matter for Z and W; else at
 * least 2).  Those of W and the range are clipped at 0. */
struct spc_zones spc_short_run_zones(enum spc_short_run plotted,
                                     const struct spc_constants *k, uint32_t n,
                                     double width);

#endif
