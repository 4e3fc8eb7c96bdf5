/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/block.h"

#include <inttypes.h>
#include <stdio.h>

/* A part seen at the first look may have been made at any time; so may one
 * seen after a long outage.  A day stands for "we do not know". */
static const spc_nanos longest_window = 86400 * SPC_SECOND;

void spc_block_clear(struct spc_block *block, uint32_t link,
                     const struct spc_modbus_poll *plan)
{
    *block = (struct spc_block){
        .plan = plan,
        .counter = {plan->known, plan->epoch, plan->counter},
        .condition = {.link = link,
                      .station = plan->station,
                      .good = SPC_BLOCK_RESTORED,
                      .now = SPC_NEWS_GOOD,
                      .told = SPC_NEWS_GOOD},
    };
}

/* ---- can it be read ---------------------------------------------------- */

void spc_block_bad(struct spc_block *block, spc_nanos time,
                   enum spc_event_action action, const char *why)
{
    char sentence[SPC_DETAIL_TEXT];

    snprintf(sentence, sizeof sentence, "%s: %s", block->plan->where, why);
    spc_condition_bad(&block->condition, time, action, sentence);
}

void spc_block_good(struct spc_block *block, spc_nanos time)
{
    char sentence[SPC_DETAIL_TEXT];

    snprintf(sentence, sizeof sentence, "%s: read again", block->plan->where);
    block->torn_polls = 0;
    spc_condition_good(&block->condition, time, sentence);
}

void spc_block_torn(struct spc_block *block, spc_nanos time, unsigned polls)
{
    if (++block->torn_polls >= polls)
        spc_block_bad(block, time, SPC_BLOCK_REFUSED,
                      "counter and counter_again differ at every look");
}

/* ---- what a look has found --------------------------------------------- */

static struct spc_event quality_event(const struct spc_block *block,
                                      enum spc_event_action action,
                                      spc_nanos time)
{
    return (struct spc_event){
        .kind = SPC_EVENT_QUALITY,
        .action = action,
        .time = time,
        .link = block->condition.link,
        .station = block->plan->station,
        .characteristic = SPC_NONE,
        .stream = SPC_NONE,
    };
}

static void restarted_event(const struct spc_block *block, spc_nanos time,
                            const struct spc_counter *now,
                            struct spc_event *ret_event)
{
    *ret_event = quality_event(block, SPC_COUNTER_RESTARTED, time);
    snprintf(ret_event->detail, sizeof ret_event->detail,
             "counter went from %" PRIu64 " back to %" PRIu64
             "; parts lost between them are not known",
             block->counter.counter, now->counter);
}

static void lost_event(const struct spc_block *block, spc_nanos time,
                       const struct spc_counter_step *step,
                       struct spc_event *ret_event)
{
    *ret_event = quality_event(block, SPC_SAMPLES_LOST, time);
    ret_event->count = step->lost;
    if (step->lost == 1)
        snprintf(ret_event->detail, sizeof ret_event->detail, "%" PRIu64,
                 step->now.counter - 1);
    else
        snprintf(ret_event->detail, sizeof ret_event->detail,
                 "%" PRIu64 " to %" PRIu64, block->counter.counter + 1,
                 step->now.counter - 1);
}

/* The part was not there when the block was last asked for, and is there now.
 * A stamp of the PLC can narrow that. */
static void set_time(const struct spc_block *block,
                     const struct spc_moment *now, const uint16_t *words,
                     struct spc_stamp *stamp, struct spc_sample *sample)
{
    const struct spc_layout *layout = &block->plan->layout;
    spc_nanos window = now->monotonic - block->looked;

    if (block->looked == 0 || window > longest_window)
        window = longest_window;
    sample->time = now->wall;
    sample->time_uncertainty = window;
    sample->time_source = SPC_TIME_REPLY;
    if (layout->has_stamp) {
        spc_stamp_tick(stamp, spc_modbus_bits(&layout->stamp, words),
                       16 * spc_modbus_words(layout->stamp.type),
                       layout->stamp_unit, now->wall, window);
        sample->time = stamp->time;
        sample->time_uncertainty = stamp->uncertainty;
        sample->time_source = SPC_TIME_PLC;
    }
}

void spc_block_deliver(struct spc_block *block, struct spc_arrivals *arrivals,
                       const struct spc_moment *now, const uint16_t *words,
                       const struct spc_counter_step *step,
                       struct spc_sample *sample)
{
    struct spc_stamp stamp = block->stamp;
    struct spc_event event;
    bool has_event =
        step->restarted || (step->lost > 0 && block->plan->alarm_on_skip);

    if (step->restarted)
        restarted_event(block, now->wall, &step->now, &event);
    else if (has_event)
        lost_event(block, now->wall, step, &event);
    if (step->moved) {
        sample->station = block->plan->station;
        set_time(block, now, words, &stamp, sample);
    }
    if ((has_event || step->moved) &&
        !spc_arrivals_put(arrivals, has_event ? &event : NULL,
                          step->moved ? sample : NULL))
        return;
    block->counter = step->now;
    block->stamp = stamp;
    block->looked = block->asked;
}
