/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How kinds, actions and states of events are spelt.  See event.h. */
#include "rules/event.h"

#include <assert.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *const kinds[] = {
    [SPC_EVENT_ALARM] = "alarm",     [SPC_EVENT_LIMITS] = "limits",
    [SPC_EVENT_QUALITY] = "quality", [SPC_EVENT_LINK] = "link",
    [SPC_EVENT_GATEWAY] = "gateway",
};
_Static_assert(COUNT(kinds) == SPC_EVENT_KINDS, "every kind has a name");

static const char *const actions[] = {
    [SPC_NO_ACTION] = "none",
    [SPC_RAISED] = "raised",
    [SPC_UPDATED] = "updated",
    [SPC_RETURNED] = "returned",
    [SPC_ACKNOWLEDGED] = "acknowledged",
    [SPC_CLOSED] = "closed",
    [SPC_COMMENTED] = "commented",
    [SPC_LIMITS_IN_FORCE] = "limits-in-force",
    [SPC_STUDY_FAILED] = "study-failed",
    [SPC_SAMPLES_LOST] = "samples-lost",
    [SPC_COUNTER_RESTARTED] = "counter-restarted",
    [SPC_VALUE_REJECTED] = "value-rejected",
    [SPC_VALUE_RESTORED] = "value-restored",
    [SPC_STREAMS_FULL] = "streams-full",
    [SPC_SUBGROUP_SHORT] = "subgroup-short",
    [SPC_LINK_UP] = "link-up",
    [SPC_LINK_DOWN] = "link-down",
    [SPC_UNIT_UP] = "unit-up",
    [SPC_UNIT_DOWN] = "unit-down",
    [SPC_BLOCK_REFUSED] = "block-refused",
    [SPC_BLOCK_RESTORED] = "block-restored",
    [SPC_SELF_TEST_FAILED] = "self-test-failed",
    [SPC_STARTED] = "started",
    [SPC_STOPPED] = "stopped",
    [SPC_CONFIG_APPLIED] = "config-applied",
    [SPC_CONFIG_REFUSED] = "config-refused",
    [SPC_PUBLISH_REFUSED] = "publish-refused",
    [SPC_BROKER_BACK] = "broker-back",
    [SPC_RECORDING_RESUMED] = "recording-resumed",
};
_Static_assert(COUNT(actions) == SPC_ACTIONS, "every action has a name");

static const char *const states[] = {
    [SPC_ALARM_NORMAL] = "normal",
    [SPC_ALARM_UNACK] = "unack",
    [SPC_ALARM_ACK] = "ack",
    [SPC_ALARM_RTN_UNACK] = "rtn_unack",
};
_Static_assert(COUNT(states) == SPC_ALARM_STATES, "every state has a name");

const char *spc_event_kind_text(enum spc_event_kind kind)
{
    assert((unsigned)kind < SPC_EVENT_KINDS);
    return kinds[kind];
}

const char *spc_event_action_text(enum spc_event_action action)
{
    assert((unsigned)action < SPC_ACTIONS);
    return actions[action];
}

const char *spc_alarm_state_text(enum spc_alarm_state state)
{
    assert((unsigned)state < SPC_ALARM_STATES);
    return states[state];
}
