/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retained states: an append-only table of topics, a hash over it (FNV-1a,
 * linear probing, at most half full) and a queue threaded through it. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/retained.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

static uint32_t hash(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

/* The bucket that holds the topic, or the empty one where it belongs. */
static uint32_t *bucket_of(const struct spc_retained *r, const char *topic)
{
    uint32_t b = hash(topic) % r->bucket_count;

    while (r->buckets[b] != SPC_NONE &&
           strcmp(r->items[r->buckets[b]].topic, topic) != 0)
        b = (b + 1) % r->bucket_count;
    return &r->buckets[b];
}

void spc_retained_init(struct spc_retained *r)
{
    *r = (struct spc_retained){.first = SPC_NONE, .last = SPC_NONE};
}

void spc_retained_clear(struct spc_retained *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        free(r->items[i].topic);
        free(r->items[i].payload);
    }
    free(r->items);
    free(r->buckets);
    spc_retained_init(r);
}

static void rehash(struct spc_retained *r, uint32_t *buckets, uint32_t count)
{
    free(r->buckets);
    r->buckets = buckets;
    r->bucket_count = count;
    for (uint32_t b = 0; b < count; b++)
        buckets[b] = SPC_NONE;
    for (uint32_t i = 0; i < r->count; i++)
        *bucket_of(r, r->items[i].topic) = i;
}

/* Makes room for one more topic; the hash stays at most half full. */
static bool grow(struct spc_retained *r)
{
    if (r->count < r->capacity)
        return true;

    uint32_t capacity = r->capacity ? 2 * r->capacity : FIRST_CAPACITY;
    uint32_t *buckets = calloc(2 * (size_t)capacity, sizeof *buckets);
    struct spc_retained_item *items =
        realloc(r->items, capacity * sizeof *items);

    if (items)
        r->items = items;
    if (!items || !buckets) {
        free(buckets);
        return false;
    }
    r->capacity = capacity;
    rehash(r, buckets, 2 * capacity);
    return true;
}

/* The item of that topic, made when it is new; NULL: no memory. */
static struct spc_retained_item *item_of(struct spc_retained *r,
                                         const char *topic)
{
    if (!grow(r))
        return NULL;

    uint32_t *bucket = bucket_of(r, topic);
    if (*bucket != SPC_NONE)
        return &r->items[*bucket];

    char *copy = strdup(topic);
    if (!copy)
        return NULL;
    *bucket = r->count;
    r->items[r->count] =
        (struct spc_retained_item){.topic = copy, .next = SPC_NONE};
    return &r->items[r->count++];
}

static void enqueue(struct spc_retained *r, struct spc_retained_item *item)
{
    uint32_t index = (uint32_t)(item - r->items);

    if (item->waiting)
        return;
    item->waiting = true;
    item->next = SPC_NONE;
    if (r->last == SPC_NONE)
        r->first = index;
    else
        r->items[r->last].next = index;
    r->last = index;
}

bool spc_retained_name(struct spc_retained *r, const char *topic)
{
    return item_of(r, topic) != NULL;
}

static bool replace(struct spc_retained_item *item, const void *payload,
                    size_t size)
{
    /* One byte at least, so that an empty payload, which tells the broker to
     * forget the topic, is a payload too. */
    if (size >= item->capacity) {
        void *larger = realloc(item->payload, size + 1);

        if (!larger)
            return false;
        item->payload = larger;
        item->capacity = size + 1;
    }
    if (size > 0)
        memcpy(item->payload, payload, size);
    item->size = size;
    return true;
}

static bool same(const struct spc_retained_item *item, const void *payload,
                 size_t size)
{
    return item->payload && item->size == size &&
           (size == 0 || memcmp(item->payload, payload, size) == 0);
}

bool spc_retained_set(struct spc_retained *r, const char *topic,
                      const void *payload, size_t size)
{
    struct spc_retained_item *item = item_of(r, topic);

    if (!item)
        return false;
    if (item->refused && same(item, payload, size))
        return true;
    if (!replace(item, payload, size))
        return false;
    item->refused = false;
    enqueue(r, item);
    return true;
}

/* Two payloads of one topic are never in flight together: whichever the
 * broker answered last would not say which one it keeps.  So a flying topic at
 * the head moves to the end of the queue until its answer is there. */
uint32_t spc_retained_first(struct spc_retained *r)
{
    for (uint32_t tries = r->count; tries > 0 && r->first != SPC_NONE;
         tries--) {
        struct spc_retained_item *item = &r->items[r->first];

        if (!item->flying)
            return r->first;
        if (r->first == r->last)
            break;
        r->first = item->next;
        item->waiting = false;
        enqueue(r, item);
    }
    return SPC_NONE;
}

void spc_retained_sent(struct spc_retained *r)
{
    assert(r->first != SPC_NONE);
    struct spc_retained_item *item = &r->items[r->first];

    assert(!item->flying);
    item->waiting = false;
    item->flying = true;
    r->first = item->next;
    if (r->first == SPC_NONE)
        r->last = SPC_NONE;
}

void spc_retained_answered(struct spc_retained *r, uint32_t index, bool refused)
{
    assert(index < r->count);
    struct spc_retained_item *item = &r->items[index];

    assert(item->flying);
    item->flying = false;
    item->refused = refused && !item->waiting;
}

void spc_retained_resend(struct spc_retained *r)
{
    r->first = r->last = SPC_NONE;
    for (uint32_t i = 0; i < r->count; i++) {
        struct spc_retained_item *item = &r->items[i];

        item->waiting = item->flying = item->refused = false;
        if (item->payload)
            enqueue(r, item);
    }
}
