/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance matrices.  See covariance.h.
 *
 * Sources: Golub and Van Loan, Matrix Computations, 4.2 (Cholesky) and 3.1
 * (triangular systems); Chan, Golub and LeVeque, The American Statistician
 * 37(3), 1983, on what a shift of origin does for rounding. */
#include "engine/covariance.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* ---- estimating -------------------------------------------------------- */

/*     | vectors | df | follows | origin p | shift p | last p | products p * p |
 *
 * The mean is origin + shift.  `last` is the vector before, or scratch;
 * `follows` is 1 when the next vector follows it. */
enum { VECTORS, DF, FOLLOWS, HEAD };

static const double *origin_of(const double *scatter)
{
    return scatter + HEAD;
}

static const double *shift_of(const double *scatter, size_t p)
{
    return scatter + HEAD + p;
}

static double *last_of(double *scatter, size_t p)
{
    return scatter + HEAD + 2 * p;
}

static double *products_of(double *scatter, size_t p)
{
    return scatter + HEAD + 3 * p;
}

size_t spc_scatter_doubles(size_t p)
{
    return HEAD + 3 * p + p * p;
}

void spc_scatter_clear(double *scatter, size_t p)
{
    assert(p >= 1);

    memset(scatter, 0, spc_scatter_doubles(p) * sizeof *scatter);
}

/* Moves the mean by `weight` vectors that lie at origin + shift + d. */
static void move_mean(double *scatter, size_t p, const double *d, double weight)
{
    double *shift = scatter + HEAD + p;

    scatter[VECTORS] += weight;
    for (size_t j = 0; j < p; j++)
        shift[j] += d[j] * (weight / scatter[VECTORS]);
}

static void begin_at(double *scatter, size_t p, const double *x)
{
    if (scatter[VECTORS] <= 0)
        memcpy(scatter + HEAD, x, p * sizeof *x);
}

/* Lower triangle of products += share d d'. */
static void add_products(double *scatter, size_t p, const double *d,
                         double share)
{
    double *products = products_of(scatter, p);

    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j <= i; j++)
            products[i * p + j] += share * (d[i] * d[j]);
}

void spc_scatter_add(double *scatter, size_t p, const double *x)
{
    double *d = last_of(scatter, p), before = scatter[VECTORS];

    begin_at(scatter, p, x);
    for (size_t j = 0; j < p; j++)
        d[j] = x[j] - origin_of(scatter)[j] - shift_of(scatter, p)[j];
    add_products(scatter, p, d, before / (before + 1));
    move_mean(scatter, p, d, 1);
    scatter[DF] = before;
}

void spc_scatter_add_successive(double *scatter, size_t p, const double *x)
{
    double *last = last_of(scatter, p);

    begin_at(scatter, p, x);
    if (scatter[FOLLOWS] > 0) {
        for (size_t j = 0; j < p; j++)
            last[j] = x[j] - last[j];
        add_products(scatter, p, last, 0.5);
        scatter[DF]++;
    }
    for (size_t j = 0; j < p; j++)
        last[j] = x[j] - origin_of(scatter)[j] - shift_of(scatter, p)[j];
    move_mean(scatter, p, last, 1);
    memcpy(last, x, p * sizeof *x);
    scatter[FOLLOWS] = 1;
}

void spc_scatter_gap(double *scatter)
{
    scatter[FOLLOWS] = 0;
}

void spc_scatter_pool(double *scatter, size_t p, const double *subgroup)
{
    double *d = last_of(scatter, p), *products = products_of(scatter, p);
    const double *within = subgroup + HEAD + 3 * p;

    if (subgroup[VECTORS] <= 0)
        return;
    begin_at(scatter, p, origin_of(subgroup));
    for (size_t j = 0; j < p; j++)
        d[j] = origin_of(subgroup)[j] - origin_of(scatter)[j] +
               shift_of(subgroup, p)[j] - shift_of(scatter, p)[j];
    for (size_t i = 0; i < p * p; i++)
        products[i] += within[i];
    move_mean(scatter, p, d, subgroup[VECTORS]);
    scatter[DF] += subgroup[DF];
}

void spc_scatter_pool_moments(double *scatter, size_t p, double n,
                              const double *mean, const double *covariance)
{
    double *d = last_of(scatter, p), *products = products_of(scatter, p);

    assert(n >= 1);

    begin_at(scatter, p, mean);
    for (size_t j = 0; j < p; j++)
        d[j] = mean[j] - origin_of(scatter)[j] - shift_of(scatter, p)[j];
    for (size_t i = 0; i < p && n > 1; i++)
        for (size_t j = 0; j <= i; j++)
            products[i * p + j] += (n - 1) * *covariance++;
    move_mean(scatter, p, d, n);
    scatter[DF] += n - 1;
}

void spc_vectors_summarise(const double *vectors, size_t n, size_t p,
                           double *ret_moments)
{
    double *mean = ret_moments, *covariance = ret_moments + p;

    assert(n >= 1);

    for (size_t j = 0; j < p; j++) {
        mean[j] = 0;
        for (size_t i = 0; i < n; i++)
            mean[j] += (vectors[i * p + j] - mean[j]) / (double)(i + 1);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            double sum = 0;

            for (size_t i = 0; i < n; i++)
                sum += (vectors[i * p + j] - mean[j]) *
                       (vectors[i * p + k] - mean[k]);
            *covariance++ = n > 1 ? sum / (double)(n - 1) : (double)NAN;
        }
    }
}

double spc_scatter_vectors(const double *scatter)
{
    return scatter[VECTORS];
}

double spc_scatter_df(const double *scatter)
{
    return scatter[DF];
}

void spc_scatter_mean(const double *scatter, size_t p, double *ret_mean)
{
    for (size_t j = 0; j < p; j++)
        ret_mean[j] = origin_of(scatter)[j] + shift_of(scatter, p)[j];
}

enum spc_status spc_scatter_covariance(const double *scatter, size_t p,
                                       double *ret_covariance)
{
    const double *products = scatter + HEAD + 3 * p;

    if (scatter[DF] <= 0)
        return SPC_TOO_FEW_SUBGROUPS;
    for (size_t i = 0; i < p * p; i++)
        if (!isfinite(products[i]))
            return SPC_NOT_FINITE;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            ret_covariance[i * p + j] =
                products[i > j ? i * p + j : j * p + i] / scatter[DF];
    return SPC_OK;
}

/* ---- dividing ---------------------------------------------------------- */

/*     | sd p | inflation p | L p * p | scratch 2 p | */

static double *lower_of(double *factor, size_t p)
{
    return factor + 2 * p;
}

static const double *lower_in(const double *factor, size_t p)
{
    return factor + 2 * p;
}

size_t spc_factor_doubles(size_t p)
{
    return 4 * p + p * p;
}

/* Solves L y = d in place, for the first `count` rows. */
static void solve_forward(const double *lower, size_t p, size_t count,
                          double *d)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            d[i] -= lower[i * p + j] * d[j];
        d[i] /= lower[i * p + i];
    }
}

/* Solves L' b = y in place. */
static void solve_backward(const double *lower, size_t p, size_t count,
                           double *y)
{
    for (size_t i = count; i-- > 0;) {
        y[i] /= lower[i * p + i];
        for (size_t j = 0; j < i; j++)
            y[j] -= lower[i * p + j] * y[i];
    }
}

/* Diagonal cell i of the inverse of the leading `count` rows of L L'. */
static double inverse_cell(const double *lower, size_t p, size_t count,
                           size_t i, double *scratch)
{
    double sum = 0;

    memset(scratch, 0, count * sizeof *scratch);
    scratch[i] = 1;
    solve_forward(lower, p, count, scratch);
    for (size_t j = i; j < count; j++)
        sum += scratch[j] * scratch[j];
    return sum;
}

/* Row i of the factor, from row i of a symmetric matrix.  Returns the square
 * of its pivot, which it leaves for the caller to judge. */
static double factor_row(double *lower, size_t p, size_t i)
{
    double *row = lower + i * p, left = row[i];

    for (size_t j = 0; j < i; j++) {
        for (size_t k = 0; k < j; k++)
            row[j] -= row[k] * lower[j * p + k];
        row[j] /= lower[j * p + j];
        left -= row[j] * row[j];
    }
    return left;
}

/* The variables that the combination of variable i and those before it needs:
 * without one of them, b_j^2 / (R^-1)_jj more of it is left. */
static void name_culprits(const double *factor, size_t p, size_t i,
                          double rounding, bool *reterr_culprits)
{
    const double *lower = lower_in(factor, p), *b = lower + p * p;
    double *scratch = (double *)b + p;

    for (size_t j = 0; j < p; j++)
        reterr_culprits[j] = j == i;
    for (size_t j = 0; j < i; j++)
        reterr_culprits[j] =
            b[j] * b[j] > rounding * inverse_cell(lower, p, i, j, scratch);
}

/* Variable i less its regression b on those before it: what rounding of the
 * correlations can make of its variance. */
static double rounding_of(double *factor, size_t p, size_t i, double unit)
{
    const double *lower = lower_in(factor, p);
    double *b = lower_of(factor, p) + p * p, size = 1;

    memcpy(b, lower + i * p, i * sizeof *b);
    solve_backward(lower, p, i, b);
    for (size_t j = 0; j < i; j++)
        size += fabs(b[j]);
    return unit * size * size;
}

/* Copies the lower triangle as correlations. */
static enum spc_status scale(const double *covariance, size_t p, double *factor,
                             bool *reterr_culprits)
{
    double *lower = lower_of(factor, p);
    enum spc_status status = SPC_OK;

    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j <= i; j++)
            if (!isfinite(covariance[i * p + j]))
                return SPC_NOT_FINITE;
        factor[i] = sqrt(covariance[i * p + i]);
        if (!(factor[i] > 0))
            status = SPC_SINGULAR;
    }
    for (size_t i = 0; status == SPC_SINGULAR && i < p; i++)
        reterr_culprits[i] = !(factor[i] > 0);
    for (size_t i = 0; status == SPC_OK && i < p; i++)
        for (size_t j = 0; j < p; j++)
            lower[i * p + j] =
                j > i    ? 0
                : j == i ? 1
                         : covariance[i * p + j] / factor[i] / factor[j];
    return status;
}

static enum spc_status too_few(size_t p, bool *reterr_culprits)
{
    for (size_t j = 0; j < p; j++)
        reterr_culprits[j] = true;
    return SPC_TOO_FEW_SUBGROUPS;
}

enum spc_status spc_factor(const double *covariance, size_t p, double df,
                           double *ret_factor, bool *reterr_culprits)
{
    double *lower = lower_of(ret_factor, p);
    double vectors = df > 0 ? df + 1 : 0;
    double unit = (4 * vectors + (double)p) * DBL_EPSILON;

    assert(p >= 1);
    assert(df >= 0);

    if (df > 0 && df < (double)p)
        return too_few(p, reterr_culprits);
    enum spc_status status = scale(covariance, p, ret_factor, reterr_culprits);
    for (size_t i = 0; status == SPC_OK && i < p; i++) {
        double left = factor_row(lower, p, i);
        double rounding = rounding_of(ret_factor, p, i, unit);

        if (!(left > rounding)) {
            name_culprits(ret_factor, p, i, rounding, reterr_culprits);
            return SPC_SINGULAR;
        }
        lower[i * p + i] = sqrt(left);
    }
    for (size_t j = 0; status == SPC_OK && j < p; j++)
        ret_factor[p + j] = inverse_cell(lower, p, p, j, lower + p * p);
    return status;
}

double spc_factor_distance(const double *factor, size_t p,
                           const double *deviation, double *work)
{
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        work[j] = deviation[j] / factor[j];
    solve_forward(lower_in(factor, p), p, p, work);
    for (size_t j = 0; j < p; j++)
        sum += work[j] * work[j];
    return sum;
}

void spc_factor_drops(const double *factor, size_t p, double *y,
                      double *ret_drops)
{
    solve_backward(lower_in(factor, p), p, p, y);
    for (size_t j = 0; j < p; j++)
        ret_drops[j] = y[j] * y[j] / factor[p + j];
}

double spc_factor_sd(const double *factor, size_t j)
{
    return factor[j];
}

double spc_factor_inflation(const double *factor, size_t p, size_t j)
{
    assert(j < p);

    return factor[p + j];
}

double spc_factor_log_determinant(const double *factor, size_t p)
{
    const double *lower = lower_in(factor, p);
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        sum += 2 * (log(factor[j]) + log(lower[j * p + j]));
    return sum;
}

double spc_determinant(const double *covariance, size_t p, double *work)
{
    double product = 1;

    memcpy(work, covariance, p * p * sizeof *work);
    for (size_t i = 0; i < p; i++) {
        double left = factor_row(work, p, i);

        if (!(left > 0))
            return 0;
        product *= left;
        work[i * p + i] = sqrt(left);
    }
    return product;
}
