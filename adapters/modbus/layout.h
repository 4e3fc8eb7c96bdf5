/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the registers of one block to one sample.  Pure.
 *
 * The block is bracketed by the part counter, first and again last: if the
 * two differ the PLC was writing while we read, and the block is read again.
 * A value is a measurement only if the gauge's valid bit is on and the value
 * is no sentinel, no NaN and inside the gauge's range; otherwise it is
 * missing, with the reason. */
#ifndef SPC_ADAPTERS_MODBUS_LAYOUT_H
#define SPC_ADAPTERS_MODBUS_LAYOUT_H

#include "adapters/modbus/decode.h"
#include "engine/types.h"

enum { SPC_INVALID_VALUES_MAX = 8 };

struct spc_layout_value {
    struct spc_register at;                 /* offset within the block */
    double scale, offset;                   /* value = raw * scale + offset */
    double low, high;                       /* gauge range, NaN: none */
    double invalid[SPC_INVALID_VALUES_MAX]; /* raw */
    uint32_t invalid_count;
};

/* A register that must hold a value: (word & mask) == equals. */
struct spc_layout_test {
    bool present;
    struct spc_register at;
    uint64_t mask, equals;
};

struct spc_layout {
    struct spc_register counter;
    bool has_again, has_stamp, has_part_id;
    struct spc_register counter_again, stamp, part_id;
    spc_nanos stamp_unit; /* of one tick */
    struct spc_layout_test valid, self_test;
    uint32_t value_count, context_count;
    struct spc_layout_value value[SPC_VALUES_MAX];
    struct spc_register context[SPC_CONTEXT_MAX];
};

enum spc_reading {
    SPC_READING_SAME, /* no new part; the counter may have gone to zero */
    SPC_READING_NEW,  /* *ret_sample is a new part */
    SPC_READING_TORN, /* the bracket differs: read again */
    SPC_READING_SELF_TEST_FAILED,
};

/* What is known of a station's counter. */
struct spc_counter {
    bool known;
    uint32_t epoch;   /* from 1 */
    uint64_t counter; /* extended over wraps */
};

/* What a counter value means beside the last one known.  Forward by any
 * number: that many parts, all but the newest lost.  Backward: a wrap if the
 * register was in the last sixteenth of its range and is now in the first,
 * else the PLC has started afresh and a new epoch begins at this value; how
 * many parts went unseen is then not known and `lost` is 0.
 *
 * A counter that starts (on the first look ever, or afresh) at zero has made
 * no part yet: what stands in the other registers is not a measurement, and
 * `moved` is false.  A zero reached by a wrap is a part like any other. */
struct spc_counter_step {
    bool moved, restarted;
    uint64_t lost;
    struct spc_counter now;
};
struct spc_counter_step spc_counter_step(const struct spc_counter *last,
                                         uint64_t raw, unsigned bits);

/* Does every register of the layout lie inside a block of `count` words? */
bool spc_layout_fits(const struct spc_layout *layout, size_t count);

/* Takes a block of `count` words apart; every register of the layout lies
 * inside it.  Only epoch, counter, lost, values, quality, context, part id and
 * (with a stamp register) the PLC's own clock in `time` are filled in; station
 * and time are the caller's.  *ret_sample is written for NEW only, *ret_step
 * for SAME and NEW.  SAME with ret_step->restarted: the counter has gone back
 * to zero and no part has been made since. */
enum spc_reading spc_layout_read(const struct spc_layout *layout,
                                 const uint16_t *words, size_t count,
                                 const struct spc_counter *last,
                                 struct spc_sample *ret_sample,
                                 struct spc_counter_step *ret_step);

#endif
