/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds, actions and states have each a word of their own, in lower case. */
#include "rules/event.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *kind(unsigned i)
{
    return spc_event_kind_text(i);
}

static const char *action(unsigned i)
{
    return spc_event_action_text(i);
}

static const char *alarm_state(unsigned i)
{
    return spc_alarm_state_text(i);
}

static void check_words(const char *(*text)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_non_null(text(i));
        assert_true(strlen(text(i)) >= 2);
        assert_int_equal(strspn(text(i), "abcdefghijklmnopqrstuvwxyz-_"),
                         strlen(text(i)));
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(text(i), text(j));
    }
}

static void test_every_word_is_its_own(void **state)
{
    (void)state;
    check_words(kind, SPC_EVENT_KINDS);
    check_words(action, SPC_ACTIONS);
    check_words(alarm_state, SPC_ALARM_STATES);
}

/* Subscribers match on these. */
static void test_words_others_rely_on(void **state)
{
    (void)state;
    assert_string_equal(spc_event_kind_text(SPC_EVENT_ALARM), "alarm");
    assert_string_equal(spc_event_action_text(SPC_RAISED), "raised");
    assert_string_equal(spc_event_action_text(SPC_LIMITS_IN_FORCE),
                        "limits-in-force");
    assert_string_equal(spc_event_action_text(SPC_SAMPLES_LOST),
                        "samples-lost");
    assert_string_equal(spc_event_action_text(SPC_BROKER_BACK), "broker-back");
    assert_string_equal(spc_event_action_text(SPC_RECORDING_RESUMED),
                        "recording-resumed");
    assert_string_equal(spc_alarm_state_text(SPC_ALARM_NORMAL), "normal");
    assert_string_equal(spc_alarm_state_text(SPC_ALARM_UNACK), "unack");
    assert_string_equal(spc_alarm_state_text(SPC_ALARM_ACK), "ack");
    assert_string_equal(spc_alarm_state_text(SPC_ALARM_RTN_UNACK), "rtn_unack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_its_own),
        cmocka_unit_test(test_words_others_rely_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
