/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables.  See multivariate.h. */
#include "engine/multivariate.h"

#include "engine/covariance.h"
#include "engine/run_length.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

enum { STEPS_MAX = 2200 };

/* ---- T2 ---------------------------------------------------------------- */

/* Leaves y of the factor in work. */
static double distance(const struct spc_t2_model *model, const double *x,
                       double n, double *work)
{
    double root_n = sqrt(n);

    assert(n > 0);

    for (size_t j = 0; j < model->p; j++)
        work[j] = root_n * (x[j] - model->mean[j]);
    return spc_factor_distance(model->factor, model->p, work, work);
}

double spc_t2(const struct spc_t2_model *model, const double *x, double n,
              double *work)
{
    return distance(model, x, n, work);
}

/* ---- limits ------------------------------------------------------------ */

/* T2 of q variables, given k, over `unit` is chi-square, beta or F. */
struct law {
    enum { CHI_SQUARE, BETA, FISHER } family;
    double unit, a, b;
};

static bool is_beta(const struct spc_t2_study *study)
{
    return study->phase == SPC_T2_STUDIED && !study->subgroups;
}

static struct law law_of(const struct spc_t2_study *study, double q, double k)
{
    double m = study->m, df = study->df;
    double c = (study->phase == SPC_T2_NEW ? m + 1 : m - 1) / m;
    double left = df - k - q + 1;

    if (study->phase == SPC_T2_KNOWN)
        return (struct law){CHI_SQUARE, 1, q, 1};
    if (is_beta(study))
        return (struct law){BETA, (m - 1) * (m - 1) / m, q / 2,
                            (m - k - q - 1) / 2};
    return (struct law){FISHER, c * df * q / left, q, left};
}

static double tail(const struct law *law, double t2)
{
    double x = t2 / law->unit;

    switch (law->family) {
    case CHI_SQUARE:
        return gsl_cdf_chisq_Q(x, law->a);
    case BETA:
        return x >= 1 ? 0 : gsl_cdf_beta_Q(x, law->a, law->b);
    default:
        return gsl_cdf_fdist_Q(x, law->a, law->b);
    }
}

/* Is there such a law at all? */
static bool exists(const struct spc_t2_study *study, const struct law *law)
{
    return law->b > 0 && (study->phase == SPC_T2_KNOWN || study->m > 1);
}

/* The first number whose tail is no more than alpha. */
static double solve(const struct law *law, double alpha)
{
    double low = 0, high = law->unit;

    while (tail(law, high) > alpha)
        high *= 2;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        double t2 = low + (high - low) / 2;

        if (t2 == low || t2 == high)
            break;
        if (tail(law, t2) > alpha)
            low = t2;
        else
            high = t2;
    }
    return high;
}

enum spc_status spc_t2_quantile(const struct spc_t2_study *study, size_t q,
                                size_t k, double alpha, double *ret_t2)
{
    struct law law = law_of(study, (double)q, (double)k);

    assert(q >= 1);
    assert(q + k <= study->p);
    assert(alpha > 0);
    assert(alpha < 1);

    if (!exists(study, &law))
        return SPC_TOO_FEW_SUBGROUPS;
    *ret_t2 = solve(&law, alpha);
    return SPC_OK;
}

double spc_t2_tail(const struct spc_t2_study *study, double t2)
{
    struct law law = law_of(study, (double)study->p, 0);

    return exists(study, &law) ? tail(&law, t2) : (double)NAN;
}

enum spc_status spc_t2_zones(const struct spc_t2_study *study, double alpha,
                             struct spc_zones *ret_zones)
{
    double center, limit;
    enum spc_status status = spc_t2_quantile(study, study->p, 0, 0.5, &center);

    if (status == SPC_OK)
        status = spc_t2_quantile(study, study->p, 0, alpha, &limit);
    if (status != SPC_OK)
        return status;
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double share = i / (double)(SPC_EDGES - 1);

        ret_zones->upper[i] = center + share * (limit - center);
        ret_zones->lower[i] = center - share * center;
    }
    ret_zones->upper[SPC_EDGES - 1] = limit;
    return SPC_OK;
}

/* ---- which variables? -------------------------------------------------- */

enum spc_status spc_t2_term_limits(const struct spc_t2_study *study,
                                   double alpha,
                                   struct spc_t2_term_limits *ret_limits)
{
    struct spc_t2_term_limits limits = {0, 0, 0};
    enum spc_status status = spc_t2_quantile(study, 1, 0, alpha, &limits.alone);

    if (status == SPC_OK)
        status =
            spc_t2_quantile(study, 1, study->p - 1, alpha, &limits.given_rest);
    if (status == SPC_OK)
        *ret_limits = limits;
    return status;
}

double spc_t2_growth(const struct spc_t2_study *study)
{
    double m = study->m, c = (study->phase == SPC_T2_NEW ? m + 1 : m - 1) / m;

    if (study->phase == SPC_T2_KNOWN)
        return 0;
    return is_beta(study) ? -m / ((m - 1) * (m - 1)) : 1 / (c * study->df);
}

/* Of the larger term, in units of its limit. */
static double reach(const struct spc_t2_term *term, double t2,
                    const struct spc_t2_term_limits *limits)
{
    double growth = 1 + limits->growth * (t2 - term->given_rest);

    return fmax(term->alone / limits->alone,
                term->given_rest / (limits->given_rest * growth));
}

/* By insertion: equal terms stay in the order of the variables. */
static void sort(struct spc_t2_term *terms, size_t p, double t2,
                 const struct spc_t2_term_limits *limits)
{
    for (size_t i = 1; i < p; i++) {
        struct spc_t2_term term = terms[i];
        double far = reach(&term, t2, limits);
        size_t place = i;

        for (; place > 0 && reach(&terms[place - 1], t2, limits) < far; place--)
            terms[place] = terms[place - 1];
        terms[place] = term;
    }
}

double spc_t2_decompose(const struct spc_t2_model *model, const double *x,
                        double n, const struct spc_t2_term_limits *limits,
                        double *work, struct spc_t2_term *ret_terms)
{
    double t2 = distance(model, x, n, work), *drops = work + model->p;

    spc_factor_drops(model->factor, model->p, work, drops);
    for (size_t j = 0; j < model->p; j++) {
        double d = (x[j] - model->mean[j]) / spc_factor_sd(model->factor, j);
        double alone = n * d * d;
        double growth = 1 + limits->growth * (t2 - drops[j]);

        ret_terms[j] =
            (struct spc_t2_term){j, alone, drops[j], alone > limits->alone,
                                 drops[j] > limits->given_rest * growth};
    }
    sort(ret_terms, model->p, t2, limits);
    return t2;
}

double spc_t2_in_order(const struct spc_t2_model *model, const double *x,
                       double n, double *ret_terms)
{
    double t2 = distance(model, x, n, ret_terms);

    for (size_t j = 0; j < model->p; j++)
        ret_terms[j] *= ret_terms[j];
    return t2;
}

/* ---- generalised variance ---------------------------------------------- */

/* |S| / |Sigma| is a product of independent chi-squares of df, df - 1 ...
 * degrees of freedom over df (Anderson, An Introduction to Multivariate
 * Statistical Analysis, 7.5). */
double spc_determinant_b1(size_t p, double df)
{
    double product = 1;

    assert(df >= (double)p);

    for (size_t j = 0; j < p; j++)
        product *= (df - (double)j) / df;
    return product;
}

double spc_determinant_b2(size_t p, double df)
{
    double b1 = spc_determinant_b1(p, df), product = 1;

    for (size_t j = 0; j < p; j++)
        product *= (df - (double)j + 2) / df;
    return b1 * (product - b1);
}

struct spc_zones spc_determinant_zones(size_t p, double n, double determinant,
                                       double width)
{
    double center = determinant * spc_determinant_b1(p, n - 1);
    double away = determinant * sqrt(spc_determinant_b2(p, n - 1)) * width;
    struct spc_zones zones;

    assert(determinant >= 0);

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        double share = i / (double)(SPC_EDGES - 1);

        zones.upper[i] = center + share * away;
        zones.lower[i] = fmax(0, center - share * away);
    }
    return zones;
}

/* ---- MEWMA ------------------------------------------------------------- */

void spc_mewma_start(struct spc_mewma *mewma, size_t p)
{
    memset(mewma->z, 0, p * sizeof *mewma->z);
    mewma->share = 0;
}

void spc_mewma_push(struct spc_mewma *mewma, const struct spc_t2_model *model,
                    double lambda, const double *x, double n)
{
    double rest = 1 - lambda;

    assert(lambda > 0);
    assert(lambda <= 1);
    assert(n > 0);

    for (size_t j = 0; j < model->p; j++)
        mewma->z[j] += lambda * (x[j] - model->mean[j] - mewma->z[j]);
    mewma->share = lambda * lambda / n + rest * rest * mewma->share;
}

double spc_mewma_long_share(double lambda, double n)
{
    return lambda / (2 - lambda) / n;
}

double spc_mewma_t2(const struct spc_mewma *mewma,
                    const struct spc_t2_model *model, double share,
                    double *work)
{
    assert(share > 0);

    return spc_factor_distance(model->factor, model->p, mewma->z, work) / share;
}

/* One variable: T2 is the square of an EWMA in its own standard deviations. */
static enum spc_status run_length_at(size_t p, double lambda, double limit,
                                     double *ret_length)
{
    struct spc_ewma_design one = {.lambda = lambda, .width = sqrt(limit)};
    struct spc_mewma_design many = {lambda, limit, (unsigned)p};

    return p == 1 ? spc_ewma_run_length(&one, 0, SPC_RUN_ZERO, ret_length)
                  : spc_mewma_run_length(&many, 0, ret_length);
}

/* To 1e-11, beyond what run lengths are good for. */
enum { HALVINGS = 36 };

enum spc_status spc_mewma_limit(size_t p, double lambda, double run_length,
                                double *ret_limit)
{
    struct law known = {CHI_SQUARE, 1, (double)p, 1};
    /* Points that lean on each other stay inside for longer than points that
     * do not (Royen's inequality), so the limit lies below a T2 chart's. */
    double low = 0, high = solve(&known, 1 / run_length), length = 0;

    assert(p >= 1);
    assert(lambda > 0);
    assert(lambda <= 1);
    assert(run_length > 1);

    for (unsigned i = 0; i < HALVINGS && lambda < 1; i++) {
        double limit = low + (high - low) / 2;
        enum spc_status status = run_length_at(p, lambda, limit, &length);

        if (status != SPC_OK)
            return status;
        if (length < run_length)
            low = limit;
        else
            high = limit;
    }
    *ret_limit = high;
    return SPC_OK;
}
