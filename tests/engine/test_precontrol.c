/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pre-control: lines, rules drawn as text, and how often they speak. */
#include "engine/precontrol.h"
#include "tests/engine/support.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const double none = NAN;

/* ---- rules ------------------------------------------------------------- */

/* One letter a part: G green, Y and y yellow high and low, R and r red.  Under
 * it the verdict: . next, Q qualified, c continue, A adjust, S stop. */
/* clang-format off */
static const struct {
    const char *what, *parts, *want;
    bool in_pairs;
} drawn[] = {
    {"five greens qualify",            "GGGGG",         "....Q",         false},
    {"a yellow starts them again",     "GGGGYGGGGG",    ".........Q",    false},
    {"yellows apart are no two",       "YGyGYGGGGG",    ".........Q",    false},
    {"two yellows on one side",        "GYY",           "..A",           false},
    {"low ones likewise",              "yy",            ".A",            false},
    {"two yellows on both sides",      "GGyY",          "...S",          false},
    {"high, then low",                 "Yy",            ".S",            false},
    {"a red while setting up",         "GGR",           "..A",           false},
    {"and then from the start",        "GGGGrGGGGG",    "....A....Q",    false},
    {"a third yellow is a first",      "YYYGGGGG",      ".A.....Q",      false},
    {"a green passes alone",           "GGGGGGGG",      "....Qccc",      false},
    {"yellow and green pass",          "GGGGGYGYG",     "....Q.c.c",     false},
    {"yellow twice: adjust",           "GGGGGYY",       "....Q.A",       false},
    {"low twice: adjust",              "GGGGGyy",       "....Q.A",       false},
    {"both sides: stop",               "GGGGGYyGGGGG",  "....Q.S....Q",  false},
    {"yellows of two samples",         "GGGGGYGYGY",    "....Q.c.c.",    false},
    {"red first",                      "GGGGGR",        "....QS",        false},
    {"red second",                     "GGGGGYrG",      "....Q.S.",      false},
    {"a low red",                      "GGGGGrGGGGG",   "....QS....Q",   false},
    {"pairs: two greens",              "GGGGGGGGG",     "....Q.c.c",     true },
    {"pairs: green and yellow",        "GGGGGGyYG",     "....Q.c.c",     true },
    {"pairs: a red after a green",     "GGGGGGR",       "....Q.S",       true },
    {"pairs: yellow twice",            "GGGGGyyGGGGG",  "....Q.A....Q",  true },
    {"pairs: still pairs afterwards",  "RGGGGGGG",      "A....Q.c",      true },
};
/* clang-format on */

static void test_drawn(void **state)
{
    static const char verdicts[] = ".QcAS", parts[] = "GyYrR";

    (void)state;
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        struct spc_precontrol p = {.in_pairs = drawn[i].in_pairs};
        char got[32] = "";

        for (size_t t = 0; drawn[i].parts[t]; t++)
            got[t] = verdicts[spc_precontrol_push(
                &p, (enum spc_precontrol_zone)(
                        strchr(parts, drawn[i].parts[t]) - parts))];
        if (strcmp(got, drawn[i].want) != 0)
            fail_msg("%s: %s gives %s, not %s", drawn[i].what, drawn[i].parts,
                     got, drawn[i].want);
    }
}

/* The gauge upside down changes no verdict. */
static void test_mirrored(void **state)
{
    static const enum spc_precontrol_zone mirror[] = {
        SPC_GREEN, SPC_YELLOW_HIGH, SPC_YELLOW_LOW, SPC_RED_HIGH, SPC_RED_LOW};
    struct random_stream r = {.state = 5};
    struct spc_precontrol a = {0}, b = {0};
    unsigned seen[SPC_PRECONTROL_VERDICTS] = {0};

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        double u = random_uniform(&r);
        enum spc_precontrol_zone zone = SPC_GREEN;

        if (u < 0.3)
            zone = (enum spc_precontrol_zone)(u / 0.3 * SPC_PRECONTROL_ZONES);

        enum spc_precontrol_verdict verdict = spc_precontrol_push(&a, zone);

        assert_int_equal(verdict, spc_precontrol_push(&b, mirror[zone]));
        seen[verdict]++;
    }
    for (unsigned v = 0; v < SPC_PRECONTROL_VERDICTS; v++)
        assert_true(seen[v] > 100);
}

/* ---- lines ------------------------------------------------------------- */

static void check_lines(struct spc_specification s,
                        struct spc_precontrol_lines want)
{
    struct spc_precontrol_lines got;

    assert_int_equal(spc_precontrol_lines(&s, &got), SPC_OK);
    assert_true(got.red_low == want.red_low && got.red_high == want.red_high);
    assert_true(got.yellow_low == want.yellow_low);
    assert_true(got.yellow_high == want.yellow_high);
}

static void test_lines(void **state)
{
    (void)state;
    check_lines((struct spc_specification){10, 18, 11, false, false},
                (struct spc_precontrol_lines){10, 12, 16, 18});
    check_lines((struct spc_specification){none, 8, 2, false, false},
                (struct spc_precontrol_lines){-INFINITY, -INFINITY, 5, 8});
    check_lines((struct spc_specification){0, 8, 2, true, false},
                (struct spc_precontrol_lines){-INFINITY, -INFINITY, 4, 8});
    check_lines((struct spc_specification){100, none, 140, false, false},
                (struct spc_precontrol_lines){100, 120, INFINITY, INFINITY});
    check_lines((struct spc_specification){80, 100, none, false, true},
                (struct spc_precontrol_lines){80, 90, INFINITY, INFINITY});
}

static void test_zones(void **state)
{
    static const struct spc_precontrol_lines lines = {10, 12, 16, 18};
    static const struct spc_precontrol_lines upper = {-INFINITY, -INFINITY, 5,
                                                      8};

    (void)state;
    assert_int_equal(spc_precontrol_zone(&lines, 12), SPC_GREEN);
    assert_int_equal(spc_precontrol_zone(&lines, 16), SPC_GREEN);
    assert_int_equal(spc_precontrol_zone(&lines, nextafter(12, 0)),
                     SPC_YELLOW_LOW);
    assert_int_equal(spc_precontrol_zone(&lines, nextafter(16, 99)),
                     SPC_YELLOW_HIGH);
    assert_int_equal(spc_precontrol_zone(&lines, 10), SPC_YELLOW_LOW);
    assert_int_equal(spc_precontrol_zone(&lines, 18), SPC_YELLOW_HIGH);
    assert_int_equal(spc_precontrol_zone(&lines, nextafter(10, 0)),
                     SPC_RED_LOW);
    assert_int_equal(spc_precontrol_zone(&lines, nextafter(18, 99)),
                     SPC_RED_HIGH);
    assert_int_equal(spc_precontrol_zone(&upper, -1e300), SPC_GREEN);
    assert_int_equal(spc_precontrol_zone(&upper, 6), SPC_YELLOW_HIGH);
    assert_string_equal(spc_precontrol_zone_text(SPC_RED_LOW), "red-low");
    assert_string_equal(spc_precontrol_verdict_text(SPC_PRECONTROL_ADJUST),
                        "adjust");
}

static void test_refusals(void **state)
{
    static const struct {
        struct spc_specification s;
        enum spc_status want;
    } cases[] = {
        {{NAN, NAN, 5, false, false}, SPC_NO_SPECIFICATION},
        {{0, 1, NAN, true, true}, SPC_NO_SPECIFICATION},
        {{NAN, 8, NAN, false, false}, SPC_NO_SPECIFICATION},
        {{3, NAN, NAN, false, false}, SPC_NO_SPECIFICATION},
        {{3, INFINITY, NAN, false, false}, SPC_NOT_FINITE},
        {{NAN, INFINITY, 2, false, false}, SPC_NOT_FINITE},
        {{8, 3, NAN, false, false}, SPC_BAD_INPUT},
        {{3, 3, NAN, false, false}, SPC_BAD_INPUT},
        {{NAN, 8, 8, false, false}, SPC_BAD_INPUT},
        {{8, NAN, 7, false, false}, SPC_BAD_INPUT},
    };
    struct spc_precontrol_lines lines = {1, 2, 3, 4};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(spc_precontrol_lines(&cases[i].s, &lines),
                         cases[i].want);
    assert_true(lines.red_low == 1 && lines.red_high == 4);
}

/* ---- how often --------------------------------------------------------- */

/* Cp 1 in the middle: 86.64 % green, 7 % yellow on either side (the "one in
 * fourteen" of the literature), 0.27 % red. */
static void test_cp_of_one(void **state)
{
    struct spc_precontrol_chances c = spc_precontrol_chances(1, 0, false);
    double yellow = gsl_cdf_ugaussian_Q(1.5) - gsl_cdf_ugaussian_Q(3);

    (void)state;
    CHECK_NEAR(c.zone[SPC_GREEN], 0.8664, 5e-5);
    CHECK_CLOSE(c.zone[SPC_YELLOW_LOW], yellow, 1e-14);
    CHECK_CLOSE(c.zone[SPC_YELLOW_HIGH], yellow, 1e-14);
    CHECK_NEAR(c.zone[SPC_RED_LOW] + c.zone[SPC_RED_HIGH], 0.0027, 1e-6);
    CHECK_CLOSE(c.adjust, 2 * yellow * yellow, 1e-14);
    CHECK_NEAR(c.adjust + c.stop, 0.0202, 5e-5);
    c = spc_precontrol_chances(2, 0, false);
    CHECK_CLOSE(c.adjust + c.stop, 4 * pow(gsl_cdf_ugaussian_Q(3), 2), 1e-3);
    CHECK_CLOSE(1 / (c.adjust + c.stop), 137000, 0.002);
    CHECK_CLOSE(c.run_length, 1 / (c.adjust + c.stop), 1e-15);
}

struct tally {
    unsigned samples, adjust, stop, attempts, qualified;
};

/* The machine itself, fed with normal parts. */
static struct tally simulate(double cp, double k, bool in_pairs, unsigned parts)
{
    static const struct spc_precontrol_lines lines = {-1, -0.5, 0.5, 1};
    struct random_stream r = {.state = 1997 + in_pairs};
    struct spc_precontrol p = {.in_pairs = in_pairs};
    struct tally t = {0};

    for (unsigned i = 0; i < parts; i++) {
        double x = k + random_normal(&r) / (3 * cp);
        bool running = p.running;
        enum spc_precontrol_verdict verdict =
            spc_precontrol_push(&p, spc_precontrol_zone(&lines, x));

        if (verdict == SPC_PRECONTROL_NEXT)
            continue;
        t.samples += running;
        t.adjust += running && verdict == SPC_PRECONTROL_ADJUST;
        t.stop += running && verdict == SPC_PRECONTROL_STOP;
        t.attempts += !running;
        t.qualified += verdict == SPC_PRECONTROL_QUALIFIED;
    }
    return t;
}

static void check_share(unsigned got, unsigned of, double p)
{
    assert_true(of > 1000);
    CHECK_NEAR(got / (double)of, p, 4 * sqrt(p * (1 - p) / of));
}

static void test_chances_simulated(void **state)
{
    static const double cases[][2] = {
        {1, 0}, {0.8, 0.25}, {1.33, -0.4}, {0.6, 0}, {1, 0.5}};

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        double cp = cases[i / 2][0], k = cases[i / 2][1];
        bool in_pairs = i % 2;
        struct tally t = simulate(cp, k, in_pairs, 400000);
        struct spc_precontrol_chances c =
            spc_precontrol_chances(cp, k, in_pairs);

        check_share(t.adjust, t.samples, c.adjust);
        check_share(t.stop, t.samples, c.stop);
        check_share(t.qualified, t.attempts, c.qualify);
    }
}

/* Zones add up to one and keep their digits far out; sides exchange with k. */
static void test_chances_are_whole(void **state)
{
    (void)state;
    for (double k = -3; k <= 3; k += 0.37) {
        struct spc_precontrol_chances a = spc_precontrol_chances(1.7, k, true);
        struct spc_precontrol_chances b = spc_precontrol_chances(1.7, -k, true);
        double sum = 0;

        for (unsigned z = 0; z < SPC_PRECONTROL_ZONES; z++)
            sum += a.zone[z];
        CHECK_CLOSE(sum, 1, 1e-14);
        CHECK_CLOSE(a.zone[SPC_RED_LOW], b.zone[SPC_RED_HIGH], 1e-14);
        CHECK_CLOSE(a.zone[SPC_YELLOW_HIGH], b.zone[SPC_YELLOW_LOW], 1e-12);
        CHECK_CLOSE(a.stop, b.stop, 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_mirrored),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cp_of_one),
        cmocka_unit_test(test_chances_simulated),
        cmocka_unit_test(test_chances_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
