/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks to samples: counters, brackets, and what is no measurement. */
#include "adapters/modbus/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- counter ----------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    bool known;
    uint64_t last, raw;
    unsigned bits;
    bool moved, restarted;
    uint64_t lost, now;
} counters[] = {
    {"first look",               false, 0,          17,         32, true,  false, 0,     17},
    {"first look, no part yet",  false, 0,          0,          32, false, false, 0,     0},
    {"the same part",            true,  17,         17,         32, false, false, 0,     17},
    {"the next part",            true,  17,         18,         32, true,  false, 0,     18},
    {"three went by",            true,  17,         21,         32, true,  false, 3,     21},
    {"16 bits wrap",             true,  65535,      0,          16, true,  false, 0,     65536},
    {"16 bits wrap again",       true,  131071,     1,          16, true,  false, 1,     131073},
    {"wrap over the sixteenths", true,  61440,      4095,       16, true,  false, 8190,  69631},
    {"before the last sixteenth",true,  61439,      0,          16, false, true,  0,     0},
    {"past the first sixteenth", true,  65535,      4096,       16, true,  true,  0,     4096},
    {"32 bits wrap",             true,  4294967295, 0,          32, true,  false, 0,     4294967296},
    {"after a wrap, the same",   true,  4294967296, 0,          32, false, false, 0,     4294967296},
    {"PLC off and on",           true,  512,        0,          32, false, true,  0,     0},
    {"off and on, parts made",   true,  512,        5,          32, true,  true,  0,     5},
    {"64 bits do not wrap",      true,  UINT64_MAX, 0,          64, false, true,  0,     0},
    {"64 bits step",             true,  UINT64_MAX - 2, UINT64_MAX, 64, true, false, 1,  UINT64_MAX},
};
/* clang-format on */

static void test_mb_11_counter_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        struct spc_counter last = {counters[i].known, counters[i].known ? 3 : 0,
                                   counters[i].last};
        struct spc_counter_step step =
            spc_counter_step(&last, counters[i].raw, counters[i].bits);
        uint32_t epoch = counters[i].known ? 3 + counters[i].restarted : 1;

        if (step.moved != counters[i].moved ||
            step.restarted != counters[i].restarted ||
            step.lost != counters[i].lost ||
            step.now.counter != counters[i].now || !step.now.known ||
            step.now.epoch != epoch)
            fail_msg("%s", counters[i].what);
    }
}

/* Over many wraps of 16 bits, in steps of any size a wrap can be told from a
 * restart by, the extended counter is the count of parts. */
static void test_mb_11_wraps_add_up(void **state)
{
    struct spc_counter counter = {true, 1, 0};
    uint64_t truth = 0, x = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint64_t passed = 1 + (x >> 33) % 4000;
        truth += passed;
        struct spc_counter_step step =
            spc_counter_step(&counter, truth & 0xffff, 16);
        assert_true(step.moved);
        assert_false(step.restarted);
        assert_int_equal(step.lost, passed - 1);
        assert_int_equal(step.now.counter, truth);
        counter = step.now;
    }
    assert_true(truth > 400 * 65536u);
}

/* ---- blocks ------------------------------------------------------------ */

enum { WORDS = 14 };

/* clang-format off */
static const struct spc_layout layout = {
    .counter = {0, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
    .has_again = true,
    .counter_again = {12, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
    .has_stamp = true,
    .stamp = {2, 2, SPC_MODBUS_UINT32, SPC_MODBUS_CDAB, 0},
    .stamp_unit = SPC_MILLISECOND,
    .has_part_id = true,
    .part_id = {9, 2, SPC_MODBUS_STRING, SPC_MODBUS_CDAB, 0},
    .valid = {true, {1, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0}, 1, 1},
    .self_test = {true, {13, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
                  UINT64_MAX, 0x1234},
    .value_count = 3,
    .value = {{.at = {4, 2, SPC_MODBUS_FLOAT32, SPC_MODBUS_CDAB, 0},
               .scale = 1, .low = 24.9, .high = 25.1,
               .invalid = {-9999.9, NAN}, .invalid_count = 2},
              {.at = {6, 2, SPC_MODBUS_INT32, SPC_MODBUS_CDAB, 0},
               .scale = 0.001, .offset = 5, .low = NAN, .high = 20,
               .invalid = {-2147483648.0}, .invalid_count = 1},
              {.at = {8, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0},
               .scale = 0.01, .low = 10, .high = NAN,
               .invalid = {0, 65535}, .invalid_count = 2}},
    .context_count = 1,
    .context = {{11, 1, SPC_MODBUS_UINT16, SPC_MODBUS_CDAB, 0}},
};
/* clang-format on */

static void set_float(uint16_t *words, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    spc_modbus_encode(&layout.value[0].at, bits, words);
}

static void set_counter(uint16_t *words, uint16_t counter)
{
    words[0] = words[12] = counter;
}

/* A good part: 25.0, 5 + 2.385, 70.53. */
static void good_part(uint16_t *words, uint16_t counter)
{
    memset(words, 0, WORDS * sizeof *words);
    set_counter(words, counter);
    words[1] = 0xff01;
    spc_modbus_encode(&layout.stamp, 90061001, words);
    set_float(words, 25.0f);
    spc_modbus_encode(&layout.value[1].at, 2385, words);
    words[8] = 7053;
    words[9] = 0x5031;
    words[10] = 0x3700;
    words[11] = 4;
    words[13] = 0x1234;
}

static enum spc_reading read_part(const uint16_t *words,
                                  const struct spc_counter *last,
                                  struct spc_sample *ret_sample)
{
    struct spc_counter_step step;

    return spc_layout_read(&layout, words, WORDS, last, ret_sample, &step);
}

static void test_mb_10_one_block_one_sample(void **state)
{
    struct spc_counter last = {true, 2, 6};
    struct spc_sample sample;
    uint16_t words[WORDS];

    (void)state;
    good_part(words, 9);
    assert_int_equal(read_part(words, &last, &sample), SPC_READING_NEW);
    assert_int_equal(sample.epoch, 2);
    assert_int_equal(sample.counter, 9);
    assert_int_equal(sample.lost, 2);
    assert_int_equal(sample.value_count, 3);
    assert_true(sample.value[0] == 25.0);
    assert_true(sample.value[1] == 2385 * 0.001 + 5);
    assert_true(sample.value[2] == 7053 * 0.01);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sample.quality[i], SPC_GOOD);
    assert_string_equal(sample.part_id, "P17");
    assert_int_equal(sample.context_count, 1);
    assert_string_equal(sample.context[0], "4");
    assert_int_equal(sample.time_source, SPC_TIME_PLC);
    assert_true(sample.time == 90061001 * SPC_MILLISECOND);
}

/* Equal values are as many parts as the counter says, and a block seen twice
 * is one part. */
static void test_mb_12_equal_parts_are_parts(void **state)
{
    struct spc_counter last = {true, 1, 0};
    struct spc_sample sample;
    unsigned parts = 0;

    (void)state;
    for (uint16_t i = 0; i < 300; i++) {
        uint16_t words[WORDS];
        struct spc_counter_step step;

        good_part(words, (uint16_t)(1 + i / 3));
        if (spc_layout_read(&layout, words, WORDS, &last, &sample, &step) ==
            SPC_READING_NEW)
            parts++;
        last = step.now;
    }
    assert_int_equal(parts, 100);
}

static void test_mb_11_torn_is_not_read(void **state)
{
    struct spc_counter last = {true, 1, 8};
    struct spc_sample sample = {.counter = 77};
    uint16_t words[WORDS];

    (void)state;
    good_part(words, 9);
    words[12] = 8;
    assert_int_equal(read_part(words, &last, &sample), SPC_READING_TORN);
    assert_int_equal(sample.counter, 77);
}

/* A PLC that writes a part word by word in the order of the addresses, looked
 * at between any two writes: whatever is delivered is whole.  The values are
 * functions of the counter, so a mixture would show. */
static void write_up_to(uint16_t *words, uint16_t part, int writes)
{
    uint16_t next[WORDS];

    good_part(next, part);
    set_float(next, 24.95f + (float)(part % 100) / 1000);
    spc_modbus_encode(&layout.value[1].at, part, next);
    next[8] = (uint16_t)(2000 + part % 1000);
    memcpy(words, next, (size_t)writes * sizeof *words);
}

static void test_mb_10_none_torn_in_100000(void **state)
{
    struct spc_counter last = {0};
    struct spc_sample sample;
    uint16_t words[WORDS];
    unsigned looks = 0, torn = 0, parts = 0;

    (void)state;
    good_part(words, 0);
    for (unsigned part = 1; looks < 100000; part++) {
        for (int writes = 1; writes <= WORDS; writes++, looks++) {
            struct spc_counter_step step;

            write_up_to(words, (uint16_t)(part & 0x3fff), writes);
            enum spc_reading reading =
                spc_layout_read(&layout, words, WORDS, &last, &sample, &step);
            torn += reading == SPC_READING_TORN;
            if (reading == SPC_READING_TORN)
                continue;
            last = step.now;
            if (reading != SPC_READING_NEW)
                continue;
            uint64_t raw = sample.counter & 0x3fff;
            parts++;
            assert_true(sample.value[1] == (double)raw * 0.001 + 5);
            assert_true(sample.value[2] == (double)(2000 + raw % 1000) * 0.01);
        }
    }
    assert_true(torn > 80000);
    assert_true(parts > 7000);
}

static void test_self_test(void **state)
{
    struct spc_counter last = {true, 1, 8};
    struct spc_sample sample = {.counter = 77};
    uint16_t words[WORDS];

    (void)state;
    good_part(words, 9);
    words[13] = 0x3412;
    assert_int_equal(read_part(words, &last, &sample),
                     SPC_READING_SELF_TEST_FAILED);
    assert_int_equal(sample.counter, 77);
}

static void test_counter_back_at_zero_is_no_part(void **state)
{
    struct spc_counter last = {true, 1, 512};
    struct spc_counter_step step;
    struct spc_sample sample = {.counter = 77};
    uint16_t words[WORDS];

    (void)state;
    good_part(words, 0);
    assert_int_equal(
        spc_layout_read(&layout, words, WORDS, &last, &sample, &step),
        SPC_READING_SAME);
    assert_true(step.restarted);
    assert_int_equal(step.now.epoch, 2);
    assert_int_equal(sample.counter, 77);
}

/* ---- MB-17: what is no measurement ------------------------------------- */

static void gauge_says_no(uint16_t *words)
{
    words[1] = 0xff00;
}
static void sentinel_float(uint16_t *words)
{
    set_float(words, -9999.9f);
}
static void sentinel_nan(uint16_t *words)
{
    set_float(words, NAN);
}
static void infinite(uint16_t *words)
{
    set_float(words, INFINITY);
}
static void above_range(uint16_t *words)
{
    set_float(words, 25.2f);
}
static void below_range(uint16_t *words)
{
    set_float(words, 24.8f);
}
static void sentinel_int(uint16_t *words)
{
    spc_modbus_encode(&layout.value[1].at, 0x80000000u, words);
}
static void scaled_out_of_range(uint16_t *words)
{
    spc_modbus_encode(&layout.value[1].at, 15001, words);
}
static void second_sentinel(uint16_t *words)
{
    words[8] = 65535;
}
static void first_sentinel(uint16_t *words)
{
    words[8] = 0;
}
static void one_sided_range(uint16_t *words)
{
    words[8] = 999;
}

/* clang-format off */
static const struct {
    void (*spoil)(uint16_t *words);
    enum spc_quality want[3];
} invalid[] = {
    {gauge_says_no,       {SPC_NOT_VALID, SPC_NOT_VALID, SPC_NOT_VALID}},
    {sentinel_float,      {SPC_SENTINEL, SPC_GOOD, SPC_GOOD}},
    {sentinel_nan,        {SPC_SENTINEL, SPC_GOOD, SPC_GOOD}},
    {infinite,            {SPC_NOT_A_NUMBER, SPC_GOOD, SPC_GOOD}},
    {above_range,         {SPC_OUT_OF_RANGE, SPC_GOOD, SPC_GOOD}},
    {below_range,         {SPC_OUT_OF_RANGE, SPC_GOOD, SPC_GOOD}},
    {sentinel_int,        {SPC_GOOD, SPC_SENTINEL, SPC_GOOD}},
    {scaled_out_of_range, {SPC_GOOD, SPC_OUT_OF_RANGE, SPC_GOOD}},
    {first_sentinel,      {SPC_GOOD, SPC_GOOD, SPC_SENTINEL}},
    {second_sentinel,     {SPC_GOOD, SPC_GOOD, SPC_SENTINEL}},
    {one_sided_range,     {SPC_GOOD, SPC_GOOD, SPC_OUT_OF_RANGE}},
};
/* clang-format on */

static void test_mb_17_invalid_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        struct spc_counter last = {true, 1, 8};
        struct spc_sample sample;
        uint16_t words[WORDS];

        good_part(words, 9);
        invalid[i].spoil(words);
        /* The part is counted all the same: it was made. */
        assert_int_equal(read_part(words, &last, &sample), SPC_READING_NEW);
        for (int v = 0; v < 3; v++) {
            assert_int_equal(sample.quality[v], invalid[i].want[v]);
            assert_int_equal(isnan(sample.value[v]),
                             invalid[i].want[v] != SPC_GOOD);
        }
    }
}

static void test_mb_17_nan_without_a_sentinel(void **state)
{
    struct spc_layout plain = layout;
    struct spc_counter last = {true, 1, 8};
    struct spc_counter_step step;
    struct spc_sample sample;
    uint16_t words[WORDS];

    (void)state;
    plain.value[0].invalid_count = 0;
    plain.value[0].low = plain.value[0].high = NAN;
    good_part(words, 9);
    sentinel_nan(words);
    assert_int_equal(
        spc_layout_read(&plain, words, WORDS, &last, &sample, &step),
        SPC_READING_NEW);
    assert_int_equal(sample.quality[0], SPC_NOT_A_NUMBER);
}

/* On the bound is inside. */
static void test_mb_17_range_includes_its_bounds(void **state)
{
    struct spc_counter last = {true, 1, 8};
    struct spc_sample sample;
    uint16_t words[WORDS];

    (void)state;
    good_part(words, 9);
    spc_modbus_encode(&layout.value[1].at, 15000, words);
    words[8] = 1000;
    assert_int_equal(read_part(words, &last, &sample), SPC_READING_NEW);
    assert_int_equal(sample.quality[1], SPC_GOOD);
    assert_int_equal(sample.quality[2], SPC_GOOD);
}

static void test_fits(void **state)
{
    (void)state;
    assert_true(spc_layout_fits(&layout, WORDS));
    assert_false(spc_layout_fits(&layout, WORDS - 1));
    struct spc_layout longer = layout;
    longer.part_id.words = 6;
    assert_false(spc_layout_fits(&longer, WORDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mb_11_counter_steps),
        cmocka_unit_test(test_mb_11_wraps_add_up),
        cmocka_unit_test(test_mb_10_one_block_one_sample),
        cmocka_unit_test(test_mb_12_equal_parts_are_parts),
        cmocka_unit_test(test_mb_11_torn_is_not_read),
        cmocka_unit_test(test_mb_10_none_torn_in_100000),
        cmocka_unit_test(test_self_test),
        cmocka_unit_test(test_counter_back_at_zero_is_no_part),
        cmocka_unit_test(test_mb_17_invalid_forms),
        cmocka_unit_test(test_mb_17_nan_without_a_sentinel),
        cmocka_unit_test(test_mb_17_range_includes_its_bounds),
        cmocka_unit_test(test_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
