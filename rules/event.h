/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: one recorded change each, of an alarm, of limits, of data quality,
 * of a link, of the gateway itself.  The historian numbers them without a gap
 * and only a recorded event is published.
 *
 * An event is a flat value.  The text pointers point at constants. */
#ifndef SPC_RULES_EVENT_H
#define SPC_RULES_EVENT_H

#include "engine/types.h"

enum spc_event_kind {
    SPC_EVENT_ALARM,
    SPC_EVENT_LIMITS,
    SPC_EVENT_QUALITY,
    SPC_EVENT_LINK,
    SPC_EVENT_GATEWAY,
    SPC_EVENT_KINDS
};

enum spc_event_action {
    SPC_NO_ACTION,
    /* alarm */
    SPC_RAISED,
    SPC_UPDATED,
    SPC_RETURNED,
    SPC_ACKNOWLEDGED,
    SPC_CLOSED,
    SPC_COMMENTED,
    /* limits */
    SPC_LIMITS_IN_FORCE,
    SPC_STUDY_FAILED,
    /* quality: count says how many */
    SPC_SAMPLES_LOST,
    SPC_COUNTER_RESTARTED,
    SPC_VALUE_REJECTED, /* first of a run; detail says why */
    SPC_VALUE_RESTORED, /* count were rejected in the run */
    SPC_STREAMS_FULL,   /* a new context value found no room */
    SPC_SUBGROUP_SHORT, /* no value in it: nothing is plotted */
    /* link */
    SPC_LINK_UP,
    SPC_LINK_DOWN,
    SPC_UNIT_UP,
    SPC_UNIT_DOWN,
    SPC_BLOCK_REFUSED, /* the PLC answers a block with an exception */
    SPC_BLOCK_RESTORED,
    SPC_SELF_TEST_FAILED,
    /* gateway */
    SPC_STARTED,
    SPC_STOPPED,
    SPC_CONFIG_APPLIED,
    SPC_CONFIG_REFUSED,
    SPC_PUBLISH_REFUSED, /* the broker will not take a topic */
    SPC_BROKER_BACK,     /* count: seconds it was away */
    SPC_RECORDING_RESUMED,
    SPC_ACTIONS
};

enum spc_alarm_state {
    SPC_ALARM_NORMAL,
    SPC_ALARM_UNACK,
    SPC_ALARM_ACK,
    SPC_ALARM_RTN_UNACK,
    SPC_ALARM_STATES
};

enum {
    SPC_SIGNALS_MAX = 12,      /* rules holding at one point */
    SPC_EVENT_POINTS_MAX = 16, /* points an event lists: the longest rule */
    SPC_DETAIL_TEXT = 200,
};

/* One rule holding at one point. */
struct spc_signal {
    const char *rule; /* "nelson-1" */
    const char *text; /* "beyond the upper control limit" */
    const char *text_zh;
    const char *side; /* "above", "below" or NULL */
    uint64_t index;   /* of the plotted point, from 1 in each stream */
    uint64_t points[SPC_EVENT_POINTS_MAX]; /* indexes that made it hold,
                                              ascending */
    uint32_t point_count;
};

/* One plotted point as an event shows it. */
struct spc_event_point {
    uint64_t index;
    double value; /* the panel's statistic */
    uint32_t epoch;
    uint64_t first_counter, last_counter; /* parts behind it */
    spc_nanos time;
    char part_id[SPC_PART_ID_TEXT]; /* of its last part */
};

struct spc_event {
    enum spc_event_kind kind;
    enum spc_event_action action;
    uint64_t seq; /* given by the loop before recording */
    spc_nanos time;
    spc_nanos time_uncertainty;
    uint32_t time_source;
    uint32_t link;           /* index in the plant, or SPC_NONE */
    uint32_t station;        /* likewise */
    uint32_t characteristic; /* index in the station, or SPC_NONE */
    uint32_t stream;         /* the stream's id, or SPC_NONE */
    uint64_t count;
    char detail[SPC_DETAIL_TEXT]; /* a sentence, or "" */
    char person[SPC_CONTEXT_TEXT];

    /* kind ALARM */
    enum spc_alarm_state state;
    enum spc_chart chart;
    enum spc_panel panel; /* the rule group: location or spread */
    uint32_t episode;
    spc_nanos since;
    uint64_t since_index;
    struct spc_event_point suspect; /* first point of the trouble; index 0: not
                                       known */
    uint32_t signal_count;
    struct spc_signal signals[SPC_SIGNALS_MAX];
    uint32_t point_count;
    struct spc_event_point points[SPC_EVENT_POINTS_MAX]; /* oldest first */
    struct spc_zones zones; /* those the newest point was judged against */
    double shift;           /* estimated by a sum, in measurements; NaN */
    uint64_t change_index;  /* point since which it is so; 0: not known */
    uint32_t contribution_count;
    struct spc_contribution contributions[SPC_CONTRIBUTIONS_MAX];

    /* kinds ALARM and LIMITS */
    struct spc_limits limits;

    uint32_t context_count;
    char context[SPC_CONTEXT_MAX][SPC_CONTEXT_TEXT]; /* by station's keys */
};

const char *spc_event_kind_text(enum spc_event_kind kind);       /* "alarm" */
const char *spc_event_action_text(enum spc_event_action action); /* "raised" */
const char *spc_alarm_state_text(enum spc_alarm_state state);    /* "unack" */

#endif
