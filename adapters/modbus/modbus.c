/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source: a queue, and one link thread for each socket that fills it. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/modbus.h"

#include "adapters/arrivals.h"
#include "adapters/modbus/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct modbus_source {
    struct spc_source source;
    struct spc_arrivals *arrivals;
    int stop; /* an eventfd; readable: every thread ends */
    size_t link_count;
    struct spc_link *links[];
};

static struct modbus_source *modbus_of(const struct spc_source *source)
{
    return (struct modbus_source *)source;
}

static size_t poll_source(struct spc_source *self, struct spc_arrival *batch,
                          size_t room)
{
    return spc_arrivals_take(modbus_of(self)->arrivals, batch, room);
}

static int descriptor_of(const struct spc_source *self)
{
    return spc_arrivals_descriptor(modbus_of(self)->arrivals);
}

static void close_source(struct spc_source *self)
{
    struct modbus_source *modbus = modbus_of(self);
    uint64_t one = 1;

    if (modbus->stop >= 0) {
        ssize_t done = write(modbus->stop, &one, sizeof one);
        assert(done == sizeof one);
    }
    for (size_t i = 0; i < modbus->link_count; i++)
        spc_link_close(modbus->links[i]);
    if (modbus->stop >= 0)
        close(modbus->stop);
    spc_arrivals_close(modbus->arrivals);
    free(modbus);
}

static const struct spc_source_ops modbus_ops = {
    .poll = poll_source,
    .descriptor = descriptor_of,
    .close = close_source,
};

static enum spc_status open_parts(const struct spc_modbus_plan *plan,
                                  struct modbus_source *modbus)
{
    /* An event and the sample it explains must fit. */
    enum spc_status status =
        spc_arrivals_open(plan->queue < 2 ? 2 : plan->queue, &modbus->arrivals);

    if (status != SPC_OK)
        return status;
    modbus->stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (modbus->stop < 0)
        return SPC_CANNOT_OPEN;
    for (size_t i = 0; i < plan->link_count; i++) {
        status = spc_link_open(&plan->links[i], modbus->arrivals, modbus->stop,
                               &modbus->links[i]);
        if (status != SPC_OK)
            return status;
        modbus->link_count++;
    }
    return SPC_OK;
}

enum spc_status spc_modbus_open(const struct spc_modbus_plan *plan,
                                char *reterr, size_t size,
                                struct spc_source **ret_source)
{
    struct modbus_source *modbus =
        calloc(1, sizeof *modbus + plan->link_count * sizeof modbus->links[0]);

    if (!modbus) {
        snprintf(reterr, size, "no memory for %zu links", plan->link_count);
        return SPC_NO_MEMORY;
    }
    modbus->source.ops = &modbus_ops;
    modbus->stop = -1;

    enum spc_status status = open_parts(plan, modbus);
    if (status != SPC_OK) {
        snprintf(reterr, size, "link %zu of %zu cannot start: no %s left",
                 modbus->link_count + 1, plan->link_count,
                 status == SPC_NO_MEMORY ? "memory" : "thread or descriptor");
        close_source(&modbus->source);
        return status;
    }
    *ret_source = &modbus->source;
    return SPC_OK;
}

struct spc_link_report spc_modbus_report(const struct spc_source *source,
                                         size_t link)
{
    struct modbus_source *modbus = modbus_of(source);

    assert(link < modbus->link_count);
    return spc_link_report(modbus->links[link]);
}
