/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables at once: has their mean moved, or their spread?
 *
 *     T2      n (x - mean)' S^-1 (x - mean)
 *     |S|     determinant of a subgroup's covariance
 *     MEWMA   Z_i = lambda (x_i - mean) + (1 - lambda) Z_(i-1),
 *             T2_i = Z_i' S^-1 Z_i / share_i,  share_i = lambda^2 / n_i +
 *                    (1 - lambda)^2 share_(i-1), in the long run
 *                    lambda / (2 - lambda) / n
 *
 * Upper limits of T2 of q of the variables given k others, exact for k = 0
 * (Tracy, Young and Mason, J. Quality Technology 24(2), 1992; Montgomery,
 * Introduction to Statistical Quality Control, 11.3), nu = degrees of freedom
 * of S, c = (m + 1) / m for new points, (m - 1) / m for those studied:
 *
 *     known                  chi-square(q)
 *     individuals studied    (m - 1)^2 / m Beta(q / 2, (m - k - q - 1) / 2)
 *     all others             c nu q / (nu - k - q + 1) F(q, nu - k - q + 1)
 *
 * With k = 0, q = p it is the limit of the chart; with q = 1 those of the
 * terms of T2 (Mason, Young and Tracy, J. Quality Technology 27(2), 1995):
 * a variable alone, k = 0, or given all others, k = p - 1.  For k > 0 theirs
 * leaves out that a term given k is wider where those k lie far out: with 20
 * vectors of 3 it is passed by 0.0044 in place of 0.0027.  Times 1 + growth
 * T2_k it is exact, growth = 1 / (c nu), of individuals studied -m / (m - 1)^2
 * (Rao, Linear Statistical Inference and Its Applications, chapter 8).
 *
 * An alpha is that of a point.  (qcc spends 1 - (1 - alpha)^p.) */
#ifndef SPC_ENGINE_MULTIVARIATE_H
#define SPC_ENGINE_MULTIVARIATE_H

#include "engine/status.h"
#include "engine/types.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- T2 ---------------------------------------------------------------- */

struct spc_t2_model {
    size_t p;
    const double *mean;   /* p */
    const double *factor; /* of S; see covariance.h */
};

/* Of the mean x of n vectors; `work` has p doubles. */
double spc_t2(const struct spc_t2_model *model, const double *x, double n,
              double *work);

enum spc_t2_phase {
    SPC_T2_KNOWN,   /* mean and covariance are stated */
    SPC_T2_STUDIED, /* Phase I: the points the estimates come from */
    SPC_T2_NEW,     /* Phase II: points after the study */
};

struct spc_t2_study {
    enum spc_t2_phase phase;
    size_t p;
    bool subgroups; /* else individuals, and S is of all of them */
    double m;  /* vectors, or subgroups; of unequal sizes, all vectors / n_i */
    double df; /* of S: m - 1 of individuals, else the sum of n_i - 1 */
};

/* The value that T2 of q variables, given k others, exceeds with probability
 * alpha in control.  Far tails are kept: alpha may be 1e-12.
 *
 * SPC_TOO_FEW_SUBGROUPS: the study is too short for that many variables. */
SPC_MUST_CHECK
enum spc_status spc_t2_quantile(const struct spc_t2_study *study, size_t q,
                                size_t k, double alpha, double *ret_t2);

/* That probability, of the chart's own T2; NaN when the study is too short. */
double spc_t2_tail(const struct spc_t2_study *study, double t2);

/* Edge 0 is the median, edge 3 above the limit, edge 3 below 0; the edges
 * between divide the way in three. */
SPC_MUST_CHECK
enum spc_status spc_t2_zones(const struct spc_t2_study *study, double alpha,
                             struct spc_zones *ret_zones);

/* ---- which variables? -------------------------------------------------- */

struct spc_t2_term_limits {
    double alone, given_rest;
    double growth; /* of given_rest with T2 of the rest; 0: as published */
};

/* With growth 0. */
SPC_MUST_CHECK
enum spc_status spc_t2_term_limits(const struct spc_t2_study *study,
                                   double alpha,
                                   struct spc_t2_term_limits *ret_limits);

/* The growth that makes given_rest exact. */
double spc_t2_growth(const struct spc_t2_study *study);

struct spc_t2_term {
    size_t variable;
    double alone;      /* n (x_j - mean_j)^2 / s_jj */
    double given_rest; /* T2 - T2 without variable j */
    bool alone_beyond, given_rest_beyond;
};

/* Terms of all variables, those farthest out first: by the larger of the two,
 * each in units of its limit.  Returns T2; `work` has 2 p doubles. */
double spc_t2_decompose(const struct spc_t2_model *model, const double *x,
                        double n, const struct spc_t2_term_limits *limits,
                        double *work, struct spc_t2_term *ret_terms);

/* One of the p! decompositions: terms[j] is what variable j adds to variables
 * 0 to j - 1, and they sum to T2, which is returned. */
double spc_t2_in_order(const struct spc_t2_model *model, const double *x,
                       double n, double *ret_terms);

/* ---- generalised variance ---------------------------------------------- */

/* E|S| / |Sigma| of a covariance with df degrees of freedom: b1 of a subgroup
 * with df = n - 1 (Montgomery, 11.6).  |S| / b1 is the unbiased estimate. */
double spc_determinant_b1(size_t p, double df);

/* Var|S| / |Sigma|^2, b2. */
double spc_determinant_b2(size_t p, double df);

/* For |S| of subgroups of n > p: (b1 +/- width sqrt(b2)) determinant, from 0;
 * `determinant` is |Sigma|. */
struct spc_zones spc_determinant_zones(size_t p, double n, double determinant,
                                       double width);

/* ---- MEWMA ------------------------------------------------------------- */

/* The caller brings z, p doubles, which are deviations from the mean. */
struct spc_mewma {
    double *z;
    double share; /* covariance of z over S */
};

void spc_mewma_start(struct spc_mewma *mewma, size_t p);
void spc_mewma_push(struct spc_mewma *mewma, const struct spc_t2_model *model,
                    double lambda, const double *x, double n);

/* The share in the long run, for limits that do not open. */
double spc_mewma_long_share(double lambda, double n);

/* T2 of z, with the share the caller chose; `work` has p doubles. */
double spc_mewma_t2(const struct spc_mewma *mewma,
                    const struct spc_t2_model *model, double share,
                    double *work);

/* The limit of T2 with that mean run length in control, by the long share;
 * p may be 1.  run_length > 1.  SPC_NO_CONVERGENCE, SPC_NO_MEMORY. */
SPC_MUST_CHECK
enum spc_status spc_mewma_limit(size_t p, double lambda, double run_length,
                                double *ret_limit);

#endif
