/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Autocorrelation and autoregression.  See autocorrelation.h. */
#include "engine/autocorrelation.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Two-sided 95 % of a normal deviate, as Bartlett's band is always drawn. */
#define BAND 1.96

/* ---- the series -------------------------------------------------------- */

unsigned spc_autocorrelation_lags(uint64_t n)
{
    uint64_t fifth = n / 5;

    if (fifth < 1)
        return 1;
    return fifth < 10 ? (unsigned)fifth : 10;
}

static double mean_of(const double *x, size_t count, uint64_t *ret_n)
{
    double mean = 0;
    uint64_t n = 0;

    for (size_t t = 0; t < count; t++)
        if (!isnan(x[t]))
            mean += (x[t] - mean) / (double)++n;
    *ret_n = n;
    return mean;
}

/* Sums of products into r[], numbers of pairs into pairs[]. */
static void add_products(const double *x, size_t count,
                         struct spc_autocorrelation *s)
{
    size_t unbroken = 0; /* points since the last gap, this one included */

    for (size_t t = 0; t < count; t++) {
        unbroken = isnan(x[t]) ? 0 : unbroken + 1;
        for (size_t k = 0; k < unbroken && k <= s->lags; k++) {
            s->r[k] += (x[t] - s->mean) * (x[t - k] - s->mean);
            s->pairs[k]++;
        }
    }
}

/* Durbin's and Levinson's recursion: the best linear prediction from one more
 * point, and the share of the variance it leaves. */
struct prediction {
    unsigned order;
    double phi[SPC_LAGS_MAX];
    double left;
};

static double next_partial(const struct prediction *p, const double *r)
{
    double excess = r[p->order + 1];

    for (unsigned i = 0; i < p->order; i++)
        excess -= p->phi[i] * r[p->order - i];
    return excess / p->left;
}

static void extend(struct prediction *p, double partial)
{
    for (unsigned i = 0, j = p->order; i < j--; i++) {
        double early = p->phi[i], late = p->phi[j];

        p->phi[i] = early - partial * late;
        if (i != j)
            p->phi[j] = late - partial * early;
    }
    p->phi[p->order++] = partial;
    p->left *= (1 - partial) * (1 + partial);
}

static void find_partials(struct spc_autocorrelation *s)
{
    struct prediction p = {.left = 1};

    s->partial[0] = 1;
    for (unsigned k = 1; k <= s->lags; k++) {
        s->partial[k] = next_partial(&p, s->r);
        if (!(fabs(s->partial[k]) < 1))
            p.left = (double)NAN;
        if (isnan(p.left))
            s->partial[k] = (double)NAN;
        extend(&p, s->partial[k]);
    }
}

enum spc_status spc_autocorrelate(const double *x, size_t count, unsigned lags,
                                  struct spc_autocorrelation *ret_series)
{
    assert(lags >= 1);
    assert(lags <= SPC_LAGS_MAX);

    struct spc_autocorrelation s = {.lags = lags};

    s.mean = mean_of(x, count, &s.n);
    add_products(x, count, &s);
    if (s.pairs[lags] == 0)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(s.r[0]))
        return SPC_NOT_FINITE;
    if (s.r[0] <= 0)
        return SPC_NO_VARIATION;

    s.variance = s.r[0] / (double)s.n;
    for (unsigned k = 1; k <= lags; k++)
        s.r[k] /= (double)(s.pairs[k] + k) * s.variance;
    s.r[0] = 1;
    s.band = BAND / sqrt((double)s.n);
    find_partials(&s);
    *ret_series = s;
    return SPC_OK;
}

enum spc_status spc_ljung_box(const struct spc_autocorrelation *series,
                              unsigned lags, unsigned fitted,
                              struct spc_ljung_box *ret_test)
{
    assert(lags >= 1);
    assert(lags <= series->lags);

    double q = 0;

    if (lags <= fitted)
        return SPC_TOO_FEW_SUBGROUPS;
    for (unsigned k = 1; k <= lags; k++) {
        double pairs = (double)series->pairs[k];

        q +=
            series->r[k] * series->r[k] * (pairs + k) * (pairs + k + 2) / pairs;
    }
    *ret_test = (struct spc_ljung_box){
        .q = q, .p = gsl_cdf_chisq_Q(q, lags - fitted), .df = lags - fitted};
    return SPC_OK;
}

/* ---- the model --------------------------------------------------------- */

/* rho from lag `known` + 1 on: each is predicted by those before. */
static void continue_rho(struct spc_ar *model, unsigned known)
{
    for (unsigned k = known + 1; k <= SPC_AR_MAX; k++) {
        model->rho[k] = 0;
        for (unsigned i = 0; i < model->order && i < k; i++)
            model->rho[k] += model->phi[i] * model->rho[k - 1 - i];
    }
}

unsigned spc_ar_order(const struct spc_autocorrelation *series,
                      unsigned order_max, double *ret_aic)
{
    assert(order_max <= SPC_AR_MAX);
    assert(order_max <= series->lags);

    double aic[SPC_AR_MAX + 1] = {0};
    double left = 0; /* logarithm of the share of the variance */
    unsigned best = 0;

    for (unsigned k = 0; k <= order_max; k++) {
        double partial = k == 0 ? 0 : series->partial[k];

        if (series->n <= k + 1)
            partial = (double)NAN;
        left += log1p(-partial * partial);
        aic[k] = (double)series->n * left + 2 * k;
        if (aic[k] < aic[best])
            best = k;
    }
    for (unsigned k = 0; ret_aic && k <= order_max; k++)
        ret_aic[k] = aic[k] - aic[best];
    return best;
}

enum spc_status spc_ar_yule_walker(const struct spc_autocorrelation *series,
                                   unsigned order, struct spc_ar *ret_model)
{
    assert(order <= SPC_AR_MAX);
    assert(order <= series->lags);

    struct prediction p = {.left = 1};
    double n = (double)series->n;

    if (n <= order + 1)
        return SPC_TOO_FEW_SUBGROUPS;
    if (isnan(series->partial[order]))
        return SPC_NO_CONVERGENCE;

    struct spc_ar model = {
        .order = order, .mean = series->mean, .stationary = true};

    for (unsigned k = 1; k <= order; k++)
        extend(&p, series->partial[k]);
    for (unsigned i = 0; i < order; i++)
        model.phi[i] = p.phi[i];
    for (unsigned k = 0; k <= order; k++)
        model.rho[k] = series->r[k];
    continue_rho(&model, order);
    model.sigma = sqrt(series->variance * n / (n - order - 1));
    model.sigma_noise = model.sigma * sqrt(p.left);
    *ret_model = model;
    return SPC_OK;
}

/* The recursion backwards: partial autocorrelations from phi.  False when one
 * of them reaches 1: the process is then not stationary. */
static bool partials_of(const struct spc_ar *model, double *partial)
{
    double phi[SPC_AR_MAX] = {0};

    for (unsigned i = 0; i < model->order; i++)
        phi[i] = model->phi[i];
    for (unsigned k = model->order; k >= 1; k--) {
        double last = phi[k - 1], rest = (1 - last) * (1 + last);
        double shorter[SPC_AR_MAX] = {0};

        if (!(fabs(last) < 1))
            return false;
        partial[k] = last;
        for (unsigned i = 0; i + 1 < k; i++)
            shorter[i] = (phi[i] + last * phi[k - 2 - i]) / rest;
        for (unsigned i = 0; i + 1 < k; i++)
            phi[i] = shorter[i];
    }
    return true;
}

/* rho and sigma from phi and sigma_noise. */
static void describe(struct spc_ar *model)
{
    struct prediction p = {.left = 1};
    double partial[SPC_AR_MAX + 1] = {0};

    model->stationary = partials_of(model, partial);
    model->sigma = (double)INFINITY;
    for (unsigned k = 0; k <= SPC_AR_MAX; k++)
        model->rho[k] = (double)NAN;
    if (!model->stationary)
        return;

    model->rho[0] = 1;
    for (unsigned k = 1; k <= model->order; k++) {
        /* What next_partial does, turned round. */
        double rho = partial[k] * p.left;

        for (unsigned i = 0; i < p.order; i++)
            rho += p.phi[i] * model->rho[p.order - i];
        model->rho[k] = rho;
        extend(&p, partial[k]);
    }
    continue_rho(model, model->order);
    model->sigma = model->sigma_noise / sqrt(p.left);
}

/* Sums over the pairs of lag 1. */
struct regression {
    uint64_t pairs;
    double early, late; /* means */
    double square, product, residual;
};

static struct regression regress(const double *x, size_t count)
{
    struct regression g = {0};

    for (size_t t = 1; t < count; t++) {
        if (isnan(x[t]) || isnan(x[t - 1]))
            continue;
        double n = (double)++g.pairs;
        double before = x[t - 1] - g.early;

        g.early += before / n;
        g.square += before * (x[t - 1] - g.early);
        g.late += (x[t] - g.late) / n;
        g.product += before * (x[t] - g.late);
    }
    for (size_t t = 1; t < count; t++) {
        double e = x[t] - g.late - g.product / g.square * (x[t - 1] - g.early);

        if (!isnan(x[t]) && !isnan(x[t - 1]))
            g.residual += e * e;
    }
    return g;
}

enum spc_status spc_ar_least_squares(const double *x, size_t count,
                                     struct spc_ar *ret_model)
{
    struct regression g = regress(x, count);
    double phi = g.product / g.square;

    if (g.pairs < 3)
        return SPC_TOO_FEW_SUBGROUPS;
    if (!isfinite(g.square) || !isfinite(g.product))
        return SPC_NOT_FINITE;
    if (g.square <= 0 || g.residual <= 0)
        return SPC_NO_VARIATION;
    if (!isfinite(g.residual))
        return SPC_NOT_FINITE;

    struct spc_ar model = {.order = 1,
                           .mean = g.late,
                           .phi = {phi},
                           .sigma_noise =
                               sqrt(g.residual / (double)(g.pairs - 2))};

    describe(&model);
    if (model.stationary)
        model.mean += phi * (g.late - g.early) / (1 - phi);
    *ret_model = model;
    return SPC_OK;
}

struct spc_ar spc_ar_known(double mean, const double *phi, unsigned order,
                           double sigma_noise)
{
    assert(order <= SPC_AR_MAX);
    assert(sigma_noise > 0);

    struct spc_ar model = {
        .order = order, .mean = mean, .sigma_noise = sigma_noise};

    for (unsigned i = 0; i < order; i++)
        model.phi[i] = phi[i];
    describe(&model);
    return model;
}

double spc_ar_moving_range_factor(const struct spc_ar *model)
{
    return sqrt(1 - model->rho[1]);
}

/* ---- point by point ---------------------------------------------------- */

static void remember(double *recent, double value)
{
    for (unsigned i = SPC_AR_MAX - 1; i > 0; i--)
        recent[i] = recent[i - 1];
    recent[0] = value;
}

double spc_ar_residual(struct spc_ar_memory *memory, const struct spc_ar *model,
                       double x)
{
    double residual = x - model->mean;

    assert(!isinf(x));

    if (isnan(x)) {
        *memory = (struct spc_ar_memory){0};
        return (double)NAN;
    }
    for (unsigned i = 0; i < model->order; i++)
        residual -= model->phi[i] * (memory->recent[i] - model->mean);
    if (memory->count < model->order)
        residual = (double)NAN;
    remember(memory->recent, x);
    if (memory->count < SPC_AR_MAX)
        memory->count++;
    return residual;
}

/* rho is even: before lag 0 come rho_1, rho_2, ... again. */
void spc_ar_ewma_start(struct spc_ar_ewma *ewma, const struct spc_ar *model)
{
    assert(model->stationary);

    *ewma = (struct spc_ar_ewma){.value = model->mean, .power = 1};
    for (unsigned i = 0; i < SPC_AR_MAX; i++)
        ewma->recent[i] = model->rho[i];
}

/* The new point's covariance with z_(i-1) is lambda cover sigma^2. */
void spc_ar_ewma_push(struct spc_ar_ewma *ewma, const struct spc_ar *model,
                      double lambda, double x)
{
    double rest = 1 - lambda, rho = 0;

    assert(lambda > 0);
    assert(lambda <= 1);
    assert(isfinite(x));

    ewma->value += lambda * (x - ewma->value);
    ewma->share = lambda * lambda * (1 + 2 * rest * ewma->cover) +
                  rest * rest * ewma->share;
    for (unsigned i = 0; i < model->order; i++)
        rho += model->phi[i] * ewma->recent[i];
    remember(ewma->recent, rho);
    ewma->cover += ewma->power * rho;
    ewma->power *= rest;
}

/* With rho_k = sum phi_i rho_(k-i), the sum S of w^k rho_k over k >= 1 solves
 *
 *     S = sum phi_i (w rho_(i-1) + ... + w^i rho_0 + w^i S)
 */
double spc_ar_ewma_share(const struct spc_ar *model, double lambda)
{
    double w = 1 - lambda;
    double known = 0, factor = 1, power = 1;

    assert(model->stationary);
    assert(lambda > 0);
    assert(lambda <= 1);

    for (unsigned i = 1; i <= model->order; i++) {
        double term = 0;

        for (unsigned k = i; k >= 1; k--)
            term = w * (term + model->rho[i - k]);
        power *= w;
        known += model->phi[i - 1] * term;
        factor -= model->phi[i - 1] * power;
    }
    return lambda / (2 - lambda) * (1 + 2 * known / factor);
}
