/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots and valleys of curves with known ones, wherever the search begins, and
 * minimal residuals against a closed form. */
#include "engine/residual.h"
#include "engine/search.h"
#include "tests/engine/support.h"

#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- roots and valleys ------------------------------------------------- */

struct curve {
    double power, bottom;
    enum spc_status status;
    unsigned *looks;
};

static enum spc_status power_of(const void *of, double x, double *ret_y)
{
    const struct curve *c = of;

    ++*c->looks;
    if (c->status == SPC_OK)
        *ret_y = pow(x, c->power);
    return c->status;
}

/* A valley that is steeper on one side. */
static enum spc_status valley_of(const void *of, double x, double *ret_y)
{
    const struct curve *c = of;
    double away = log(x / c->bottom);

    ++*c->looks;
    if (c->status == SPC_OK)
        *ret_y = 3.7 + exp(away) - away;
    return c->status;
}

static void test_roots(void **state)
{
    static const struct {
        double power, want, guess, growth;
    } curves[] = {{5.2, 2385, 1.1, 5},    {0.7, 0.0385, 9, 5},
                  {12, 7.15e20, 0.6, 1},  {1, 0.6485, 0.6485, 1},
                  {3, 1e-4, 1000, 0.001}, {8, 1.8e3, 1e-3, 50}};

    (void)state;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        unsigned looks = 0;
        struct curve c = {.power = curves[i].power, .looks = &looks};
        struct spc_search_between between = {1e-3, 1e3, curves[i].guess,
                                             curves[i].growth};
        double x = NAN, want = pow(curves[i].want, 1 / c.power);

        assert_int_equal(
            spc_search_root(power_of, &c, curves[i].want, &between, &x),
            SPC_OK);
        CHECK_CLOSE(x, want, 1e-9);
        assert_true(looks <= 40);
    }
}

static void test_no_root(void **state)
{
    static const struct spc_search_between between = {0.5, 2, 1, 3};
    unsigned looks = 0;
    struct curve c = {.power = 3, .looks = &looks};
    double x = 1.25;

    (void)state;
    assert_int_equal(spc_search_root(power_of, &c, 8.1, &between, &x),
                     SPC_NO_CONVERGENCE);
    assert_int_equal(spc_search_root(power_of, &c, 0.12, &between, &x),
                     SPC_NO_CONVERGENCE);
    c.status = SPC_NO_MEMORY;
    looks = 0;
    assert_int_equal(spc_search_root(power_of, &c, 1.5, &between, &x),
                     SPC_NO_MEMORY);
    assert_int_equal(looks, 1);
    assert_true(x == 1.25);
}

/* The bottom in the middle, near either end, at the ends and beyond them. */
static void test_valleys(void **state)
{
    static const struct spc_search_range range = {0.02, 3};
    static const double bottoms[][2] = {
        {0.285, 0.285}, {0.0215, 0.0215}, {2.815, 2.815}, {0.02, 0.02},
        {3, 3},         {0.0085, 0.02},   {41.5, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bottoms / sizeof *bottoms; i++)
        for (unsigned points = 3; points <= 64; points += 7) {
            unsigned looks = 0;
            struct curve c = {.bottom = bottoms[i][0], .looks = &looks};
            double x = NAN;

            assert_int_equal(
                spc_search_least(valley_of, &c, &range, points, &x), SPC_OK);
            CHECK_CLOSE(x, bottoms[i][1], 2e-4);
            assert_true(looks <= points + 20);
        }
}

static void test_no_valley(void **state)
{
    static const struct spc_search_range range = {0.02, 3};
    unsigned looks = 0;
    struct curve c = {.bottom = 1, .status = SPC_NO_MEMORY, .looks = &looks};
    double x = 1.25;

    (void)state;
    assert_int_equal(spc_search_least(valley_of, &c, &range, 9, &x),
                     SPC_NO_MEMORY);
    assert_int_equal(looks, 1);
    assert_true(x == 1.25);
}

/* ---- minimal residuals ------------------------------------------------- */

/* A walk on a line that goes up with probability p, down with q, and is over
 * beyond either end: a gambler's duration of play (Feller, volume 1, XIV.3),
 * known in closed form. */
struct gambler {
    double p, q;
};

static void play(const void *of, const gsl_vector *x, gsl_vector *ret_y)
{
    const struct gambler *g = of;
    size_t n = x->size;

    for (size_t i = 0; i < n; i++)
        gsl_vector_set(ret_y, i,
                       (i + 1 < n ? g->p * gsl_vector_get(x, i + 1) : 0) +
                           (i > 0 ? g->q * gsl_vector_get(x, i - 1) : 0));
}

static void test_minimal_residuals(void **state)
{
    static const struct gambler games[] = {{0.5, 0.5}, {0.485, 0.515}};
    gsl_vector *x = gsl_vector_alloc(60);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        double odds = games[i].q / games[i].p, all = 61;

        assert_int_equal(spc_residual_solve(play, &games[i], x), SPC_OK);
        for (unsigned z = 1; z <= 60; z++) {
            double fair = z * (all - z);
            double unfair =
                (z - all * (1 - pow(odds, z)) / (1 - pow(odds, all))) /
                (games[i].q - games[i].p);

            CHECK_CLOSE(gsl_vector_get(x, z - 1), odds == 1 ? fair : unfair,
                        1e-10);
        }
    }
    gsl_vector_free(x);
}

/* Nine hundred places need more directions than there are. */
static void test_too_many_directions(void **state)
{
    static const struct gambler fair = {0.5, 0.5};
    gsl_vector *x = gsl_vector_alloc(900);

    (void)state;
    assert_int_equal(spc_residual_solve(play, &fair, x), SPC_NO_CONVERGENCE);
    gsl_vector_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_no_root),
        cmocka_unit_test(test_valleys),
        cmocka_unit_test(test_no_valley),
        cmocka_unit_test(test_minimal_residuals),
        cmocka_unit_test(test_too_many_directions),
    };

    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
