/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded queue between link threads and the loop.
 *
 * Many threads put, one takes.  A full queue refuses; the thread that is
 * refused has not advanced its counter, so what could not be queued is later
 * reported as lost, with its number, and never silently dropped. */
#ifndef SPC_ADAPTERS_ARRIVALS_H
#define SPC_ADAPTERS_ARRIVALS_H

#include "adapters/source.h"
#include "engine/status.h"

struct spc_arrivals;

SPC_MUST_CHECK
enum spc_status spc_arrivals_open(size_t capacity,
                                  struct spc_arrivals **ret_arrivals);
void spc_arrivals_close(struct spc_arrivals *arrivals);

/* Both or neither are queued, so that a sample is never separated from the
 * event that explains it.  `event` or `sample` may be NULL. */
bool spc_arrivals_put(struct spc_arrivals *arrivals,
                      const struct spc_event *event,
                      const struct spc_sample *sample);

size_t spc_arrivals_take(struct spc_arrivals *arrivals,
                         struct spc_arrival *batch, size_t room);

/* Readable while the queue is not empty (an eventfd). */
int spc_arrivals_descriptor(const struct spc_arrivals *arrivals);

#endif
