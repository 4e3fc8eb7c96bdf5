/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of a small study.  See phase_one.h. */
#include "engine/phase_one.h"

#include <assert.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_pow_int.h>
#include <math.h>

enum { NODES = 64, PANELS_MAX = 3, STEPS_MAX = 200 };

/* ---- Gauss and Legendre ------------------------------------------------ */

/* Abscissae and weights on [-1, 1]. */
struct legendre {
    double at[NODES], weight[NODES];
};

/* Newton's steps from Tricomi's guess. */
static void find_legendre(struct legendre *l)
{
    for (unsigned i = 0; i < NODES; i++) {
        double x = cos(M_PI * (i + 0.75) / (NODES + 0.5));
        double slope = 1;

        for (unsigned step = 0; step < 8; step++) {
            double value = x, before = 1;

            for (unsigned j = 2; j <= NODES; j++) {
                double next = ((2 * j - 1) * x * value - (j - 1) * before) / j;

                before = value;
                value = next;
            }
            slope = NODES * (x * value - before) / (x * x - 1);
            x -= value / slope;
        }
        l->at[i] = x;
        l->weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
}

/* ---- the largest residual, sigma known --------------------------------- */

/* The tail of what a width is compared with, s known and unknown. */
struct law {
    double (*tail)(const struct law *law, double a);
    uint32_t m;
    double df; /* of s; may be infinite */
    double log_alpha;
    struct legendre nodes;
};

static double normal_tail(const struct law *law, double a)
{
    (void)law;
    return erfc(a * M_SQRT1_2);
}

/* Two residuals are one: u_1 - u_2 over 2. */
static double tail_of_two(double a)
{
    return erfc(a);
}

/* Of three that add up to 0 one, u, has variance 2/3, and then the others lie
 * within a with probability erf(a - |u| / 2); of four the sum of two, u, has
 * variance 1, and then each pair lies within with erf(a - |u| / 2). */
static double tail_of_three_or_four(const struct law *law, double a)
{
    bool three = law->m == 3;
    double variance = three ? 2.0 / 3 : 1;
    double reach = three ? a : 2 * a;
    double sum = 0;

    for (unsigned i = 0; i < NODES; i++) {
        double u = reach / 2 * (1 + law->nodes.at[i]);
        double beyond = erfc(a - u / 2);
        double density = exp(-u * u / (2 * variance));

        sum +=
            law->nodes.weight[i] * density * beyond * (three ? 1 : 2 - beyond);
    }
    return erfc(reach / sqrt(2 * variance)) +
           reach * sum / sqrt(2 * M_PI * variance);
}

/* e^m - (e - h)^m without cancellation; log e is given, for e may be 0.  Where
 * there is nothing to cancel, e^m may be 0 beside a power that is infinite. */
static double lost(double log_e, double h, uint32_t m)
{
    double e = exp(log_e);

    if (fabs(h) < e / 2 && m * log1p(-h / e) < 1)
        return -exp(m * log_e) * expm1(m * log1p(-h / e));
    return exp(m * log_e) - gsl_sf_pow_int(e - h, (int)m);
}

/* Beyond a + reach, and for t beyond it, nothing of weight is left. */
struct grid {
    double step; /* in t; the trapezoidal rule is exact up to aliasing, and
                  * the sum has no weight left 9 sd away */
    double end;  /* in t */
    double reach;
    unsigned panels; /* in u */
};

static struct grid grid_of(uint32_t m, double a)
{
    struct grid g = {.step = 2 * M_PI / (9 * sqrt(m)),
                     .reach = sqrt(a * a + 80) - a};
    double smooth = sqrt(80.0 / (m - 1));
    double edges = fmin(20, 0.8 * pow(10, 9.0 / (m - 1)));

    g.end = fmax(smooth, edges);
    /* 64 points follow a cosine of 40 radians either way to rounding. */
    g.panels = 1 + (unsigned)(g.end * g.reach / 80);
    assert(g.panels <= PANELS_MAX);
    return g;
}

/* h(t) = 2 integral of phi(u) cos(t u) over u > a, at t = 0, step, 2 step...,
 * cosines by their recurrence. */
struct beyond {
    unsigned count;
    double weight[PANELS_MAX * NODES];
    double twice[PANELS_MAX * NODES]; /* 2 cos(step u) */
    double now[PANELS_MAX * NODES], before[PANELS_MAX * NODES];
};

static void start_beyond(struct beyond *b, const struct law *law,
                         const struct grid *g, double a)
{
    double half = g->reach / g->panels / 2;

    b->count = 0;
    for (unsigned panel = 0; panel < g->panels; panel++)
        for (unsigned i = 0; i < NODES; i++) {
            double u = a + half * (2 * panel + 1 + law->nodes.at[i]);
            unsigned j = b->count++;

            b->weight[j] = 2 * half * law->nodes.weight[i] * exp(-u * u / 2) /
                           sqrt(2 * M_PI);
            b->before[j] = cos(g->step * u);
            b->now[j] = 1;
            b->twice[j] = 2 * b->before[j];
        }
}

static double next_beyond(struct beyond *b)
{
    double h = 0;

    for (unsigned j = 0; j < b->count; j++) {
        double next = b->twice[j] * b->now[j] - b->before[j];

        h += b->weight[j] * b->now[j];
        b->before[j] = b->now[j];
        b->now[j] = next;
    }
    return h;
}

/* 1 - sqrt(m / 2 pi) integral of g^m, g = exp(-t^2 / 2) - h, as the integral
 * of exp(-m t^2 / 2) - g^m. */
static double tail_of_many(const struct law *law, double a)
{
    struct beyond b;
    struct grid g = grid_of(law->m, a);
    double sum = 0;

    start_beyond(&b, law, &g, a);
    for (unsigned k = 0; k * g.step <= g.end; k++) {
        double t = k * g.step;

        sum += (k == 0 ? 0.5 : 1) * lost(-t * t / 2, next_beyond(&b), law->m);
    }
    return fmin(1, fmax(0, sqrt(2 * law->m / M_PI) * g.step * sum));
}

/* The density of a sum of m values within a is at most phi(0)^m (2 a)^(m - 1),
 * which may be too little to tell from 0. */
static double residual_tail(const struct law *law, double a)
{
    double inside = sqrt(law->m) * pow(a * M_2_SQRTPI * M_SQRT1_2, law->m - 1);

    if (law->m == 2)
        return tail_of_two(a);
    if (1 - inside / 2 >= 1)
        return 1;
    if (law->m <= 4)
        return tail_of_three_or_four(law, a);
    return tail_of_many(law, a);
}

/* ---- sigma unknown ----------------------------------------------------- */

/* The mean of tail(width s) over s, in v = log s, where all is smooth and the
 * trapezoidal rule converges faster than any power; s has the density
 * exp(-df / 2 (e^2v - 1 - 2v)). */
static double mean_tail(const struct law *law, double width)
{
    double step = 0.75 / sqrt(2 * law->df + 100);
    double total = 0, beyond = 0;

    if (isinf(law->df))
        return law->tail(law, width);
    for (int side = -1; side <= 1; side += 2)
        for (unsigned i = side < 0;; i++) {
            double v = side * (i * step);
            double depth = law->df / 2 * (expm1(2 * v) - 2 * v);
            double density = exp(-depth);

            if (depth > 40 - law->log_alpha)
                break;
            total += density;
            beyond += density * law->tail(law, width * exp(v));
        }
    return beyond / total;
}

static double excess(const struct law *law, double width)
{
    return log(mean_tail(law, width)) - law->log_alpha;
}

/* The width at which the mean tail is alpha: false position in logarithms,
 * weakened at the end that stays (Illinois). */
static enum spc_status solve(const struct law *law, double *ret_width)
{
    double low = 1, high = 2, over, under;

    for (over = excess(law, low); over < 0 && low > 1e-9;)
        over = excess(law, low /= 2);
    for (under = excess(law, high); under > 0 && high < 1e300;)
        under = excess(law, high *= 2);
    if (!(over >= 0 && under <= 0))
        return SPC_NO_CONVERGENCE;

    for (unsigned i = 0; i < STEPS_MAX; i++) {
        double width = isinf(under)
                           ? low + (high - low) / 2
                           : low + (high - low) * over / (over - under);
        double at = excess(law, width);

        if (isnan(at))
            return SPC_NO_CONVERGENCE;
        if (fabs(at) < 1e-13 || width <= low || width >= high) {
            *ret_width = width;
            return SPC_OK;
        }
        if (at > 0) {
            low = width;
            over = at;
            under /= 2;
        } else {
            high = width;
            under = at;
            over /= 2;
        }
    }
    return SPC_NO_CONVERGENCE;
}

/* ---- estimators -------------------------------------------------------- */

enum kind {
    NONE,
    SUBGROUPS, /* sigma is independent of the points */
    OVERALL,
    MOVING,
    SUCCESSIVE,
};

/* Unbiased: the chi deviate over its mean, not over its root mean square. */
struct way {
    enum kind kind;
    bool unbiased;
};

static struct way way_of(enum spc_estimator estimator, uint32_t n)
{
    static const struct way ways[SPC_ESTIMATORS] = {
        [SPC_ESTIMATOR_RBAR] = {SUBGROUPS, true},
        [SPC_ESTIMATOR_SBAR] = {SUBGROUPS, true},
        [SPC_ESTIMATOR_POOLED] = {SUBGROUPS, true},
        [SPC_ESTIMATOR_POOLED_PLAIN] = {SUBGROUPS, false},
        [SPC_ESTIMATOR_MR] = {MOVING, true},
        [SPC_ESTIMATOR_RBAR_PLAIN] = {SUBGROUPS, true},
        [SPC_ESTIMATOR_SBAR_PLAIN] = {SUBGROUPS, true},
        [SPC_ESTIMATOR_OVERALL] = {OVERALL, false},
        [SPC_ESTIMATOR_OVERALL_C4] = {OVERALL, true},
        [SPC_ESTIMATOR_MSSD] = {SUCCESSIVE, true},
        [SPC_ESTIMATOR_MSSD_PLAIN] = {SUCCESSIVE, false},
    };
    struct way way;

    assert((unsigned)estimator < SPC_ESTIMATORS);
    way = ways[estimator];
    if ((way.kind == SUBGROUPS) != (n > 1))
        way.kind = NONE;
    return way;
}

/* Cryer and Ryan, J. Quality Technology 22, 1990: of the mean of m - 1 moving
 * ranges, neighbours of which have covariance 4 / pi (sqrt(3) / 2 + pi / 12
 * - 1) in units of sigma^2. */
static double moving_range_variance(double m)
{
    double single = M_PI_2 - 1;
    double neighbours = sqrt(0.75) + M_PI / 12 - 1;

    return ((m - 1) * single + 2 * (m - 2) * neighbours) / ((m - 1) * (m - 1));
}

/* df with 1 / c4(df + 1)^2 - 1 = relative variance, which is 1 at least. */
static double patnaik(double variance)
{
    double few = 1, many = 2 + 1 / variance;

    for (unsigned i = 0; i < STEPS_MAX; i++) {
        double df = few + (many - few) / 2, c4 = spc_c4(df + 1);

        if (df <= few || df >= many)
            break;
        if ((1 - c4) * (1 + c4) > variance * c4 * c4)
            few = df;
        else
            many = df;
    }
    return few;
}

static double variance_of_mean(double mean, double variance, uint32_t m)
{
    return variance / (mean * mean) / m;
}

enum spc_status spc_phase_one_df(uint32_t m, uint32_t n,
                                 enum spc_estimator estimator,
                                 const struct spc_constants *k, double *ret_df)
{
    assert(n >= 1);
    assert(n <= SPC_SUBGROUP_MAX);

    struct way way = way_of(estimator, n);
    double c4 = k->c4[n], d3 = k->d3[n];

    if (way.kind == NONE)
        return SPC_BAD_INPUT;
    if (m < 2)
        return SPC_TOO_FEW_SUBGROUPS;

    if (way.kind == OVERALL)
        *ret_df = m - 1;
    else if (way.kind == MOVING)
        *ret_df = patnaik(moving_range_variance(m));
    else if (way.kind == SUCCESSIVE)
        *ret_df = 2 * (m - 1.0) * (m - 1.0) / (3.0 * m - 4);
    else if (estimator == SPC_ESTIMATOR_RBAR ||
             estimator == SPC_ESTIMATOR_RBAR_PLAIN)
        *ret_df = patnaik(variance_of_mean(k->d2[n], d3 * d3, m));
    else if (estimator == SPC_ESTIMATOR_SBAR ||
             estimator == SPC_ESTIMATOR_SBAR_PLAIN)
        *ret_df = patnaik(variance_of_mean(c4, (1 - c4) * (1 + c4), m));
    else
        *ret_df = (double)m * (n - 1);
    return SPC_OK;
}

/* ---- widths ------------------------------------------------------------ */

/* The quantile of a law, over root mean square of its chi. */
static enum spc_status quantile(double (*tail)(const struct law *, double),
                                uint32_t m, double df, double alpha,
                                double *ret_width)
{
    struct law law = {.tail = tail, .m = m, .df = df, .log_alpha = log(alpha)};

    find_legendre(&law.nodes);
    return solve(&law, ret_width);
}

static double bias(struct way way, double df)
{
    return way.unbiased && !isinf(df) ? spc_c4(df + 1) : 1;
}

static enum spc_status overall_width(uint32_t m, double alpha,
                                     double *ret_width)
{
    double t = 0;

    if (m < 3)
        return SPC_TOO_FEW_SUBGROUPS;
    enum spc_status status = quantile(normal_tail, m, m - 2, alpha / m, &t);
    if (status != SPC_OK)
        return status;
    /* t^2 may be beyond a double. */
    *ret_width = (m - 1) / sqrt(m) / sqrt(1 + (m - 2) / t / t);
    return SPC_OK;
}

/* Of 1, q and q^2, by powers of 1 / m. */
static const double calibration[3][3] = {
    {1.435, 0.6875, -37.85},
    {3.467, -78.96, 557},
    {-16.75, 248.2, -1418},
};

static double calibrated(double independent, uint32_t m)
{
    double q = 1 / independent;
    double sum = q, power = 1;

    for (unsigned i = 0; i < 3; i++) {
        const double *c = calibration[i];

        sum += power * (c[0] + (c[1] + c[2] / m) / m) / m;
        power *= q;
    }
    return 1 / sum;
}

enum spc_status spc_phase_one_width(uint32_t m, uint32_t n,
                                    enum spc_estimator estimator, double df,
                                    double alpha, double *ret_width)
{
    assert(n >= 1);
    assert(df >= 1);
    assert(alpha > 0);
    assert(alpha < 1);

    struct way way = way_of(estimator, n);
    bool moving = way.kind == MOVING;
    enum spc_status status = SPC_OK;
    double width = 0;

    if (way.kind == NONE || way.kind == SUCCESSIVE ||
        (moving && (alpha < SPC_PHASE_ONE_MOVING_ALPHA_MIN ||
                    alpha > SPC_PHASE_ONE_MOVING_ALPHA_MAX)))
        return SPC_BAD_INPUT;
    if (m < (moving ? SPC_PHASE_ONE_MOVING_MIN : 2))
        return SPC_TOO_FEW_SUBGROUPS;
    status = way.kind == OVERALL
                 ? overall_width(m, alpha, &width)
                 : quantile(residual_tail, m, df, alpha, &width);
    if (status != SPC_OK)
        return status;
    width *= bias(way, way.kind == OVERALL ? m - 1 : df);
    *ret_width = moving ? calibrated(width, m) : width;
    return SPC_OK;
}

enum spc_status spc_phase_two_width(uint32_t m, uint32_t n,
                                    enum spc_estimator estimator, double df,
                                    double alpha, double *ret_width)
{
    assert(n >= 1);
    assert(df >= 1);
    assert(alpha > 0);
    assert(alpha < 1);

    struct way way = way_of(estimator, n);
    double t = 0;

    if (way.kind == NONE)
        return SPC_BAD_INPUT;
    if (m < 2)
        return SPC_TOO_FEW_SUBGROUPS;
    enum spc_status status = quantile(normal_tail, m, df, alpha, &t);
    if (status != SPC_OK)
        return status;
    *ret_width = t * bias(way, df) * sqrt(1 + 1.0 / m);
    return SPC_OK;
}
