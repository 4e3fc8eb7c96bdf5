/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Autocorrelation: do points remember those before them, and which limits and
 * residuals follow when they do?  (ISO 7870-9.)
 *
 *     c_k = sum (x_t - mean) (x_(t-k) - mean) / (pairs_k + k),  r_k = c_k / c_0
 *     Q   = sum r_k^2 (pairs_k + k) (pairs_k + k + 2) / pairs_k
 *     AR:   x_t - mean = sum phi_i (x_(t-i) - mean) + e_t
 *     sigma^2 = sigma_noise^2 / (1 - sum phi_i rho_i)
 *
 * NaN is a gap.  A pair of lag k counts when none of its k + 1 values is one,
 * so no pair spans a gap.  Without gaps pairs_k + k is N, and r_k and Q are the
 * textbook's.  Sources: Box and Jenkins, Time Series Analysis; Durbin, Review
 * of the ISI 28, 1960; Ljung and Box, Biometrika 65, 1978.
 *
 * A moving range sees sigma sqrt(1 - rho_1): too narrow limits, false alarms.
 * Either the points are judged by mean +/- width sigma, sigma from the model,
 * or an EWMA by its true variance, or residuals, independent again, by any
 * chart (Montgomery, Introduction to Statistical Quality Control, 10.4;
 * Vermaat, Does and Bisgaard, QREI 24, 2008). */
#ifndef SPC_ENGINE_AUTOCORRELATION_H
#define SPC_ENGINE_AUTOCORRELATION_H

#include "engine/status.h"
#include "engine/types.h"

enum {
    SPC_LAGS_MAX = 100,
    SPC_AR_MAX = 10, /* the greatest order of a model */
};

/* ---- the series -------------------------------------------------------- */

/* Indexed by lag; r[0] and partial[0] are 1. */
struct spc_autocorrelation {
    uint64_t n;            /* values that are no gaps */
    unsigned lags;         /* the greatest */
    double mean, variance; /* divisor n */
    double band;           /* 1.96 / sqrt(n): 95 % of an independent r_k */
    uint64_t pairs[SPC_LAGS_MAX + 1];
    double r[SPC_LAGS_MAX + 1];
    /* The last phi of each order.  With gaps the r_k may be those of no
     * process: NaN from the first lag on where it would reach 1. */
    double partial[SPC_LAGS_MAX + 1];
};

/* min(10, n / 5), but 1 at least (Hyndman and Athanasopoulos, Forecasting:
 * Principles and Practice). */
unsigned spc_autocorrelation_lags(uint64_t n);

/* Lags 1 to `lags`, which is 1 to SPC_LAGS_MAX.
 *
 * SPC_TOO_FEW_SUBGROUPS (a lag has no pair), SPC_NO_VARIATION,
 * SPC_NOT_FINITE (an infinity, or beyond a double) on failure. */
SPC_MUST_CHECK
enum spc_status spc_autocorrelate(const double *x, size_t count, unsigned lags,
                                  struct spc_autocorrelation *ret_series);

/* p is the upper tail of chi-square: small when the points remember. */
struct spc_ljung_box {
    double q, p;
    unsigned df;
};

/* Over lags 1 to `lags`, up to the series' own; `fitted` is the order of the
 * model whose residuals the series is, else 0.
 *
 * SPC_TOO_FEW_SUBGROUPS (no degree of freedom is left) on failure. */
SPC_MUST_CHECK
enum spc_status spc_ljung_box(const struct spc_autocorrelation *series,
                              unsigned lags, unsigned fitted,
                              struct spc_ljung_box *ret_test);

/* ---- the model --------------------------------------------------------- */

struct spc_ar {
    unsigned order;
    double mean;
    double phi[SPC_AR_MAX];     /* phi[0] belongs to lag 1 */
    double sigma_noise;         /* of e_t */
    bool stationary;            /* else nothing below means anything: */
    double sigma;               /* of x_t; infinite */
    double rho[SPC_AR_MAX + 1]; /* autocorrelations, rho[0] = 1; NaN */
};

/* The order, up to `order_max` (at most the series' lags), of least
 *
 *     AIC = n log(innovation variance) + 2 order
 *
 * as in R's ar.yw.  ret_aic, unless NULL, gets AIC - least for orders 0 to
 * order_max; NaN where there is no model. */
unsigned spc_ar_order(const struct spc_autocorrelation *series,
                      unsigned order_max, double *ret_aic);

/* Yule and Walker's equations by Durbin's and Levinson's recursion: the
 * default, always stationary.  As R's ar.yw,
 * sigma_noise^2 = variance prod(1 - partial_k^2) n / (n - order - 1).
 *
 * SPC_TOO_FEW_SUBGROUPS; SPC_NO_CONVERGENCE (the series has so many gaps that
 * its partial autocorrelations reach 1) on failure. */
SPC_MUST_CHECK
enum spc_status spc_ar_yule_walker(const struct spc_autocorrelation *series,
                                   unsigned order, struct spc_ar *ret_model);

/* Order 1 by conditional least squares: x_t on x_(t-1), with intercept
 * (1 - phi) mean, residual variance with divisor pairs - 2.  R's ar.ols and
 * arima(method = "CSS") have this phi; the latter divides by pairs.  Less
 * biased than Yule and Walker's with few points or phi near 1, but may come
 * out not stationary; `mean` is then just that of the points.
 *
 * SPC_TOO_FEW_SUBGROUPS (three pairs are the least), SPC_NO_VARIATION,
 * SPC_NOT_FINITE on failure. */
SPC_MUST_CHECK
enum spc_status spc_ar_least_squares(const double *x, size_t count,
                                     struct spc_ar *ret_model);

/* The model with these parameters; sigma_noise > 0. */
struct spc_ar spc_ar_known(double mean, const double *phi, unsigned order,
                           double sigma_noise);

/* sqrt(1 - rho_1): sigma by moving ranges over the true one. */
double spc_ar_moving_range_factor(const struct spc_ar *model);

/* ---- point by point: + - * / only -------------------------------------- */

/* The points since the last gap, newest first.  All zero is empty. */
struct spc_ar_memory {
    uint32_t count; /* up to SPC_AR_MAX */
    double recent[SPC_AR_MAX];
};

/* e_t of a point; NaN for a gap and for the `order` points after it, or after
 * the start, which have no residual. */
double spc_ar_residual(struct spc_ar_memory *memory, const struct spc_ar *model,
                       double x);

/* EWMA of the points themselves, z_0 = mean, and the exact variance of z_i
 * under the model: limits by spc_weighted_zones(mean, sigma, width, share). */
struct spc_ar_ewma {
    double value;
    double share;              /* variance over sigma^2 */
    double cover;              /* sum (1 - lambda)^(k-1) rho_k so far */
    double power;              /* (1 - lambda)^i */
    double recent[SPC_AR_MAX]; /* rho_i, rho_(i-1), ... */
};

void spc_ar_ewma_start(struct spc_ar_ewma *ewma, const struct spc_ar *model);

/* 0 < lambda <= 1; the model is stationary, x finite. */
void spc_ar_ewma_push(struct spc_ar_ewma *ewma, const struct spc_ar *model,
                      double lambda, double x);

/* What `share` comes to in the long run,
 *
 *     lambda / (2 - lambda) (1 + 2 sum (1 - lambda)^k rho_k)
 *
 * summed in closed form (Zhang, Technometrics 40, 1998); of order 1
 * lambda / (2 - lambda) (1 + phi (1 - lambda)) / (1 - phi (1 - lambda))
 * (Schmid and Schoene, Annals of Statistics 25, 1997). */
double spc_ar_ewma_share(const struct spc_ar *model, double lambda);

#endif
