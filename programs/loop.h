/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of the daemon: arrivals in, one transaction a turn, then the
 * broker.
 *
 *     wait -> take news and arrivals -> fold -> record -> publish -> wait
 *
 * A disk that cannot be written holds the turn: it is tried again every
 * second, links wait with their counters, and the gateway's status says why.
 * A new plant file waits too.
 */
#ifndef SPC_PROGRAMS_LOOP_H
#define SPC_PROGRAMS_LOOP_H

#include "adapters/mqtt/mqtt.h"
#include "programs/wire.h"

enum spc_loop_end {
    SPC_LOOP_STOPPED,  /* a signal asked for it */
    SPC_LOOP_RELOADED, /* *ret_next is the plant to go on with */
    SPC_LOOP_FAILED,   /* no memory; said on stderr */
};

struct spc_loop_parts {
    struct spc_wiring *wiring;
    struct spc_historian *historian;
    struct spc_source *source;
    struct spc_mqtt *mqtt; /* NULL: the plant file names no broker */
    int signals;           /* a signalfd of SIGTERM, SIGINT, SIGHUP */
    const char *path;      /* of the plant file, read again on SIGHUP */
    bool reloaded;         /* the plant file has just been changed */
};

enum spc_loop_end spc_loop_run(const struct spc_loop_parts *parts,
                               struct spc_plant **ret_next);

#endif
