/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring under one mutex, with an eventfd that is set exactly while the ring
 * is not empty.  A lock-free queue would save nothing: a line makes tens of
 * parts a second, and the loop takes them in batches. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/arrivals.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct spc_arrivals {
    pthread_mutex_t lock;
    int descriptor;
    size_t capacity, first, count;
    struct spc_arrival ring[];
};

enum spc_status spc_arrivals_open(size_t capacity,
                                  struct spc_arrivals **ret_arrivals)
{
    assert(capacity >= 2); /* an event and the sample it explains */

    struct spc_arrivals *arrivals =
        calloc(1, sizeof *arrivals + capacity * sizeof arrivals->ring[0]);
    if (!arrivals)
        return SPC_NO_MEMORY;

    arrivals->capacity = capacity;
    arrivals->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (arrivals->descriptor < 0) {
        free(arrivals);
        return SPC_CANNOT_OPEN;
    }
    int error = pthread_mutex_init(&arrivals->lock, NULL);
    assert(error == 0);
    *ret_arrivals = arrivals;
    return SPC_OK;
}

void spc_arrivals_close(struct spc_arrivals *arrivals)
{
    if (!arrivals)
        return;
    pthread_mutex_destroy(&arrivals->lock);
    close(arrivals->descriptor);
    free(arrivals);
}

/* Neither can fail on a healthy descriptor: the count is 0 or 1. */
static void set_readable(struct spc_arrivals *arrivals)
{
    uint64_t one = 1;
    ssize_t done = write(arrivals->descriptor, &one, sizeof one);
    assert(done == sizeof one);
}

static void clear_readable(struct spc_arrivals *arrivals)
{
    uint64_t count;
    ssize_t done = read(arrivals->descriptor, &count, sizeof count);
    assert(done == sizeof count);
}

static struct spc_arrival *append(struct spc_arrivals *arrivals)
{
    size_t last = (arrivals->first + arrivals->count++) % arrivals->capacity;

    return &arrivals->ring[last];
}

bool spc_arrivals_put(struct spc_arrivals *arrivals,
                      const struct spc_event *event,
                      const struct spc_sample *sample)
{
    size_t wanted = (event != NULL) + (sample != NULL);
    assert(wanted > 0);

    pthread_mutex_lock(&arrivals->lock);
    bool fits = arrivals->capacity - arrivals->count >= wanted;
    if (fits) {
        if (arrivals->count == 0)
            set_readable(arrivals);
        if (event)
            *append(arrivals) =
                (struct spc_arrival){.is_event = true, .event = *event};
        if (sample)
            *append(arrivals) =
                (struct spc_arrival){.is_event = false, .sample = *sample};
    }
    pthread_mutex_unlock(&arrivals->lock);
    return fits;
}

size_t spc_arrivals_take(struct spc_arrivals *arrivals,
                         struct spc_arrival *batch, size_t room)
{
    size_t taken = 0;

    pthread_mutex_lock(&arrivals->lock);
    for (; taken < room && arrivals->count > 0; taken++) {
        batch[taken] = arrivals->ring[arrivals->first];
        arrivals->first = (arrivals->first + 1) % arrivals->capacity;
        if (--arrivals->count == 0)
            clear_readable(arrivals);
    }
    pthread_mutex_unlock(&arrivals->lock);
    return taken;
}

int spc_arrivals_descriptor(const struct spc_arrivals *arrivals)
{
    return arrivals->descriptor;
}
