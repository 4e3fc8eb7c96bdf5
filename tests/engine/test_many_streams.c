/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many streams: the two-way layout by its textbook sums, limits by quadrature
 * and simulation, what is missing, and what cannot be estimated. */
#include "engine/many_streams.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1, STREAMS = 7, TIMES = 23 };

static const double pi = 3.14159265358979323846;
static struct spc_constants k;

static int compute_constants(void **state)
{
    (void)state;
    return spc_constants_compute(&k) == SPC_OK ? 0 : -1;
}

/* ---- one time ---------------------------------------------------------- */

static void test_plot(void **state)
{
    static const double values[] = {3, NAN, 7, -2, 7};
    static const double offsets[] = {0, 0, 5, -5, NAN};
    struct spc_streams_point p = spc_streams_plot(values, NULL, 5);

    (void)state;
    assert_int_equal(p.count, 4);
    assert_true(p.high == 7 && p.low == -2 && p.mean == 3.75);
    assert_true(p.highest == 2 && !p.highest_is_alone);
    assert_true(p.lowest == 3 && p.lowest_is_alone);

    p = spc_streams_plot(values, offsets, 5); /* 3, -, 2, 3, - */
    assert_int_equal(p.count, 3);
    assert_true(p.high == 3 && p.highest == 0 && !p.highest_is_alone);
    assert_true(p.low == 2 && p.lowest == 2 && p.lowest_is_alone);
}

static void test_plot_of_next_to_nothing(void **state)
{
    static const double missing[] = {NAN, NAN}, one[] = {NAN, 4};
    struct spc_streams_point p = spc_streams_plot(missing, NULL, 2);

    (void)state;
    assert_int_equal(p.count, 0);
    assert_true(isnan(p.mean) && isnan(p.high) && isnan(p.low));
    assert_true(p.highest == SPC_NONE && p.lowest == SPC_NONE);
    assert_false(p.highest_is_alone || p.lowest_is_alone);

    p = spc_streams_plot(one, NULL, 2);
    assert_true(p.count == 1 && p.high == 4 && p.low == 4 && p.mean == 4);
    assert_true(p.highest == 1 && !p.highest_is_alone && !p.lowest_is_alone);
}

/* ---- study ------------------------------------------------------------- */

struct layout {
    double x[TIMES][STREAMS];
};

/* Offsets and common moves, ten times what is looked for. */
static void draw(struct layout *layout, struct random_stream *r, double missing)
{
    double level = 0;

    for (unsigned i = 0; i < TIMES; i++) {
        level += 6 * random_normal(r);
        for (unsigned j = 0; j < STREAMS; j++) {
            layout->x[i][j] = 100 + 8.0 * j + level + 0.5 * random_normal(r);
            if (random_uniform(r) < missing)
                layout->x[i][j] = NAN;
        }
    }
}

struct learned {
    struct spc_streams_study study;
    struct spc_stream_sums streams[STREAMS];
};

static struct learned learn(const struct layout *layout)
{
    struct learned l = {.study = {0}};

    for (unsigned i = 0; i < TIMES; i++)
        spc_streams_study_add(&l.study, l.streams, layout->x[i], NULL, STREAMS,
                              1);
    return l;
}

/* With nothing missing: residuals x_ij - time mean - stream mean + mean. */
static void test_two_way_layout(void **state)
{
    struct random_stream r = {.state = 1995};
    struct layout layout;
    double row[TIMES] = {0}, column[STREAMS] = {0}, mean = 0;
    double adjusted = 0, plain = 0, moved = 0, offsets[STREAMS];
    struct spc_streams_limits limits;

    (void)state;
    draw(&layout, &r, 0);
    struct learned l = learn(&layout);

    for (unsigned i = 0; i < TIMES; i++)
        for (unsigned j = 0; j < STREAMS; j++) {
            row[i] += layout.x[i][j] / STREAMS;
            column[j] += layout.x[i][j] / TIMES;
            mean += layout.x[i][j] / STREAMS / TIMES;
        }
    for (unsigned i = 0; i < TIMES; i++)
        for (unsigned j = 0; j < STREAMS; j++) {
            double d = layout.x[i][j] - row[i];

            plain += d * d;
            adjusted += pow(d - column[j] + mean, 2);
        }
    CHECK_CLOSE(l.study.squares[0].sum, plain, 1e-12);
    CHECK_CLOSE(l.study.squares[1].sum, adjusted, 1e-10);
    assert_true(l.study.squares[0].df == TIMES * (STREAMS - 1));
    assert_true(l.study.squares[1].df == (TIMES - 1) * (STREAMS - 1));

    spc_streams_offsets(l.streams, STREAMS, true, offsets);
    for (unsigned j = 0; j < STREAMS; j++)
        CHECK_NEAR(offsets[j], column[j] - mean, 1e-11);
    spc_streams_offsets(l.streams, STREAMS, false, offsets);
    assert_true(offsets[3] == 0);

    assert_int_equal(spc_streams_difference(&l.study, true, &limits), SPC_OK);
    CHECK_CLOSE(limits.sigma,
                sqrt(adjusted / limits.df) / spc_c4(limits.df + 1), 1e-11);
    for (unsigned i = 1; i < TIMES; i++)
        moved += fabs(row[i] - row[i - 1]) / (TIMES - 1);
    for (unsigned way = 0; way < 2; way++) {
        assert_int_equal(
            spc_streams_common(&l.study, l.streams, STREAMS, &k, way, &limits),
            SPC_OK);
        CHECK_CLOSE(limits.sigma, moved / k.d2[2], 1e-11);
        CHECK_CLOSE(limits.center, mean, 1e-12);
        assert_int_equal(spc_streams_group(&l.study, l.streams, STREAMS, &k, 1,
                                           way, &limits),
                         SPC_OK);
        CHECK_CLOSE(limits.center, mean, 1e-12);
    }
}

/* With a third missing neither offsets nor common moves leak into sigma. */
static void test_missing_does_not_bias(void **state)
{
    enum { STUDIES = 4000 };
    struct random_stream r = {.state = 42};
    double mean = 0, squares = 0;

    (void)state;
    for (unsigned s = 0; s < STUDIES; s++) {
        struct layout layout;

        draw(&layout, &r, 0.33);

        struct learned l = learn(&layout);
        double variance = l.study.squares[1].sum / l.study.squares[1].df;
        double delta = variance - mean;

        mean += delta / (s + 1);
        squares += delta * (variance - mean);
    }
    CHECK_NEAR(mean, 0.25, 4 * sqrt(squares) / STUDIES);
}

/* A blocked cavity says nothing, for the whole of the study, and changes
 * nothing of what the others say. */
static void test_a_dead_stream(void **state)
{
    struct random_stream r = {.state = 8};
    struct layout layout;
    double offsets[STREAMS];

    (void)state;
    draw(&layout, &r, 0);
    for (unsigned i = 0; i < TIMES; i++)
        layout.x[i][STREAMS - 1] = NAN;

    struct learned all = learn(&layout), fewer = {.study = {0}};

    for (unsigned i = 0; i < TIMES; i++)
        spc_streams_study_add(&fewer.study, fewer.streams, layout.x[i], NULL,
                              STREAMS - 1, 1);
    assert_memory_equal(&all.study, &fewer.study, sizeof all.study);
    spc_streams_offsets(all.streams, STREAMS, true, offsets);
    assert_true(isnan(offsets[STREAMS - 1]));
    assert_true(isfinite(offsets[0]));
}

/* Streams of two shifts never meet: the second's offsets stay unknown, and its
 * common moves stay out of sigma. */
static void test_streams_that_never_meet(void **state)
{
    static const double x[][4] = {{1, 5, NAN, NAN},
                                  {NAN, NAN, 90, 17},
                                  {2, 8, NAN, NAN},
                                  {NAN, NAN, 10, 97}};
    struct spc_streams_study study = {0};
    struct spc_stream_sums streams[4] = {{0}};
    double offsets[4];

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        spc_streams_study_add(&study, streams, x[i], NULL, 4, 1);
    CHECK_CLOSE(study.squares[1].sum, 1, 1e-14); /* 4 and 6 apart: 2^2 / 4 */
    assert_true(study.squares[1].df == 1);
    spc_streams_offsets(streams, 4, true, offsets);
    CHECK_CLOSE(offsets[0], -2.5, 1e-14);
    CHECK_CLOSE(offsets[1], 2.5, 1e-14);
    assert_true(isnan(offsets[2]) && isnan(offsets[3]));
}

/* 1 2 - 4 7 and 10 - - 13 11: moving ranges 1 3 and 2, a mean of 48 / 7. */
static void test_group_by_hand(void **state)
{
    static const double x[][2] = {
        {1, 10}, {2, NAN}, {NAN, NAN}, {4, 13}, {7, 11}};
    struct spc_streams_study study = {0};
    struct spc_stream_sums streams[2] = {{0}};
    struct spc_streams_limits limits;
    struct spc_zones zones;

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        spc_streams_study_add(&study, streams, x[i], NULL, 2, 1);
    assert_true(study.times == 4 && study.values == 7 && study.ranges == 3);
    assert_int_equal(
        spc_streams_group(&study, streams, 2, &k, 1, false, &limits), SPC_OK);
    CHECK_CLOSE(limits.center, 48 / 7.0, 1e-14);
    CHECK_CLOSE(limits.sigma, (1 + 3 + 2) / 3.0 / k.d2[2], 1e-14);
    assert_true(limits.df == 3);
    zones = spc_streams_zones(&limits, 2.5);
    CHECK_CLOSE(zones.upper[UPPER], limits.center + 2.5 * limits.sigma, 1e-14);
    CHECK_CLOSE(zones.lower[UPPER], limits.center - 2.5 * limits.sigma, 1e-13);
    /* The time without anyone ends the moving range of the means, too. */
    assert_int_equal(spc_streams_common(&study, streams, 2, &k, false, &limits),
                     SPC_OK);
    CHECK_CLOSE(limits.sigma, (3.5 + 0.5) / 2 / k.d2[2], 1e-14);
    assert_true(limits.df == 2);
}

static void test_group_of_subgroups(void **state)
{
    static const double x[][2] = {{1, 10}, {2, NAN}, {4, 13}};
    static const double ranges[][2] = {{2, 3}, {4, NAN}, {5, 1}};
    struct spc_streams_study study = {0};
    struct spc_stream_sums streams[2] = {{0}};
    struct spc_streams_limits limits;

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        spc_streams_study_add(&study, streams, x[i], ranges[i], 2, 1);
    assert_int_equal(
        spc_streams_group(&study, streams, 2, &k, 5, false, &limits), SPC_OK);
    CHECK_CLOSE(limits.sigma, 15 / 5.0 / k.d2[5] / sqrt(5), 1e-14);
    CHECK_CLOSE(limits.df, 0.9 * 5 * 4, 1e-14);
}

/* ---- zones ------------------------------------------------------------- */

/* For independent streams, Sidak's width by GSL's tail. */
static void test_width_of_independent_streams(void **state)
{
    static const double alphas[] = {0.0027, 0.05, 1e-9};

    (void)state;
    CHECK_CLOSE(spc_streams_width(2 * gsl_cdf_ugaussian_Q(3), 1, false), 3,
                1e-12);
    for (unsigned a = 0; a < 3; a++)
        for (unsigned m = 1; m <= SPC_STREAMS_MAX; m = 2 * m + 1) {
            double w = spc_streams_width(alphas[a], m, false);

            CHECK_CLOSE(-expm1(m * log1p(-2 * gsl_cdf_ugaussian_Q(w))),
                        alphas[a], 1e-10);
        }
}

/* Integral over |x| <= c of cos(tx) phi(x). */
static double transform(const gsl_integration_glfixed_table *table, double t,
                        double c)
{
    double sum = 0;

    for (size_t i = 0; i < table->n; i++) {
        double x, weight;

        gsl_integration_glfixed_point(0, c, i, &x, &weight, table);
        sum += 2 * weight * cos(t * x) * gsl_ran_ugaussian_pdf(x);
    }
    return sum;
}

/* P(some |D_j| > w sigma_D), exactly: the deviations from the mean are the
 * values given that their sum is 0, whose density there is an integral of the
 * m-th power of a transform. */
static double any_beyond(const gsl_integration_glfixed_table *table, double w,
                         unsigned m)
{
    double c = w * sqrt((m - 1.0) / m), step = 0.02, sum = 0;

    for (double t = 0; t < 25; t += step)
        sum += (t > 0 ? 2 : 1) * pow(transform(table, t, c), m) * step;
    return 1 - sum / (2 * pi) * sqrt(2 * pi * m);
}

static void test_width_of_differences(void **state)
{
    gsl_integration_glfixed_table *table =
        gsl_integration_glfixed_table_alloc(96);

    (void)state;
    for (unsigned m = 3; m <= 48; m = m * 3 / 2) {
        double w = spc_streams_width(0.0027, m, true);
        double p = any_beyond(table, w, m);

        assert_true(p <= 0.0027);
        assert_true(p > (m == 3 ? 0.96 : m == 4 ? 0.985 : 0.994) * 0.0027);
    }
    gsl_integration_glfixed_table_free(table);
    /* Two: D_1 = -D_2. */
    CHECK_CLOSE(2 * gsl_cdf_ugaussian_Q(spc_streams_width(0.0027, 2, true)),
                0.0027, 1e-11);
}

/* Streams in control, some missing: as often beyond as was asked for. */
static void test_false_alarms_simulated(void **state)
{
    enum { DRAWS = 200000, M = 12 };
    static const struct spc_streams_limits limits = {0, 1, 100};
    struct random_stream r = {.state = 31};
    struct spc_zones zones[M + 1];
    unsigned beyond = 0;

    (void)state;
    for (uint32_t count = 2; count <= M; count++)
        zones[count] = spc_streams_difference_zones(
            &limits, spc_streams_width(0.05, count, true), count);
    for (unsigned i = 0; i < DRAWS; i++) {
        double x[M], level = 30 * random_normal(&r);

        for (unsigned j = 0; j < M; j++)
            x[j] = j < 8 || i % 2 ? level + random_normal(&r) : NAN;

        struct spc_streams_point p = spc_streams_plot(x, NULL, M);

        beyond += p.high - p.mean > zones[p.count].upper[UPPER] ||
                  p.low - p.mean < zones[p.count].lower[UPPER];
    }
    CHECK_NEAR(beyond / (double)DRAWS, 0.05,
               4 * sqrt(0.05 * 0.95 / DRAWS) + 0.02 * 0.05);
}

static void test_difference_zones(void **state)
{
    static const struct spc_streams_limits limits = {0, 2, 9};
    struct spc_zones zones = spc_streams_difference_zones(&limits, 3, 4);

    (void)state;
    CHECK_CLOSE(zones.upper[UPPER], 6 * sqrt(0.75), 1e-15);
    CHECK_CLOSE(zones.lower[1], -2 * sqrt(0.75), 1e-15);
    assert_true(zones.upper[0] == 0);
    zones = spc_streams_difference_zones(&limits, 3, 1);
    assert_true(isnan(zones.upper[UPPER]) && isnan(zones.lower[0]));
}

struct range_of {
    double r;
    uint32_t n;
};

static double range_density(double x, void *arg)
{
    const struct range_of *of = arg;

    return of->n * gsl_ran_ugaussian_pdf(x) *
           pow(gsl_cdf_ugaussian_P(x + of->r) - gsl_cdf_ugaussian_P(x),
               of->n - 1);
}

/* P(range <= r) by its definition; two have a closed form; far out the most
 * distant pair decides. */
static void test_range_limit(void **state)
{
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);

    (void)state;
    for (uint32_t n = 2; n <= SPC_SUBGROUP_MAX; n += 4)
        for (double alpha = 0.3; alpha > 1e-4; alpha /= 5) {
            struct range_of of = {spc_streams_range_limit(alpha, 6, n), n};
            gsl_function f = {range_density, &of};
            double within, error;

            gsl_integration_qagi(&f, 1e-13, 1e-11, 1000, w, &within, &error);
            CHECK_NEAR(pow(within, 6), 1 - alpha, 1e-10);
        }
    gsl_integration_workspace_free(w);
    for (double alpha = 0.5; alpha > 1e-12; alpha /= 30)
        CHECK_CLOSE(spc_streams_range_limit(alpha, 3, 2),
                    sqrt(2) * spc_streams_width(alpha, 3, false), 1e-11);

    double pairs =
        10 * 2 *
        gsl_cdf_ugaussian_Q(spc_streams_range_limit(1e-14, 1, 5) / sqrt(2));

    assert_true(pairs > 1e-14 && pairs < 1.001e-14);
}

/* ---- runs -------------------------------------------------------------- */

/* One letter a time: the highest stream; * is a tie, - a time with fewer than
 * two. */
static void test_runs_drawn(void **state)
{
    static const char chart[] = "aaabba*aa-aaaa";
    static const char want[] = "12312101201234";
    struct spc_streams_run high = {0, 0}, low = {0, 0};

    (void)state;
    for (unsigned t = 0; chart[t]; t++) {
        struct spc_streams_point p = {.count = chart[t] == '-' ? 1 : 3,
                                      .lowest = 1,
                                      .lowest_is_alone = true};

        p.highest_is_alone = chart[t] >= 'a';
        p.highest = chart[t] >= 'a' ? (uint32_t)(chart[t] - 'a') : 0;
        assert_int_equal(spc_streams_run_push(&high, &p, true), want[t] - '0');
        assert_int_equal(spc_streams_run_push(&low, &p, false), t + 1);
    }
}

/* Six streams: 259 times for r 4, 1555 for r 5 (Montgomery, 10.3). */
static void test_run_arl_published(void **state)
{
    (void)state;
    assert_true(spc_streams_run_arl(6, 4) == 259);
    assert_true(spc_streams_run_arl(6, 5) == 1555);
    assert_true(spc_streams_run_arl(9, 1) == 1);
}

static void test_run_arl_simulated(void **state)
{
    enum { RUNS = 20000 };
    struct random_stream r = {.state = 3};
    double mean = 0, squares = 0;

    (void)state;
    for (unsigned i = 0; i < RUNS; i++) {
        struct spc_streams_run run = {0, 0};
        unsigned times = 0;
        struct spc_streams_point p;

        do {
            double x[] = {random_normal(&r), random_normal(&r),
                          random_normal(&r)};

            p = spc_streams_plot(x, NULL, 3);
            times++;
        } while (spc_streams_run_push(&run, &p, true) < 4);

        double delta = times - mean;

        mean += delta / (i + 1);
        squares += delta * (times - mean);
    }
    CHECK_NEAR(mean, spc_streams_run_arl(3, 4), 4 * sqrt(squares) / RUNS);
    assert_true(spc_streams_run_arl(3, 4) == 40);
}

static void test_run_length(void **state)
{
    (void)state;
    for (uint32_t m = 2; m <= SPC_STREAMS_MAX; m++) {
        uint32_t r = spc_streams_run_length(m);

        assert_true(pow(m, 1.0 - r) <= 0.0027);
        assert_true(pow(m, 2.0 - r) > 0.0027);
        assert_true(spc_streams_run_arl(m, r) > 1 / 0.0027);
    }
    assert_int_equal(spc_streams_run_length(4), 6);
}

/* ---- properties -------------------------------------------------------- */

/* Another unit and the gauge upside down, some missing. */
static void test_units_do_not_matter(void **state)
{
    struct random_stream r = {.state = 77};
    struct layout a, b;
    struct spc_streams_limits x, y;

    (void)state;
    draw(&a, &r, 0.2);
    for (unsigned i = 0; i < TIMES; i++)
        for (unsigned j = 0; j < STREAMS; j++)
            b.x[i][j] = 7 - 25.4 * a.x[i][j];

    struct learned la = learn(&a), lb = learn(&b);

    for (unsigned way = 0; way < 2; way++) {
        assert_int_equal(spc_streams_difference(&la.study, way, &x), SPC_OK);
        assert_int_equal(spc_streams_difference(&lb.study, way, &y), SPC_OK);
        CHECK_CLOSE(y.sigma, 25.4 * x.sigma, 1e-10);
        assert_int_equal(
            spc_streams_group(&la.study, la.streams, STREAMS, &k, 1, way, &x),
            SPC_OK);
        assert_int_equal(
            spc_streams_group(&lb.study, lb.streams, STREAMS, &k, 1, way, &y),
            SPC_OK);
        CHECK_CLOSE(y.sigma, 25.4 * x.sigma, 1e-10);
        CHECK_CLOSE(y.center, 7 - 25.4 * x.center, 1e-10);
    }
    for (unsigned i = 0; i < TIMES; i++) {
        struct spc_streams_point p = spc_streams_plot(a.x[i], NULL, STREAMS);
        struct spc_streams_point q = spc_streams_plot(b.x[i], NULL, STREAMS);

        assert_true(p.highest == q.lowest && p.lowest == q.highest);
    }
}

/* ---- hostile ----------------------------------------------------------- */

static void check_failures(const double *values, uint32_t m, unsigned times,
                           enum spc_status group, enum spc_status difference)
{
    struct spc_streams_study study = {0};
    struct spc_stream_sums streams[STREAMS] = {{0}};
    struct spc_streams_limits limits = {1, 2, 3};

    for (unsigned i = 0; i < times; i++)
        spc_streams_study_add(&study, streams, values + (size_t)i * m, NULL, m,
                              1);
    for (unsigned way = 0; way < 2; way++) {
        assert_int_equal(
            spc_streams_group(&study, streams, m, &k, 1, way, &limits), group);
        if (group != SPC_OK)
            assert_true(limits.center == 1 && limits.sigma == 2);
        limits = (struct spc_streams_limits){1, 2, 3};
        assert_int_equal(spc_streams_difference(&study, way, &limits),
                         difference);
        if (difference != SPC_OK)
            assert_true(limits.sigma == 2 && limits.df == 3);
        limits = (struct spc_streams_limits){1, 2, 3};
    }
}

static void test_what_cannot_be_estimated(void **state)
{
    static const double one[] = {1, 4, 2}, constant[] = {5, 5, 5, 5, 5, 5};
    static const double missing[] = {NAN, NAN, NAN, NAN};
    static const double infinite[] = {1, INFINITY, 2, 3, 4, 5};
    static const double alternate[] = {1, NAN, NAN, 2, 3, NAN};

    (void)state;
    check_failures(one, 1, 3, SPC_OK, SPC_TOO_FEW_SUBGROUPS);
    check_failures(one, 3, 1, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS);
    check_failures(constant, 2, 3, SPC_NO_VARIATION, SPC_NO_VARIATION);
    check_failures(missing, 2, 2, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS);
    check_failures(infinite, 2, 3, SPC_NOT_FINITE, SPC_NOT_FINITE);
    check_failures(alternate, 2, 3, SPC_TOO_FEW_SUBGROUPS,
                   SPC_TOO_FEW_SUBGROUPS);
    check_failures(one, 2, 0, SPC_TOO_FEW_SUBGROUPS, SPC_TOO_FEW_SUBGROUPS);
}

/* As many as there may be, all limits of which are finite. */
static void test_a_thousand_streams(void **state)
{
    static struct spc_stream_sums streams[SPC_STREAMS_MAX];
    static double values[SPC_STREAMS_MAX], offsets[SPC_STREAMS_MAX];
    struct random_stream r = {.state = 1024};
    struct spc_streams_study study = {0};
    struct spc_streams_limits limits;

    (void)state;
    for (unsigned i = 0; i < 25; i++) {
        for (unsigned j = 0; j < SPC_STREAMS_MAX; j++)
            values[j] = 3.65 + 1e-3 * random_normal(&r);
        spc_streams_study_add(&study, streams, values, NULL, SPC_STREAMS_MAX,
                              1);
    }
    assert_int_equal(spc_streams_difference(&study, true, &limits), SPC_OK);
    assert_true(limits.df == 24 * 1023);
    CHECK_CLOSE(limits.sigma, 1e-3, 4 / sqrt(2 * limits.df));
    spc_streams_offsets(streams, SPC_STREAMS_MAX, true, offsets);
    for (unsigned j = 0; j < SPC_STREAMS_MAX; j++)
        assert_true(fabs(offsets[j]) < 5.5e-3 / sqrt(25));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plot),
        cmocka_unit_test(test_plot_of_next_to_nothing),
        cmocka_unit_test(test_two_way_layout),
        cmocka_unit_test(test_missing_does_not_bias),
        cmocka_unit_test(test_a_dead_stream),
        cmocka_unit_test(test_streams_that_never_meet),
        cmocka_unit_test(test_group_by_hand),
        cmocka_unit_test(test_group_of_subgroups),
        cmocka_unit_test(test_width_of_independent_streams),
        cmocka_unit_test(test_width_of_differences),
        cmocka_unit_test(test_false_alarms_simulated),
        cmocka_unit_test(test_difference_zones),
        cmocka_unit_test(test_range_limit),
        cmocka_unit_test(test_runs_drawn),
        cmocka_unit_test(test_run_arl_published),
        cmocka_unit_test(test_run_arl_simulated),
        cmocka_unit_test(test_run_length),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_what_cannot_be_estimated),
        cmocka_unit_test(test_a_thousand_streams),
    };

    return cmocka_run_group_tests(tests, compute_constants, NULL);
}
