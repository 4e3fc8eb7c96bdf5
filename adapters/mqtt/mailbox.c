/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailbox between Paho's threads and the loop. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/mailbox.h"

#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool spc_mailbox_init(struct spc_mailbox *box)
{
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    if (descriptor < 0)
        return false;
    *box = (struct spc_mailbox){.descriptor = descriptor};
    pthread_mutex_init(&box->mutex, NULL);
    return true;
}

void spc_mailbox_clear(struct spc_mailbox *box)
{
    close(box->descriptor);
    pthread_mutex_destroy(&box->mutex);
}

void spc_mailbox_wake(struct spc_mailbox *box)
{
    uint64_t one = 1;

    /* Can only fail when the counter is full, and then it is readable. */
    if (write(box->descriptor, &one, sizeof one) < 0)
        return;
}

void spc_mailbox_hush(struct spc_mailbox *box)
{
    uint64_t times;

    /* Does not block; nothing to read is as good. */
    if (read(box->descriptor, &times, sizeof times) < 0)
        return;
}

static struct spc_ticket *row_of(struct spc_mailbox *box)
{
    return box->tickets[box->generation % SPC_MAILBOX_GENERATIONS];
}

void spc_mailbox_next_generation(struct spc_mailbox *box)
{
    pthread_mutex_lock(&box->mutex);
    box->generation++;
    box->up = box->down = box->closed = false;
    box->refusal = 0;
    box->first = box->count = 0;
    for (uint32_t s = 0; s <= SPC_MAILBOX_SLOTS; s++)
        row_of(box)[s] = (struct spc_ticket){box, box->generation, s, true};
    pthread_mutex_unlock(&box->mutex);
}

struct spc_ticket *spc_mailbox_issue(struct spc_mailbox *box, uint32_t slot)
{
    assert(slot <= SPC_MAILBOX_SLOTS);

    pthread_mutex_lock(&box->mutex);
    struct spc_ticket *ticket = &row_of(box)[slot];
    ticket->spoken = false;
    pthread_mutex_unlock(&box->mutex);
    return ticket;
}

bool spc_mailbox_take_up(struct spc_mailbox *box,
                         struct spc_broker_limits *ret_limits)
{
    pthread_mutex_lock(&box->mutex);
    bool was = box->up;
    box->up = false;
    if (was)
        *ret_limits = box->limits;
    pthread_mutex_unlock(&box->mutex);
    return was;
}

bool spc_mailbox_take_answer(struct spc_mailbox *box,
                             struct spc_answer *ret_answer)
{
    pthread_mutex_lock(&box->mutex);
    bool any = box->count > 0;
    if (any) {
        *ret_answer = box->answers[box->first];
        box->first = (box->first + 1) % SPC_MAILBOX_SLOTS;
        box->count--;
    }
    pthread_mutex_unlock(&box->mutex);
    return any;
}

bool spc_mailbox_take_down(struct spc_mailbox *box, int *ret_refusal)
{
    pthread_mutex_lock(&box->mutex);
    bool was = box->down;
    box->down = false;
    if (was)
        *ret_refusal = box->refusal;
    pthread_mutex_unlock(&box->mutex);
    return was;
}

bool spc_mailbox_take_closed(struct spc_mailbox *box)
{
    pthread_mutex_lock(&box->mutex);
    bool was = box->closed;
    box->closed = false;
    pthread_mutex_unlock(&box->mutex);
    return was;
}

/* Returns with the lock when the ticket may speak, otherwise without. */
static bool speak(const struct spc_ticket *ticket)
{
    struct spc_mailbox *box = ticket->mailbox;

    pthread_mutex_lock(&box->mutex);
    if (ticket->generation == box->generation)
        return true;
    pthread_mutex_unlock(&box->mutex);
    return false;
}

static void spoken(struct spc_mailbox *box)
{
    pthread_mutex_unlock(&box->mutex);
    spc_mailbox_wake(box);
}

void spc_ticket_up(struct spc_ticket *ticket, struct spc_broker_limits limits)
{
    if (!speak(ticket))
        return;
    ticket->mailbox->up = true;
    ticket->mailbox->limits = limits;
    spoken(ticket->mailbox);
}

void spc_ticket_down(struct spc_ticket *ticket, int refusal)
{
    if (!speak(ticket))
        return;
    ticket->mailbox->down = true;
    if (refusal)
        ticket->mailbox->refusal = refusal;
    spoken(ticket->mailbox);
}

void spc_ticket_closed(struct spc_ticket *ticket)
{
    if (!speak(ticket))
        return;
    ticket->mailbox->closed = true;
    spoken(ticket->mailbox);
}

void spc_ticket_answer(struct spc_ticket *ticket, int reason)
{
    if (!speak(ticket))
        return;

    struct spc_mailbox *box = ticket->mailbox;
    if (!ticket->spoken) {
        assert(box->count < SPC_MAILBOX_SLOTS);
        ticket->spoken = true;
        box->answers[(box->first + box->count) % SPC_MAILBOX_SLOTS] =
            (struct spc_answer){ticket->slot, reason};
        box->count++;
    }
    spoken(box);
}
