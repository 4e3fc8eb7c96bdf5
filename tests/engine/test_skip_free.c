/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks that leave out no value in one direction: against the whole matrix of
 * their chain, against closed forms, and the line against the lattice. */
#include "engine/nystroem.h"
#include "engine/skip_free.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

static double descent(const struct spc_skip_free *walk, double x)
{
    double time = NAN;

    assert_int_equal(spc_skip_free_descent(walk, x, &time), SPC_OK);
    return time;
}

static double climb(const struct spc_skip_free *walk, double x)
{
    double time = NAN;

    assert_int_equal(spc_skip_free_climb(walk, x, &time), SPC_OK);
    return time;
}

/* ---- the whole matrix -------------------------------------------------- */

struct chain {
    bool climbs;
    struct spc_skip_free walk;
};

/* Where a step leads to; beyond the level is a signal. */
static double stepped(const struct chain *c, double x)
{
    return c->climbs ? x + 1 : fmax(0, x - 1);
}

static double jumped(const struct chain *c, double x)
{
    return c->climbs ? fmax(0, x - c->walk.jump) : x + c->walk.jump;
}

static gsl_vector *lengths_of(const struct chain *c)
{
    size_t n = (size_t)c->walk.level + 1;
    gsl_matrix *step = gsl_matrix_calloc(n, n);
    gsl_vector *leave = gsl_vector_calloc(n), *length = gsl_vector_alloc(n);

    for (size_t x = 0; x < n; x++) {
        const double ways[][2] = {
            {stepped(c, (double)x), 1 - c->walk.rate},
            {jumped(c, (double)x), c->walk.rate},
        };

        for (unsigned i = 0; i < 2; i++)
            *(ways[i][0] > c->walk.level
                  ? gsl_vector_ptr(leave, x)
                  : gsl_matrix_ptr(step, x, (size_t)ways[i][0])) += ways[i][1];
    }
    spc_nystroem_eliminate(step, leave, length);
    gsl_matrix_free(step);
    gsl_vector_free(leave);
    return length;
}

/* Of long runs at another rate: one unit more, of those without a signal,
 * until nothing changes. */
static gsl_vector *settled(struct chain c, double rate)
{
    size_t n = (size_t)c.walk.level + 1;
    gsl_vector *here = gsl_vector_alloc(n), *next = gsl_vector_alloc(n);

    gsl_vector_set_all(here, 1 / (double)n);
    for (unsigned t = 0; t < 40000; t++) {
        double sum = 0;

        gsl_vector_set_zero(next);
        for (size_t x = 0; x < n; x++) {
            double share = gsl_vector_get(here, x);
            double a = stepped(&c, (double)x), b = jumped(&c, (double)x);

            if (a <= c.walk.level)
                *gsl_vector_ptr(next, (size_t)a) += share * (1 - rate);
            if (b <= c.walk.level)
                *gsl_vector_ptr(next, (size_t)b) += share * rate;
        }
        for (size_t x = 0; x < n; x++)
            sum += gsl_vector_get(next, x);
        for (size_t x = 0; x < n; x++)
            gsl_vector_set(here, x, gsl_vector_get(next, x) / sum);
    }
    gsl_vector_free(next);
    return here;
}

/* Slow and fast jumps, the level below one of them, at one, and far above. */
static const struct spc_skip_free chains[] = {
    {0.05, 9, 30, true},   {0.1, 9, 30, true},      {0.3, 9, 30, true},
    {0.9, 9, 35, true},    {0.4, 1, 20, true},      {0.7, 1, 20, true},
    {0.01, 40, 130, true}, {0.03, 40, 30, true},    {0.03, 40, 40, true},
    {0.2, 40, 161, true},  {0.0245, 40, 161, true}, {0.3, 5, 0, true},
};

enum { CHAINS = sizeof chains / sizeof *chains };

static void test_every_start_of_a_chain(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CHAINS; i++) {
        gsl_vector *down = lengths_of(&(struct chain){false, chains[i]});
        gsl_vector *up = lengths_of(&(struct chain){true, chains[i]});

        for (size_t x = 0; x < down->size; x++) {
            CHECK_CLOSE(descent(&chains[i], (double)x), gsl_vector_get(down, x),
                        1e-12);
            CHECK_CLOSE(climb(&chains[i], (double)x), gsl_vector_get(up, x),
                        1e-12);
        }
        gsl_vector_free(down);
        gsl_vector_free(up);
    }
}

static double mean_over(const gsl_vector *shares, const gsl_vector *of)
{
    double sum = 0;

    for (size_t i = 0; i < shares->size; i++)
        sum += gsl_vector_get(shares, i) * gsl_vector_get(of, i);
    return sum;
}

static void test_steady_states_of_a_chain(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CHAINS; i++)
        for (int climbs = 0; climbs <= 1; climbs++) {
            struct chain c = {climbs, chains[i]};
            double until_now = chains[i].rate / 1.7, time = NAN;
            gsl_vector *lengths = lengths_of(&c);
            gsl_vector *shares = settled(c, until_now);
            enum spc_status status =
                climbs
                    ? spc_skip_free_climb_steady(&c.walk, until_now, false,
                                                 &time)
                    : spc_skip_free_descent_steady(&c.walk, until_now, &time);

            assert_int_equal(status, SPC_OK);
            CHECK_CLOSE(time, mean_over(shares, lengths), 1e-9);
            gsl_vector_free(lengths);
            gsl_vector_free(shares);
        }
}

/* ---- the line ---------------------------------------------------------- */

/* W and its integral as sums with alternating signs, which take 120 digits
 * (mpmath): sum of (-rate u)^j / j! exp(rate u), u = x - j jump > 0. */
static void test_the_line_by_closed_forms(void **state)
{
    /* clang-format off */
    static const struct {
        double rate, jump, level, x, descent, climb;
    } rows[] = {
        {1.0, 0.5, 2.9, 0, 1752.824215076715, 5.3003599375116229},
        {1.0, 0.5, 2.9, 0.7, 1750.3999219231397, 4.3094850235130106},
        {1.0, 0.5, 10.3, 0.25, 209546407319.91308, 19.815974583315283},
        {0.3, 1.0, 7.5, 0, 7156001.2391810732, 10.408163332209308},
        {1.4, 1.0, 4.2, 1, 7.3060314954113513, 72.376730067799291},
        {5.0, 1.0, 6.6, 0, 1.7067059060686723, 35580769834897.604},
        {30.0, 1.0, 5.3, 0.2, 0.20000000697658699, 3.7644485675567468e+67},
        {1.0, 1.0, 12.7, 3.5, 157.67333332254914, 155.17335310124238},
        {1.0, 0.9, 3, 0.9, 15.430257809314499, 8.3691781550393382},
        {58.0, 0.5, 2.3, 0, 0.08626063342590551, 1.4840751472336342e+56},
    };
    /* clang-format on */

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spc_skip_free w = {rows[i].rate, rows[i].jump, rows[i].level,
                                  false};

        CHECK_CLOSE(descent(&w, rows[i].x), rows[i].descent, 1e-12);
        CHECK_CLOSE(climb(&w, rows[i].x), rows[i].climb, 1e-11);
    }
}

/* Below one jump every jump passes. */
static void test_below_one_jump(void **state)
{
    struct spc_skip_free line = {0.37, 5, 4.9, false};
    struct spc_skip_free lattice = {0.037, 5, 4, true};

    (void)state;
    for (double x = 0; x <= 4; x++) {
        CHECK_CLOSE(descent(&line, x), 1 / 0.37, 1e-13);
        CHECK_CLOSE(descent(&lattice, x), 1 / 0.037, 1e-13);
    }
}

/* The unit of time and that of length move nothing. */
static void test_units_do_not_matter(void **state)
{
    (void)state;
    for (double rate = 0.4; rate < 90; rate *= 2.3) {
        struct spc_skip_free one = {rate, 1, 4.385, false};
        struct spc_skip_free other = {rate / 3.7e8, 3.7e8, 4.385 * 3.7e8,
                                      false};
        double a = NAN, b = NAN;

        CHECK_CLOSE(descent(&other, 0.385 * 3.7e8),
                    3.7e8 * descent(&one, 0.385), 1e-11);
        assert_int_equal(spc_skip_free_descent_steady(&one, 0.4, &a), SPC_OK);
        assert_int_equal(spc_skip_free_descent_steady(&other, 0.4 / 3.7e8, &b),
                         SPC_OK);
        CHECK_CLOSE(b, 3.7e8 * a, 1e-9);
    }
}

/* Where jumps crowd, one formula takes over from another: above and below a
 * multiple of them, where the first gap alone decides. */
static void test_crowded_jumps_go_on_from_the_others(void **state)
{
    static const double levels[] = {3.98, 4.02};

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        for (double x = 0; x < 1.2; x += 0.15) {
            struct spc_skip_free below = {59.999, 1, levels[i], false};
            struct spc_skip_free above = {60.001, 1, levels[i], false};

            CHECK_CLOSE(descent(&above, x), descent(&below, x), 6e-5);
            assert_true(descent(&above, x) < descent(&below, x));
        }
}

/* Ever finer lattices, corrected to second order, become the line. */
static void test_the_lattice_becomes_the_line(void **state)
{
    double before = INFINITY;

    (void)state;
    for (double m = 50; m < 30000; m *= 8) {
        double p = 0.7 / m, a = floor(3.7 * m), x = floor(0.3 * m);
        struct spc_skip_free lattice = {p, m - 1, a, true};
        struct spc_skip_free line = {-log1p(-p), m - 0.5, a + 1, false};
        double times = line.rate / p;
        double off =
            fabs(times * descent(&line, x + 0.5) / descent(&lattice, x) - 1);

        assert_true(off < before / 50);
        assert_true(off < 1 / m / m);
        CHECK_CLOSE(times * climb(&line, x), climb(&lattice, x), 1 / m / m);
        before = off;
    }
}

/* A million times the mean time of a jump. */
static void test_what_is_too_long(void **state)
{
    struct spc_skip_free w = {1, 0.5, 1e6, false};
    double untouched = 1.25;

    (void)state;
    assert_int_equal(spc_skip_free_descent(&w, 0, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_int_equal(spc_skip_free_climb(&w, 0, &untouched),
                     SPC_NO_CONVERGENCE);
    w = (struct spc_skip_free){0.9, 9, 5000, true}; /* 1e4986 steps */
    assert_int_equal(spc_skip_free_climb(&w, 0, &untouched),
                     SPC_NO_CONVERGENCE);
    assert_true(untouched == 1.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_start_of_a_chain),
        cmocka_unit_test(test_steady_states_of_a_chain),
        cmocka_unit_test(test_the_line_by_closed_forms),
        cmocka_unit_test(test_below_one_jump),
        cmocka_unit_test(test_units_do_not_matter),
        cmocka_unit_test(test_crowded_jumps_go_on_from_the_others),
        cmocka_unit_test(test_the_lattice_becomes_the_line),
        cmocka_unit_test(test_what_is_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
