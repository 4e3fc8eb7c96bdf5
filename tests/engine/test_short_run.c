/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short runs: scales by hand, the handbook's factors, many parts on one chart
 * by simulation, and what cannot be scaled. */
#include "engine/short_run.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1 };

static struct spc_constants k;

static int compute_constants(void **state)
{
    (void)state;
    return spc_constants_compute(&k) == SPC_OK ? 0 : -1;
}

static const struct spc_part_choice individuals[] = {
    {SPC_PART_SIGMA_CONSTANT, false, 1, 2},
    {SPC_PART_SIGMA_RELATIVE, false, 1, 2},
    {SPC_PART_SIGMA_BY_PARTS, false, 1, 2},
};

/* Part A: 10 12 11, moving ranges 2 1; part B, nominal 20: 24 20 - 23, one
 * moving range of 4. */
static void two_parts(struct spc_part *parts)
{
    parts[0] = (struct spc_part){.nominal = NAN};
    parts[1] = (struct spc_part){.nominal = 20};
    spc_part_add(&parts[0], 10);
    spc_part_add(&parts[1], 24);
    spc_part_add(&parts[0], 12);
    spc_part_add(&parts[1], 20);
    spc_part_add(&parts[1], NAN);
    spc_part_add(&parts[1], 23);
    spc_part_add(&parts[0], 11);
}

static void test_scales_by_hand(void **state)
{
    const double relative = (2 / 11.0 + 1 / 11.0 + 4 / 20.0) / 3;
    const double want[][2] = {
        {7 / 3.0, 7 / 3.0}, {relative * 11, relative * 20}, {1.5, 4}};
    struct spc_part parts[2];

    (void)state;
    two_parts(parts);
    for (unsigned way = 0; way < SPC_PART_SIGMAS; way++)
        for (unsigned part = 0; part < 2; part++) {
            struct spc_part_scale scale;

            assert_int_equal(
                spc_part_scale(parts, 2, part, &k, &individuals[way], &scale),
                SPC_OK);
            CHECK_CLOSE(scale.mean_range, want[way][part], 1e-14);
            CHECK_CLOSE(scale.sigma, want[way][part] / k.d2[2], 1e-14);
            CHECK_CLOSE(scale.center, part == 0 ? 11 : 67 / 3.0, 1e-14);
            assert_int_equal(scale.ranges, way < 2 ? 3 : 2 - part);
        }
}

static void test_subgroups(void **state)
{
    static const struct spc_part_choice choice = {SPC_PART_SIGMA_CONSTANT, true,
                                                  4, 2};
    struct spc_part parts[] = {{.nominal = 5}, {.nominal = 50}};
    struct spc_part_scale scale;

    (void)state;
    spc_part_add_subgroup(&parts[0], 5.5, 2);
    spc_part_add_subgroup(&parts[0], NAN, 9);
    spc_part_add_subgroup(&parts[1], 51, 4);
    spc_part_add_subgroup(&parts[1], 52, NAN);
    assert_int_equal(spc_part_scale(parts, 2, 0, &k, &choice, &scale), SPC_OK);
    assert_true(scale.center == 5 && scale.mean_range == 3);
    CHECK_CLOSE(scale.sigma, 3 / k.d2[4], 1e-15);
    assert_int_equal(parts[1].points, 2);
    CHECK_CLOSE(spc_short_run_z(&scale, 6.5, 4), 1.5 * 2 * k.d2[4] / 3, 1e-14);
    CHECK_CLOSE(spc_short_run_xbar(&scale, 6.5), 0.5, 1e-15);
    CHECK_CLOSE(spc_short_run_range(&scale, 7.5), 2.5, 1e-15);
    assert_true(spc_short_run_w(-1, 2.5) == 3.5);
    assert_true(spc_short_run_deviation(24.75, 25) == -0.25);
}

/* A2, D3, D4 of the handbooks; W's 1.128 and 3.686. */
static void test_handbook_factors(void **state)
{
    static const struct {
        uint32_t n;
        double a2, d3, d4;
    } table[] = {{2, 1.880, 0, 3.267},
                 {5, 0.577, 0, 2.114},
                 {7, 0.419, 0.076, 1.924},
                 {10, 0.308, 0.223, 1.777}};
    struct spc_zones zones = spc_short_run_zones(SPC_SHORT_RUN_W, &k, 1, 3);

    (void)state;
    CHECK_NEAR(zones.upper[0], 1.128, 5e-4);
    CHECK_NEAR(zones.upper[UPPER], 3.686, 5e-4);
    assert_true(zones.lower[UPPER] == 0);
    zones = spc_short_run_zones(SPC_SHORT_RUN_Z, &k, 1, 2.5);
    assert_true(zones.upper[UPPER] == 2.5 && zones.lower[UPPER] == -2.5);
    assert_true(zones.upper[0] == 0);
    for (unsigned i = 0; i < 4; i++) {
        zones = spc_short_run_zones(SPC_SHORT_RUN_XBAR, &k, table[i].n, 3);
        CHECK_NEAR(zones.upper[UPPER], table[i].a2, 6e-4);
        CHECK_NEAR(zones.lower[UPPER], -table[i].a2, 6e-4);
        zones = spc_short_run_zones(SPC_SHORT_RUN_RANGE, &k, table[i].n, 3);
        CHECK_NEAR(zones.upper[UPPER], table[i].d4, 6e-4);
        CHECK_NEAR(zones.lower[UPPER], table[i].d3, 6e-4);
        assert_true(zones.lower[0] == 1);
    }
}

/* Known scales: W is the range of two standard deviates, whatever parts they
 * are of, and Z is one. */
static void test_one_chart_for_all_parts(void **state)
{
    enum { POINTS = 100000, PARTS = 5 };
    struct random_stream r = {.state = 1987};
    double mean_w = 0, z_squares = 0, before = NAN;
    unsigned beyond = 0;
    struct spc_zones w_zones = spc_short_run_zones(SPC_SHORT_RUN_W, &k, 1, 3);

    (void)state;
    for (unsigned i = 0; i < POINTS; i++) {
        unsigned part = (unsigned)(PARTS * random_uniform(&r));
        struct spc_part_scale scale = {.center = 10.0 * part - 7,
                                       .mean_range = (part + 0.3) * k.d2[2],
                                       .sigma = part + 0.3};
        double x = scale.center + scale.sigma * random_normal(&r);
        double z = spc_short_run_z(&scale, x, 1);

        z_squares += z * z / POINTS;
        if (!isnan(before)) {
            double w = spc_short_run_w(z, before);

            mean_w += w / (POINTS - 1);
            beyond += w > w_zones.upper[UPPER];
        }
        before = z;
    }
    CHECK_NEAR(z_squares, 1, 4 * sqrt(2.0 / POINTS));
    /* Neighbours share a value: 1.21 times the error of independent ones. */
    CHECK_NEAR(mean_w, k.d2[2], 4 * 1.21 * k.d3[2] / sqrt(POINTS));
    CHECK_NEAR(beyond / (double)POINTS, erfc(w_zones.upper[UPPER] / 2),
               4 * 1.4 * sqrt(0.0092 / POINTS));
}

/* Parts of one coefficient of variation: the scale is right for each, and
 * close to that by logarithms. */
static void test_relative_to_size(void **state)
{
    enum { PARTS = 6, POINTS = 4000 };
    static const double cv = 0.01;
    struct random_stream r = {.state = 4};
    struct spc_part parts[PARTS];
    double logs = 0;
    unsigned ranges = 0;

    (void)state;
    for (unsigned j = 0; j < PARTS; j++) {
        double size = pow(3, j), before = NAN;

        parts[j] = (struct spc_part){.nominal = j % 2 ? size : NAN};
        for (unsigned i = 0; i < POINTS; i++) {
            double x = size * (1 + cv * random_normal(&r));

            spc_part_add(&parts[j], x);
            if (!isnan(before)) {
                logs += fabs(log(x) - log(before));
                ranges++;
            }
            before = x;
        }
    }
    for (unsigned j = 0; j < PARTS; j++) {
        struct spc_part_scale scale;

        assert_int_equal(
            spc_part_scale(parts, PARTS, j, &k, &individuals[1], &scale),
            SPC_OK);
        assert_int_equal(scale.ranges, ranges);
        CHECK_CLOSE(scale.sigma, cv * pow(3, j),
                    4 * 0.92 / sqrt(ranges) + 1e-3);
        CHECK_CLOSE(scale.sigma, logs / ranges / k.d2[2] * pow(3, j), 2e-3);
    }
}

/* Another unit and the gauge upside down: W stays, Z turns over. */
static void test_units_do_not_matter(void **state)
{
    struct spc_part a[2], b[2] = {{.nominal = NAN}, {.nominal = -200}};

    (void)state;
    two_parts(a);
    spc_part_add(&b[0], -100);
    spc_part_add(&b[0], -120);
    spc_part_add(&b[0], -110);
    spc_part_add(&b[1], -240);
    spc_part_add(&b[1], -200);
    spc_part_gap(&b[1]);
    spc_part_add(&b[1], -230);
    for (unsigned way = 0; way < SPC_PART_SIGMAS; way++)
        for (unsigned part = 0; part < 2; part++) {
            struct spc_part_scale x, y;

            assert_int_equal(
                spc_part_scale(a, 2, part, &k, &individuals[way], &x), SPC_OK);
            assert_int_equal(
                spc_part_scale(b, 2, part, &k, &individuals[way], &y), SPC_OK);
            CHECK_CLOSE(y.sigma, 10 * x.sigma, 1e-14);
            CHECK_CLOSE(spc_short_run_z(&y, -137, 1),
                        -spc_short_run_z(&x, 13.7, 1), 1e-13);
        }
}

static void check_refused(const struct spc_part *parts, size_t count,
                          struct spc_part_choice choice, enum spc_status want)
{
    struct spc_part_scale scale = {1, 2, 3, 4};

    assert_int_equal(spc_part_scale(parts, count, 0, &k, &choice, &scale),
                     want);
    assert_true(scale.center == 1 && scale.ranges == 4);
}

static void test_refusals(void **state)
{
    const struct spc_part_choice constant = individuals[0];
    const struct spc_part_choice relative = individuals[1];
    const struct spc_part_choice by_parts = individuals[2];
    struct spc_part parts[2], one = {.nominal = 8};

    (void)state;
    two_parts(parts);
    for (unsigned way = 0; way < SPC_PART_SIGMAS; way++) {
        struct spc_part_choice more = individuals[way], nominal = more;

        more.least = 4;
        nominal.at_nominal = true;
        check_refused(parts, 2, more, SPC_TOO_FEW_SUBGROUPS);
        check_refused(parts, 2, nominal, SPC_BAD_INPUT);
        check_refused(&one, 1, individuals[way], SPC_TOO_FEW_SUBGROUPS);
        check_refused(
            &one, 1,
            (struct spc_part_choice){individuals[way].sigma, true, 1, 2},
            SPC_TOO_FEW_SUBGROUPS);
    }
    spc_part_add(&one, 3);
    spc_part_add(&one, 3);
    spc_part_add(&one, 3);
    check_refused(&one, 1, by_parts, SPC_NO_VARIATION);
    check_refused(&one, 1, constant, SPC_NO_VARIATION);
    one.nominal = 0;
    check_refused(&one, 1, relative, SPC_BAD_INPUT);
    one.nominal = INFINITY;
    one.mean_range = 1;
    check_refused(&one, 1, relative, SPC_NOT_FINITE);
    spc_part_add(&one, INFINITY);
    check_refused(&one, 1, by_parts, SPC_NOT_FINITE);
    spc_part_add_subgroup(&one, NAN, 3);
    assert_int_equal(one.points, 4);
}

/* A part never made before is judged at its nominal by what the others say. */
static void test_a_new_part(void **state)
{
    struct spc_part parts[3];
    struct spc_part_scale scale;
    struct spc_part_choice choice = {SPC_PART_SIGMA_CONSTANT, true, 1, 2};

    (void)state;
    two_parts(parts);
    parts[2] = (struct spc_part){.nominal = 40};
    assert_int_equal(spc_part_scale(parts, 3, 2, &k, &choice, &scale), SPC_OK);
    CHECK_CLOSE(scale.mean_range, 7 / 3.0, 1e-14);
    choice.sigma = SPC_PART_SIGMA_RELATIVE;
    assert_int_equal(spc_part_scale(parts, 3, 2, &k, &choice, &scale), SPC_OK);
    CHECK_CLOSE(scale.mean_range, (3 / 11.0 + 0.2) / 3 * 40, 1e-14);
    parts[2].nominal = 0;
    assert_int_equal(spc_part_scale(parts, 3, 2, &k, &choice, &scale),
                     SPC_BAD_INPUT);
    choice.sigma = SPC_PART_SIGMA_BY_PARTS;
    assert_int_equal(spc_part_scale(parts, 3, 2, &k, &choice, &scale),
                     SPC_TOO_FEW_SUBGROUPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales_by_hand),
        cmocka_unit_test(test_subgroups),
        cmocka_unit_test(test_handbook_factors),
        cmocka_unit_test(test_one_chart_for_all_parts),
        cmocka_unit_test(test_relative_to_size),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_new_part),
    };

    return cmocka_run_group_tests(tests, compute_constants, NULL);
}
