/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests, replies, and what is done about each error. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/frame.h"
#include "adapters/modbus/news.h"
#include "adapters/modbus/trouble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <modbus.h>
#include <string.h>

static const struct spc_frame_read two = {0x0102, 17, 0x006b, 2};

static void test_request(void **state)
{
    static const uint8_t want[] = {1, 2, 0, 0, 0, 6, 17, 3, 0, 0x6b, 0, 2};
    uint8_t bytes[SPC_FRAME_REQUEST];

    (void)state;
    spc_frame_request(&two, bytes);
    assert_memory_equal(bytes, want, sizeof want);
}

/* clang-format off */
static const struct {
    const char *what;
    int want;
    size_t length;
    uint8_t bytes[16];
} replies[] = {
    {"good",             0,           13, {1, 2, 0, 0, 0, 7, 17, 3, 4, 0x12, 0x34, 0x56, 0x78}},
    {"late",             EAGAIN,      13, {1, 1, 0, 0, 0, 7, 17, 3, 4, 1, 2, 3, 4}},
    {"wrong unit",       EMBBADSLAVE, 13, {1, 2, 0, 0, 0, 7, 18, 3, 4, 1, 2, 3, 4}},
    {"wrong protocol",   EMBBADDATA,  13, {1, 2, 0, 1, 0, 7, 17, 3, 4, 1, 2, 3, 4}},
    {"wrong length",     EMBBADDATA,  13, {1, 2, 0, 0, 0, 8, 17, 3, 4, 1, 2, 3, 4}},
    {"wrong function",   EMBBADDATA,  13, {1, 2, 0, 0, 0, 7, 17, 4, 4, 1, 2, 3, 4}},
    {"one word short",   EMBBADDATA,  11, {1, 2, 0, 0, 0, 5, 17, 3, 2, 1, 2}},
    {"wrong byte count", EMBBADDATA,  13, {1, 2, 0, 0, 0, 7, 17, 3, 6, 1, 2, 3, 4}},
    {"header only",      EMBBADDATA,  8,  {1, 2, 0, 0, 0, 2, 17, 3}},
    {"nothing",          EMBBADDATA,  0,  {0}},
    {"exception 1",      EMBXILFUN,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 1}},
    {"exception 2",      EMBXILADD,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 2}},
    {"exception 6",      EMBXSBUSY,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 6}},
    {"exception 9",      EMBUNKEXC,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 9}},
    {"exception 11",     EMBXGTAR,    9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 11}},
    {"exception 0",      EMBUNKEXC,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 0}},
    {"exception 200",    EMBUNKEXC,   9,  {1, 2, 0, 0, 0, 3, 17, 0x83, 200}},
    {"another's exception", EMBBADDATA, 9, {1, 2, 0, 0, 0, 3, 17, 0x84, 2}},
    {"long exception",   EMBBADDATA,  10, {1, 2, 0, 0, 0, 4, 17, 0x83, 2, 0}},
};
/* clang-format on */

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        uint16_t words[2] = {7, 7};
        int got =
            spc_frame_reply(&two, replies[i].bytes, replies[i].length, words);

        if (got != replies[i].want)
            fail_msg("%s: %d", replies[i].what, got);
        assert_int_equal(words[0], got ? 7 : 0x1234);
        assert_int_equal(words[1], got ? 7 : 0x5678);
    }
}

/* Nothing a wire can carry is taken for a reply by chance, or read beyond. */
static void test_noise_is_refused(void **state)
{
    uint64_t x = 2463534242u;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint8_t bytes[13];
        uint16_t words[2];

        for (size_t b = 0; b < sizeof bytes; b++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            bytes[b] = (uint8_t)(x >> 56);
        }
        assert_int_not_equal(
            spc_frame_reply(&two, bytes, (size_t)(i % 14), words), 0);
    }
}

/* clang-format off */
static const struct {
    int error;
    enum spc_trouble_action want;
} actions[] = {
    {0,           SPC_TROUBLE_NONE},
    {ETIMEDOUT,   SPC_TROUBLE_SILENT},
    {EMBBADDATA,  SPC_TROUBLE_GARBLED},
    {EMBBADSLAVE, SPC_TROUBLE_GARBLED},
    {ECONNRESET,  SPC_TROUBLE_BROKEN},
    {EPIPE,       SPC_TROUBLE_BROKEN},
    {EBADF,       SPC_TROUBLE_BROKEN},
    {EIO,         SPC_TROUBLE_BROKEN},
    {EMBXILFUN,   SPC_TROUBLE_REFUSED},
    {EMBXILADD,   SPC_TROUBLE_REFUSED},
    {EMBXILVAL,   SPC_TROUBLE_REFUSED},
    {EMBXSFAIL,   SPC_TROUBLE_DEVICE},
    {EMBXACK,     SPC_TROUBLE_BUSY},
    {EMBXSBUSY,   SPC_TROUBLE_BUSY},
    {EMBXNACK,    SPC_TROUBLE_DEVICE},
    {EMBXMEMPAR,  SPC_TROUBLE_DEVICE},
    {EMBXGPATH,   SPC_TROUBLE_ABSENT},
    {EMBXGTAR,    SPC_TROUBLE_ABSENT},
    {EMBUNKEXC,   SPC_TROUBLE_DEVICE},
    {ENOTSOCK,    SPC_TROUBLE_BROKEN}, /* not listed */
};
/* clang-format on */

static void test_mb_19_every_error_has_an_action(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        const struct spc_trouble *trouble = spc_trouble_of(actions[i].error);
        assert_int_equal(trouble->action, actions[i].want);
        assert_non_null(trouble->text);
        assert_true(strlen(trouble->text) > 0);
    }
}

/* ---- news -------------------------------------------------------------- */

/* A full queue holds news back; what is told later is what is true then. */
static void test_news_wait_for_room(void **state)
{
    struct spc_condition link = {
        .link = 4, .station = SPC_NONE, .good = SPC_LINK_UP};
    struct spc_arrivals *arrivals;
    static struct spc_arrival batch[4];
    const struct spc_sample sample = {0};

    (void)state;
    assert_int_equal(spc_arrivals_open(2, &arrivals), SPC_OK);
    assert_true(spc_condition_tell(&link, arrivals)); /* nothing to tell */
    assert_true(spc_arrivals_put(arrivals, NULL, &sample));
    assert_true(spc_arrivals_put(arrivals, NULL, &sample));
    spc_condition_good(&link, 10, "answers");
    assert_false(spc_condition_tell(&link, arrivals));
    spc_condition_bad(&link, 20, SPC_LINK_DOWN, "refused");
    spc_condition_bad(&link, 30, SPC_LINK_DOWN, "refused again");
    assert_int_equal(spc_arrivals_take(arrivals, batch, 4), 2);
    assert_true(spc_condition_tell(&link, arrivals));
    assert_true(spc_condition_tell(&link, arrivals));
    assert_int_equal(spc_arrivals_take(arrivals, batch, 4), 1);
    assert_true(batch[0].is_event);
    assert_int_equal(batch[0].event.action, SPC_LINK_DOWN);
    assert_int_equal(batch[0].event.time, 20);
    assert_int_equal(batch[0].event.link, 4);
    assert_string_equal(batch[0].event.detail, "refused");
    spc_arrivals_close(arrivals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_noise_is_refused),
        cmocka_unit_test(test_mb_19_every_error_has_an_action),
        cmocka_unit_test(test_news_wait_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
