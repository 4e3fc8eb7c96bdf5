/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: order, both or neither, the descriptor, many threads. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/arrivals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>

enum { THREADS = 3, EACH = 3000 };

static struct spc_arrival batch[8];

static bool readable(const struct spc_arrivals *arrivals)
{
    struct pollfd wanted = {.fd = spc_arrivals_descriptor(arrivals),
                            .events = POLLIN};

    return poll(&wanted, 1, 0) == 1;
}

static void test_both_or_neither(void **state)
{
    const struct spc_event event = {.action = SPC_SAMPLES_LOST, .count = 3};
    const struct spc_sample sample = {.counter = 9};
    struct spc_arrivals *arrivals;

    (void)state;
    assert_int_equal(spc_arrivals_open(3, &arrivals), SPC_OK);
    assert_true(spc_arrivals_put(arrivals, &event, &sample));
    assert_false(spc_arrivals_put(arrivals, &event, &sample));
    assert_true(spc_arrivals_put(arrivals, NULL, &sample));
    assert_false(spc_arrivals_put(arrivals, &event, NULL));
    assert_int_equal(spc_arrivals_take(arrivals, batch, 8), 3);
    assert_true(batch[0].is_event);
    assert_int_equal(batch[0].event.count, 3);
    assert_false(batch[1].is_event);
    assert_int_equal(batch[1].sample.counter, 9);
    assert_false(batch[2].is_event);
    spc_arrivals_close(arrivals);
}

static void test_readable_while_not_empty(void **state)
{
    const struct spc_sample sample = {0};
    struct spc_arrivals *arrivals;

    (void)state;
    assert_int_equal(spc_arrivals_open(4, &arrivals), SPC_OK);
    for (int round = 0; round < 5; round++) {
        assert_false(readable(arrivals));
        for (int i = 0; i < 3; i++)
            assert_true(spc_arrivals_put(arrivals, NULL, &sample));
        assert_true(readable(arrivals));
        assert_int_equal(spc_arrivals_take(arrivals, batch, 2), 2);
        assert_true(readable(arrivals));
        assert_int_equal(spc_arrivals_take(arrivals, batch, 2), 1);
    }
    assert_int_equal(spc_arrivals_take(arrivals, batch, 2), 0);
    spc_arrivals_close(arrivals);
}

struct putter {
    struct spc_arrivals *arrivals;
    uint32_t number;
    pthread_t thread;
};

static void *put_all(void *argument)
{
    struct putter *putter = argument;

    for (uint64_t i = 1; i <= EACH; i++) {
        struct spc_sample sample = {.station = putter->number, .counter = i};
        while (!spc_arrivals_put(putter->arrivals, NULL, &sample))
            sched_yield();
    }
    return NULL;
}

/* Nothing lost, nothing twice, each thread's order kept. */
static void test_many_put_one_takes(void **state)
{
    struct putter putters[THREADS];
    uint64_t last[THREADS] = {0};
    struct spc_arrivals *arrivals;
    unsigned taken = 0;

    (void)state;
    assert_int_equal(spc_arrivals_open(5, &arrivals), SPC_OK);
    for (uint32_t i = 0; i < THREADS; i++) {
        putters[i].arrivals = arrivals;
        putters[i].number = i;
        assert_int_equal(
            pthread_create(&putters[i].thread, NULL, put_all, &putters[i]), 0);
    }
    while (taken < THREADS * EACH) {
        struct pollfd wanted = {.fd = spc_arrivals_descriptor(arrivals),
                                .events = POLLIN};
        assert_int_equal(poll(&wanted, 1, 30000), 1);
        size_t count = spc_arrivals_take(arrivals, batch, 8);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(batch[i].sample.counter,
                             ++last[batch[i].sample.station]);
        taken += (unsigned)count;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(putters[i].thread, NULL);
    assert_false(readable(arrivals));
    spc_arrivals_close(arrivals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_or_neither),
        cmocka_unit_test(test_readable_while_not_empty),
        cmocka_unit_test(test_many_put_one_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
