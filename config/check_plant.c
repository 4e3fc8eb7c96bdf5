/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold of links, of the broker, and between all of them. */
#include "config/reader.h"

#include <string.h>

void spc_begin_link(struct spc_reader *reader, const struct spc_node *node,
                    void *target)
{
    struct spc_plant_link *link = target;

    *link = reader->draft->defaults;
    link->place = spc_node_place(reader, node);
}

void spc_check_settings(struct spc_reader *reader, const struct spc_node *node,
                        void *target)
{
    const struct spc_plant_link *link = target;
    const struct spc_node *backoff = spc_node_at(node, "backoff");
    const struct spc_node *max = spc_node_at(backoff, "max");

    if (backoff != NULL && link->backoff_max < link->backoff_min)
        spc_complain(reader->complainer,
                     max ? max->place : spc_node_own_place(backoff),
                     "backoff max must not be below min");
}

static void check_link_name(struct spc_reader *reader,
                            const struct spc_node *node,
                            const struct spc_plant_link *link)
{
    const struct spc_plant *plant = &reader->draft->plant;

    for (const struct spc_plant_link *other = plant->links; other < link;
         other++) {
        if (other->name == NULL || strcmp(other->name, link->name) != 0)
            continue;
        spc_complain(reader->complainer, spc_node_at(node, "name")->place,
                     "name %s is taken by the link in line %d", link->name,
                     other->place.line);
        return;
    }
}

void spc_check_link(struct spc_reader *reader, const struct spc_node *node,
                    void *target)
{
    const struct spc_plant_link *link = target;

    if (link->name != NULL)
        check_link_name(reader, node, link);
}

/* ---- topics ------------------------------------------------------------ */

static const char *const placeholders[] = {"enterprise", "site", "gateway",
                                           "area",       "line", "station"};

enum { PLACEHOLDERS = sizeof placeholders / sizeof *placeholders };

/* Length of a placeholder with its braces at the beginning of `text`, or 0;
 * *ret_station is set when it is the station's. */
static size_t placeholder_at(const char *text, bool *ret_station)
{
    for (size_t i = 0; i < PLACEHOLDERS; i++) {
        size_t length = strlen(placeholders[i]);

        if (strncmp(text + 1, placeholders[i], length) == 0 &&
            text[1 + length] == '}') {
            *ret_station |= i == PLACEHOLDERS - 1;
            return length + 2;
        }
    }
    return 0;
}

static const char *wrong_in_topic(const char *topic)
{
    bool station = false;

    for (const char *at = topic; *at != '\0';) {
        size_t step = *at == '{' ? placeholder_at(at, &station) : 1;

        if (step == 0 || *at == '}')
            return "in braces stand enterprise, site, gateway, area, line or "
                   "station";
        if (*at == '+' || *at == '#' || (unsigned char)*at <= ' ')
            return "a topic cannot hold + # or blanks";
        if (*at == '/' && (at == topic || at[1] == '/' || at[1] == '\0'))
            return "a level is empty";
        at += step;
    }
    if (topic[0] == '$')
        return "topics beginning with $ are the broker's own";
    return station ? NULL
                   : "without {station} two stations would share their topics";
}

void spc_check_mqtt(struct spc_reader *reader, const struct spc_node *node,
                    void *target)
{
    struct spc_plant_mqtt *mqtt = target;
    const struct spc_node *root = spc_node_at(node, "topic_root");
    const char *wrong;

    mqtt->present = true;
    if (mqtt->topic_root == NULL || root == NULL)
        return;
    wrong = wrong_in_topic(mqtt->topic_root);
    if (wrong != NULL)
        spc_complain(reader->complainer, root->place, "topic_root: %s", wrong);
}

/* ---- the whole --------------------------------------------------------- */

static void check_station_id(struct spc_reader *reader,
                             const struct spc_node *node, uint32_t index)
{
    const struct spc_plant_station *stations = reader->draft->plant.stations;

    for (uint32_t i = 0; i < index; i++) {
        if (stations[i].id == NULL ||
            strcmp(stations[i].id, stations[index].id) != 0)
            continue;
        spc_complain(reader->complainer, spc_node_at(node, "id")->place,
                     "id %s is taken by the station in line %d",
                     stations[index].id, stations[i].place.line);
        return;
    }
}

static void name_client(struct spc_reader *reader)
{
    struct spc_plant *plant = &reader->draft->plant;
    struct spc_prose name = {0};

    if (plant->mqtt.client_id != NULL || plant->gateway == NULL)
        return;
    spc_prose_add(&name, "spc-%s", plant->gateway);
    if (name.failed)
        reader->draft->arena.failed = true;
    else
        plant->mqtt.client_id =
            spc_arena_copy(&reader->draft->arena, name.bytes, name.length);
    spc_prose_free(&name);
}

/* ---- room -------------------------------------------------------------- */

/* Which characteristic asks for most, and for how much of all. */
struct appetite {
    uint64_t all, largest;
    const struct spc_node *node;
    const char *id;
};

static void add_room(const struct spc_reader *reader,
                     const struct spc_node *node,
                     const struct spc_plant_characteristic *c,
                     struct appetite *sum)
{
    uint64_t room;

    if (c->uncharted)
        return;
    room = reader->vocabulary->room(c) * c->max_streams;
    sum->all += room;
    if (room <= sum->largest)
        return;
    sum->largest = room;
    sum->node = node;
    sum->id = c->id;
}

/* All streams have their place before the first sample, so that none has to
 * be refused one in the middle of a shift. */
static void check_room(struct spc_reader *reader, const struct spc_node *node)
{
    const struct spc_plant *plant = &reader->draft->plant;
    const struct spc_node *entry = spc_node_at(node, "stations")->first;
    struct appetite sum = {0};

    for (uint32_t i = 0; i < plant->station_count; i++, entry = entry->next) {
        const struct spc_plant_station *station = &plant->stations[i];
        const struct spc_node *c = spc_node_at(entry, "characteristics")->first;

        for (uint32_t j = 0; j < station->characteristic_count;
             j++, c = c->next)
            add_room(reader, c, &station->characteristics[j], &sum);
    }
    if (sum.all >> 20 < SPC_ROOM_MAX_MIB)
        return;
    spc_complain(reader->complainer,
                 spc_node_key_place(sum.node, "max_streams"),
                 "the charts of this plant could take %llu MiB, and %d are the "
                 "most; %llu of them for %s, by its max_streams, study and "
                 "members",
                 (unsigned long long)(sum.all >> 20), SPC_ROOM_MAX_MIB - 1,
                 (unsigned long long)(sum.largest >> 20), sum.id);
}

void spc_check_plant(struct spc_reader *reader, const struct spc_node *node,
                     void *target)
{
    const struct spc_plant *plant = &reader->draft->plant;
    const struct spc_node *entry;

    (void)target;
    name_client(reader);
    if (plant->station_count == 0)
        return;
    entry = spc_node_at(node, "stations")->first;
    for (uint32_t i = 0; i < plant->station_count; i++, entry = entry->next)
        if (plant->stations[i].id != NULL)
            check_station_id(reader, entry, i);
    if (reader->complainer->errors == 0)
        check_room(reader, node);
}
