/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attribute charts: published limits, clipping, and what does not matter. */
#include "engine/attribute.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UPPER = SPC_EDGES - 1 };

static struct spc_attribute_limits limits_of(enum spc_attribute attribute,
                                             double rate)
{
    return (struct spc_attribute_limits){attribute, rate, 1, 3, 0};
}

/* Montgomery, Introduction to Statistical Quality Control, 8th ed.: examples
 * 7.1 (p), 7.2 (np) and 7.3 (c), and the computers of earlier editions (u). */
static void test_published(void **state)
{
    static const struct {
        enum spc_attribute attribute;
        double rate, units, lower, center, upper, digits;
    } published[] = {
        {SPC_ATTRIBUTE_P, 347 / 1500.0, 50, 0.0524, 0.2313, 0.4102, 5e-5},
        {SPC_ATTRIBUTE_NP, 0.2313, 50, 2.620, 11.565, 20.510, 5e-4},
        {SPC_ATTRIBUTE_C, 19.85, 1, 6.48, 19.85, 33.22, 5e-3},
        {SPC_ATTRIBUTE_U, 1.93, 5, 0.07, 1.93, 3.79, 5e-3},
    };

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct spc_attribute_limits limits =
            limits_of(published[i].attribute, published[i].rate);
        struct spc_zones zones =
            spc_attribute_zones(&limits, published[i].units);
        double digits = published[i].digits;

        CHECK_NEAR(zones.lower[UPPER], published[i].lower, digits);
        CHECK_NEAR(zones.upper[0], published[i].center, digits);
        CHECK_NEAR(zones.upper[UPPER], published[i].upper, digits);
    }
}

static void test_edges_stay_in_range(void **state)
{
    struct spc_attribute_limits few = limits_of(SPC_ATTRIBUTE_P, 0.01);
    struct spc_attribute_limits many = limits_of(SPC_ATTRIBUTE_NP, 0.99);

    (void)state;
    assert_true(spc_attribute_zones(&few, 20).lower[UPPER] == 0);
    assert_true(spc_attribute_zones(&many, 20).upper[UPPER] == 20);
    for (unsigned i = 1; i < SPC_EDGES; i++) {
        assert_true(spc_attribute_zones(&few, 20).upper[i] >
                    spc_attribute_zones(&few, 20).upper[i - 1]);
        assert_true(spc_attribute_zones(&many, 20).lower[i] <
                    spc_attribute_zones(&many, 20).lower[i - 1]);
    }
}

/* The rate is of all units together: a mean of rates would say 0.3. */
static void test_rate(void **state)
{
    struct spc_attribute_study study = {0};
    double rate = -1;

    (void)state;
    assert_int_equal(spc_attribute_rate(&study, SPC_ATTRIBUTE_U, &rate),
                     SPC_TOO_FEW_SUBGROUPS);
    spc_attribute_add(&study, (struct spc_count){5, 10});
    assert_int_equal(spc_attribute_rate(&study, SPC_ATTRIBUTE_P, &rate),
                     SPC_TOO_FEW_SUBGROUPS);
    assert_true(rate == -1);
    spc_attribute_add(&study, (struct spc_count){4, 40});
    assert_int_equal(spc_attribute_rate(&study, SPC_ATTRIBUTE_P, &rate),
                     SPC_OK);
    CHECK_CLOSE(rate, 0.18, 1e-15);
}

static void test_no_rate(void **state)
{
    struct spc_attribute_study none = {2, 0, 100}, all = {2, 100, 100};
    double rate;

    (void)state;
    assert_int_equal(spc_attribute_rate(&none, SPC_ATTRIBUTE_C, &rate),
                     SPC_NO_VARIATION);
    assert_int_equal(spc_attribute_rate(&all, SPC_ATTRIBUTE_NP, &rate),
                     SPC_NO_VARIATION);
    assert_int_equal(spc_attribute_rate(&all, SPC_ATTRIBUTE_U, &rate), SPC_OK);
}

/* p and np, and u of one area and c, are the same chart at another scale. */
static void test_scales_do_not_matter(void **state)
{
    static const double alphas[] = {0, 0.0027};

    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        struct spc_attribute_limits p = limits_of(SPC_ATTRIBUTE_P, 0.0713);
        struct spc_attribute_limits np = limits_of(SPC_ATTRIBUTE_NP, 0.0713);
        struct spc_attribute_limits u = limits_of(SPC_ATTRIBUTE_U, 6.13);
        struct spc_attribute_limits c = limits_of(SPC_ATTRIBUTE_C, 6.13);

        p.alpha = np.alpha = u.alpha = c.alpha = alphas[k];
        for (unsigned i = 0; i < SPC_EDGES; i++) {
            CHECK_CLOSE(317 * spc_attribute_zones(&p, 317).upper[i],
                        spc_attribute_zones(&np, 317).upper[i], 1e-14);
            CHECK_CLOSE(317 * spc_attribute_zones(&p, 317).lower[i],
                        spc_attribute_zones(&np, 317).lower[i], 1e-13);
            CHECK_CLOSE(spc_attribute_zones(&u, 1).upper[i],
                        spc_attribute_zones(&c, 1).upper[i], 1e-14);
        }
    }
}

/* A count on an exact limit has not crossed it, to the last bit. */
static void test_on_the_limit(void **state)
{
    (void)state;
    for (double n = 20; n < 3000; n += 7) {
        struct spc_attribute_limits limits = limits_of(SPC_ATTRIBUTE_P, 0.05);
        struct spc_zones zones;
        uint64_t upper;

        limits.alpha = 0.0027;
        zones = spc_attribute_zones(&limits, n);
        upper = (uint64_t)round(zones.upper[UPPER] * n);
        assert_true(spc_attribute_statistic(SPC_ATTRIBUTE_P,
                                            (struct spc_count){upper, n}) ==
                    zones.upper[UPPER]);
    }
}

/* z of 0, 1, -1 and, after a gap, 3 and 0: ranges 1, 2 and 3. */
static void test_laney(void **state)
{
    static const uint64_t x[] = {100, 110, 90, 0, 130, 100};
    struct spc_attribute_limits limits = limits_of(SPC_ATTRIBUTE_U, 100);
    struct spc_laney laney = {0};
    double sigma_z = -1;

    (void)state;
    assert_int_equal(spc_laney_sigma_z(&laney, &sigma_z),
                     SPC_TOO_FEW_SUBGROUPS);
    for (unsigned i = 0; i < 6; i++) {
        if (i == 3)
            spc_laney_gap(&laney);
        else
            spc_laney_add(&laney, &limits, (struct spc_count){x[i], 1});
    }
    assert_int_equal(spc_laney_sigma_z(&laney, &sigma_z), SPC_OK);
    CHECK_CLOSE(sigma_z, 2 / 1.1283791670955126, 1e-14);
    limits.sigma_z = sigma_z;
    CHECK_CLOSE(spc_attribute_zones(&limits, 1).upper[UPPER],
                100 + 30 * sigma_z, 1e-14);
}

static void test_laney_without_scatter(void **state)
{
    struct spc_attribute_limits limits = limits_of(SPC_ATTRIBUTE_P, 0.25);
    struct spc_laney laney = {0};
    double sigma_z;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        spc_laney_add(&laney, &limits, (struct spc_count){5, 20});
    assert_int_equal(spc_laney_sigma_z(&laney, &sigma_z), SPC_NO_VARIATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_edges_stay_in_range),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_no_rate),
        cmocka_unit_test(test_scales_do_not_matter),
        cmocka_unit_test(test_on_the_limit),
        cmocka_unit_test(test_laney),
        cmocka_unit_test(test_laney_without_scatter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
