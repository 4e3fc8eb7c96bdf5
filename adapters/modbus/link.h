/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Modbus link: a thread that alone owns the connection, the schedule of
 * its polls and what is known of its units and blocks. */
#ifndef SPC_ADAPTERS_MODBUS_LINK_H
#define SPC_ADAPTERS_MODBUS_LINK_H

#include "adapters/arrivals.h"
#include "adapters/modbus/modbus.h"

struct spc_link;

/* Starts the thread.  It ends when `stop` becomes readable.  SPC_NO_MEMORY or
 * SPC_CANNOT_OPEN on failure. */
SPC_MUST_CHECK
enum spc_status spc_link_open(const struct spc_modbus_link *plan,
                              struct spc_arrivals *arrivals, int stop,
                              struct spc_link **ret_link);

/* `stop` is readable; waits for the thread and releases everything. */
void spc_link_close(struct spc_link *link);

struct spc_link_report spc_link_report(struct spc_link *link);

#endif
