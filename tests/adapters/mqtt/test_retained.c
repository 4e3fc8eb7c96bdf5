/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retained states, without a broker: what is sent, in which order, and that a
 * long random life agrees with a table without a hash or a queue. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/retained.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void set(struct spc_retained *r, const char *topic, const char *payload)
{
    assert_true(spc_retained_set(r, topic, payload, strlen(payload)));
}

/* Sends the first in line; NULL when nobody waits. */
static const char *send_first(struct spc_retained *r, uint32_t *ret_index)
{
    uint32_t index = spc_retained_first(r);

    if (index == SPC_NONE)
        return NULL;
    spc_retained_sent(r);
    *ret_index = index;
    return r->items[index].topic;
}

static void test_first_come_first_sent(void **state)
{
    struct spc_retained r;
    uint32_t i = 0;

    (void)state;
    spc_retained_init(&r);
    assert_null(send_first(&r, &i));
    set(&r, "a", "1");
    set(&r, "b", "1");
    set(&r, "a", "2"); /* does not lose its place, and is there once */
    assert_string_equal(send_first(&r, &i), "a");
    assert_memory_equal(r.items[i].payload, "2", 1);
    assert_string_equal(send_first(&r, &i), "b");
    assert_null(send_first(&r, &i));
    spc_retained_clear(&r);
}

static void test_one_of_a_topic_in_flight(void **state)
{
    struct spc_retained r;
    uint32_t a = 0, b, i;

    (void)state;
    spc_retained_init(&r);
    set(&r, "a", "1");
    assert_string_equal(send_first(&r, &a), "a");
    set(&r, "a", "2");
    assert_null(send_first(&r, &i));
    set(&r, "b", "1");
    assert_string_equal(send_first(&r, &b), "b");
    assert_null(send_first(&r, &i));
    spc_retained_answered(&r, a, false);
    assert_string_equal(send_first(&r, &i), "a");
    assert_int_equal(i, a);
    spc_retained_clear(&r);
}

static void test_a_refusal_holds_until_the_payload_changes(void **state)
{
    struct spc_retained r;
    uint32_t a = 0;

    (void)state;
    spc_retained_init(&r);
    set(&r, "a", "1");
    assert_non_null(send_first(&r, &a));
    spc_retained_answered(&r, a, true);
    set(&r, "a", "1");
    assert_null(send_first(&r, &a));
    set(&r, "a", "2");
    assert_non_null(send_first(&r, &a));
    spc_retained_answered(&r, a, true);
    spc_retained_resend(&r);
    assert_non_null(send_first(&r, &a));
    spc_retained_clear(&r);
}

static void test_a_refusal_of_what_is_replaced_already(void **state)
{
    struct spc_retained r;
    uint32_t a = 0;

    (void)state;
    spc_retained_init(&r);
    set(&r, "a", "1");
    assert_non_null(send_first(&r, &a));
    set(&r, "a", "2");
    spc_retained_answered(&r, a, true);
    assert_non_null(send_first(&r, &a));
    spc_retained_clear(&r);
}

static void test_a_new_connection_sends_all(void **state)
{
    struct spc_retained r;
    uint32_t i;

    (void)state;
    spc_retained_init(&r);
    assert_true(spc_retained_name(&r, "status"));
    set(&r, "b", "1");
    set(&r, "a", "1");
    assert_string_equal(send_first(&r, &i), "b");
    set(&r, "status", "");
    spc_retained_resend(&r);
    assert_string_equal(send_first(&r, &i), "status");
    assert_string_equal(send_first(&r, &i), "b");
    assert_string_equal(send_first(&r, &i), "a");
    assert_null(send_first(&r, &i));
    spc_retained_clear(&r);
}

static void test_a_name_alone_is_not_sent(void **state)
{
    struct spc_retained r;
    uint32_t i;

    (void)state;
    spc_retained_init(&r);
    assert_true(spc_retained_name(&r, "status"));
    spc_retained_resend(&r);
    assert_null(send_first(&r, &i));
    spc_retained_clear(&r);
}

/* xorshift64, fixed seed. */
static uint64_t random_next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

enum { TOPICS = 1000, STEPS = 200000 };

/* A broker that keeps what it is told must end up with what was set last. */
static void test_a_long_life(void **state)
{
    static unsigned wanted[TOPICS], kept[TOPICS];
    struct spc_retained r;
    uint64_t x = 20261121;
    uint32_t flying = SPC_NONE;
    char topic[32], payload[32];

    (void)state;
    spc_retained_init(&r);
    for (unsigned step = 1; step <= STEPS; step++) {
        unsigned n = (unsigned)(random_next(&x) % TOPICS);

        wanted[n] = step;
        snprintf(topic, sizeof topic, "t/%u", n);
        snprintf(payload, sizeof payload, "%u %u", n, step);
        set(&r, topic, payload);
        if (flying != SPC_NONE && random_next(&x) % 3 == 0) {
            spc_retained_answered(&r, flying, false);
            flying = SPC_NONE;
        }
        while (flying == SPC_NONE || step == STEPS) {
            if (flying != SPC_NONE)
                spc_retained_answered(&r, flying, false);
            flying = spc_retained_first(&r);
            if (flying == SPC_NONE)
                break;
            spc_retained_sent(&r);
            char copy[32] = "";
            unsigned topic_number, value;
            memcpy(copy, r.items[flying].payload, r.items[flying].size);
            assert_int_equal(sscanf(copy, "%u %u", &topic_number, &value), 2);
            kept[topic_number] = value;
        }
        if (random_next(&x) % 5000 == 0) {
            spc_retained_resend(&r);
            flying = SPC_NONE;
        }
    }
    for (unsigned n = 0; n < TOPICS; n++)
        assert_int_equal(kept[n], wanted[n]);
    assert_int_equal(r.count, TOPICS);
    spc_retained_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_come_first_sent),
        cmocka_unit_test(test_one_of_a_topic_in_flight),
        cmocka_unit_test(test_a_refusal_holds_until_the_payload_changes),
        cmocka_unit_test(test_a_refusal_of_what_is_replaced_already),
        cmocka_unit_test(test_a_new_connection_sends_all),
        cmocka_unit_test(test_a_name_alone_is_not_sent),
        cmocka_unit_test(test_a_long_life),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
