/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of charts of rare events: the charts themselves, simulated; the
 * golden files; distributions summed with many digits. */
#include "engine/rare.h"
#include "engine/run_length_rate.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1 };

static struct spc_rate_length of_units(const struct spc_rate_cusum_design *d,
                                       double p, enum spc_run_state state)
{
    struct spc_rate_length length = {NAN, NAN};

    assert_int_equal(spc_rate_cusum_run_length(d, p, state, &length), SPC_OK);
    return length;
}

static struct spc_rate_length of_times(const struct spc_time_cusum_design *d,
                                       double mean, enum spc_run_state state)
{
    struct spc_rate_length length = {NAN, NAN};

    assert_int_equal(spc_time_cusum_run_length(d, mean, state, &length),
                     SPC_OK);
    return length;
}

/* ---- charts simulated -------------------------------------------------- */

struct tally {
    double count, mean, squares;
};

static void count_in(struct tally *t, double x)
{
    double delta = x - t->mean;

    t->count++;
    t->mean += delta / t->count;
    t->squares += delta * (x - t->mean);
}

static void check_tally(const struct tally *t, double want)
{
    CHECK_NEAR(t->mean, want, 4 * sqrt(t->squares) / t->count);
}

/* One unit more; true when the chart signals. */
static bool inspect(const struct spc_rate_cusum_design *d,
                    struct spc_rate_cusum *c, bool event)
{
    if (event)
        spc_rate_cusum_event(c, d->m, d->side);
    else
        spc_rate_cusum_pass(c, 1);
    return (event || !d->at_events) && spc_rate_cusum_value(c, d->side) > d->h;
}

/* Units in control first, again from the start when they signal. */
static double units_to_signal(const struct spc_rate_cusum_design *d, double p,
                              unsigned before, struct random_stream *r)
{
    struct spc_rate_cusum c;
    double units = 0;

    spc_rate_cusum_start(&c, d->head_start);
    for (unsigned i = 0; i < before; i++)
        if (inspect(d, &c, random_uniform(r) < d->p0)) {
            spc_rate_cusum_start(&c, d->head_start);
            i = 0;
        }
    do
        units++;
    while (!inspect(d, &c, random_uniform(r) < p));
    return units;
}

/* Rates of 0.02 and 0.05, m of 31 and 30 for them. */
static const struct {
    struct spc_rate_cusum_design design;
    double p;
} unit_charts[] = {
    {{0.02, 31, 90, 0, SPC_RATE_RISE, false}, 0.02},
    {{0.02, 31, 90, 0, SPC_RATE_RISE, false}, 0.05},
    {{0.02, 31, 90, 45, SPC_RATE_RISE, false}, 0.05},
    {{0.02, 31, 91, 0, SPC_RATE_RISE, true}, 0.08},
    {{0.05, 31, 90, 0, SPC_RATE_FALL, false}, 0.05},
    {{0.05, 31, 90, 0, SPC_RATE_FALL, false}, 0.02},
    {{0.05, 31, 60, 0, SPC_RATE_FALL, true}, 0.02},
    {{0.05, 31, 60, 30, SPC_RATE_FALL, true}, 0.05},
};

enum { UNIT_CHARTS = sizeof unit_charts / sizeof *unit_charts };

static void test_units_simulated(void **state)
{
    struct random_stream r = {.state = 20260301};

    (void)state;
    for (unsigned i = 0; i < UNIT_CHARTS; i++) {
        const struct spc_rate_cusum_design *d = &unit_charts[i].design;
        struct tally zero = {0}, steady = {0};

        for (unsigned run = 0; run < 4000; run++) {
            count_in(&zero, units_to_signal(d, unit_charts[i].p, 0, &r));
            count_in(&steady, units_to_signal(d, unit_charts[i].p, 400, &r));
        }
        check_tally(&zero, of_units(d, unit_charts[i].p, SPC_RUN_ZERO).spent);
        check_tally(&steady,
                    of_units(d, unit_charts[i].p, SPC_RUN_STEADY).spent);
    }
}

static double exponential(struct random_stream *r, double mean)
{
    return -mean * log(random_uniform(r));
}

/* The mean changes at a time that has nothing to do with events: the rest of
 * the gap it falls into is as long as a new one, and the part before it has
 * passed. */
static double time_to_signal(const struct spc_time_cusum_design *d, double mean,
                             double before, struct random_stream *r)
{
    struct spc_time_cusum c;
    double time = 0, waited;

    spc_time_cusum_start(&c, d->head_start);
    for (;;) {
        double gap = exponential(r, d->mean0);

        if (time + gap >= before)
            break;
        time += gap;
        spc_time_cusum_event(&c, d->k, gap, d->side);
        if (c.value > d->h) {
            spc_time_cusum_start(&c, d->head_start);
            time = 0;
        }
    }
    waited = before - time;
    time = 0;
    do {
        double gap = exponential(r, mean);

        time += gap;
        spc_time_cusum_event(&c, d->k, waited + gap, d->side);
        waited = 0;
    } while (c.value <= d->h);
    return time;
}

static const struct {
    struct spc_time_cusum_design design;
    double mean;
} time_charts[] = {
    {{10, 5.5, 13.6, 0, SPC_RATE_RISE}, 10},
    {{10, 5.5, 13.6, 0, SPC_RATE_RISE}, 4},
    {{10, 5.5, 13.6, 6.8, SPC_RATE_RISE}, 3},
    {{10, 5.5, 5.5, 0, SPC_RATE_RISE}, 0.09},
    {{4, 5.5, 20, 0, SPC_RATE_FALL}, 4},
    {{4, 5.5, 20, 10, SPC_RATE_FALL}, 4},
    {{4, 5.5, 20, 0, SPC_RATE_FALL}, 10},
    {{5, 5.5, 4, 0, SPC_RATE_FALL}, 10},
};

enum { TIME_CHARTS = sizeof time_charts / sizeof *time_charts };

static void test_times_simulated(void **state)
{
    struct random_stream r = {.state = 7};

    (void)state;
    for (unsigned i = 0; i < TIME_CHARTS; i++) {
        const struct spc_time_cusum_design *d = &time_charts[i].design;
        double mean = time_charts[i].mean;
        struct tally zero = {0}, steady = {0};

        for (unsigned run = 0; run < 20000; run++) {
            count_in(&zero, time_to_signal(d, mean, 0, &r));
            count_in(&steady, time_to_signal(d, mean, 30 * d->mean0, &r));
        }
        check_tally(&zero, of_times(d, mean, SPC_RUN_ZERO).spent);
        check_tally(&steady, of_times(d, mean, SPC_RUN_STEADY).spent);
    }
}

/* ---- properties of the CUSUMs ------------------------------------------ */

/* Points are units, or the events among them. */
static void test_units_and_events(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UNIT_CHARTS; i++) {
        const struct spc_rate_cusum_design *d = &unit_charts[i].design;
        double p = unit_charts[i].p;
        struct spc_rate_length length = of_units(d, p, SPC_RUN_ZERO);

        CHECK_CLOSE(length.arl, d->at_events ? p * length.spent : length.spent,
                    1e-15);
    }
    for (unsigned i = 0; i < TIME_CHARTS; i++) {
        double mean = time_charts[i].mean;
        struct spc_rate_length length =
            of_times(&time_charts[i].design, mean, SPC_RUN_ZERO);

        CHECK_CLOSE(length.arl * mean, length.spent, 1e-15);
    }
}

/* A fall judged at events waits for the event that ends the gap. */
static void test_a_fall_judged_at_events(void **state)
{
    struct spc_rate_cusum_design units = {0.05,          31,   90, 3,
                                          SPC_RATE_FALL, false};
    struct spc_rate_cusum_design events = {0.05,          31,  60, 3,
                                           SPC_RATE_FALL, true};

    (void)state;
    CHECK_CLOSE(of_units(&events, 0.02, SPC_RUN_ZERO).spent,
                of_units(&units, 0.02, SPC_RUN_ZERO).spent + 1 / 0.02, 1e-13);
}

/* At 1 ppb units are time: a chart of one is a chart of the other whose sum
 * begins one gap lower. */
static void test_a_thousand_million_units(void **state)
{
    double m = spc_rate_reference_whole(1e-9, 1e-8);
    struct spc_rate_cusum_design units = {1e-9,          m,   3 * m, m,
                                          SPC_RATE_RISE, true};
    struct spc_time_cusum_design times = {1e9, m, 2 * m, 0, SPC_RATE_RISE};

    (void)state;
    for (double p = 1e-9; p < 1e-4; p *= 7) {
        struct spc_rate_length a = of_units(&units, p, SPC_RUN_ZERO);
        struct spc_rate_length b = of_times(&times, 1 / p, SPC_RUN_ZERO);

        CHECK_CLOSE(a.spent, b.spent, 2e-7);
        CHECK_CLOSE(a.arl, b.arl, 2e-7);
    }
}

/* Where the lattice ends the line goes on as smoothly as before. */
static void test_no_step_where_the_lattice_ends(void **state)
{
    static const struct spc_rate_cusum_design designs[] = {
        {1e-5, 60000, 0, 0, SPC_RATE_RISE, false},
        {1e-5, 60000, 0, 30000, SPC_RATE_RISE, false},
        {3e-5, 60000, 0, 30000, SPC_RATE_FALL, false},
    };

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct spc_rate_cusum_design d = designs[i];
        double spent[8];

        for (unsigned j = 0; j < 8; j++) {
            d.h = 262140 + j;
            spent[j] = of_units(&d, d.p0, SPC_RUN_ZERO).spent;
            if (j >= 2)
                CHECK_NEAR(spent[j] - spent[j - 1], spent[j - 1] - spent[j - 2],
                           1e-8 * spent[j]);
        }
        assert_true(spent[7] > spent[0]);
    }
}

/* One unit less would be too little, and a little less time. */
static void test_limits(void **state)
{
    static const double targets[] = {5e3, 1e5, 2.385e7};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (int side = SPC_RATE_RISE; side <= SPC_RATE_FALL; side++) {
            bool rise = side == SPC_RATE_RISE;
            struct spc_rate_cusum_design d = {
                rise ? 0.002 : 0.01, 255, NAN, 10, side, false};
            struct spc_time_cusum_design t = {rise ? 500 : 100, 255, NAN, 0,
                                              side};

            assert_int_equal(spc_rate_cusum_limit(&d, targets[i], &d.h),
                             SPC_OK);
            assert_true(of_units(&d, d.p0, SPC_RUN_ZERO).spent >= targets[i]);
            if (d.h > 10) {
                d.h--;
                assert_true(of_units(&d, d.p0, SPC_RUN_ZERO).spent <
                            targets[i]);
            }
            assert_int_equal(spc_time_cusum_limit(&t, targets[i], &t.h),
                             SPC_OK);
            CHECK_CLOSE(of_times(&t, t.mean0, SPC_RUN_ZERO).spent, targets[i],
                        1e-10);
        }
}

static void test_a_limit_at_a_thousand_million(void **state)
{
    struct spc_rate_cusum_design d = {
        1e-9, spc_rate_reference_whole(1e-9, 1e-8), NAN, 0, SPC_RATE_RISE,
        true};

    (void)state;
    assert_int_equal(spc_rate_cusum_limit(&d, 370e9, &d.h), SPC_OK);
    CHECK_CLOSE(of_units(&d, 1e-9, SPC_RUN_ZERO).spent, 370e9, 1e-7);
    assert_true(d.h == floor(d.h));
    /* No limit may be asked of a chart that signals sooner without one. */
    assert_int_equal(spc_rate_cusum_limit(&d, 1, &d.h), SPC_OK);
    assert_true(d.h == 0);
}

/* ---- charts without a memory ------------------------------------------- */

/* Units to a signal of CCC-r set at 1 ppb with the lower limit alone. */
/* Of a share that a register full of noise made up. */
static void test_beyond_whole_numbers(void **state)
{
    struct spc_rate_cusum_design d = {
        .p0 = 1e-59, .m = 0x1p200, .side = SPC_RATE_RISE, .at_events = true};
    struct spc_rate_length length;
    double h;

    (void)state;
    assert_int_equal(
        spc_rate_cusum_run_length(&d, 1e-59, SPC_RUN_ZERO, &length),
        SPC_NO_CONVERGENCE);
    assert_int_equal(spc_rate_cusum_limit(&d, 1e62, &h), SPC_NO_CONVERGENCE);
}

static void test_high_yield(void **state)
{
    static const double want[][3] = {
        {7.5e9, 7.9e7, 1.4e6},
        {2.0e9, 2.1e7, 2.0e6},
        {8.5e8, 3.0e7, 3.0e6},
        {5.9e8, 4.0e7, 4.0e6},
    };

    (void)state;
    for (unsigned r = 1; r <= 4; r++) {
        struct spc_zones zones = spc_ccc_zones(1e-9, r, 0.0027);
        struct spc_rate_limits limits = {zones.lower[UPPER], INFINITY};
        double p = 1e-9;

        CHECK_CLOSE(spc_ccc_run_length(limits, r, p).arl, 1 / 0.00135, 1e-7);
        for (unsigned i = 0; i < 3; i++) {
            struct spc_rate_length length;

            p = i == 0 ? 1e-8 : i == 1 ? 1e-7 : 1e-6;
            length = spc_ccc_run_length(limits, r, p);
            CHECK_CLOSE(length.spent, want[r - 1][i], 0.04);
            CHECK_CLOSE(length.arl * r / p, length.spent, 1e-14);
        }
        CHECK_CLOSE(spc_ccc_run_length(limits, r, 0.25).arl, 1, 1e-15);
    }
}

/* The file signals below one whole limit and above another. */
static void test_ccc_golden(void **state)
{
    double p[SERIES_MAX], r[SERIES_MAX], above[SERIES_MAX], below[SERIES_MAX];
    double low[SERIES_MAX], high[SERIES_MAX], units[SERIES_MAX];
    const char *file = "golden/ccc_signals.csv";
    size_t rows = series_read(file, 0, p);

    (void)state;
    series_read(file, 1, r);
    series_read(file, 3, above);
    series_read(file, 4, below);
    series_read(file, 5, low);
    series_read(file, 6, high);
    series_read(file, 7, units);
    assert_int_equal(rows, 60);
    for (size_t i = 0; i < rows; i++) {
        struct spc_rate_limits limits = {below[i], above[i]};
        struct spc_rate_limits only_low = {below[i], INFINITY};
        struct spc_rate_limits only_high = {0, above[i]};
        unsigned events = (unsigned)r[i];

        CHECK_CLOSE(1 / spc_ccc_run_length(only_low, events, p[i]).arl, low[i],
                    1e-11);
        CHECK_CLOSE(1 / spc_ccc_run_length(only_high, events, p[i]).arl,
                    high[i], 1e-11);
        CHECK_CLOSE(spc_ccc_run_length(limits, events, p[i]).spent, units[i],
                    1e-11);
    }
}

static void test_g_golden(void **state)
{
    double p[SERIES_MAX], lower[SERIES_MAX], upper[SERIES_MAX];
    double arl[SERIES_MAX];
    const char *file = "golden/g_chart_prob.csv";
    size_t rows = series_read(file, 0, p);

    (void)state;
    series_read(file, 4, lower);
    series_read(file, 5, upper);
    series_read(file, 8, arl);
    assert_int_equal(rows, 12);
    for (size_t i = 0; i < rows; i++) {
        struct spc_rate_limits limits = {lower[i], upper[i]};
        struct spc_rate_length length = spc_g_run_length(limits, p[i]);

        CHECK_CLOSE(length.arl, arl[i], 1e-11);
        CHECK_CLOSE(length.spent, arl[i] / p[i], 1e-11);
    }
}

/* By definition: exactly alpha beyond the quantiles; and, of Nelson's limits
 * of x^(1/3.6), what the file says. */
static void test_t_golden(void **state)
{
    double mean[SERIES_MAX], alpha[SERIES_MAX], lower[SERIES_MAX];
    double upper[SERIES_MAX], y[2][SERIES_MAX], beyond[2][SERIES_MAX];
    const char *file = "golden/t_chart_limits.csv";
    size_t rows = series_read(file, 0, mean);

    (void)state;
    series_read(file, 1, alpha);
    series_read(file, 2, lower);
    series_read(file, 4, upper);
    for (unsigned i = 0; i < 2; i++) {
        series_read(file, 7 + i, y[i]);
        series_read(file, 9 + i, beyond[i]);
    }
    assert_int_equal(rows, 8);
    for (size_t i = 0; i < rows; i++) {
        struct spc_rate_limits limits = {lower[i], upper[i]};
        struct spc_rate_limits nelson = {pow(y[0][i], 3.6), pow(y[1][i], 3.6)};
        struct spc_rate_length length = spc_t_run_length(limits, 1, mean[i]);

        CHECK_CLOSE(length.arl, 1 / alpha[i], 1e-10);
        CHECK_CLOSE(length.spent, mean[i] / alpha[i], 1e-10);
        CHECK_CLOSE(spc_t_run_length(nelson, 1, mean[i]).arl,
                    1 / (beyond[0][i] + beyond[1][i]), 1e-9);
    }
}

/* Weibull times to a power are exponential. */
static void test_t_of_another_shape(void **state)
{
    double shape = 2.385, mean = 17.3, scale = mean / tgamma(1 + 1 / shape);
    struct spc_rate_limits limits = {2.2, 41.5};
    struct spc_rate_limits powers = {pow(2.2 / scale, shape),
                                     pow(41.5 / scale, shape)};

    (void)state;
    CHECK_CLOSE(spc_t_run_length(limits, shape, mean).arl,
                spc_t_run_length(powers, 1, 1).arl, 1e-13);
}

/* Summed term by term with 40 digits (mpmath). */
static void test_counts(void **state)
{
    /* clang-format off */
    static const struct {
        double n, p, lower, upper, arl;
    } rows[] = {
        {200, 0.02, 0, 10, 395.1632905756525},
        {200, 0.05, 0, 10, 2.3984679474060683},
        {500, 0.1, 30, 71, 589.75311701655176},
        {500, 0.03, 30, 71, 1.0003322964737352},
        {500, 0.001, 30, 71, 1},
        {50, 0.9, 0, 49, 194.03252174826304},
    }, defects[] = {
        {0, 4, 0, 10, 352.14167560358445},
        {0, 8, 0, 10, 5.4314113717595101},
        {0, 100.5, 71, 131, 428.74967810940716},
        {0, 60.25, 71, 131, 1.1058281812670647},
        {0, 2, 71, 131, 1},
        {0, 0.001, 0, 3, 24019207361774.007},
    };
    /* clang-format on */

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spc_rate_limits limits = {rows[i].lower, rows[i].upper};
        struct spc_rate_length length =
            spc_binomial_run_length(limits, (uint64_t)rows[i].n, rows[i].p);

        CHECK_CLOSE(length.arl, rows[i].arl, 1e-12);
        CHECK_CLOSE(length.spent, rows[i].n * rows[i].arl, 1e-12);
    }
    for (unsigned i = 0; i < sizeof defects / sizeof *defects; i++) {
        struct spc_rate_limits limits = {defects[i].lower, defects[i].upper};
        struct spc_rate_length length =
            spc_poisson_run_length(limits, defects[i].p, 2.5);

        CHECK_CLOSE(length.arl, defects[i].arl, 1e-12);
        CHECK_CLOSE(length.spent, 2.5 * defects[i].arl, 1e-12);
    }
}

/* No count lies between a whole number and the next. */
static void test_limits_between_counts(void **state)
{
    struct spc_rate_limits whole = {30, 71}, between = {29.25, 71.75};

    (void)state;
    assert_true(spc_binomial_run_length(whole, 500, 0.1).arl ==
                spc_binomial_run_length(between, 500, 0.1).arl);
    assert_true(spc_poisson_run_length(whole, 51, 1).arl ==
                spc_poisson_run_length(between, 51, 1).arl);
    assert_true(spc_ccc_run_length(whole, 2, 0.1).arl ==
                spc_ccc_run_length(between, 2, 0.1).arl);
    assert_true(spc_g_run_length(whole, 0.1).arl ==
                spc_g_run_length(between, 0.1).arl);
}

static void test_no_limit_no_signal(void **state)
{
    struct spc_rate_limits none = {0, INFINITY}, all = {0, 40};

    (void)state;
    assert_true(isinf(spc_ccc_run_length(none, 3, 0.1).arl));
    assert_true(isinf(spc_g_run_length(none, 0.1).spent));
    assert_true(isinf(spc_t_run_length(none, 1, 5).arl));
    assert_true(isinf(spc_binomial_run_length(all, 40, 0.3).arl));
    assert_true(isinf(spc_poisson_run_length(none, 5, 1).arl));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_simulated),
        cmocka_unit_test(test_times_simulated),
        cmocka_unit_test(test_units_and_events),
        cmocka_unit_test(test_a_fall_judged_at_events),
        cmocka_unit_test(test_a_thousand_million_units),
        cmocka_unit_test(test_no_step_where_the_lattice_ends),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_a_limit_at_a_thousand_million),
        cmocka_unit_test(test_beyond_whole_numbers),
        cmocka_unit_test(test_high_yield),
        cmocka_unit_test(test_ccc_golden),
        cmocka_unit_test(test_g_golden),
        cmocka_unit_test(test_t_golden),
        cmocka_unit_test(test_t_of_another_shape),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_limits_between_counts),
        cmocka_unit_test(test_no_limit_no_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
