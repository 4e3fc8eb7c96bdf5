/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands: what a person asks for through the broker, as JSON.
 *
 *     {"verb":"ack","alarm_id":"gw-07:6f1c:12:location:3",
 *      "person":"M. Rossi","comment":"tool changed"}
 *
 * A payload comes from anyone who may publish, so it is bounded and every
 * word of it is checked: verb, alarm_id and person must be there, comment may
 * be (and must, for the verb "comment"); an unknown or repeated key, a text
 * that is too long, empty or holds control characters is refused. */
#ifndef SPC_ADAPTERS_MQTT_COMMAND_H
#define SPC_ADAPTERS_MQTT_COMMAND_H

#include "engine/status.h"
#include "engine/types.h"
#include "rules/event.h"

enum {
    SPC_COMMAND_BYTES_MAX = 4096,
    SPC_VERB_TEXT = 16,
    SPC_ALARM_ID_TEXT = 256,
};

struct spc_command_text {
    char verb[SPC_VERB_TEXT]; /* "ack" or "comment" */
    char alarm_id[SPC_ALARM_ID_TEXT];
    char person[SPC_CONTEXT_TEXT];
    char comment[SPC_DETAIL_TEXT]; /* "" when there is none */
};

/* SPC_BAD_INPUT with a sentence in `reterr`, or SPC_NO_MEMORY. */
SPC_MUST_CHECK
enum spc_status spc_command_read(const void *bytes, size_t size,
                                 struct spc_command_text *ret_command,
                                 char *reterr, size_t reterr_size);

#endif
