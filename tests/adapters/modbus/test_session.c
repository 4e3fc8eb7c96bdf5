/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to dial, whom to ask, when it was: the clockwork of a link, with time
 * as an argument. */
#include "adapters/modbus/schedule.h"
#include "adapters/modbus/session.h"
#include "adapters/modbus/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct spc_backoff backoff = {
    .min = SPC_SECOND, .max = 60 * SPC_SECOND, .jitter = 0.2, .seed = 42};

/* ---- session ----------------------------------------------------------- */

static void test_a_session(void **state)
{
    struct spc_session s = {0};

    (void)state;
    assert_true(spc_session_should_dial(&s, 0));
    assert_int_equal(s.state, SPC_SESSION_CONNECTING);
    assert_false(spc_session_should_dial(&s, 0)); /* one at a time */
    spc_session_lost(&s, &backoff, 0);
    assert_int_equal(s.state, SPC_SESSION_BACKOFF);
    assert_false(spc_session_should_dial(&s, SPC_SECOND / 2));
    assert_true(spc_session_should_dial(&s, SPC_SECOND));
    spc_session_connected(&s);
    assert_int_equal(s.state, SPC_SESSION_UP);
    assert_int_equal(s.failures, 1); /* connected is not yet good */
    spc_session_answered(&s);
    assert_int_equal(s.failures, 0);
}

/* A device that is off for a day is dialled about once a minute. */
static void test_mb_04_a_day_of_outage(void **state)
{
    struct spc_session s = {0};
    unsigned dials = 0;

    (void)state;
    for (spc_nanos now = 0; now < 86400 * SPC_SECOND; now += SPC_SECOND / 4) {
        if (spc_session_should_dial(&s, now)) {
            spc_session_lost(&s, &backoff, now);
            dials++;
        }
    }
    assert_true(dials >= 86400 / 60);
    assert_true(dials <= 86400 / 48 + 8);
    assert_true(s.not_before <= 86400 * SPC_SECOND + backoff.max);
}

/* A server that resets at every request, for ten minutes. */
static void test_mb_04_ten_minutes_of_resets(void **state)
{
    struct spc_session s = {0};
    unsigned connects = 0;

    (void)state;
    for (spc_nanos now = 0; now < 600 * SPC_SECOND; now += SPC_SECOND / 100) {
        if (spc_session_should_dial(&s, now)) {
            spc_session_connected(&s);
            spc_session_lost(&s, &backoff, now);
            connects++;
        }
    }
    assert_true(connects <= 20);
    assert_true(connects >= 10);
}

/* One good answer, then a reset, for ten minutes: never in a hurry. */
static void test_mb_04_short_lives(void **state)
{
    struct spc_session s = {0};
    unsigned connects = 0;

    (void)state;
    for (spc_nanos now = 0; now < 600 * SPC_SECOND; now += SPC_SECOND / 100) {
        if (spc_session_should_dial(&s, now)) {
            spc_session_connected(&s);
            spc_session_answered(&s);
            spc_session_lost(&s, &backoff, now);
            connects++;
        }
    }
    assert_true(connects <= 601);
    assert_true(connects >= 590);
}

static void test_a_long_life_is_dialled_again_at_once(void **state)
{
    struct spc_session s = {0};
    spc_nanos hour = 3600 * SPC_SECOND;

    (void)state;
    assert_true(spc_session_should_dial(&s, 0));
    spc_session_connected(&s);
    spc_session_answered(&s);
    spc_session_lost(&s, &backoff, hour);
    assert_true(spc_session_should_dial(&s, hour));
    spc_session_lost(&s, &backoff, hour);
    assert_false(spc_session_should_dial(&s, hour));
}

static void test_mb_04_backoff_doubles_within_bounds(void **state)
{
    (void)state;
    for (unsigned failures = 1; failures < 200; failures++) {
        double full = failures < 7 ? (double)(1 << (failures - 1)) : 60;
        for (spc_nanos now = 0; now < 50; now++) {
            double seconds =
                (double)spc_backoff_delay(&backoff, failures, now) / 1e9;
            assert_true(seconds <= full);
            assert_true(seconds >= 0.8 * full);
        }
    }
}

/* The same arguments, the same wait; another link, another wait; and chance
 * uses the whole of its share. */
static void test_mb_04_jitter(void **state)
{
    struct spc_backoff other = backoff;
    spc_nanos low = 60 * SPC_SECOND, high = 0;

    (void)state;
    other.seed = 43;
    assert_true(spc_backoff_delay(&backoff, 9, 5) ==
                spc_backoff_delay(&backoff, 9, 5));
    assert_true(spc_backoff_delay(&backoff, 9, 5) !=
                spc_backoff_delay(&other, 9, 5));
    for (spc_nanos now = 0; now < 1000; now++) {
        spc_nanos delay = spc_backoff_delay(&backoff, 9, now * SPC_SECOND);
        low = delay < low ? delay : low;
        high = delay > high ? delay : high;
    }
    assert_true(low < 48.2 * SPC_SECOND);
    assert_true(high > 59.8 * SPC_SECOND);
}

/* ---- schedule ---------------------------------------------------------- */

static void test_mb_09_deadlines_do_not_pile_up(void **state)
{
    struct spc_pace pace = {.due = 1000, .period = 100};

    (void)state;
    assert_int_equal(spc_pace_served(&pace, 1010), 0);
    assert_int_equal(pace.due, 1100);
    assert_int_equal(spc_pace_served(&pace, 1199), 0);
    assert_int_equal(pace.due, 1200);
    assert_int_equal(spc_pace_served(&pace, 1300), 1);
    assert_int_equal(pace.due, 1400);
    assert_int_equal(spc_pace_served(&pace, 2055), 6);
    assert_int_equal(pace.due, 2100);
}

/* Served and skipped are all the deadlines there were, and the grid holds. */
static void test_mb_09_every_deadline_is_accounted_for(void **state)
{
    struct spc_pace pace = {.due = 0, .period = 7};
    uint64_t served = 0, skipped = 0, x = 1;
    spc_nanos now = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        now = (now > pace.due ? now : pace.due) + (spc_nanos)(x >> 60);
        skipped += spc_pace_served(&pace, now);
        served++;
        assert_true(pace.due > now);
        assert_true(pace.due <= now + 7);
        assert_int_equal(pace.due % 7, 0);
    }
    assert_int_equal(served + skipped, pace.due / 7);
    assert_true(skipped > 0);
}

static void test_mb_08_a_dead_unit_is_asked_rarely(void **state)
{
    const struct spc_health_rule rule = {3, 60 * SPC_SECOND};
    struct spc_health health = {0};
    unsigned asked = 0;

    (void)state;
    for (spc_nanos now = 0; now < 3600 * SPC_SECOND; now += SPC_SECOND / 5)
        if (spc_health_may_ask(&health, now)) {
            spc_health_silent(&health, &rule, now);
            asked++;
        }
    assert_true(health.dead);
    assert_int_equal(asked, 3 + 59);
    spc_health_answered(&health);
    assert_false(health.dead);
    spc_health_absent(&health, &rule, 0);
    assert_true(health.dead);
}

/* ---- stamps ------------------------------------------------------------ */

/* A PLC whose clock started at a time of its own and runs 50 ppm fast; parts
 * every 0.8 s, seen at polls of 0.2 s.  The true time is always inside, and
 * the uncertainty becomes a fraction of the poll. */
static void test_mb_22_ticks_narrow_the_time(void **state)
{
    struct spc_stamp stamp = {0};
    uint64_t x = 99;
    double sum = 0;

    (void)state;
    for (int part = 0; part < 5000; part++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        spc_nanos truth = 1000 * SPC_SECOND + part * 800 * SPC_MILLISECOND +
                          (spc_nanos)(x >> 34) % (400 * SPC_MILLISECOND);
        spc_nanos poll = 200 * SPC_MILLISECOND;
        spc_nanos seen = (truth / poll + 1) * poll;
        uint32_t ticks =
            (uint32_t)(4294000000u + (uint64_t)((double)truth * 1.00005 / 1e6));

        spc_stamp_tick(&stamp, ticks, 32, SPC_MILLISECOND, seen, poll);
        assert_true(stamp.time <= seen);
        assert_true(stamp.uncertainty <= poll);
        assert_true(truth <= stamp.time);
        assert_true(truth >= stamp.time - stamp.uncertainty);
        sum += (double)stamp.uncertainty / 1e6;
    }
    assert_true(sum / 5000 < 60);
}

static void test_mb_22_a_clock_that_started_afresh(void **state)
{
    struct spc_stamp stamp = {0};

    (void)state;
    spc_stamp_tick(&stamp, 5000, 32, SPC_MILLISECOND, 100 * SPC_SECOND,
                   SPC_SECOND);
    spc_stamp_tick(&stamp, 3, 32, SPC_MILLISECOND, 200 * SPC_SECOND,
                   SPC_SECOND);
    assert_true(stamp.time == 200 * SPC_SECOND);
    assert_true(stamp.uncertainty == SPC_SECOND);
    spc_stamp_tick(&stamp, UINT64_MAX, 64, SPC_SECOND, 300 * SPC_SECOND,
                   SPC_SECOND);
    assert_true(stamp.time == 300 * SPC_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session),
        cmocka_unit_test(test_mb_04_a_day_of_outage),
        cmocka_unit_test(test_mb_04_ten_minutes_of_resets),
        cmocka_unit_test(test_mb_04_short_lives),
        cmocka_unit_test(test_a_long_life_is_dialled_again_at_once),
        cmocka_unit_test(test_mb_04_backoff_doubles_within_bounds),
        cmocka_unit_test(test_mb_04_jitter),
        cmocka_unit_test(test_mb_09_deadlines_do_not_pile_up),
        cmocka_unit_test(test_mb_09_every_deadline_is_accounted_for),
        cmocka_unit_test(test_mb_08_a_dead_unit_is_asked_rarely),
        cmocka_unit_test(test_mb_22_ticks_narrow_the_time),
        cmocka_unit_test(test_mb_22_a_clock_that_started_afresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
