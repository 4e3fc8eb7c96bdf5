/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a PLC: dial, read a block, hang up.  Blocking, but each
 * wait ends at its deadline and ends at once when `stop` becomes readable.
 *
 * The connect is our own and not modbus_connect's: that one uses the answer's
 * timeout, cannot be interrupted, and in 3.1.6 takes the process down when the
 * descriptor is FD_SETSIZE or more.  A host that is a name is looked up at
 * each dial; the look-up is the resolver's and has the resolver's timeout. */
#ifndef SPC_ADAPTERS_MODBUS_CONNECTION_H
#define SPC_ADAPTERS_MODBUS_CONNECTION_H

#include "engine/status.h"
#include "engine/types.h"

#include <modbus.h>

struct spc_connection {
    modbus_t *context;
    const char *host;
    char peer[160]; /* "10.0.0.7:502", "[fe80::1]:502" */
    uint16_t port, transaction;
    int stop;
};

/* `host` outlives the connection.  SPC_NO_MEMORY on failure. */
SPC_MUST_CHECK
enum spc_status spc_connection_open(const char *host, uint16_t port, int stop,
                                    struct spc_connection *ret_connection);
void spc_connection_close(struct spc_connection *connection);

/* 0; ECANCELED when stopped; else an errno, with a sentence in `reterr`. */
int spc_connection_dial(struct spc_connection *connection, spc_nanos timeout,
                        char *reterr, size_t size);
void spc_connection_hang_up(struct spc_connection *connection);

/* Reads holding registers; the whole reply is here before `timeout` is over or
 * it is a failure.  0, or an error as in trouble.h. */
int spc_connection_read(struct spc_connection *connection, uint8_t unit,
                        uint16_t first, uint16_t count, spc_nanos timeout,
                        uint16_t *ret_words);

/* A clock that never steps, and the time of day, which may. */
spc_nanos spc_monotonic(void);
spc_nanos spc_wall_clock(void);

/* Sleeps until the deadline, or until `descriptor` (if not -1) is readable:
 * 0; ETIMEDOUT; ECANCELED when stopped. */
int spc_wait_readable(int descriptor, int stop, spc_nanos deadline);

/* "800 ms", "2 s", "1.5 s".  Returns text. */
const char *spc_span_text(spc_nanos span, char *text, size_t size);

#endif
