/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Register words to values: golden vectors, round trips, texts. */
#include "adapters/modbus/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

/* 123456 is 1.8837890625 * 2^16, so 47F12000 as a float32.  The float64 is one
 * whose eight bytes all differ, so that no order can pass for another. */
/* clang-format off */
static const struct {
    enum spc_modbus_type type;
    enum spc_modbus_order order;
    uint16_t words[4];
    double want;
} golden[] = {
    {SPC_MODBUS_UINT16,  SPC_MODBUS_ABCD, {0x1234}, 4660},
    {SPC_MODBUS_UINT16,  SPC_MODBUS_CDAB, {0x1234}, 4660},
    {SPC_MODBUS_UINT16,  SPC_MODBUS_BADC, {0x3412}, 4660},
    {SPC_MODBUS_UINT16,  SPC_MODBUS_DCBA, {0x3412}, 4660},
    {SPC_MODBUS_INT16,   SPC_MODBUS_ABCD, {0x8000}, -32768},
    {SPC_MODBUS_INT16,   SPC_MODBUS_BADC, {0xfeff}, -2},
    {SPC_MODBUS_UINT32,  SPC_MODBUS_ABCD, {0x0001, 0xe240}, 123456},
    {SPC_MODBUS_UINT32,  SPC_MODBUS_CDAB, {0xe240, 0x0001}, 123456},
    {SPC_MODBUS_UINT32,  SPC_MODBUS_BADC, {0x0100, 0x40e2}, 123456},
    {SPC_MODBUS_UINT32,  SPC_MODBUS_DCBA, {0x40e2, 0x0100}, 123456},
    {SPC_MODBUS_INT32,   SPC_MODBUS_CDAB, {0x0000, 0x8000}, -2147483648.0},
    {SPC_MODBUS_INT32,   SPC_MODBUS_ABCD, {0xffff, 0xffff}, -1},
    {SPC_MODBUS_FLOAT32, SPC_MODBUS_ABCD, {0x47f1, 0x2000}, 123456},
    {SPC_MODBUS_FLOAT32, SPC_MODBUS_CDAB, {0x2000, 0x47f1}, 123456},
    {SPC_MODBUS_FLOAT32, SPC_MODBUS_BADC, {0xf147, 0x0020}, 123456},
    {SPC_MODBUS_FLOAT32, SPC_MODBUS_DCBA, {0x0020, 0xf147}, 123456},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_ABCD,
     {0x0123, 0x4567, 0x89ab, 0xcdef}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_CDAB,
     {0xcdef, 0x89ab, 0x4567, 0x0123}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_BADC,
     {0x2301, 0x6745, 0xab89, 0xefcd}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_DCBA,
     {0xefcd, 0xab89, 0x6745, 0x2301}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_EFGHABCD,
     {0x89ab, 0xcdef, 0x0123, 0x4567}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_FEHGBADC,
     {0xab89, 0xefcd, 0x2301, 0x6745}, 3.512700564088504e-303},
    {SPC_MODBUS_FLOAT64, SPC_MODBUS_ABCD,
     {0x4052, 0x81eb, 0x851e, 0xb852}, 74.03},
    {SPC_MODBUS_UINT64,  SPC_MODBUS_ABCD, {0, 1, 0, 0}, 4294967296.0},
    {SPC_MODBUS_INT64,   SPC_MODBUS_CDAB,
     {0xfffe, 0xffff, 0xffff, 0xffff}, -2},
};
/* clang-format on */

static void test_mb_15_golden_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        struct spc_register at = {.type = (uint8_t)golden[i].type,
                                  .order = (uint8_t)golden[i].order};
        assert_true(spc_modbus_number(&at, golden[i].words) == golden[i].want);
    }
}

static uint64_t random_bits(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

/* Every type and order, at every offset of a block, touching no other word. */
static void round_trip(enum spc_modbus_type type, enum spc_modbus_order order,
                       uint64_t bits, uint16_t offset)
{
    unsigned words = spc_modbus_words(type);
    struct spc_register at = {offset, (uint16_t)words, (uint8_t)type,
                              (uint8_t)order, 0x0ff0};
    uint16_t block[12];

    memset(block, 0x5a, sizeof block);
    bits &= type == SPC_MODBUS_BIT ? 0xff : UINT64_MAX >> (64 - 16 * words);
    spc_modbus_encode(&at, bits, block);
    assert_int_equal(spc_modbus_bits(&at, block), bits);
    for (unsigned i = 0; i < 12; i++)
        if (i < offset || i >= offset + words)
            assert_int_equal(block[i], 0x5a5a);
}

static void test_mb_15_round_trip(void **state)
{
    uint64_t x = 88172645463325252u;

    (void)state;
    for (int type = 0; type < SPC_MODBUS_TYPES; type++)
        for (int order = 0; order < SPC_MODBUS_ORDERS; order++)
            for (int i = 0; i < 500; i++)
                if (type != SPC_MODBUS_STRING)
                    round_trip(type, order, random_bits(&x),
                               (uint16_t)(random_bits(&x) % 8));
}

/* A number that goes out as bits and comes back is the number. */
static void test_mb_15_floats_keep_every_bit(void **state)
{
    uint64_t x = 362436069;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct spc_register at = {0, 4, SPC_MODBUS_FLOAT64,
                                  (uint8_t)(i % SPC_MODBUS_ORDERS), 0};
        uint64_t bits = random_bits(&x);
        uint16_t block[4];
        double want, got;

        memcpy(&want, &bits, sizeof want);
        spc_modbus_encode(&at, bits, block);
        got = spc_modbus_number(&at, block);
        assert_true(isnan(want) ? isnan(got) : got == want);
    }
}

/* Two orders of the same width never agree on bytes that all differ. */
static void test_mb_15_orders_differ(void **state)
{
    static const uint16_t block[] = {0x0123, 0x4567, 0x89ab, 0xcdef};

    (void)state;
    for (int a = 0; a < SPC_MODBUS_ORDERS; a++)
        for (int b = 0; b < a; b++) {
            struct spc_register first = {0, 4, SPC_MODBUS_UINT64, (uint8_t)a,
                                         0};
            struct spc_register second = {0, 4, SPC_MODBUS_UINT64, (uint8_t)b,
                                          0};
            assert_true(spc_modbus_bits(&first, block) !=
                        spc_modbus_bits(&second, block));
        }
}

static void test_bits(void **state)
{
    static const uint16_t block[] = {0x0f35};
    struct spc_register at = {0, 1, SPC_MODBUS_BIT, SPC_MODBUS_ABCD, 0x0004};

    (void)state;
    assert_int_equal(spc_modbus_bits(&at, block), 1);
    at.mask = 0x0008;
    assert_int_equal(spc_modbus_bits(&at, block), 0);
    at.mask = 0x0ff0;
    assert_int_equal(spc_modbus_bits(&at, block), 0xf3);
    at.mask = 0;
    assert_int_equal(spc_modbus_bits(&at, block), 0);
    at.mask = 0x8000;
    assert_true(spc_modbus_number(&at, block) == 0);
}

/* clang-format off */
static const struct {
    struct spc_register at;
    uint16_t words[4];
    size_t size;
    const char *want;
} texts[] = {
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4142, 0x4344}, 40, "ABCD"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_CDAB, 0}, {0x4142, 0x4344}, 40, "ABCD"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_BADC, 0}, {0x4241, 0x4443}, 40, "ABCD"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_DCBA, 0}, {0x4241, 0x4443}, 40, "ABCD"},
    {{0, 3, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4120, 0x2020, 0x0000}, 40, "A"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x2020, 0x0000}, 40, ""},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x2041, 0x2042}, 40, " A B"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4107, 0xff42}, 40, "A??B"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4100, 0x0042}, 40, "A??B"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4142, 0x4344}, 4, "ABC"},
    {{0, 2, SPC_MODBUS_STRING, SPC_MODBUS_ABCD, 0}, {0x4142, 0x4344}, 1, ""},
    {{0, 1, SPC_MODBUS_UINT16, SPC_MODBUS_ABCD, 0}, {65535}, 40, "65535"},
    {{0, 1, SPC_MODBUS_INT16, SPC_MODBUS_ABCD, 0}, {0xfff6}, 40, "-10"},
    {{0, 2, SPC_MODBUS_FLOAT32, SPC_MODBUS_ABCD, 0}, {0x4048, 0xf5c3}, 40, "3.1400001"},
    {{0, 4, SPC_MODBUS_UINT64, SPC_MODBUS_ABCD, 0}, {0xffff, 0xffff, 0xffff, 0xffff}, 40, "18446744073709551615"},
    {{0, 4, SPC_MODBUS_INT64, SPC_MODBUS_ABCD, 0}, {0x8000, 0, 0, 0}, 40, "-9223372036854775808"},
    {{0, 1, SPC_MODBUS_BIT, SPC_MODBUS_ABCD, 2}, {0x0003}, 40, "1"},
};
/* clang-format on */

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[40];
        spc_modbus_text(&texts[i].at, texts[i].words, text, texts[i].size);
        assert_string_equal(text, texts[i].want);
    }
}

static void test_text_round_trip(void **state)
{
    (void)state;
    for (int order = 0; order < SPC_MODBUS_ORDERS; order++) {
        struct spc_register at = {1, 6, SPC_MODBUS_STRING, (uint8_t)order, 0};
        uint16_t block[8] = {0};
        char text[16];

        spc_modbus_encode_text(&at, "C0000000123", block);
        spc_modbus_text(&at, block, text, sizeof text);
        assert_string_equal(text, "C0000000123");
        assert_int_equal(block[0] | block[7], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mb_15_golden_vectors),
        cmocka_unit_test(test_mb_15_round_trip),
        cmocka_unit_test(test_mb_15_floats_keep_every_bit),
        cmocka_unit_test(test_mb_15_orders_differ),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_text_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
