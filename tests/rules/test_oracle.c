/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run rules against a second definition: no registers and no catalogue, only
 * the series, read backwards, as the rules are worded in the literature.
 *
 * The series drift and ring, are rounded so that points tie and lie on lines,
 * and have gaps; the zones change from point to point. */
#include "rules/ruleset.h"
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { POINTS = 3000 };

/* A series, oldest first; NaN is a gap. */
struct series {
    double x[POINTS];
    struct spc_zones zones[POINTS];
};

/* Stretches of a hundred points, so that each rule has its chance. */
static const struct {
    double spread, ringing, slope;
} stretches[] = {
    {0.8, 0, 0}, {0.3, 0, 0},      {1.6, 0, 0},
    {0.4, 1, 0}, {0.15, 0, 0.375}, {0.15, 0, -0.375},
};

static double drawn(struct random_stream *r, unsigned t, double level)
{
    unsigned stretch = t / 100 % 6;
    double x = stretches[stretch].spread * random_normal(r);

    x += t % 2 ? stretches[stretch].ringing : -stretches[stretch].ringing;
    x += stretches[stretch].slope * (t % 20 - 10.);
    x += stretch == 0 ? level : 0;
    if (random_uniform(r) < 0.01)
        return (double)NAN;
    return floor(x * 4 + 0.5) / 4;
}

static void draw(struct series *s, uint64_t seed)
{
    struct random_stream r = {seed, 0, 0};
    double level = 0;

    for (unsigned t = 0; t < POINTS; t++) {
        double widening = t / 500 % 2 ? 1 + 0.25 * (t % 3) : 1;

        level = 0.9 * level + 0.4 * random_normal(&r);
        s->x[t] = drawn(&r, t, level);
        for (unsigned i = 0; i < SPC_EDGES; i++) {
            s->zones[t].upper[i] = i * widening;
            s->zones[t].lower[i] = -0.75 * i * widening;
        }
    }
}

typedef bool asks(const struct series *s, unsigned t);

static bool above(const struct series *s, unsigned t, unsigned edge)
{
    return s->x[t] > s->zones[t].upper[edge];
}

static bool below(const struct series *s, unsigned t, unsigned edge)
{
    return s->x[t] < s->zones[t].lower[edge];
}

static bool above_centre(const struct series *s, unsigned t)
{
    return above(s, t, 0);
}

static bool above_1(const struct series *s, unsigned t)
{
    return above(s, t, 1);
}

static bool above_2(const struct series *s, unsigned t)
{
    return above(s, t, 2);
}

static bool above_3(const struct series *s, unsigned t)
{
    return above(s, t, 3);
}

static bool below_centre(const struct series *s, unsigned t)
{
    return below(s, t, 0);
}

static bool below_1(const struct series *s, unsigned t)
{
    return below(s, t, 1);
}

static bool below_2(const struct series *s, unsigned t)
{
    return below(s, t, 2);
}

static bool below_3(const struct series *s, unsigned t)
{
    return below(s, t, 3);
}

static bool within_1(const struct series *s, unsigned t)
{
    return s->x[t] <= s->zones[t].upper[1] && s->x[t] >= s->zones[t].lower[1];
}

static bool outside_1(const struct series *s, unsigned t)
{
    return above(s, t, 1) || below(s, t, 1);
}

/* Points since the last gap, this one included. */
static unsigned run_of_points(const struct series *s, unsigned t)
{
    unsigned n = 0;

    while (n <= t && !isnan(s->x[t - n]))
        n++;
    return n;
}

/* k of the newest n points, the newest among them. */
static bool k_of_n(const struct series *s, unsigned t, asks *question,
                   unsigned k, unsigned n)
{
    unsigned seen = run_of_points(s, t), count = 0;

    for (unsigned back = 0; back < n && back < seen; back++)
        count += question(s, t - back);
    return count >= k && question(s, t);
}

static bool monotone(const struct series *s, unsigned t, unsigned points,
                     int sign)
{
    if (run_of_points(s, t) < points)
        return false;
    for (unsigned back = 0; back + 1 < points; back++)
        if (!(sign * (s->x[t - back] - s->x[t - back - 1]) > 0))
            return false;
    return true;
}

static bool alternating(const struct series *s, unsigned t, unsigned points)
{
    if (run_of_points(s, t) < points)
        return false;
    for (unsigned back = 0; back + 2 < points; back++) {
        double newer = s->x[t - back] - s->x[t - back - 1];
        double older = s->x[t - back - 1] - s->x[t - back - 2];

        if (!(newer * older < 0))
            return false;
    }
    return true;
}

/* The rules as they are worded, found by name and side. */
static const struct {
    const char *name;
    const char *side; /* or which way a trend goes */
    asks *question;   /* NULL: a trend */
    unsigned k, n;
} worded[SPC_RULES] = {
    {"nelson-1", "above", above_3, 1, 1},
    {"nelson-1", "below", below_3, 1, 1},
    {"nelson-2", "above", above_centre, 9, 9},
    {"nelson-2", "below", below_centre, 9, 9},
    {"nelson-3", "rising", NULL, 6, 6},
    {"nelson-3", "falling", NULL, 6, 6},
    {"nelson-4", "alternating", NULL, 14, 14},
    {"nelson-5", "above", above_2, 2, 3},
    {"nelson-5", "below", below_2, 2, 3},
    {"nelson-6", "above", above_1, 4, 5},
    {"nelson-6", "below", below_1, 4, 5},
    {"nelson-7", "within", within_1, 15, 15},
    {"nelson-8", "outside", outside_1, 8, 8},
    {"we-1", "above", above_3, 1, 1},
    {"we-1", "below", below_3, 1, 1},
    {"we-2", "above", above_2, 2, 3},
    {"we-2", "below", below_2, 2, 3},
    {"we-3", "above", above_1, 4, 5},
    {"we-3", "below", below_1, 4, 5},
    {"we-4", "above", above_centre, 8, 8},
    {"we-4", "below", below_centre, 8, 8},
    {"beyond-limits", "upper", above_3, 1, 1},
    {"beyond-limits", "lower", below_3, 1, 1},
};

static bool should_hold(const struct series *s, unsigned t, unsigned i)
{
    if (worded[i].question)
        return k_of_n(s, t, worded[i].question, worded[i].k, worded[i].n);
    if (strcmp(worded[i].side, "alternating") == 0)
        return alternating(s, t, worded[i].n);
    return monotone(s, t, worded[i].n,
                    strcmp(worded[i].side, "rising") == 0 ? 1 : -1);
}

static uint64_t members_should_be(const struct series *s, unsigned t,
                                  unsigned i)
{
    unsigned seen = run_of_points(s, t);
    uint64_t members = 0;

    for (unsigned back = 0; back < worded[i].n && back < seen; back++)
        if (worded[i].question == NULL || worded[i].question(s, t - back))
            members |= (uint64_t)1 << back;
    return members;
}

/* The row worded[i] speaks of. */
static const struct spc_rule *row_of(unsigned i)
{
    for (unsigned j = 0; j < SPC_RULES; j++)
        if (strcmp(spc_rules[j].name, worded[i].name) == 0 &&
            strstr(spc_rules[j].text, worded[i].side) != NULL)
            return &spc_rules[j];
    return NULL;
}

static void check_series(const struct series *s,
                         const struct spc_rule *const *row, unsigned *held)
{
    struct spc_history history;

    spc_history_clear(&history);
    for (unsigned t = 0; t < POINTS; t++) {
        if (isnan(s->x[t])) {
            spc_history_gap(&history);
            continue;
        }
        spc_history_push(&history, &s->zones[t], s->x[t]);
        for (unsigned i = 0; i < SPC_RULES; i++) {
            bool want = should_hold(s, t, i);

            if (spc_rule_holds(row[i], &history) != want)
                fail_msg("%s, %s, at point %u", worded[i].name, worded[i].side,
                         t);
            if (want)
                assert_true(spc_rule_members(row[i], &history) ==
                            members_should_be(s, t, i));
            held[i] += want;
        }
    }
}

static void test_second_definition(void **state)
{
    static struct series s;
    const struct spc_rule *row[SPC_RULES];
    unsigned held[SPC_RULES] = {0};

    (void)state;
    for (unsigned i = 0; i < SPC_RULES; i++) {
        /* "beyond the upper control limit" is the one that says it so. */
        row[i] = worded[i].n == 1 ? &spc_rules[i] : row_of(i);
        assert_non_null(row[i]);
        assert_string_equal(row[i]->name, worded[i].name);
    }
    for (uint64_t seed = 1; seed <= 12; seed++) {
        draw(&s, seed);
        check_series(&s, row, held);
    }
    /* The series did try every rule. */
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (held[i] < 100)
            fail_msg("%s, %s, held %u times only", worded[i].name,
                     worded[i].side, held[i]);
}

/* ---- laws -------------------------------------------------------------- */

static void judge(const struct series *s, double scale, spc_rule_mask *verdicts)
{
    struct spc_history history;

    spc_history_clear(&history);
    for (unsigned t = 0; t < POINTS; t++) {
        struct spc_zones zones;

        verdicts[t] = 0;
        for (unsigned i = 0; i < SPC_EDGES; i++) {
            double upper = s->zones[t].upper[i], lower = s->zones[t].lower[i];

            zones.upper[i] = scale * (scale > 0 ? upper : lower);
            zones.lower[i] = scale * (scale > 0 ? lower : upper);
        }
        if (isnan(s->x[t])) {
            spc_history_gap(&history);
            continue;
        }
        spc_history_push(&history, &zones, scale * s->x[t]);
        verdicts[t] =
            spc_rules_judge(spc_rules_valid(SPC_PANEL_LOCATION), &history);
    }
}

/* Rows come as above, below; the others have no side. */
static spc_rule_mask mirrored(spc_rule_mask mask)
{
    spc_rule_mask mirror = 0;

    for (unsigned i = 0; i < SPC_RULES; i++) {
        bool paired = i + 1 < SPC_RULES &&
                      strcmp(spc_rules[i].name, spc_rules[i + 1].name) == 0;
        unsigned to = i;

        if (paired)
            to = i + 1;
        else if (i > 0 && strcmp(spc_rules[i].name, spc_rules[i - 1].name) == 0)
            to = i - 1;
        mirror |= (mask >> i & 1) << to;
    }
    return mirror;
}

/* Powers of two scale without rounding, so not one verdict may change. */
static void test_units_do_not_matter(void **state)
{
    static struct series s;
    static spc_rule_mask plain[POINTS], other[POINTS];

    (void)state;
    for (uint64_t seed = 100; seed < 104; seed++) {
        draw(&s, seed);
        judge(&s, 1, plain);
        judge(&s, 0x1p-10, other);
        assert_memory_equal(plain, other, sizeof plain);
        judge(&s, 0x1p20, other);
        assert_memory_equal(plain, other, sizeof plain);
        judge(&s, -0.5, other);
        for (unsigned t = 0; t < POINTS; t++)
            assert_int_equal(other[t], mirrored(plain[t]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_definition),
        cmocka_unit_test(test_units_do_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
