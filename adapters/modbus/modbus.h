/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus TCP source: PLC registers in, samples out.
 *
 * One link is one socket, one thread and one libmodbus context that nothing
 * else touches; the units behind it share all three.  One sample is one read
 * of one block.  The plan says what to read and how to take it apart; it is
 * the composition root's translation of the plant file and outlives the
 * source.  Nothing in here writes to a PLC. */
#ifndef SPC_ADAPTERS_MODBUS_H
#define SPC_ADAPTERS_MODBUS_H

#include "adapters/modbus/layout.h"
#include "adapters/source.h"
#include "engine/status.h"

struct spc_modbus_poll {
    uint32_t station; /* index in the plant; goes into samples and events */
    uint32_t unit;
    uint16_t first, count; /* the block: PDU address, registers */
    spc_nanos period;
    spc_nanos max_age;
    bool alarm_on_skip;
    struct spc_layout layout;
    char where[96]; /* "battery-line.yaml:31, block 40101-40118 of op40":
                       config faults point at the plant file */

    /* What the historian remembers; known is false on the first day. */
    bool known;
    uint32_t epoch;
    uint64_t counter;
};

struct spc_modbus_link {
    uint32_t link; /* index in the plant */
    char name[64], host[128];
    uint16_t port;
    spc_nanos connect_timeout, response_timeout;
    uint32_t retries;
    spc_nanos backoff_min, backoff_max;
    double backoff_jitter;
    uint32_t dead_after;
    spc_nanos dead_retry;
    spc_nanos pause_after_connect, pause_between;
    const struct spc_modbus_poll *polls;
    size_t poll_count;
};

struct spc_modbus_plan {
    const struct spc_modbus_link *links;
    size_t link_count;
    size_t queue; /* arrivals the loop may lag behind */
};

/* Starts one thread per link and returns at once: a PLC that is absent is a
 * link that is down, not a failure to open.  SPC_NO_MEMORY, SPC_CANNOT_OPEN
 * (no threads or descriptors left; a sentence is in `reterr`). */
SPC_MUST_CHECK
enum spc_status spc_modbus_open(const struct spc_modbus_plan *plan,
                                char *reterr, size_t size,
                                struct spc_source **ret_source);

/* A consistent copy, from any thread. */
struct spc_link_report spc_modbus_report(const struct spc_source *source,
                                         size_t link);

#endif
