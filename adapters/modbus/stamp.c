/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/stamp.h"

#include <assert.h>

/* A gap longer than this says that the ticks are not what we think. */
static const spc_nanos longest_gap = 30 * 86400 * SPC_SECOND;

/* How far a PLC's clock may run from ours: one part in 5000, twice what an
 * ordinary crystal does from cold to hot. */
static const spc_nanos drift_share = 5000;

static spc_nanos later(spc_nanos a, spc_nanos b)
{
    return a > b ? a : b;
}

static spc_nanos earlier(spc_nanos a, spc_nanos b)
{
    return a < b ? a : b;
}

void spc_stamp_tick(struct spc_stamp *stamp, uint64_t ticks, unsigned bits,
                    spc_nanos unit, spc_nanos now, spc_nanos window)
{
    assert(bits >= 16);
    assert(bits <= 64);
    assert(unit > 0);

    uint64_t passed = (ticks - stamp->ticks) & UINT64_MAX >> (64 - bits);
    spc_nanos first = now - window, last = now;

    if (stamp->known && passed <= (uint64_t)(longest_gap / unit)) {
        spc_nanos gap = (spc_nanos)passed * unit;
        spc_nanos slack = gap / drift_share + unit; /* and the rounding */
        spc_nanos carried = stamp->time + gap;
        spc_nanos from = later(first, carried - stamp->uncertainty - slack);
        spc_nanos to = earlier(last, carried + slack);

        if (from <= to) {
            first = from;
            last = to;
        }
    }
    *stamp = (struct spc_stamp){true, ticks, last, last - first};
}
