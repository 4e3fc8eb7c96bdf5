/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a PLC's own ticks to the time of day.  Pure.
 *
 * A PLC's clock has no known start and drifts, but its differences are good.
 * Each reading bounds the true time of its part: not before the look before
 * it, not after the reply.  The part before it, carried forward by the ticks
 * between them, bounds it as well, give or take a tick and some drift.  The
 * overlap of the two is kept, so that the uncertainty shrinks from part to
 * part; when they do not overlap the PLC clock has started afresh, and the new
 * reading alone counts. */
#ifndef SPC_ADAPTERS_MODBUS_STAMP_H
#define SPC_ADAPTERS_MODBUS_STAMP_H

#include "engine/types.h"

/* All zero is the start.  The part was made in [time - uncertainty, time]. */
struct spc_stamp {
    bool known;
    uint64_t ticks;
    spc_nanos time, uncertainty;
};

/* A part with this stamp, of a register of so many bits and so many
 * nanoseconds a tick, was seen at `now`, and not yet `window` earlier. */
void spc_stamp_tick(struct spc_stamp *stamp, uint64_t ticks, unsigned bits,
                    spc_nanos unit, spc_nanos now, spc_nanos window);

#endif
