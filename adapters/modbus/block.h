/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of one block of registers: its counter, when it was looked at,
 * whether it can be read; and what a look at it puts into the queue. */
#ifndef SPC_ADAPTERS_MODBUS_BLOCK_H
#define SPC_ADAPTERS_MODBUS_BLOCK_H

#include "adapters/arrivals.h"
#include "adapters/modbus/modbus.h"
#include "adapters/modbus/news.h"
#include "adapters/modbus/stamp.h"

struct spc_block {
    const struct spc_modbus_poll *plan;
    struct spc_condition condition;
    struct spc_counter counter;
    struct spc_stamp stamp;
    unsigned torn_polls; /* in a row */
    spc_nanos asked;     /* when the latest request was sent, monotonic */
    spc_nanos looked;    /* that of the latest look; 0: none yet */
};

/* One moment on both clocks. */
struct spc_moment {
    spc_nanos monotonic, wall;
};

void spc_block_clear(struct spc_block *block, uint32_t link,
                     const struct spc_modbus_poll *plan);

/* It cannot be used; the sentence begins with the place in the plant file. */
void spc_block_bad(struct spc_block *block, spc_nanos time,
                   enum spc_event_action action, const char *why);
void spc_block_good(struct spc_block *block, spc_nanos time);

/* A whole poll found it torn.  A part may be written slowly, but a bracket
 * that does not close in so many polls is a register that is not the counter's
 * second copy. */
void spc_block_torn(struct spc_block *block, spc_nanos time, unsigned polls);

/* Queues what a look has found: a part, parts that passed unseen, a counter
 * that started afresh, or nothing.  The memory of the counter moves only when
 * that worked: what found no room is found again at the next look, or reported
 * as lost. */
void spc_block_deliver(struct spc_block *block, struct spc_arrivals *arrivals,
                       const struct spc_moment *now, const uint16_t *words,
                       const struct spc_counter_step *step,
                       struct spc_sample *sample);

#endif
