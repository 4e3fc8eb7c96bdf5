/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sigma from successive differences.  See estimators.h. */
#include "engine/estimators.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <math.h>

bool spc_estimator_is_successive(enum spc_estimator estimator)
{
    return estimator == SPC_ESTIMATOR_MEDIAN_MR ||
           estimator == SPC_ESTIMATOR_MSSD ||
           estimator == SPC_ESTIMATOR_MSSD_PLAIN;
}

double spc_d4_of_two(void)
{
    return M_SQRT2 * gsl_cdf_ugaussian_Qinv(0.25);
}

static size_t count_ranges(const double *ranges, size_t count)
{
    size_t present = 0;

    for (size_t i = 0; i < count; i++)
        present += !isnan(ranges[i]);
    return present;
}

/* ---- c4' --------------------------------------------------------------- */

/* log(1 - e^-x), x > 0, precise at both ends. */
static double log_one_less(double x)
{
    return x > M_LN2 ? log1p(-exp(-x)) : log(-expm1(-x));
}

/* The product of the header by its logarithm.  With 1 + 1 / (2 y) = cosh v,
 * U_d(cosh v) = sinh((d + 1) v) / sinh(v), and y e^v = 1 + y (2 - e^-v): all
 * that is large has cancelled before anything is computed. */
struct laplace {
    double each;   /* log(y e^v), for each difference */
    double v;      /* grows as y shrinks */
    double border; /* log(1 - e^-2v), for each stretch */
};

static struct laplace laplace_at(double y)
{
    double s = 0.5 / sqrt(y);
    double v = 2 * log1p(s + s * s / (1 + sqrt(1 + s * s)));

    return (struct laplace){log1p(y * (2 - exp(-v))), v, log_one_less(2 * v)};
}

/* Of a stretch of so many differences, one less than values. */
static double log_stretch(const struct laplace *at, size_t differences)
{
    double d = (double)differences;

    return d * at->each + log_one_less(2 * (d + 1) * at->v) - at->border;
}

/* log L(t)^-2.  Most stretches are as long as one before, so the newest
 * logarithm is kept. */
static double log_all(const struct laplace *at, const double *ranges,
                      size_t count)
{
    size_t length = 0, kept_length = 0;
    double sum = 0, kept = 0;

    for (size_t i = 0; i <= count; i++) {
        if (i < count && !isnan(ranges[i])) {
            length++;
            continue;
        }
        if (length > 0 && length != kept_length)
            kept = log_stretch(at, length);
        if (length > 0) {
            kept_length = length;
            sum += kept;
        }
        length = 0;
    }
    return sum;
}

/* The trapezoidal rule over u = log t.  The integrand falls as e^(-|u| / 2),
 * so that the ends leave out e^(-END step / 2).  L tends to e^-t with the
 * number of ranges, which grows from pi / 2 off the axis on: a step h leaves an
 * error of about e^(-pi^2 / h).  Both are below 1e-16. */
double spc_c4_successive(const double *ranges, size_t count)
{
    static const double step = 0.25;
    enum { END = 320 }; /* steps to either side */
    double m = (double)count_ranges(ranges, count);
    double sum = 0;

    assert(m >= 1);
    for (int i = -END; i <= END; i++) {
        double u = i * step;
        struct laplace at = laplace_at(exp(u) / m);

        sum -= expm1(-log_all(&at, ranges, count) / 2) * exp(-u / 2);
    }
    return step * sum / (2 * M_SQRTPI);
}

/* ---- sigma ------------------------------------------------------------- */

/* Puts the ranges in order, what is missing last. */
static double median(double *ranges, size_t count, size_t present)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (!isnan(ranges[i]))
            ranges[kept++] = ranges[i];
    gsl_sort(ranges, 1, present);
    return ranges[(present - 1) / 2] +
           (ranges[present / 2] - ranges[(present - 1) / 2]) / 2;
}

/* Relative to the largest, so that no square overflows or vanishes. */
static double root_mean_square(const double *ranges, size_t count)
{
    double largest = 0, mean = 0, seen = 0;

    for (size_t i = 0; i < count; i++)
        if (!isnan(ranges[i]))
            largest = fmax(largest, ranges[i]);
    if (!(largest > 0) || !isfinite(largest))
        return largest;
    for (size_t i = 0; i < count; i++) {
        double share = ranges[i] / largest;

        if (isnan(share))
            continue;
        seen++;
        mean += (share * share - mean) / seen;
    }
    return largest * sqrt(mean);
}

enum spc_status spc_successive_sigma(enum spc_estimator estimator,
                                     double *ranges, size_t count,
                                     double *ret_sigma, double *ret_df)
{
    size_t present = count_ranges(ranges, count);
    double sigma;

    assert(spc_estimator_is_successive(estimator));

    if (present == 0)
        return SPC_TOO_FEW_SUBGROUPS;
    if (estimator == SPC_ESTIMATOR_MEDIAN_MR)
        sigma = median(ranges, count, present) / spc_d4_of_two();
    else
        sigma = root_mean_square(ranges, count) / M_SQRT2;
    if (estimator == SPC_ESTIMATOR_MSSD)
        sigma /= spc_c4_successive(ranges, count);
    if (!isfinite(sigma))
        return SPC_NOT_FINITE;
    if (sigma <= 0)
        return SPC_NO_VARIATION;

    *ret_sigma = sigma;
    *ret_df = (double)present;
    return SPC_OK;
}
