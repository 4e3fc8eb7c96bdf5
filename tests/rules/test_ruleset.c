/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run rules, on charts drawn as text.
 *
 * A chart is one letter per point, naming the zone it falls in: upper case
 * above the centre line, lower case below it.
 *
 *     X  beyond three sigma       B  between one and two
 *     A  between two and three    C  within one
 *
 *     0  on the centre line       1 2 3  on an edge above it
 *     |  a place without a value
 *
 * Trends are drawn in the digits of `heights`, all of them within one sigma.
 * Under each chart, one character per point: '.' where nothing holds, else
 * the letter of the first row that does, counting the rows named from 'a'. */
#include "rules/ruleset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct spc_zones unit_zones = {{0, 1, 2, 3}, {0, -1, -2, -3}};

/* clang-format off */
static const struct {
    char letter;
    double height;
} letters[] = {
    {'X', 3.385}, {'A', 2.385}, {'B', 1.385}, {'C', 0.385},
    {'x', -3.385}, {'a', -2.385}, {'b', -1.385}, {'c', -0.385},
    {'0', 0}, {'1', 1}, {'2', 2}, {'3', 3}, {'-', -1}, {'=', -2}, {'~', -3},
};

static const struct drawn {
    const char *rules, *what, *chart, *want;
} zone_charts[] = {
    {"nelson-1", "one beyond the upper limit",   "CXC",   ".a."},
    {"nelson-1", "one beyond the lower limit",   "cxc",   ".b."},
    {"nelson-1", "again and again",              "XXxX",  "aaba"},
    {"nelson-1", "on the limit is not beyond",   "3~3~",  "...."},
    {"nelson-1", "A is not beyond",              "AaAa",  "...."},

    {"nelson-2", "eight above centre",           "CBCACBCC",    "........"},
    {"nelson-2", "nine above centre",            "CBCACBCCC",   "........a"},
    {"nelson-2", "nine below centre",            "cbcacbccc",   "........b"},
    {"nelson-2", "a tenth holds again",          "CCCCCCCCCC",  "........aa"},
    {"nelson-2", "one below restarts the count", "CCCCcCCCCCCCCC",
                                                 ".............a"},
    {"nelson-2", "on the centre ends the run",   "CCCC0CCCCC",  ".........."},
    {"nelson-2", "a gap ends the run",           "CCCC|CCCCC",  ".........."},
    {"nelson-2", "nine after a gap",             "|CCCCCCCCC",  ".........a"},

    {"nelson-5", "two of three in A",            "ACA",   "..a"},
    {"nelson-5", "two of three in a",            "aca",   "..b"},
    {"nelson-5", "adjacent",                     "CAA",   "..a"},
    {"nelson-5", "the very first two",           "AA",    ".a"},
    {"nelson-5", "two of four is chance",        "ACCA",  "...."},
    {"nelson-5", "beyond three counts",          "XCA",   "..a"},
    {"nelson-5", "sides do not add up",          "AaCCa", "....."},
    {"nelson-5", "nor does one clear the other", "AaA",   "..a"},
    {"nelson-5", "a good point is no signal",    "AAC",   ".a."},
    {"nelson-5", "on two sigma is not beyond",   "2A2",   "..."},
    {"nelson-5", "B is not beyond two sigma",    "ABB",   "..."},
    {"nelson-5", "a gap parts them",             "A|A",   "..."},

    {"nelson-6", "four of five in B",            "BBCBB", "....a"},
    {"nelson-6", "four of five in b",            "bbcbb", "....b"},
    {"nelson-6", "three of five",                "BCCBB", "....."},
    {"nelson-6", "A counts as beyond B",         "BABB",  "...a"},
    {"nelson-6", "the missing one may be below", "BBcBB", "....a"},
    {"nelson-6", "four of six",                  "BBCCBB", "......"},
    {"nelson-6", "a good point is no signal",    "BBBBC", "...a."},
    {"nelson-6", "on one sigma is not beyond",   "1BBB",  "...."},

    {"nelson-7", "fifteen within one sigma",     "CcCcCcCcCcCcCcC",
                                                 "..............a"},
    {"nelson-7", "fourteen within",              "CcCcCcCcCcCcCc",
                                                 ".............."},
    {"nelson-7", "a sixteenth holds again",      "cCcccCcCCcCcCcCc",
                                                 "..............aa"},
    {"nelson-7", "on one sigma is within",       "1-1-1-1-1-1-1-1",
                                                 "..............a"},
    {"nelson-7", "one outside restarts",         "CcCcCcCBcCcCcCcC",
                                                 "................"},
    {"nelson-7", "unseen points are not inside", "cCc", "..."},
    {"nelson-7", "nor are those before a gap",   "CcCcCcCcCcCcCc|C",
                                                 "................"},

    {"nelson-8", "eight outside one sigma",      "BbAaBbAa",  ".......a"},
    {"nelson-8", "all on one side",              "BBABBBAB",  ".......a"},
    {"nelson-8", "seven outside",                "bBbBbBb",   "......."},
    {"nelson-8", "beyond three counts",          "XbXbXbXb",  ".......a"},
    {"nelson-8", "one within restarts",          "BbBbCbBbBb", ".........."},
    {"nelson-8", "on one sigma is within",       "BbBb1bBbBb", ".........."},

    {"we-1", "beyond either limit",              "CXcx",      ".a.b"},
    {"we-2", "two of three in A or a",           "ACACaca",   "..a...b"},
    {"we-3", "four of five in B or b",           "BBCBBcbbbb", "....a....b"},
    {"we-4", "seven above centre",               "CCCCCCC",   "......."},
    {"we-4", "eight above centre",               "CCCCCCCC",  ".......a"},
    {"we-4", "eight below centre",               "cccccccc",  ".......b"},
    {"we-4", "a ninth holds again",              "CCCCCCCCC", ".......aa"},

    {"beyond-limits", "one beyond the upper",    "CXC",       ".a."},
    {"beyond-limits", "one beyond the lower",    "cxc",       ".b."},

    {"we", "quiet",                              "CcBbCcBbC", "........."},
    {"we", "each has its letter",                "XcACAcBBCBB", "a.c.c.....e"},
    {"nelson", "each has its letter",            "xCcACA",    "b....h"},
};

/* In tenths of a sigma. */
static const struct drawn trend_charts[] = {
    {"nelson-3", "six points rising",            "123456",  ".....a"},
    {"nelson-3", "six points falling",           "654321",  ".....b"},
    {"nelson-3", "five points rising",           "12345",   "....."},
    {"nelson-3", "a seventh holds again",        "1234567", ".....aa"},
    {"nelson-3", "equal neighbours end a trend", "1233456", "......."},
    {"nelson-3", "a fall restarts it",           "123423456", "........."},
    {"nelson-3", "rising after falling",         "876543456789",
                                                 ".....b....aa"},
    {"nelson-3", "a gap ends a trend",           "123|456",  "......."},
    {"nelson-3", "six after a gap",              "9|123456", ".......a"},

    {"nelson-4", "fourteen alternating",         "12121212121212",
                                                 ".............a"},
    {"nelson-4", "thirteen alternating",         "1212121212121",
                                                 "............."},
    {"nelson-4", "of any height",                "39284756194827",
                                                 ".............a"},
    {"nelson-4", "a fifteenth holds again",      "212121212121212",
                                                 ".............aa"},
    {"nelson-4", "two rises end it",             "1212121345454545",
                                                 "................"},
    {"nelson-4", "equal neighbours end it",      "12121211212121212",
                                                 "................."},
    {"nelson-4", "a gap ends it",                "1212121|1212121",
                                                 "..............."},
};
/* clang-format on */

static double zone_height(char letter)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == letter)
            return letters[i].height;
    fail_msg("no zone is called %c", letter);
    return 0;
}

static double trend_height(char digit)
{
    return (digit - '0') / 10.;
}

/* The first of the selected rows that holds, as a letter. */
static char verdict(spc_rule_mask selected, spc_rule_mask holding)
{
    char letter = 'a';

    for (unsigned i = 0; i < SPC_RULES; i++)
        if (selected >> i & 1) {
            if (holding >> i & 1)
                return letter;
            letter++;
        }
    return '.';
}

static void check_drawn(const struct drawn *drawn, double (*height)(char))
{
    struct spc_history history;
    spc_rule_mask selected = 0;
    char got[80] = "";

    assert_true(spc_rules_named(drawn->rules, &selected));
    spc_history_clear(&history);
    for (size_t t = 0; drawn->chart[t]; t++) {
        got[t] = '.';
        if (drawn->chart[t] == '|') {
            spc_history_gap(&history);
            continue;
        }
        spc_history_push(&history, &unit_zones, height(drawn->chart[t]));
        got[t] = verdict(selected, spc_rules_judge(selected, &history));
    }
    if (strcmp(got, drawn->want) != 0)
        fail_msg("%s, %s:\n%s\n%s, not\n%s", drawn->rules, drawn->what,
                 drawn->chart, got, drawn->want);
}

static void test_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof zone_charts / sizeof *zone_charts; i++)
        check_drawn(&zone_charts[i], zone_height);
}

static void test_trends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trend_charts / sizeof *trend_charts; i++)
        check_drawn(&trend_charts[i], trend_height);
}

/* Every row of the catalogue is drawn above at least once, or this fails:
 * a chart on which the row, and no other of its name, is seen to hold. */
static spc_rule_mask rows_seen(const struct drawn *drawn, size_t count,
                               double (*height)(char))
{
    spc_rule_mask seen = 0;

    for (size_t i = 0; i < count; i++) {
        struct spc_history history;
        spc_rule_mask selected = 0;

        assert_true(spc_rules_named(drawn[i].rules, &selected));
        spc_history_clear(&history);
        for (const char *c = drawn[i].chart; *c; c++)
            if (*c == '|') {
                spc_history_gap(&history);
            } else {
                spc_history_push(&history, &unit_zones, height(*c));
                seen |= spc_rules_judge(selected, &history);
            }
    }
    return seen;
}

static void test_every_row_is_drawn(void **state)
{
    spc_rule_mask seen =
        rows_seen(zone_charts, sizeof zone_charts / sizeof *zone_charts,
                  zone_height) |
        rows_seen(trend_charts, sizeof trend_charts / sizeof *trend_charts,
                  trend_height);

    (void)state;
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (!(seen >> i & 1))
            fail_msg("row %u, %s, %s, is drawn on no chart", i,
                     spc_rules[i].name, spc_rules[i].text);
}

/* ---- which points ------------------------------------------------------ */

/* '*' under each point that made the row hold at the last one. */
/* clang-format off */
static const struct members {
    const char *rules, *chart, *want;
    enum spc_side side;
} zone_members[] = {
    {"nelson-1", "CCX",             "  *",             SPC_SIDE_ABOVE},
    {"nelson-1", "CXx",             "  *",             SPC_SIDE_BELOW},
    {"nelson-2", "cCCCCCCCCC",      " *********",      SPC_SIDE_ABOVE},
    {"nelson-2", "CCCCCCCCCC",      " *********",      SPC_SIDE_ABOVE},
    {"nelson-5", "AACA",            " * *",            SPC_SIDE_ABOVE},
    {"nelson-5", "aaa",             "***",             SPC_SIDE_BELOW},
    {"nelson-6", "BBBCBB",          " ** **",          SPC_SIDE_ABOVE},
    {"nelson-7", "BccccccccCCCCCCC", " ***************", SPC_SIDE_NONE},
    {"nelson-8", "CBbBbBbBb",       " ********",       SPC_SIDE_NONE},
    {"we-4",     "cCCCCCCCC",       " ********",       SPC_SIDE_ABOVE},
};
static const struct members trend_members[] = {
    {"nelson-3", "9123456",         " ******",         SPC_SIDE_NONE},
    {"nelson-3", "1987654",         " ******",         SPC_SIDE_NONE},
    {"nelson-4", "412121212121212", " **************", SPC_SIDE_NONE},
};
/* clang-format on */

static void check_members(const struct members *row, double (*height)(char))
{
    struct spc_history history;
    spc_rule_mask selected = 0;
    char got[40] = "";
    size_t length = strlen(row->chart);
    unsigned i = 0;

    assert_true(spc_rules_named(row->rules, &selected));
    spc_history_clear(&history);
    for (size_t t = 0; t < length; t++)
        spc_history_push(&history, &unit_zones, height(row->chart[t]));
    spc_rule_mask holding = spc_rules_judge(selected, &history);
    assert_true(holding != 0);
    while (!(holding >> i & 1))
        i++;
    uint64_t members = spc_rule_members(&spc_rules[i], &history);
    for (size_t t = 0; t < length; t++)
        got[t] = members >> (length - 1 - t) & 1 ? '*' : ' ';
    assert_int_equal(members >> length, 0);
    if (strcmp(got, row->want) != 0)
        fail_msg("%s:\n%s\n%s, not\n%s", row->rules, row->chart, got,
                 row->want);
    assert_int_equal(spc_rules[i].side, row->side);
}

static void test_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof zone_members / sizeof *zone_members; i++)
        check_members(&zone_members[i], zone_height);
    for (size_t i = 0; i < sizeof trend_members / sizeof *trend_members; i++)
        check_members(&trend_members[i], trend_height);
}

/* ---- the catalogue ----------------------------------------------------- */

static unsigned rows(spc_rule_mask mask)
{
    unsigned count = 0;

    for (; mask; mask &= mask - 1)
        count++;
    return count;
}

static void test_names(void **state)
{
    /* clang-format off */
    static const struct {
        const char *name;
        unsigned rows;
    } named[] = {
        {"nelson-1", 2}, {"nelson-2", 2}, {"nelson-3", 2}, {"nelson-4", 1},
        {"nelson-5", 2}, {"nelson-6", 2}, {"nelson-7", 1}, {"nelson-8", 1},
        {"we-1", 2}, {"we-2", 2}, {"we-3", 2}, {"we-4", 2},
        {"beyond-limits", 2}, {"nelson", 13}, {"we", 8}, {"none", 0},
    };
    static const char *const unknown[] = {
        "", "n", "nelson-", "nelson-9", "nelson-11", "Nelson-1", "we-5", "w",
        "nelson-1 ", "nelson,we", "-1", "all",
        "beyond", "beyond-",
    };
    /* clang-format on */
    spc_rule_mask all = 0;

    (void)state;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        spc_rule_mask mask = 0xdeadbeef;

        assert_true(spc_rules_named(named[i].name, &mask));
        assert_int_equal(rows(mask), named[i].rows);
        if (i < 13) {
            assert_int_equal(all & mask, 0);
            all |= mask;
        }
    }
    assert_int_equal(rows(all), SPC_RULES);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        spc_rule_mask mask = 0xdeadbeef;

        if (spc_rules_named(unknown[i], &mask))
            fail_msg("\"%s\" is a name", unknown[i]);
        assert_int_equal(mask, 0xdeadbeef); /* untouched */
    }
}

/* A range is not normal: its one and two sigma lines say nothing. */
static void test_zone_rules_are_for_the_location(void **state)
{
    static const char *const general[] = {
        "nelson-1", "nelson-2", "nelson-3",     "nelson-4",
        "we-1",     "we-4",     "beyond-limits"};
    spc_rule_mask want = 0;

    (void)state;
    for (size_t i = 0; i < sizeof general / sizeof *general; i++) {
        spc_rule_mask mask = 0;

        assert_true(spc_rules_named(general[i], &mask));
        want |= mask;
    }
    assert_int_equal(spc_rules_valid(SPC_PANEL_SPREAD), want);
    assert_int_equal(rows(spc_rules_valid(SPC_PANEL_LOCATION)), SPC_RULES);
}

static void test_only_the_selected_are_judged(void **state)
{
    struct spc_history history;

    (void)state;
    spc_history_clear(&history);
    for (unsigned i = 0; i < 20; i++)
        spc_history_push(&history, &unit_zones, 3.385);
    spc_rule_mask all = ((spc_rule_mask)1 << SPC_RULES) - 1;
    spc_rule_mask holding = spc_rules_judge(all, &history);
    for (unsigned i = 0; i < SPC_RULES; i++)
        assert_int_equal(spc_rules_judge((spc_rule_mask)1 << i, &history),
                         holding & (spc_rule_mask)1 << i);
    assert_int_equal(spc_rules_judge(0, &history), 0);
}

/* Every row says something in both languages, within the bounds an event has
 * for the points it lists. */
static void test_rows_are_sound(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPC_RULES; i++) {
        const struct spc_rule *row = &spc_rules[i];

        assert_true(strlen(row->text) > 10);
        assert_true((unsigned char)row->text_zh[0] >= 0xe4);
        assert_true(row->k >= 1 && row->k <= row->n);
        assert_true(row->n + row->lead <= 16);
        for (unsigned j = 0; j < i; j++)
            assert_true(strcmp(row->name, spc_rules[j].name) != 0 ||
                        strcmp(row->text, spc_rules[j].text) != 0);
    }
    assert_null(spc_side_text(SPC_SIDE_NONE));
    assert_string_equal(spc_side_text(SPC_SIDE_ABOVE), "above");
    assert_string_equal(spc_side_text(SPC_SIDE_BELOW), "below");
}

/* The index by marks says what the rows say. */
static void test_rows_by_mark(void **state)
{
    (void)state;
    for (unsigned mark = 0; mark < SPC_MARKS; mark++) {
        spc_rule_mask want = 0;

        for (unsigned row = 0; row < SPC_RULES; row++)
            if (spc_rules[row].mark == mark)
                want |= (spc_rule_mask)1 << row;
        assert_int_equal(spc_rules_asking(mark), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_by_mark),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_trends),
        cmocka_unit_test(test_every_row_is_drawn),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_zone_rules_are_for_the_location),
        cmocka_unit_test(test_only_the_selected_are_judged),
        cmocka_unit_test(test_rows_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
