/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of an alarm: every state with every input, and whole lives drawn
 * as text.
 *
 * Inputs:   S signal   . quiet point   A acknowledged   R reset
 * States:   n normal   U unack         K ack            r returned, unseen
 * Actions:  ^ raised   u updated   v returned   a acknowledged   c closed */
#include "rules/alarm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char states[] = "nUKr";
static const char inputs[] = "S.AR";

static char action_letter(enum spc_event_action action)
{
    switch (action) {
    case SPC_NO_ACTION:
        return '.';
    case SPC_RAISED:
        return '^';
    case SPC_UPDATED:
        return 'u';
    case SPC_RETURNED:
        return 'v';
    case SPC_ACKNOWLEDGED:
        return 'a';
    case SPC_CLOSED:
        return 'c';
    default:
        return '?';
    }
}

/* Next state and action, by state and input; quiet points end the run. */
/* clang-format off */
static const char *const pairs[SPC_ALARM_STATES][SPC_ALARM_INPUTS] = {
    /*            signal  quiet  ack   reset */
    /* normal */ {"U^",   "n.",  "n.", "n."},
    /* unack  */ {"Uu",   "rv",  "Ka", "nc"},
    /* ack    */ {"Ku",   "nv",  "K.", "nc"},
    /* rtn    */ {"U^",   "r.",  "na", "nc"},
};
/* clang-format on */

static void test_every_state_and_input(void **state)
{
    (void)state;
    for (unsigned s = 0; s < SPC_ALARM_STATES; s++)
        for (unsigned i = 0; i < SPC_ALARM_INPUTS; i++) {
            struct spc_alarm alarm = {
                .state = s, .episode = 7, .signals = 2, .since_index = 5};
            enum spc_event_action action =
                spc_alarm_step(&alarm, i, 1, 40, 9 * SPC_SECOND);
            bool raised = pairs[s][i][1] == '^';

            assert_int_equal(states[alarm.state], pairs[s][i][0]);
            assert_int_equal(action_letter(action), pairs[s][i][1]);
            assert_int_equal(alarm.episode, raised ? 8 : 7);
            assert_int_equal(alarm.since_index, raised ? 40 : 5);
            assert_int_equal(alarm.since, raised ? 9 * SPC_SECOND : 0);
            assert_int_equal(alarm.signals, raised                  ? 1
                                            : i == SPC_ALARM_SIGNAL ? 3
                                                                    : 2);
            assert_int_equal(spc_alarm_active(&alarm), pairs[s][i][0] != 'n');
        }
}

/* Three quiet points in a row return an alarm. */
/* clang-format off */
static const struct life {
    const char *what, *inputs, *states, *actions;
    unsigned episodes;
} lives[] = {
    {"nothing ever happens",          "....A.R", "nnnnnnn", ".......", 0},
    {"a rule that stays true",        "SSSS",    "UUUU",    "^uuu",    1},
    {"returns, is seen",              "S...A",   "UUUrn",   "^..va",   1},
    {"seen, returns",                 "SA...",   "UKKKn",   "^a..v",   1},
    {"two quiet points are no run",   "S..S..S", "UUUUUUU", "^..u..u", 1},
    {"a signal restarts the run",     "S..S...", "UUUUUUr", "^..u..v", 1},
    {"acknowledging is no point",     "S..A.",   "UUUKn",   "^..av",   1},
    {"a signal after the return",     "S...S",   "UUUrU",   "^..v^",   2},
    {"another episode when seen",     "SA...S",  "UKKKnU",  "^a..v^",  2},
    {"quiet for long",                "S......", "UUUrrrr", "^..v...", 1},
    {"seen twice",                    "SAA",     "UKK",     "^a.",     1},
    {"still true when seen",          "SASS",    "UKKK",    "^auu",    1},
    {"limits superseded",             "SRS",     "UnU",     "^c^",     2},
    {"superseded when returned",      "S...RA",  "UUUrnn",  "^..vc.",  1},
    {"a reset forgets quiet points",  "S..RS..", "UUUnUUU", "^..c^..", 2},
};
/* clang-format on */

static void check_life(const struct life *life)
{
    struct spc_alarm alarm = {0};
    char got_states[20] = "", got_actions[20] = "";

    for (size_t t = 0; life->inputs[t]; t++) {
        enum spc_alarm_input input =
            (enum spc_alarm_input)(strchr(inputs, life->inputs[t]) - inputs);
        enum spc_event_action action =
            spc_alarm_step(&alarm, input, 3, t + 1, (spc_nanos)t * SPC_SECOND);

        got_states[t] = states[alarm.state];
        got_actions[t] = action_letter(action);
    }
    if (strcmp(got_states, life->states) != 0 ||
        strcmp(got_actions, life->actions) != 0 ||
        alarm.episode != life->episodes)
        fail_msg("%s:\n%s\n%s, not %s\n%s, not %s\n%u episodes, not %u",
                 life->what, life->inputs, got_states, life->states,
                 got_actions, life->actions, alarm.episode, life->episodes);
}

static void test_lives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
        check_life(&lives[i]);
}

/* An alarm remembers the point that raised it and how often it held since. */
static void test_what_is_remembered(void **state)
{
    struct spc_alarm alarm = {0};

    (void)state;
    spc_alarm_step(&alarm, SPC_ALARM_QUIET, 2, 1, 10);
    spc_alarm_step(&alarm, SPC_ALARM_SIGNAL, 2, 2, 20);
    spc_alarm_step(&alarm, SPC_ALARM_SIGNAL, 2, 3, 30);
    spc_alarm_step(&alarm, SPC_ALARM_QUIET, 2, 4, 40);
    assert_int_equal(alarm.since_index, 2);
    assert_int_equal(alarm.since, 20);
    assert_int_equal(alarm.signals, 2);
    assert_int_equal(alarm.quiet, 1);
    spc_alarm_step(&alarm, SPC_ALARM_QUIET, 2, 5, 50);
    spc_alarm_step(&alarm, SPC_ALARM_SIGNAL, 2, 6, 60);
    assert_int_equal(alarm.since_index, 6);
    assert_int_equal(alarm.since, 60);
    assert_int_equal(alarm.signals, 1);
    assert_int_equal(alarm.quiet, 0);
    assert_int_equal(alarm.episode, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_and_input),
        cmocka_unit_test(test_lives),
        cmocka_unit_test(test_what_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
