/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables: golden and textbook figures, second
 * definitions, simulation, properties. */
#include "engine/covariance.h"
#include "engine/multivariate.h"
#include "engine/run_length.h"
#include "tests/engine/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

enum { UPPER = SPC_EDGES - 1, P_MAX = 36, BLOCK = (P_MAX + 4) * (P_MAX + 4) };

/* ---- data -------------------------------------------------------------- */

struct table {
    size_t rows, p;
    double x[1000][P_MAX];
};

struct estimate {
    double mean[P_MAX], covariance[BLOCK], factor[BLOCK], df;
    struct spc_t2_model model;
};

static struct table study, fresh;
static double scatter[BLOCK], work[2 * P_MAX];

static unsigned column_of(const char *path, const char *name)
{
    char line[2048];
    FILE *file = fopen(path, "r");
    unsigned column = 0;

    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        fail_msg("%s: cannot be read", path);
    fclose(file);
    for (char *word = strtok(line, ",\n"); word; word = strtok(NULL, ",\n")) {
        if (strcmp(word, name) == 0)
            return column;
        column++;
    }
    fail_msg("%s: no column %s", path, name);
    return 0;
}

static void read_table(const char *name, const json_t *columns,
                       struct table *table)
{
    static double values[SERIES_MAX];
    char file[128], path[512];

    snprintf(file, sizeof file, "oracle/%s", name);
    snprintf(path, sizeof path, "%s/%s", SPC_TEST_DATA, file);
    table->p = json_array_size(columns);
    assert_in_range(table->p, 1, P_MAX);
    for (size_t j = 0; j < table->p; j++) {
        const char *column = json_string_value(json_array_get(columns, j));

        table->rows = series_read(file, column_of(path, column), values);
        assert_in_range(table->rows, 2, 1000);
        for (size_t i = 0; i < table->rows; i++)
            table->x[i][j] = values[i];
    }
}

static enum spc_status finish(size_t p, struct estimate *e)
{
    static bool culprits[P_MAX];

    spc_scatter_mean(scatter, p, e->mean);
    e->df = spc_scatter_df(scatter);
    e->model = (struct spc_t2_model){p, e->mean, e->factor};
    assert_int_equal(spc_scatter_covariance(scatter, p, e->covariance), SPC_OK);
    return spc_factor(e->covariance, p, e->df, e->factor, culprits);
}

static void estimate(const struct table *table, size_t rows, bool successive,
                     struct estimate *e)
{
    spc_scatter_clear(scatter, table->p);
    for (size_t i = 0; i < rows; i++)
        if (successive)
            spc_scatter_add_successive(scatter, table->p, table->x[i]);
        else
            spc_scatter_add(scatter, table->p, table->x[i]);
    assert_int_equal(finish(table->p, e), SPC_OK);
}

/* Subgroups of n rows: the estimate, and their means in place of the rows. */
static void estimate_within(struct table *table, size_t n, struct estimate *e)
{
    static double one[BLOCK];

    spc_scatter_clear(scatter, table->p);
    for (size_t g = 0; g < table->rows / n; g++) {
        spc_scatter_clear(one, table->p);
        for (size_t i = 0; i < n; i++)
            spc_scatter_add(one, table->p, table->x[g * n + i]);
        spc_scatter_pool(scatter, table->p, one);
        spc_scatter_mean(one, table->p, table->x[g]);
    }
    table->rows /= n;
    assert_int_equal(finish(table->p, e), SPC_OK);
}

static void draw(struct table *table, size_t rows, size_t p,
                 struct random_stream *r)
{
    table->rows = rows;
    table->p = p;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p; j++)
            table->x[i][j] = 0.7 * (j > 0 ? table->x[i][j - 1] : 0) +
                             2.385 * random_normal(r);
}

static double limit(struct spc_t2_study s, size_t q, size_t k, double alpha)
{
    double t2 = NAN;

    assert_int_equal(spc_t2_quantile(&s, q, k, alpha, &t2), SPC_OK);
    return t2;
}

/* ---- golden figures ---------------------------------------------------- */

static json_t *golden, *one_case;

static int open_golden(void **state)
{
    (void)state;
    golden = json_load_file(SPC_TEST_DATA "/oracle/t2.json", 0, NULL);
    return golden ? 0 : -1;
}

static int close_golden(void **state)
{
    (void)state;
    json_decref(golden);
    return 0;
}

static const json_t *of_case(const char *part, const char *key)
{
    return json_object_get(json_object_get(one_case, part), key);
}

static double number(const char *key)
{
    return json_number_value(of_case("expected", key));
}

/* Relative to the list's largest, for T2 near the mean. */
static void check_list(const json_t *list, const double *got, double tolerance)
{
    double largest = 0;

    assert_true(json_array_size(list) > 0);
    for (size_t i = 0; i < json_array_size(list); i++)
        largest = fmax(largest, json_number_value(json_array_get(list, i)));
    for (size_t i = 0; i < json_array_size(list); i++)
        CHECK_NEAR(got[i], json_number_value(json_array_get(list, i)),
                   tolerance * largest);
}

static void check_t2(const struct table *table, const struct estimate *e,
                     double n, const json_t *list, double tolerance)
{
    static double t2[1000];

    for (size_t i = 0; i < table->rows; i++)
        t2[i] = spc_t2(&e->model, table->x[i], n, work);
    check_list(list, t2, tolerance);
}

/* The numbers, from 1, of the points beyond a limit, from `first` on. */
static void check_beyond(const struct estimate *e, size_t first, size_t end,
                         double ucl, const json_t *list)
{
    double n = of_case("case", "group") ? number("n") : 1;
    size_t found = 0;

    for (size_t i = first; i < end; i++) {
        if (spc_t2(&e->model, study.x[i], n, work) <= ucl)
            continue;
        assert_int_equal(json_integer_value(json_array_get(list, found)),
                         i + 1);
        found++;
    }
    assert_int_equal(found, json_array_size(list));
}

/* Phase I judges the rows of the study, Phase II those after. */
static void check_limits(const struct estimate *e, double n, size_t rows)
{
    static const struct {
        const char *limit, *beyond;
        enum spc_t2_phase phase;
    } kinds[] = {{"ucl_phase1", "beyond_phase1", SPC_T2_STUDIED},
                 {"ucl_phase2", "beyond_phase2", SPC_T2_NEW},
                 {"ucl_chi2", NULL, SPC_T2_KNOWN}};
    json_t *all = (json_t *)of_case("expected", "limits"), *figures;
    const char *key;

    assert_true(json_object_size(all) == 4);
    json_object_foreach(all, key, figures)
    {
        double alpha = strtod(key + strlen("alpha="), NULL);

        /* The name of 1 - (1 - 0.0027)^p is rounded. */
        if (alpha > 0.0051)
            alpha = -expm1((double)e->model.p * log1p(-0.0027));
        for (size_t i = 0; i < 3; i++) {
            struct spc_t2_study s = {kinds[i].phase, e->model.p, n > 1,
                                     number("m"), e->df};
            double ucl = limit(s, s.p, 0, alpha);
            bool is_new = kinds[i].phase == SPC_T2_NEW;

            CHECK_CLOSE(
                ucl,
                json_number_value(json_object_get(figures, kinds[i].limit)),
                1e-10);
            if (kinds[i].beyond)
                check_beyond(e, is_new ? rows : 0, is_new ? study.rows : rows,
                             ucl, json_object_get(figures, kinds[i].beyond));
        }
    }
}

/* T2, of both estimates of individuals, and three kinds of limits. */
static void check_case(double tolerance)
{
    static struct estimate e;
    const json_t *phase1 = of_case("case", "phase1_rows");
    double n = of_case("case", "group") ? number("n") : 1;

    read_table(json_string_value(of_case("case", "data")),
               of_case("case", "values"), &study);
    size_t rows = phase1 ? (size_t)json_integer_value(phase1) : study.rows;
    if (n > 1)
        estimate_within(&study, (size_t)n, &e);
    else
        estimate(&study, rows, false, &e);
    check_list(of_case("expected", "mean"), e.mean, 1e-14);
    check_t2(&study, &e, n, of_case("expected", "T2"), tolerance);
    check_limits(&e, n, phase1 ? rows : study.rows);
    if (n > 1)
        return;
    estimate(&study, rows, true, &e);
    check_t2(&study, &e, 1, of_case("expected", "T2_successive_difference"),
             tolerance);
}

static void test_golden_charts(void **state)
{
    size_t i;

    (void)state;
    assert_true(json_array_size(golden) == 6);
    json_array_foreach(golden, i, one_case)
    {
        const char *id = json_string_value(json_object_get(one_case, "id"));

        check_case(strcmp(id, "tep_d04_t2") == 0 ? 1e-8 : 1e-11);
    }
}

static void choose(const char *wanted)
{
    size_t i;

    json_array_foreach(
        golden, i,
        one_case) if (strcmp(json_string_value(json_object_get(one_case, "id")),
                             wanted) == 0) return;
    fail_msg("no case %s", wanted);
}

static void count_beyond(const struct estimate *e, double ucl,
                         const json_t *wanted)
{
    json_int_t before = 0, count = 0, first = 0;

    for (size_t t = 0; t < fresh.rows; t++)
        if (spc_t2(&e->model, fresh.x[t], 1, work) > ucl) {
            first = first > 0 ? first : (json_int_t)t + 1;
            before += t < 160;
            count++;
        }
    assert_int_equal(count,
                     json_integer_value(json_object_get(wanted, "count")));
    assert_int_equal(first,
                     json_integer_value(json_object_get(wanted, "first")));
    assert_int_equal(
        before, json_integer_value(json_object_get(wanted, "count_upto_160")));
}

/* Thirty-three variables of a chemical plant, in raw units of condition number
 * 1.5e10, and a fault after point 160: the very points that signal. */
static void test_golden_fault(void **state)
{
    static const struct spc_t2_study s = {SPC_T2_NEW, 33, false, 500, 499};
    static struct estimate e;

    (void)state;
    choose("tep_d04_t2");
    read_table(json_string_value(of_case("case", "data")),
               of_case("case", "values"), &study);
    read_table(json_string_value(of_case("case", "newdata")),
               of_case("case", "values"), &fresh);
    estimate(&study, study.rows, false, &e);
    fresh.rows = 10;
    check_t2(&fresh, &e, 1, of_case("expected", "new_T2_first_10"), 1e-8);
    fresh.rows = 960;
    count_beyond(&e, limit(s, 33, 0, 0.0027),
                 of_case("expected", "new_beyond_alpha=0.0027"));
    count_beyond(&e, limit(s, 33, 0, 0.001),
                 of_case("expected", "new_beyond_alpha=0.001"));
}

/* One more column that is a sum of two is named among all 34. */
static void test_a_sum_among_many_is_named(void **state)
{
    static struct estimate e;
    bool culprits[34];

    (void)state;
    choose("tep_d04_t2");
    read_table(json_string_value(of_case("case", "data")),
               of_case("case", "values"), &study);
    study.p = 34;
    spc_scatter_clear(scatter, 34);
    for (size_t i = 0; i < study.rows; i++) {
        study.x[i][33] = study.x[i][6] + study.x[i][12];
        spc_scatter_add(scatter, 34, study.x[i]);
    }
    assert_int_equal(spc_scatter_covariance(scatter, 34, e.covariance), SPC_OK);
    assert_int_equal(spc_factor(e.covariance, 34, 499, e.factor, culprits),
                     SPC_SINGULAR);
    for (size_t j = 0; j < 34; j++)
        assert_int_equal(culprits[j], j == 6 || j == 12 || j == 33);
}

/* ---- textbook ---------------------------------------------------------- */

/* Montgomery, 11.3.1: 20 samples of 10, alpha 0.001; and of 20 individuals at
 * 0.0027, at qcc's convention and in JASP. */
static void test_published_limits(void **state)
{
    struct spc_t2_study means = {SPC_T2_STUDIED, 2, true, 20, 180};
    struct spc_t2_study ones = {SPC_T2_STUDIED, 2, false, 20, 19};

    (void)state;
    CHECK_NEAR(limit(means, 2, 0, 0.001), 13.72, 0.005);
    CHECK_CLOSE(limit(means, 2, 0, 0.001), 13.720741594151711, 1e-12);
    CHECK_NEAR(limit(ones, 2, 0, 0.0027), 9.049, 0.0005);
    CHECK_NEAR(limit(ones, 2, 0, 1 - 0.9973 * 0.9973), 8.28593, 5e-6);
    means.phase = ones.phase = SPC_T2_NEW;
    CHECK_NEAR(limit(means, 2, 0, 0.001), 15.17, 0.005);
    CHECK_CLOSE(limit(means, 2, 0, 0.001), 15.165030183009787, 1e-12);
    CHECK_NEAR(limit(ones, 2, 0, 0.0027), 18.54, 0.005);
}

/* By mpmath, 40 digits: its incomplete beta and gamma functions. */
static void test_far_tails(void **state)
{
    struct spc_t2_study s = {SPC_T2_NEW, 3, false, 25, 24};

    (void)state;
    CHECK_CLOSE(limit(s, 3, 0, 1e-9), 159.63701711283873, 1e-12);
    s.phase = SPC_T2_STUDIED;
    CHECK_CLOSE(limit(s, 3, 0, 1e-9), 20.203711898345104, 1e-12);
    s = (struct spc_t2_study){SPC_T2_NEW, 7, false, 100, 99};
    CHECK_CLOSE(limit(s, 7, 0, 1e-9), 79.660495476223464, 1e-12);
    s.phase = SPC_T2_STUDIED;
    CHECK_CLOSE(limit(s, 7, 0, 1e-9), 43.797726363323383, 1e-12);
    s = (struct spc_t2_study){SPC_T2_KNOWN, 5, false, 0, 0};
    CHECK_CLOSE(limit(s, 5, 0, 1e-12), 65.238636213367845, 1e-12);
    CHECK_CLOSE(spc_t2_tail(&s, 65.238636213367845), 1e-12, 1e-12);
}

/* Montgomery, table 11.3: three variables, all correlations 0.9. */
static void test_published_decomposition(void **state)
{
    static const double s[] = {1, .9, .9, .9, 1, .9, .9, .9, 1}, mean[3] = {0};
    static const struct {
        double x[3], t2, drop[3];
    } rows[] = {{{2, 0, 0}, 27.14, {27.14, 6.09, 6.09}},
                {{1, 1, -1}, 26.79, {6.79, 6.79, 25.73}},
                {{1, -1, 0}, 20.00, {14.74, 14.74, 0}}};
    static const struct spc_t2_term_limits limits = {3, 20, 0};
    double factor[64];
    bool culprits[3];
    struct spc_t2_model model = {3, mean, factor};
    struct spc_t2_term terms[3];

    (void)state;
    assert_int_equal(spc_factor(s, 3, 0, factor, culprits), SPC_OK);
    for (size_t i = 0; i < 3; i++) {
        CHECK_NEAR(spc_t2_decompose(&model, rows[i].x, 1, &limits, work, terms),
                   rows[i].t2, 0.005);
        for (size_t j = 0; j < 3; j++) {
            size_t v = terms[j].variable;

            CHECK_NEAR(terms[j].given_rest, rows[i].drop[v], 0.006);
            CHECK_NEAR(terms[j].alone, rows[i].x[v] * rows[i].x[v], 1e-15);
            assert_int_equal(terms[j].given_rest_beyond,
                             rows[i].t2 > 21 && rows[i].drop[v] > 20);
            assert_int_equal(terms[j].alone_beyond, terms[j].alone > 3);
            assert_true(j == 0 ||
                        terms[j].given_rest <= terms[j - 1].given_rest + 1e-12);
        }
    }
}

/* ---- terms ------------------------------------------------------------- */

/* From the F, beta and chi-square quantiles of scipy, alpha 0.0027. */
static void test_limits_of_terms(void **state)
{
    static const struct {
        struct spc_t2_study study;
        double alone, given_rest;
    } rows[] = {
        {{SPC_T2_NEW, 4, false, 20, 19}, 12.477345859389969, 15.66148202009624},
        {{SPC_T2_STUDIED, 4, false, 20, 19},
         7.248322852425549,
         8.332521950883523},
        {{SPC_T2_NEW, 2, true, 20, 60}, 10.286144148062526, 10.47579692897584},
        {{SPC_T2_STUDIED, 2, true, 20, 60},
         9.306511372056569,
         9.478101983359092},
        {{SPC_T2_KNOWN, 4, false, 0, 0}, 8.999861956749697, 8.999861956749697},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spc_t2_term_limits limits;

        assert_int_equal(spc_t2_term_limits(&rows[i].study, 0.0027, &limits),
                         SPC_OK);
        CHECK_CLOSE(limits.alone, rows[i].alone, 1e-8);
        CHECK_CLOSE(limits.given_rest, rows[i].given_rest, 1e-8);
    }
}

/* Any order of the variables splits the same T2; the last of an order has
 * what it adds to all others, the first what it is alone. */
static void test_every_order_sums_to_t2(void **state)
{
    enum { P = 5 };
    static struct estimate e, turned;
    static const struct spc_t2_term_limits limits = {9, 9, 0};
    struct random_stream r = {.state = 44};
    struct spc_t2_term terms[P];

    (void)state;
    draw(&study, 60, P, &r);
    estimate(&study, 60, false, &e);
    for (size_t turn = 0; turn < P; turn++) {
        for (size_t i = 0; i < 60; i++)
            for (size_t j = 0; j < P; j++)
                fresh.x[i][j] = study.x[i][(j + turn) % P];
        fresh.p = P;
        estimate(&fresh, 60, false, &turned);
        for (size_t i = 0; i < 60; i++) {
            double in_order[P], sum = 0, n = 1 + (double)(i % 4);
            double t2 = spc_t2_in_order(&turned.model, fresh.x[i], n, in_order);

            for (size_t j = 0; j < P; j++)
                sum += in_order[j];
            CHECK_CLOSE(sum, t2, 1e-14);
            CHECK_CLOSE(
                t2,
                spc_t2_decompose(&e.model, study.x[i], n, &limits, work, terms),
                1e-12);
            for (size_t j = 0; j < P; j++) {
                if (terms[j].variable == turn)
                    CHECK_CLOSE(in_order[0], terms[j].alone, 1e-10);
                if (terms[j].variable == (turn + P - 1) % P)
                    CHECK_CLOSE(in_order[P - 1], terms[j].given_rest, 1e-10);
            }
        }
    }
}

static double reach(const struct spc_t2_term *t,
                    const struct spc_t2_term_limits *limits)
{
    return fmax(t->alone / limits->alone, t->given_rest / limits->given_rest);
}

/* The variable that was moved is the first named; order and marks hold. */
static void test_the_moved_variable_comes_first(void **state)
{
    static struct estimate e;
    struct random_stream r = {.state = 45};
    const struct spc_t2_study s = {SPC_T2_NEW, 6, false, 100, 99};
    struct spc_t2_term_limits limits;
    struct spc_t2_term terms[6];

    (void)state;
    draw(&study, 100, 6, &r);
    estimate(&study, 100, false, &e);
    assert_int_equal(spc_t2_term_limits(&s, 0.0027, &limits), SPC_OK);
    for (size_t moved = 0; moved < 6; moved++) {
        double x[6];

        memcpy(x, e.mean, sizeof x);
        x[moved] += 20;
        (void)spc_t2_decompose(&e.model, x, 1, &limits, work, terms);
        assert_int_equal(terms[0].variable, moved);
        assert_true(terms[0].given_rest_beyond);
        for (size_t j = 0; j < 6; j++) {
            assert_int_equal(terms[j].alone_beyond,
                             terms[j].alone > limits.alone);
            assert_int_equal(terms[j].given_rest_beyond,
                             terms[j].given_rest > limits.given_rest);
            assert_true(j == 0 || reach(&terms[j], &limits) <=
                                      reach(&terms[j - 1], &limits));
        }
    }
}

/* ---- properties -------------------------------------------------------- */

/* y = A x + b has the T2 of x, whatever the units. */
static void test_affine_invariance(void **state)
{
    static struct estimate e, other;
    struct random_stream r = {.state = 46};
    double a[4][4];

    (void)state;
    draw(&study, 40, 4, &r);
    for (size_t i = 0; i < 16; i++)
        a[i / 4][i % 4] = random_normal(&r) * (i / 4 == 2 ? 1e6 : 1);
    fresh.rows = 40;
    fresh.p = 4;
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 0; j < 4; j++) {
            fresh.x[i][j] = 37.5;
            for (size_t k = 0; k < 4; k++)
                fresh.x[i][j] += a[j][k] * study.x[i][k];
        }
    estimate(&study, 40, false, &e);
    estimate(&fresh, 40, false, &other);
    for (size_t i = 0; i < 40; i++)
        CHECK_CLOSE(spc_t2(&other.model, fresh.x[i], 1, work),
                    spc_t2(&e.model, study.x[i], 1, work), 1e-11);
}

/* The sum of T2 over its own study is p (m - 1): trace of S^-1 S. */
static void test_sum_over_the_study(void **state)
{
    static struct estimate e;
    struct random_stream r = {.state = 47};

    (void)state;
    for (size_t p = 1; p <= 9; p++) {
        double sum = 0;

        draw(&study, 50, p, &r);
        estimate(&study, 50, false, &e);
        for (size_t i = 0; i < 50; i++)
            sum += spc_t2(&e.model, study.x[i], 1, work);
        CHECK_CLOSE(sum, (double)p * 49, 1e-13);
    }
}

/* One variable: the square of its distance in standard deviations, and a
 * known limit of three of them squared. */
static void test_one_variable_is_a_shewhart_chart(void **state)
{
    static struct estimate e;
    struct random_stream r = {.state = 48};
    const struct spc_t2_study known = {SPC_T2_KNOWN, 1, false, 0, 0};

    (void)state;
    draw(&study, 30, 1, &r);
    estimate(&study, 30, false, &e);
    for (size_t i = 0; i < 30; i++) {
        double d = study.x[i][0] - e.mean[0];

        CHECK_CLOSE(spc_t2(&e.model, study.x[i], 5, work),
                    5 * d * d / e.covariance[0], 1e-14);
    }
    CHECK_CLOSE(limit(known, 1, 0, erfc(3 / sqrt(2))), 9, 1e-13);
    assert_true(spc_t2_growth(&known) == 0);
}

static void test_zones(void **state)
{
    const struct spc_t2_study s = {SPC_T2_NEW, 3, true, 20, 80};
    const struct spc_t2_study known = {SPC_T2_KNOWN, 2, false, 0, 0};
    struct spc_zones zones;

    (void)state;
    assert_int_equal(spc_t2_zones(&s, 0.0027, &zones), SPC_OK);
    assert_true(zones.upper[UPPER] == limit(s, 3, 0, 0.0027));
    assert_true(zones.upper[0] == limit(s, 3, 0, 0.5));
    assert_true(zones.lower[0] == zones.upper[0]);
    assert_true(zones.lower[UPPER] == 0);
    CHECK_CLOSE(zones.upper[2] - zones.upper[1],
                zones.upper[1] - zones.upper[0], 1e-14);
    assert_int_equal(spc_t2_zones(&known, 0.0027, &zones), SPC_OK);
    CHECK_CLOSE(zones.upper[0], 2 * log(2), 1e-14);
    CHECK_CLOSE(zones.upper[UPPER], -2 * log(0.0027), 1e-14);
}

static void test_too_short_a_study(void **state)
{
    struct spc_t2_study s = {SPC_T2_STUDIED, 4, false, 5, 4};
    struct spc_zones zones = {{7}, {7}};
    double t2 = 7;

    (void)state;
    assert_int_equal(spc_t2_quantile(&s, 4, 0, 0.01, &t2),
                     SPC_TOO_FEW_SUBGROUPS);
    assert_int_equal(spc_t2_zones(&s, 0.01, &zones), SPC_TOO_FEW_SUBGROUPS);
    assert_true(t2 == 7 && zones.upper[0] == 7);
    assert_true(isnan(spc_t2_tail(&s, 3)));
    s.m = 6, s.df = 5;
    assert_true(limit(s, 4, 0, 0.01) < 25.0 / 6);
    s = (struct spc_t2_study){SPC_T2_NEW, 4, false, 4, 3};
    assert_int_equal(spc_t2_quantile(&s, 4, 0, 0.01, &t2),
                     SPC_TOO_FEW_SUBGROUPS);
    s = (struct spc_t2_study){SPC_T2_STUDIED, 4, true, 1, 30};
    assert_int_equal(spc_t2_quantile(&s, 4, 0, 0.01, &t2),
                     SPC_TOO_FEW_SUBGROUPS);
}

/* ---- simulation -------------------------------------------------------- */

enum { STUDIES = 20000 };

static void check_rate(unsigned hits, double alpha)
{
    CHECK_NEAR((double)hits / STUDIES, alpha,
               4 * sqrt(alpha * (1 - alpha) / STUDIES));
}

/* Is variable 0 beyond its limit given the others? */
static bool first_is_beyond(const struct spc_t2_term *terms)
{
    while (terms->variable != 0)
        terms++;
    return terms->given_rest_beyond;
}

/* Short studies of individuals: how often is a point of the study beyond the
 * limit, how often a new one, how often their terms? */
static void test_individuals_alarm_as_often_as_stated(void **state)
{
    static struct estimate e;
    struct spc_t2_study s = {SPC_T2_STUDIED, 3, false, 12, 11};
    struct random_stream r = {.state = 49};
    struct spc_t2_term_limits limits;
    struct spc_t2_term terms[3];
    unsigned studied = 0, later = 0, alone = 0, given = 0, given_studied = 0;
    struct spc_t2_term_limits phase1_limits;
    double phase1 = limit(s, 3, 0, 0.05), phase2;

    (void)state;
    assert_int_equal(spc_t2_term_limits(&s, 0.05, &phase1_limits), SPC_OK);
    phase1_limits.growth = spc_t2_growth(&s);
    s.phase = SPC_T2_NEW;
    phase2 = limit(s, 3, 0, 0.05);
    assert_int_equal(spc_t2_term_limits(&s, 0.05, &limits), SPC_OK);
    assert_true(limits.growth == 0);
    limits.growth = spc_t2_growth(&s);
    for (unsigned i = 0; i < STUDIES; i++) {
        draw(&study, 13, 3, &r);
        estimate(&study, 12, false, &e);
        studied += spc_t2_decompose(&e.model, study.x[0], 1, &phase1_limits,
                                    work, terms) > phase1;
        given_studied += first_is_beyond(terms);
        later += spc_t2_decompose(&e.model, study.x[12], 1, &limits, work,
                                  terms) > phase2;
        given += first_is_beyond(terms);
        for (size_t j = 0; j < 3; j++)
            alone += terms[j].variable == 0 && terms[j].alone_beyond;
    }
    check_rate(given, 0.05);
    check_rate(given_studied, 0.05);
    check_rate(studied, 0.05);
    check_rate(later, 0.05);
    check_rate(alone, 0.05);
}

/* Six subgroups of four; a seventh is new. */
static void test_subgroups_alarm_as_often_as_stated(void **state)
{
    static struct estimate e;
    struct spc_t2_study s = {SPC_T2_STUDIED, 3, true, 6, 18};
    struct random_stream r = {.state = 50};
    unsigned studied = 0, later = 0;
    double phase1 = limit(s, 3, 0, 0.05), phase2, one[3];

    (void)state;
    s.phase = SPC_T2_NEW;
    phase2 = limit(s, 3, 0, 0.05);
    for (unsigned i = 0; i < STUDIES; i++) {
        draw(&study, 28, 3, &r);
        for (size_t j = 0; j < 3; j++)
            one[j] = (study.x[24][j] + study.x[25][j] + study.x[26][j] +
                      study.x[27][j]) /
                     4;
        study.rows = 24;
        estimate_within(&study, 4, &e);
        studied += spc_t2(&e.model, study.x[0], 4, work) > phase1;
        later += spc_t2(&e.model, one, 4, work) > phase2;
    }
    check_rate(studied, 0.05);
    check_rate(later, 0.05);
}

/* Mean and variance of |S| of subgroups of 7, three variables. */
static void test_generalised_variance_by_simulation(void **state)
{
    static struct estimate e;
    struct random_stream r = {.state = 51};
    double mean = 0, square = 0, sigma = pow(2.385, 6);
    double b1 = spc_determinant_b1(3, 6), b2 = spc_determinant_b2(3, 6);

    (void)state;
    for (unsigned i = 0; i < STUDIES; i++) {
        draw(&study, 7, 3, &r);
        estimate(&study, 7, false, &e);
        double d = spc_determinant(e.covariance, 3, work) / sigma;
        mean += d / STUDIES;
        square += (d - b1) * (d - b1) / STUDIES;
    }
    CHECK_NEAR(mean, b1, 4 * sqrt(b2 / STUDIES));
    CHECK_CLOSE(square, b2, 0.15);
}

/* The factors as Montgomery's 11.6 writes them, for n and p at hand. */
static void test_generalised_variance_limits(void **state)
{
    struct spc_zones zones = spc_determinant_zones(2, 10, 3.5, 3);
    double b1 = 9 * 8 / 81.0, b2 = 9 * 8 * (11 * 10 - 9 * 8) / 6561.0;

    (void)state;
    CHECK_CLOSE(spc_determinant_b1(2, 9), b1, 1e-15);
    CHECK_CLOSE(spc_determinant_b2(2, 9), b2, 1e-14);
    CHECK_CLOSE(zones.upper[0], 3.5 * b1, 1e-15);
    CHECK_CLOSE(zones.upper[UPPER], 3.5 * (b1 + 3 * sqrt(b2)), 1e-14);
    CHECK_CLOSE(zones.lower[1], 3.5 * (b1 - sqrt(b2)), 1e-14);
    assert_true(zones.lower[UPPER] == 0);
    /* One variable: a variance, with its own 2 / df. */
    CHECK_CLOSE(spc_determinant_b1(1, 9), 1, 1e-15);
    CHECK_CLOSE(spc_determinant_b2(1, 9), 2 / 9.0, 1e-14);
}

/* ---- MEWMA ------------------------------------------------------------- */

/* By its weights: z_i = sum of lambda (1 - lambda)^(i - t) (x_t - mean). */
static void test_mewma_by_its_weights(void **state)
{
    static struct estimate e;
    struct random_stream r = {.state = 52};
    double z[3], direct[3];
    struct spc_mewma mewma = {z, 9};

    (void)state;
    draw(&study, 25, 3, &r);
    estimate(&study, 25, false, &e);
    for (double lambda = 0.1; lambda <= 1; lambda += 0.3) {
        spc_mewma_start(&mewma, 3);
        for (size_t i = 0; i < 25; i++) {
            double share = lambda / (2 - lambda) / 5 *
                           (1 - pow(1 - lambda, 2 * (double)(i + 1)));

            spc_mewma_push(&mewma, &e.model, lambda, study.x[i], 5);
            CHECK_CLOSE(mewma.share, share, 1e-13);
            memset(direct, 0, sizeof direct);
            for (size_t t = 0; t <= i; t++)
                for (size_t j = 0; j < 3; j++)
                    direct[j] += lambda * pow(1 - lambda, (double)(i - t)) *
                                 (study.x[t][j] - e.mean[j]);
            CHECK_CLOSE(spc_mewma_t2(&mewma, &e.model, mewma.share, work),
                        spc_factor_distance(e.factor, 3, direct, work) / share,
                        1e-9);
        }
    }
    /* lambda 1 has no memory. */
    CHECK_CLOSE(spc_mewma_t2(&mewma, &e.model, mewma.share, work),
                spc_t2(&e.model, study.x[24], 5, work), 1e-12);
    CHECK_CLOSE(spc_mewma_long_share(0.1, 4), 0.1 / 1.9 / 4, 1e-15);
}

/* The golden run lengths give their limits back; one variable is an EWMA, and
 * lambda 1 a T2 chart. */
static void test_mewma_limits(void **state)
{
    double lambda[SERIES_MAX], h[SERIES_MAX], p[SERIES_MAX], shift[SERIES_MAX];
    double length[SERIES_MAX], got;
    size_t count = series_read("oracle/arl_mewma.csv", 0, lambda), used = 0;
    const struct spc_t2_study known = {SPC_T2_KNOWN, 4, false, 0, 0};
    const struct spc_ewma_design one = {.lambda = 0.1, .width = 2.814};

    (void)state;
    (void)series_read("oracle/arl_mewma.csv", 1, h);
    (void)series_read("oracle/arl_mewma.csv", 2, p);
    (void)series_read("oracle/arl_mewma.csv", 3, shift);
    (void)series_read("oracle/arl_mewma.csv", 4, length);
    for (size_t i = 0; i < count; i++) {
        if (shift[i] != 0)
            continue;
        assert_int_equal(
            spc_mewma_limit((size_t)p[i], lambda[i], length[i], &got), SPC_OK);
        CHECK_CLOSE(got, h[i], 1e-7);
        used++;
    }
    assert_true(used > 0);
    assert_int_equal(spc_ewma_run_length(&one, 0, SPC_RUN_ZERO, length),
                     SPC_OK);
    assert_int_equal(spc_mewma_limit(1, 0.1, length[0], &got), SPC_OK);
    CHECK_CLOSE(got, 2.814 * 2.814, 1e-8);
    assert_int_equal(spc_mewma_limit(4, 1, 370, &got), SPC_OK);
    CHECK_CLOSE(got, limit(known, 4, 0, 1 / 370.0), 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_charts),
        cmocka_unit_test(test_golden_fault),
        cmocka_unit_test(test_a_sum_among_many_is_named),
        cmocka_unit_test(test_published_limits),
        cmocka_unit_test(test_far_tails),
        cmocka_unit_test(test_published_decomposition),
        cmocka_unit_test(test_limits_of_terms),
        cmocka_unit_test(test_every_order_sums_to_t2),
        cmocka_unit_test(test_the_moved_variable_comes_first),
        cmocka_unit_test(test_affine_invariance),
        cmocka_unit_test(test_sum_over_the_study),
        cmocka_unit_test(test_one_variable_is_a_shewhart_chart),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_too_short_a_study),
        cmocka_unit_test(test_individuals_alarm_as_often_as_stated),
        cmocka_unit_test(test_subgroups_alarm_as_often_as_stated),
        cmocka_unit_test(test_generalised_variance_by_simulation),
        cmocka_unit_test(test_generalised_variance_limits),
        cmocka_unit_test(test_mewma_by_its_weights),
        cmocka_unit_test(test_mewma_limits),
    };

    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
