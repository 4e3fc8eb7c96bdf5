/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Autocorrelation and autoregression: certified figures, second definitions in
 * exact fractions, closed forms, simulation, hostile series.
 *
 * The figures were computed by a program of our own that shares nothing with
 * the engine: correlations as fractions of whole numbers, partial ones and
 * models by elimination, p by the incomplete gamma function (mpmath, 40
 * digits), processes as sums of 400 or more past shocks, variances of an EWMA
 * as double sums over their weights. */
#include "engine/autocorrelation.h"
#include "engine/weighted.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1, LEW = 200 };

static double lew[SERIES_MAX];

static int read_lew(void **state)
{
    (void)state;
    return series_read("strd_lew.csv", 0, lew) != LEW;
}

/* ---- certified and second definitions ---------------------------------- */

/* NIST's certified r_1 of four of its series. */
static void test_certified(void **state)
{
    static const struct {
        const char *file;
        double r1;
    } certified[] = {
        {"strd_lew.csv", -0.307304800605679},
        {"strd_michelso.csv", 0.535199668621283},
        {"strd_numacc1.csv", -0.5},
        {"strd_numacc3.csv", -0.999},
    };
    static double x[SERIES_MAX];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        size_t count = series_read(certified[i].file, 0, x);
        struct spc_autocorrelation s;

        assert_int_equal(spc_autocorrelate(x, count, 1, &s), SPC_OK);
        assert_int_equal(s.n, count);
        CHECK_CLOSE(s.r[1], certified[i].r1, i == 3 ? 1e-9 : 1e-12);
        CHECK_CLOSE(s.band, 1.96 / sqrt((double)count), 1e-15);
    }
}

struct expected {
    unsigned lags;
    uint64_t n;
    double mean, variance, q, p;
    double r[10], partial[10], aic[11];
    unsigned order;
    double phi[5], sigma_noise;   /* of that order */
    double ls, ls_mean, ls_noise; /* least squares */
};

static const struct expected unbroken = {
    .lags = 10,
    .n = 200,
    .mean = -177.435,
    .variance = 76528.565775,
    .q = 815.53944231219703,
    .p = 9.4097805148871559e-169,
    .r = {-0.30730480060567945, -0.74035026618464025, 0.77468922534011778,
          0.20515543779639061, -0.89815610791282989, 0.37606378881925414,
          0.63284651177856208, -0.76925606991097436, -0.1248708220041773,
          0.82451313571281939},
    .partial = {-0.30730480060567945, -0.92184177853813932, 0.39815761088233329,
                -0.067259360923637532, -0.23747140430654834,
                -0.024804676413003184, 0.049710154704355342,
                0.014146278620895981, -0.091727467008667481,
                -0.021466829609319789},
    .aic = {436.023435946162, 418.183917840831, 41.0367097006382,
            8.51584923405964, 9.60903221846669, 0, 1.87690773411432,
            3.38207619687868, 5.34204875189099, 5.65214372957341,
            7.55995753240482},
    .order = 5,
    .phi = {-0.21274523283152984, -0.64189953323570949, 0.20908355477148722,
            -0.11398733532239838, -0.23747140430654834},
    .sigma_noise = 92.100529584342262,
    .ls = -0.3088177285310429,
    .ls_mean = -177.62265862297986,
    .ls_noise = 265.16853109855574,
};

/* The same without points 1, 8, 9, 51, 112, 113 and 200. */
static const struct expected broken = {
    .lags = 6,
    .n = 193,
    .mean = -179.24352331606218,
    .variance = 76686.391473596607,
    .q = 420.70109161928727,
    .p = 9.8833724922879224e-88,
    .r = {-0.29805597371826692, -0.74581340341894751, 0.77056581894932296,
          0.2146401113737822, -0.90554628150069067, 0.3658111535892655},
    .partial = {-0.29805597371826692, -0.91602830650072091, 0.48851827164433167,
                -0.17594415941991286, -0.2268088906168488,
                -0.0027298509281417924},
    .aic = {429.456257285435, 413.500719917046, 62.8856541994654,
            12.2618420119021, 8.19283758120131, 0, 1.99856174202564},
    .order = 5,
    .phi = {-0.077540880439631884, -0.64325911795536688, 0.29686504596881142,
            -0.1844801530323763, -0.2268088906168488},
    .sigma_noise = 90.111054268106406,
    .ls = -0.2996088639540833,
    .ls_mean = -177.62723784917292,
    .ls_noise = 265.32478399826438,
};

static void check_series(const double *x, const struct expected *want)
{
    struct spc_autocorrelation s;
    struct spc_ljung_box box;

    assert_int_equal(spc_autocorrelate(x, LEW, want->lags, &s), SPC_OK);
    assert_int_equal(s.n, want->n);
    CHECK_CLOSE(s.mean, want->mean, 1e-14);
    CHECK_CLOSE(s.variance, want->variance, 1e-14);
    assert_true(s.r[0] == 1);
    assert_true(s.partial[0] == 1);
    for (unsigned k = 1; k <= want->lags; k++) {
        CHECK_NEAR(s.r[k], want->r[k - 1], 2e-15);
        CHECK_NEAR(s.partial[k], want->partial[k - 1], 2e-13);
    }
    assert_int_equal(spc_ljung_box(&s, want->lags, 0, &box), SPC_OK);
    CHECK_CLOSE(box.q, want->q, 1e-14);
    CHECK_CLOSE(box.p, want->p, 1e-11);
    assert_int_equal(box.df, want->lags);
}

static void check_models(const double *x, const struct expected *want)
{
    struct spc_autocorrelation s;
    struct spc_ar model;
    double aic[SPC_AR_MAX + 1];

    assert_int_equal(spc_autocorrelate(x, LEW, want->lags, &s), SPC_OK);
    assert_int_equal(spc_ar_order(&s, want->lags, aic), want->order);
    assert_int_equal(spc_ar_order(&s, want->lags, NULL), want->order);
    for (unsigned k = 0; k <= want->lags; k++)
        CHECK_NEAR(aic[k], want->aic[k], 1e-11);

    assert_int_equal(spc_ar_yule_walker(&s, want->order, &model), SPC_OK);
    for (unsigned i = 0; i < want->order; i++)
        CHECK_NEAR(model.phi[i], want->phi[i], 1e-13);
    CHECK_CLOSE(model.mean, want->mean, 1e-14);
    CHECK_CLOSE(model.sigma_noise, want->sigma_noise, 1e-13);

    assert_int_equal(spc_ar_least_squares(x, LEW, &model), SPC_OK);
    assert_int_equal(model.order, 1);
    CHECK_CLOSE(model.phi[0], want->ls, 1e-13);
    CHECK_CLOSE(model.mean, want->ls_mean, 1e-13);
    CHECK_CLOSE(model.sigma_noise, want->ls_noise, 1e-13);
    CHECK_CLOSE(model.sigma, want->ls_noise / sqrt(1 - want->ls * want->ls),
                1e-13);
}

static void test_second_definition(void **state)
{
    (void)state;
    check_series(lew, &unbroken);
    check_models(lew, &unbroken);
}

static void test_second_definition_with_gaps(void **state)
{
    static const unsigned gaps[] = {0, 7, 8, 50, 111, 112, 199};
    static double x[LEW];

    (void)state;
    for (unsigned t = 0; t < LEW; t++)
        x[t] = lew[t];
    for (unsigned i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
        x[gaps[i]] = (double)NAN;
    check_series(x, &broken);
    check_models(x, &broken);
}

/* One pair of lag 1 on either side of the gap, none of lag 2 across it. */
static void test_no_pair_spans_a_gap(void **state)
{
    static const double x[] = {1, 2, NAN, 4, 6, NAN, 9};
    struct spc_autocorrelation s;

    (void)state;
    assert_int_equal(spc_autocorrelate(x, 7, 1, &s), SPC_OK);
    assert_int_equal(s.n, 5);
    assert_int_equal(s.pairs[0], 5);
    assert_int_equal(s.pairs[1], 2);
    /* Mean 4.4, products (-3.4)(-2.4) and (-0.4)(1.6) over 2 + 1 pairs. */
    CHECK_CLOSE(s.r[1], (8.16 - 0.64) / 3 / (41.2 / 5), 1e-14);
    assert_int_equal(spc_autocorrelate(x, 7, 2, &s), SPC_TOO_FEW_SUBGROUPS);
}

static void test_lags(void **state)
{
    (void)state;
    assert_int_equal(spc_autocorrelation_lags(0), 1);
    assert_int_equal(spc_autocorrelation_lags(9), 1);
    assert_int_equal(spc_autocorrelation_lags(10), 2);
    assert_int_equal(spc_autocorrelation_lags(49), 9);
    assert_int_equal(spc_autocorrelation_lags(50), 10);
    assert_int_equal(spc_autocorrelation_lags(UINT64_MAX), 10);
}

/* With an even number of degrees of freedom the tail is exp(-h) times a sum of
 * h^j / j!, h = q / 2. */
static void test_p_in_closed_form(void **state)
{
    static struct spc_autocorrelation s = {.n = 500, .lags = 8};
    struct spc_ljung_box box;

    (void)state;
    for (unsigned k = 1; k <= 8; k++) {
        s.r[k] = 0.061 - 0.013 * k;
        s.pairs[k] = 500 - k;
    }
    for (unsigned fitted = 0; fitted < 8; fitted += 2) {
        double term = 1, sum = 0;

        assert_int_equal(spc_ljung_box(&s, 8, fitted, &box), SPC_OK);
        assert_int_equal(box.df, 8 - fitted);
        for (unsigned j = 1; 2 * j <= box.df; j++) {
            sum += term;
            term *= box.q / 2 / j;
        }
        CHECK_CLOSE(box.p, exp(-box.q / 2) * sum, 1e-13);
    }
    assert_int_equal(spc_ljung_box(&s, 8, 8, &box), SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_ljung_box(&s, 3, 10, &box), SPC_TOO_FEW_SUBGROUPS);
}

/* ---- the process of a model -------------------------------------------- */

struct process {
    unsigned order;
    double phi[3];
    double variance; /* sigma_noise 1 */
    double rho[SPC_AR_MAX];
    double lambda, share[5], share_forever;
};

/* Variances of z_i at i = 1, 2, 3, 7, 30. */
static const struct process processes[] = {
    {3,
     {0.6, -0.35, 0.2},
     1.3785513626227229,
     {0.4453781512605042, 0.0063025210084033613, 0.047899159663865546,
      0.11560924369747899, 0.053861344537815126, 0.0014334033613445378,
      0.0051304201680672269, 0.013348829831932773, 0.006500331512605042,
      0.0002541925},
     0.2,
     {0.04, 0.094104201680672269, 0.12905357983193277, 0.1954073879133795,
      0.21214641406901598},
     0.21214703670329312},
    {1,
     {0.9},
     5.2631578947368421,
     {0.9, 0.81, 0.729, 0.6561, 0.59049, 0.531441, 0.4782969, 0.43046721,
      0.387420489, 0.3486784401},
     0.15,
     {0.0225, 0.07318125, 0.136133578125, 0.37211163892147255,
      0.60802095344563379},
     0.60897067280046003},
    {1,
     {-0.45},
     1.2539184952978056,
     {-0.45, 0.2025, -0.091125, 0.04100625, -0.0184528125, 0.008303765625,
      -0.00373669453125, 0.0016815125390625, -0.000756680642578125,
      0.00034050628916015625},
     0.1,
     {0.01, 0.01, 0.0132805, 0.018283826194465937, 0.022257291634238425},
     0.022288818130736093},
};

enum { PROCESSES = sizeof processes / sizeof processes[0] };

static void test_process_by_its_shocks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PROCESSES; i++) {
        const struct process *p = &processes[i];
        struct spc_ar model = spc_ar_known(3, p->phi, p->order, 2);

        assert_true(model.stationary);
        CHECK_CLOSE(model.sigma, 2 * sqrt(p->variance), 1e-14);
        for (unsigned k = 0; k < SPC_AR_MAX; k++)
            CHECK_NEAR(model.rho[k + 1], p->rho[k], 1e-15);
        CHECK_CLOSE(spc_ar_moving_range_factor(&model), sqrt(1 - p->rho[0]),
                    1e-14);
    }
}

static void test_ewma_by_its_weights(void **state)
{
    static const unsigned times[] = {1, 2, 3, 7, 30};

    (void)state;
    for (unsigned i = 0; i < PROCESSES; i++) {
        const struct process *p = &processes[i];
        struct spc_ar model = spc_ar_known(3, p->phi, p->order, 2);
        struct spc_ar_ewma ewma;
        unsigned next = 0;

        spc_ar_ewma_start(&ewma, &model);
        for (unsigned t = 1; t <= 400; t++) {
            spc_ar_ewma_push(&ewma, &model, p->lambda, 3 + sin(t));
            if (next < 5 && t == times[next]) {
                CHECK_CLOSE(ewma.share, p->share[next], 1e-14);
                next++;
            }
        }
        assert_int_equal(next, 5);
        CHECK_CLOSE(ewma.share, p->share_forever, 1e-13);
        CHECK_CLOSE(spc_ar_ewma_share(&model, p->lambda), p->share_forever,
                    1e-14);
    }
}

/* Order 1 has a closed form; lambda 1 is the points themselves; order 0 is
 * the EWMA of independent points, value and variance. */
static void test_ewma_special_cases(void **state)
{
    struct spc_ar independent = spc_ar_known(5, NULL, 0, 0.7);
    struct spc_ar_ewma ewma;
    struct spc_ewma plain;

    (void)state;
    for (double phi = -0.99; phi < 1; phi += 0.18)
        for (double lambda = 0.05; lambda <= 1; lambda += 0.19) {
            struct spc_ar model = spc_ar_known(0, &phi, 1, 1);
            double w = 1 - lambda;

            CHECK_CLOSE(spc_ar_ewma_share(&model, lambda),
                        lambda / (2 - lambda) * (1 + phi * w) / (1 - phi * w),
                        1e-13);
            CHECK_NEAR(spc_ar_ewma_share(&model, 1), 1, 0);
        }
    spc_ar_ewma_start(&ewma, &independent);
    spc_ewma_start(&plain, 5);
    for (unsigned t = 0; t < 50; t++) {
        spc_ar_ewma_push(&ewma, &independent, 0.3, 5 + cos(t));
        spc_ewma_push(&plain, 0.3, 5 + cos(t), 1);
        assert_true(ewma.value == plain.value);
        CHECK_CLOSE(ewma.share, plain.share, 1e-15);
    }
}

/* A model fitted to r_1 to r_p has these autocorrelations, and describing it
 * by its phi alone comes to the same. */
static void test_fit_keeps_its_autocorrelations(void **state)
{
    struct spc_autocorrelation s;

    (void)state;
    assert_int_equal(spc_autocorrelate(lew, LEW, 10, &s), SPC_OK);
    for (unsigned order = 0; order <= 10; order++) {
        struct spc_ar fit, known;

        assert_int_equal(spc_ar_yule_walker(&s, order, &fit), SPC_OK);
        known = spc_ar_known(fit.mean, fit.phi, order, fit.sigma_noise);
        assert_true(fit.stationary);
        assert_true(known.stationary);
        CHECK_CLOSE(fit.sigma, sqrt(s.variance * 200 / (199 - order)), 1e-14);
        CHECK_CLOSE(known.sigma, fit.sigma, 1e-12);
        for (unsigned k = 0; k <= 10; k++) {
            CHECK_NEAR(known.rho[k], fit.rho[k], 1e-12);
            if (k <= order)
                CHECK_NEAR(known.rho[k], s.r[k], 1e-12);
        }
    }
}

/* x_t = 1.2 x_(t-1) - 0.2 x_(t-2) has a root on the circle. */
static void test_not_stationary(void **state)
{
    static const double phi[][2] = {{1, 0}, {1.2, -0.2}, {0, 1.01}, {-1, 0}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct spc_ar model = spc_ar_known(0, phi[i], 2, 1);

        assert_false(model.stationary);
        assert_true(isinf(model.sigma));
        assert_true(isnan(model.rho[1]));
    }
    assert_true(spc_ar_known(0, (double[]){1.19, -0.2}, 2, 1).stationary);
}

/* ---- residuals --------------------------------------------------------- */

static void test_residuals_by_hand(void **state)
{
    static const double phi[] = {0.5, -0.25};
    static const double x[] = {12, 9, 14, NAN, 8, 10, 11, 6};
    static const double want[] = {NAN, NAN, 5, NAN, NAN, NAN, 0.5, -4.5};
    struct spc_ar model = spc_ar_known(10, phi, 2, 1);
    struct spc_ar_memory memory = {0};

    (void)state;
    for (unsigned t = 0; t < 8; t++) {
        double e = spc_ar_residual(&memory, &model, x[t]);

        if (isnan(want[t]))
            assert_true(isnan(e));
        else
            assert_true(e == want[t]);
    }
}

/* Residuals are the shocks the series was made of. */
static void test_residuals_are_the_shocks(void **state)
{
    static const double phi[SPC_AR_MAX] = {0.4, -0.3, 0.2,  -0.1, 0.05,
                                           0.1, -0.1, 0.03, 0.02, -0.2};
    struct spc_ar model = spc_ar_known(25.385, phi, SPC_AR_MAX, 0.1);
    struct random_stream r = {.state = 31};
    struct spc_ar_memory memory = {0};
    double x[60];

    (void)state;
    assert_true(model.stationary);
    for (unsigned t = 0; t < 60; t++) {
        double shock = 0.1 * random_normal(&r), e;

        x[t] = 25.385 + shock;
        for (unsigned i = 1; i <= SPC_AR_MAX && i <= t; i++)
            x[t] += phi[i - 1] * (x[t - i] - 25.385);
        e = spc_ar_residual(&memory, &model, x[t]);
        if (t < SPC_AR_MAX)
            assert_true(isnan(e));
        else
            CHECK_NEAR(e, shock, 1e-14);
    }
}

/* ---- simulation -------------------------------------------------------- */

/* Mean of independent figures and its standard error. */
struct tally {
    double count, mean, squares;
};

static void tally_add(struct tally *tally, double x)
{
    double delta = x - tally->mean;

    tally->count++;
    tally->mean += delta / tally->count;
    tally->squares += delta * (x - tally->mean);
}

static double four_errors(const struct tally *tally)
{
    return 4 * sqrt(tally->squares / tally->count / (tally->count - 1));
}

enum { LENGTH = 400 };

/* From its stationary distribution on. */
static void draw_ar1(struct random_stream *r, double phi, double *x)
{
    x[0] = random_normal(r) / sqrt(1 - phi * phi);
    for (unsigned t = 1; t < LENGTH; t++)
        x[t] = phi * x[t - 1] + random_normal(r);
}

/* How often Ljung and Box's test doubts what is true: independent points, and
 * residuals of a fitted model. */
static void test_size_of_the_test(void **state)
{
    static double x[LENGTH], e[LENGTH];
    struct random_stream r = {.state = 20260711};
    struct tally points = {0}, residuals = {0};

    (void)state;
    for (unsigned run = 0; run < 4000; run++) {
        struct spc_autocorrelation s;
        struct spc_ljung_box box;
        struct spc_ar model;
        struct spc_ar_memory memory = {0};

        draw_ar1(&r, 0, x);
        assert_int_equal(spc_autocorrelate(x, LENGTH, 10, &s), SPC_OK);
        assert_int_equal(spc_ljung_box(&s, 10, 0, &box), SPC_OK);
        tally_add(&points, box.p < 0.05);

        draw_ar1(&r, 0.6, x);
        assert_int_equal(spc_autocorrelate(x, LENGTH, 10, &s), SPC_OK);
        assert_int_equal(spc_ljung_box(&s, 10, 0, &box), SPC_OK);
        assert_true(box.p < 1e-6);
        assert_int_equal(spc_ar_yule_walker(&s, 1, &model), SPC_OK);
        for (unsigned t = 0; t < LENGTH; t++)
            e[t] = spc_ar_residual(&memory, &model, x[t]);
        assert_int_equal(spc_autocorrelate(e, LENGTH, 10, &s), SPC_OK);
        assert_int_equal(s.n, LENGTH - 1);
        assert_int_equal(spc_ljung_box(&s, 10, 1, &box), SPC_OK);
        tally_add(&residuals, box.p < 0.05);
    }
    CHECK_NEAR(points.mean, 0.05, four_errors(&points));
    CHECK_NEAR(residuals.mean, 0.05, four_errors(&residuals));
}

struct fractions {
    struct tally wide, ewma, narrow, range, noise;
};

/* Each run's fractions of points beyond their limits. */
static void watch(const struct spc_ar *model, double width, const double *x,
                  struct fractions *f)
{
    struct spc_zones wide =
        spc_weighted_zones(model->mean, model->sigma, width, 1);
    struct spc_ar_memory memory = {0};
    struct spc_ar_ewma ewma;
    double beyond = 0, ewma_beyond = 0, range = 0, noise = 0;

    spc_ar_ewma_start(&ewma, model);
    for (unsigned t = 0; t < LENGTH; t++) {
        struct spc_zones zones;
        double e = spc_ar_residual(&memory, model, x[t]);

        spc_ar_ewma_push(&ewma, model, 0.2, x[t]);
        zones =
            spc_weighted_zones(model->mean, model->sigma, width, ewma.share);
        beyond += x[t] > wide.upper[UPPER] || x[t] < wide.lower[UPPER];
        ewma_beyond +=
            ewma.value > zones.upper[UPPER] || ewma.value < zones.lower[UPPER];
        if (t > 0) {
            range += fabs(x[t] - x[t - 1]) / (LENGTH - 1);
            noise += e * e / (LENGTH - 1);
        }
    }
    tally_add(&f->wide, beyond / LENGTH);
    tally_add(&f->ewma, ewma_beyond / LENGTH);
    tally_add(&f->range, range);
    tally_add(&f->noise, noise);
}

/* Under the model every point, and every EWMA from the first on, is beyond its
 * limits as often as an independent one beyond 2.5 sigma: 2 Q(2.5).  Sigma by
 * moving ranges is short by the factor stated. */
static void test_false_alarms_are_as_designed(void **state)
{
    static const double phis[] = {0.75, -0.5};
    static double x[LENGTH];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct spc_ar model = spc_ar_known(0, &phis[i], 1, 1);
        struct random_stream r = {.state = 8072026 + i};
        struct fractions f = {0};
        double design = erfc(2.5 / sqrt(2));
        double d2 = 2 / sqrt(3.14159265358979324);

        for (unsigned run = 0; run < 4000; run++) {
            draw_ar1(&r, phis[i], x);
            watch(&model, 2.5, x, &f);
        }
        CHECK_NEAR(f.wide.mean, design, four_errors(&f.wide));
        CHECK_NEAR(f.ewma.mean, design, four_errors(&f.ewma));
        assert_true(four_errors(&f.wide) < design / 10);
        assert_true(four_errors(&f.ewma) < design / 10);
        CHECK_NEAR(f.noise.mean, 1, four_errors(&f.noise));
        CHECK_NEAR(f.range.mean / d2,
                   model.sigma * spc_ar_moving_range_factor(&model),
                   four_errors(&f.range) / d2);
    }
}

/* phi near 0.95: both fits find it on average up to their known biases, about
 * -(1 + 4 phi) / n and -(1 + 3 phi) / n. */
static void test_fits_find_the_process(void **state)
{
    static double x[LENGTH];
    struct random_stream r = {.state = 95};
    struct tally yule = {0}, squares = {0}, noise = {0};

    (void)state;
    for (unsigned run = 0; run < 1000; run++) {
        struct spc_autocorrelation s;
        struct spc_ar model;

        draw_ar1(&r, 0.9, x);
        assert_int_equal(spc_autocorrelate(x, LENGTH, 10, &s), SPC_OK);
        assert_int_equal(spc_ar_yule_walker(&s, 1, &model), SPC_OK);
        tally_add(&yule, model.phi[0]);
        assert_int_equal(spc_ar_least_squares(x, LENGTH, &model), SPC_OK);
        tally_add(&squares, model.phi[0]);
        tally_add(&noise, model.sigma_noise * model.sigma_noise);
    }
    CHECK_NEAR(squares.mean, 0.9 - 3.7 / LENGTH,
               four_errors(&squares) + 1.0 / LENGTH);
    CHECK_NEAR(yule.mean, 0.9 - 4.6 / LENGTH,
               four_errors(&yule) + 1.0 / LENGTH);
    assert_true(squares.mean > yule.mean);
    CHECK_NEAR(noise.mean, 1, four_errors(&noise) + 1.0 / LENGTH);
}

/* ---- hostile ----------------------------------------------------------- */

static void test_hopeless_series(void **state)
{
    static const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1, NAN, 0.1};
    static const double none[] = {NAN, NAN, NAN, NAN};
    static const double lone[] = {1, NAN, 2, NAN, 5, NAN, 3};
    static const double endless[] = {1, 2, INFINITY, 3, 2, 4};
    static const double huge[] = {1e200, -1e200, 1e200, 1e201, 5, 3};
    static const struct {
        const double *x;
        size_t count;
        enum spc_status series, model;
    } cases[] = {
        {same, 7, SPC_NO_VARIATION, SPC_NO_VARIATION},
        {none, 4, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
        {none, 0, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
        {lone, 7, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
        {lone, 1, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS},
        {endless, 6, SPC_NOT_FINITE, SPC_NOT_FINITE},
        {huge, 6, SPC_NOT_FINITE, SPC_NOT_FINITE},
    };
    struct spc_autocorrelation s = {.lags = 77};
    struct spc_ar model = {.order = 77};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(spc_autocorrelate(cases[i].x, cases[i].count, 1, &s),
                         cases[i].series);
        assert_int_equal(
            spc_ar_least_squares(cases[i].x, cases[i].count, &model),
            cases[i].model);
    }
    assert_int_equal(s.lags, 77);
    assert_int_equal(model.order, 77);
}

/* Two points are opposite deviations: r_1 is -1/2, and there is no model. */
static void test_two_points(void **state)
{
    static const double x[] = {3, 8};
    struct spc_autocorrelation s;
    struct spc_ar model;

    (void)state;
    assert_int_equal(spc_autocorrelate(x, 2, 2, &s), SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_autocorrelate(x, 2, 1, &s), SPC_OK);
    assert_true(s.r[1] == -0.5);
    assert_true(s.partial[1] == -0.5);
    assert_int_equal(spc_ar_order(&s, 1, NULL), 0);
    assert_int_equal(spc_ar_yule_walker(&s, 1, &model), SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_ar_yule_walker(&s, 0, &model), SPC_OK);
    CHECK_CLOSE(model.sigma, 5 / sqrt(2), 1e-15);
    assert_int_equal(spc_ar_least_squares(x, 2, &model), SPC_TOO_FEW_SUBGROUPS);
}

/* Halving leaves no residual; an alternation and a line hardly any. */
static void test_perfect_series(void **state)
{
    static const double halves[] = {24, 12, 6, 3};
    static double line[100], turns[100];
    struct spc_autocorrelation s;
    struct spc_ar model;

    (void)state;
    for (unsigned t = 0; t < 100; t++) {
        line[t] = t;
        turns[t] = t % 2;
    }
    assert_int_equal(spc_ar_least_squares(halves, 4, &model), SPC_NO_VARIATION);
    assert_int_equal(spc_autocorrelate(turns, 100, 10, &s), SPC_OK);
    CHECK_CLOSE(s.r[1], -0.99, 1e-13);
    assert_int_equal(spc_ar_yule_walker(&s, 10, &model), SPC_OK);
    line[50] += 0.25;
    assert_int_equal(spc_ar_least_squares(line, 100, &model), SPC_OK);
    assert_true(fabs(model.phi[0] - 1) < 0.01);
    assert_int_equal(spc_autocorrelate(line, 100, 10, &s), SPC_OK);
    assert_int_equal(spc_ar_yule_walker(&s, 10, &model), SPC_OK);
    assert_true(isfinite(model.sigma));
}

/* What grows is not stationary, and says so. */
static void test_growth(void **state)
{
    struct random_stream r = {.state = 5};
    struct spc_ar model;
    double x[80] = {100};

    (void)state;
    for (unsigned t = 1; t < 80; t++)
        x[t] = 1.05 * x[t - 1] + random_normal(&r);
    assert_int_equal(spc_ar_least_squares(x, 80, &model), SPC_OK);
    CHECK_NEAR(model.phi[0], 1.05, 0.001);
    assert_false(model.stationary);
    assert_true(isinf(model.sigma));
    assert_true(isfinite(model.mean));
}

static void test_phi_near_one(void **state)
{
    double phi = 1 - 1e-12;
    struct spc_ar model = spc_ar_known(0, &phi, 1, 1);

    (void)state;
    assert_true(model.stationary);
    /* (1 - phi)(1 + phi), and 1 - phi is exact. */
    CHECK_CLOSE(model.sigma, 1 / sqrt((1 - phi) * (2 - 1e-12)), 1e-14);
    CHECK_CLOSE(spc_ar_moving_range_factor(&model), sqrt(1 - phi), 1e-14);
    CHECK_CLOSE(spc_ar_ewma_share(&model, 0.1), 1, 1e-10);
}

/* Short stretches may have correlations that are those of no process: r_1 is
 * below -1 here.  They must not become a model. */
static void test_too_many_gaps(void **state)
{
    static const double x[] = {9, -9, 9, NAN, -9, 9, -9, NAN, 0, NAN, 0};
    struct spc_autocorrelation s;
    struct spc_ar model;
    double aic[3];

    (void)state;
    assert_int_equal(spc_autocorrelate(x, 11, 2, &s), SPC_OK);
    CHECK_CLOSE(s.r[1], -324.0 / 5 / (486.0 / 8), 1e-14);
    assert_true(isnan(s.partial[1]));
    assert_true(isnan(s.partial[2]));
    assert_int_equal(spc_ar_yule_walker(&s, 2, &model), SPC_NO_CONVERGENCE);
    assert_int_equal(spc_ar_yule_walker(&s, 0, &model), SPC_OK);
    assert_int_equal(spc_ar_order(&s, 2, aic), 0);
    assert_true(isnan(aic[1]));
    assert_true(isnan(aic[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certified),
        cmocka_unit_test(test_second_definition),
        cmocka_unit_test(test_second_definition_with_gaps),
        cmocka_unit_test(test_no_pair_spans_a_gap),
        cmocka_unit_test(test_lags),
        cmocka_unit_test(test_p_in_closed_form),
        cmocka_unit_test(test_process_by_its_shocks),
        cmocka_unit_test(test_ewma_by_its_weights),
        cmocka_unit_test(test_ewma_special_cases),
        cmocka_unit_test(test_fit_keeps_its_autocorrelations),
        cmocka_unit_test(test_not_stationary),
        cmocka_unit_test(test_residuals_by_hand),
        cmocka_unit_test(test_residuals_are_the_shocks),
        cmocka_unit_test(test_size_of_the_test),
        cmocka_unit_test(test_false_alarms_are_as_designed),
        cmocka_unit_test(test_fits_find_the_process),
        cmocka_unit_test(test_hopeless_series),
        cmocka_unit_test(test_two_points),
        cmocka_unit_test(test_perfect_series),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_phi_near_one),
        cmocka_unit_test(test_too_many_gaps),
    };

    return cmocka_run_group_tests(tests, read_lew, NULL);
}
