/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance of p variables: estimated, and divided by.
 *
 *     all vectors   S = sum (x - mean)(x - mean)' / (m - 1)
 *     within        S = sum over subgroups of the same / sum (n_i - 1)
 *     successive    S = sum v v' / (2 differences),  v = x_i - x_(i-1)
 *
 * The sums are updated with each vector (Welford, Technometrics 4, 1962) and
 * counted from the first one, so that a spread of 1 um at a level of 25 mm
 * keeps every digit.  Successive differences are not widened by a shift of
 * the mean (Holmes and Mergen, Quality Engineering 5(4), 1993).
 *
 * S is scaled to correlations before it is factored, R = L L': units do not
 * matter, only how nearly a variable is a sum of others.  R is refused when
 * its own rounding could be all there is of a pivot: a combination v of the
 * variables has variance v' R v, whose error from k roundings a cell is up to
 * k eps (sum |v_j|)^2, with k = 4 a vector and one a variable.
 *
 * Everything lies in the caller's arrays of doubles: no p is too large.
 * Matrices are p rows of p.  Nothing but + - * / and sqrt, logarithm aside. */
#ifndef SPC_ENGINE_COVARIANCE_H
#define SPC_ENGINE_COVARIANCE_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- estimating -------------------------------------------------------- */

/* A scatter is a block of so many doubles; treat it as opaque. */
size_t spc_scatter_doubles(size_t p);

void spc_scatter_clear(double *scatter, size_t p);

/* One more vector.  A scatter takes vectors in one of these ways only. */
void spc_scatter_add(double *scatter, size_t p, const double *x);
void spc_scatter_add_successive(double *scatter, size_t p, const double *x);

/* The next vector follows none: one is missing between. */
void spc_scatter_gap(double *scatter);

/* A subgroup, about its own mean, joins the pool; the mean of the pool is
 * that of all its vectors. */
void spc_scatter_pool(double *scatter, size_t p, const double *subgroup);

/* The same of a subgroup that is summed up: means of its n vectors, and their
 * covariances (divisor n - 1, lower triangle row by row; not read for n = 1).
 * This is how spc_vectors_summarise leaves them. */
void spc_scatter_pool_moments(double *scatter, size_t p, double n,
                              const double *mean, const double *covariance);

/* Means of n vectors, one after the other, and behind them the covariances;
 * NaN for n = 1. */
void spc_vectors_summarise(const double *vectors, size_t n, size_t p,
                           double *ret_moments);

double spc_scatter_vectors(const double *scatter);
double spc_scatter_df(const double *scatter); /* successive: differences */
void spc_scatter_mean(const double *scatter, size_t p, double *ret_mean);

/* SPC_TOO_FEW_SUBGROUPS without a degree of freedom, SPC_NOT_FINITE. */
SPC_MUST_CHECK
enum spc_status spc_scatter_covariance(const double *scatter, size_t p,
                                       double *ret_covariance);

/* ---- dividing ---------------------------------------------------------- */

/* A factor is a block of so many doubles; treat it as opaque. */
size_t spc_factor_doubles(size_t p);

/* `df` is what the covariance was estimated with, 0 when it is known.  Only
 * the lower triangle is read.  After a failure the factor holds nothing.
 *
 * SPC_TOO_FEW_SUBGROUPS: fewer degrees of freedom than variables; every
 * variable is a culprit.  SPC_SINGULAR: the culprits are those constant, or
 * else the first that is a sum of others with just those it needs.
 * SPC_NOT_FINITE.  `reterr_culprits` has p marks, set on failure only. */
SPC_MUST_CHECK
enum spc_status spc_factor(const double *covariance, size_t p, double df,
                           double *ret_factor, bool *reterr_culprits);

/* d' S^-1 d.  `work` has p doubles and is left holding y of L y = d scaled:
 * y_j^2 is what variable j adds to those before it. */
double spc_factor_distance(const double *factor, size_t p,
                           const double *deviation, double *work);

/* What variable j adds to all the others, for every j: a second use of the
 * y that spc_factor_distance left, which is lost. */
void spc_factor_drops(const double *factor, size_t p, double *y,
                      double *ret_drops);

/* Standard deviation of variable j, and its variance inflation 1 / (1 - R^2)
 * by the others. */
double spc_factor_sd(const double *factor, size_t j);
double spc_factor_inflation(const double *factor, size_t p, size_t j);

double spc_factor_log_determinant(const double *factor, size_t p);

/* |S|, 0 when singular; `work` has p * p doubles. */
double spc_determinant(const double *covariance, size_t p, double *work);

#endif
