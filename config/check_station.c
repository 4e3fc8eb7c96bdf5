/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold between the keys of a station. */
#include "config/reader.h"

#include <string.h>

/* Blanks are values that no key can have, so that what was refused is not
 * mistaken for something written. */
struct spc_field spc_blank_field(void)
{
    return (struct spc_field){
        .type = SPC_REGISTER_TYPES,
        .order = SPC_WORD_ORDERS,
    };
}

void spc_begin_station(struct spc_reader *reader, const struct spc_node *node,
                       void *target)
{
    struct spc_plant_station *station = target;

    station->link = SPC_NONE;
    station->unit = SPC_NONE;
    station->base = SPC_NONE;
    station->order = SPC_WORD_ORDERS;
    station->counter = spc_blank_field();
    station->counter_again = spc_blank_field();
    station->valid = spc_blank_field();
    station->stamp = spc_blank_field();
    station->self_test = spc_blank_field();
    station->part_id = spc_blank_field();
    station->valid.type = SPC_REGISTER_UINT16;
    station->first = SPC_NONE;
    station->place = spc_node_place(reader, node);
}

/* ---- link and unit ----------------------------------------------------- */

static void tell_unknown_link(struct spc_reader *reader,
                              const struct spc_node *node)
{
    const struct spc_plant *plant = &reader->draft->plant;
    const char *names[SPC_KEYS_MAX], *near;
    struct spc_prose known = {0};
    size_t count = 0;

    for (uint32_t i = 0; i < plant->link_count && count < SPC_KEYS_MAX; i++)
        if (plant->links[i].name != NULL)
            names[count++] = plant->links[i].name;
    if (count == 0)
        return; /* their names were refused */
    near = spc_nearest(node->text, names, count);
    for (size_t i = 0; near == NULL && i < count; i++)
        spc_prose_add(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    spc_complain(reader->complainer, node->place,
                 near ? "no link is called '%.63s'; did you mean '%s'?"
                      : "no link is called '%.63s'; there are: %s",
                 node->text,
                 near          ? near
                 : known.bytes ? known.bytes
                               : "");
    spc_prose_free(&known);
}

static void find_link(struct spc_reader *reader, const struct spc_node *node,
                      struct spc_plant_station *station)
{
    const struct spc_plant *plant = &reader->draft->plant;
    const struct spc_node *link = spc_node_at(node, "link");

    if (link == NULL || link->kind != SPC_NODE_SCALAR || link->length == 0)
        return;
    for (uint32_t i = 0; i < plant->link_count; i++) {
        if (plant->links[i].name != NULL &&
            strcmp(plant->links[i].name, link->text) == 0) {
            station->link = i;
            return;
        }
    }
    tell_unknown_link(reader, link);
}

static void check_unit(struct spc_reader *reader, const struct spc_node *node,
                       const struct spc_plant_station *station)
{
    const struct spc_plant_link *link;

    if (station->link == SPC_NONE || station->unit == SPC_NONE)
        return;
    link = &reader->draft->plant.links[station->link];
    for (uint32_t i = 0; i < link->unit_count; i++)
        if (link->units[i] == station->unit)
            return;
    if (link->unit_count > 0)
        spc_complain(reader->complainer, spc_node_at(node, "unit")->place,
                     "unit %u is not among the units of link %s in line %d",
                     (unsigned)station->unit, link->name, link->place.line);
}

/* ---- time -------------------------------------------------------------- */

static void settle_max_age(struct spc_reader *reader,
                           const struct spc_node *node,
                           struct spc_plant_station *station)
{
    const struct spc_node *written = spc_node_at(node, "max_age");

    if (station->poll == 0)
        return;
    if (written == NULL)
        station->max_age = 10 * station->poll;
    else if (station->max_age != 0 && station->max_age <= station->poll)
        spc_complain(reader->complainer, written->place,
                     "max_age must be longer than poll, or no sample is ever "
                     "young enough");
}

/* ---- tests of registers ------------------------------------------------ */

static void check_tests(struct spc_reader *reader,
                        const struct spc_node *sample,
                        const struct spc_plant_station *station)
{
    const struct spc_node *valid =
        spc_node_at(spc_node_at(sample, "valid"), "equals");
    const struct spc_node *test =
        spc_node_at(spc_node_at(sample, "self_test"), "equals");
    enum spc_register_type type = station->self_test.type;

    if (valid != NULL && station->valid.mask != 0 &&
        (station->valid.equals & ~station->valid.mask) != 0)
        spc_complain(reader->complainer, valid->place,
                     "equals has bits outside the mask 0x%04x, so it could "
                     "never hold",
                     (unsigned)station->valid.mask);
    if (test != NULL && ((type == SPC_REGISTER_UINT16 &&
                          station->self_test.equals > UINT16_MAX) ||
                         (type == SPC_REGISTER_UINT32 &&
                          station->self_test.equals > UINT32_MAX)))
        spc_complain(reader->complainer, test->place,
                     "type %s never holds so large a value",
                     spc_register_type_text(type));
}

/* ---- characteristics --------------------------------------------------- */

static void add_by(struct spc_reader *reader, const struct spc_node *name,
                   const struct spc_plant_station *station,
                   struct spc_plant_characteristic *characteristic)
{
    uint32_t key = 0;

    if (name->kind != SPC_NODE_SCALAR || spc_node_is_null(name))
        return;
    while (key < station->context_count &&
           strcmp(station->context[key].key, name->text) != 0)
        key++;
    if (key == station->context_count) {
        spc_complain(reader->complainer, name->place,
                     "by names context keys of the sample, and '%.63s' is none",
                     name->text);
        return;
    }
    for (uint32_t i = 0; i < characteristic->by_count; i++) {
        if (characteristic->by[i] == key) {
            spc_complain(reader->complainer, name->place,
                         "%s is in the list twice", name->text);
            return;
        }
    }
    if (characteristic->by_count == SPC_BY_MAX)
        spc_complain(reader->complainer, name->place,
                     "a stream is told apart by at most %d keys", SPC_BY_MAX);
    else
        characteristic->by[characteristic->by_count++] = key;
}

static void settle_streams(struct spc_reader *reader,
                           const struct spc_node *node,
                           const struct spc_plant_station *station,
                           struct spc_plant_characteristic *characteristic)
{
    const struct spc_node *by = spc_node_at(node, "by");
    const struct spc_node *room = spc_node_at(node, "max_streams");

    if (characteristic->uncharted) {
        characteristic->max_streams = 0;
        return;
    }
    if (by == NULL && room != NULL)
        spc_warn(reader->complainer, room->key->place,
                 "max_streams has no effect without by");
    if (by == NULL)
        characteristic->max_streams = 1;
    else if (by->kind == SPC_NODE_LIST)
        for (const struct spc_node *name = by->first; name; name = name->next)
            add_by(reader, name, station, characteristic);
    else
        add_by(reader, by, station, characteristic);
}

static void check_same_ids(struct spc_reader *reader,
                           const struct spc_node *list,
                           const struct spc_plant_station *station)
{
    const struct spc_node *entry = list->first;

    for (uint32_t i = 0; i < station->characteristic_count;
         i++, entry = entry->next) {
        const char *id = station->characteristics[i].id;

        for (uint32_t j = 0; id != NULL && j < i; j++) {
            const char *other = station->characteristics[j].id;

            if (other == NULL || strcmp(id, other) != 0)
                continue;
            spc_complain(reader->complainer, spc_node_at(entry, "id")->place,
                         "id %s is taken by the characteristic in line %d", id,
                         station->characteristics[j].place.line);
            break;
        }
    }
}

static void check_characteristics(struct spc_reader *reader,
                                  const struct spc_node *node,
                                  struct spc_plant_station *station)
{
    const struct spc_node *list = spc_node_at(node, "characteristics");
    const struct spc_node *entry;

    if (station->characteristic_count == 0)
        return;
    entry = list->first;
    for (uint32_t i = 0; i < station->characteristic_count;
         i++, entry = entry->next)
        settle_streams(reader, entry, station, &station->characteristics[i]);
    entry = list->first;
    for (uint32_t i = 0; i < station->characteristic_count;
         i++, entry = entry->next)
        spc_settle_intake(reader, entry, station, &station->characteristics[i]);
    check_same_ids(reader, list, station);
}

void spc_check_station(struct spc_reader *reader, const struct spc_node *node,
                       void *target)
{
    struct spc_plant_station *station = target;

    find_link(reader, node, station);
    check_unit(reader, node, station);
    settle_max_age(reader, node, station);
    check_tests(reader, spc_node_at(node, "sample"), station);
    check_characteristics(reader, node, station);
    spc_resolve_station(reader, node, station);
}
