/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where samples come from.
 *
 * A source is polled, never called back into: the loop that owns it decides
 * when and takes at most a batch.  A driver with threads of its own (one for
 * each Modbus link) keeps a bounded queue between them and poll. */
#ifndef SPC_ADAPTERS_SOURCE_H
#define SPC_ADAPTERS_SOURCE_H

#include "engine/types.h"
#include "rules/event.h"

/* A sample, or something that happened to the wire.  Order within a link is
 * the order in which things happened. */
struct spc_arrival {
    bool is_event;
    union {
        struct spc_sample sample;
        struct spc_event event; /* kinds LINK and QUALITY */
    };
};

/* What a link has done so far, for display. */
struct spc_link_report {
    bool up;
    spc_nanos last_good; /* 0: never */
    uint64_t reads, timeouts, errors, exceptions, connects, skipped_polls,
        torn_reads;
};

struct spc_source;

struct spc_source_ops {
    /* Moves up to `room` arrivals to `batch` and returns how many.  Never
     * blocks.  Link trouble is the driver's to repair; it is told as events. */
    size_t (*poll)(struct spc_source *self, struct spc_arrival *batch,
                   size_t room);

    /* A descriptor that is readable while poll has something to give. */
    int (*descriptor)(const struct spc_source *self);

    /* Stops every thread and releases everything, the source included, within
     * the longest response timeout. */
    void (*close)(struct spc_source *self);
};

/* First member of every driver's own structure. */
struct spc_source {
    const struct spc_source_ops *ops;
};

#endif
