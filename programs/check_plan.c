/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/check_plan.h"

#include "adapters/mqtt/topic.h"

#include <stdlib.h>
#include <string.h>

static int by_address(const void *left, const void *right)
{
    const struct spc_field *a = ((const struct spc_named_field *)left)->field;
    const struct spc_field *b = ((const struct spc_named_field *)right)->field;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->mask < b->mask ? -1 : a->mask > b->mask;
}

void spc_plan_registers(const struct spc_plant_station *station,
                        struct spc_plan_registers *ret_registers)
{
    ret_registers->count = spc_station_fields(station, ret_registers->field);
    qsort(ret_registers->field, ret_registers->count,
          sizeof *ret_registers->field, by_address);
}

static void add_gap(struct spc_plan_gaps *gaps, uint32_t first, uint32_t end)
{
    if (first >= end)
        return;
    gaps->gap[gaps->count].first = first;
    gaps->gap[gaps->count].last = end - 1;
    gaps->count++;
}

void spc_plan_gaps(const struct spc_plant_station *station,
                   struct spc_plan_gaps *ret_gaps)
{
    struct spc_plan_registers registers;
    uint32_t next = station->first; /* not yet covered */

    ret_gaps->count = 0;
    spc_plan_registers(station, &registers);
    for (uint32_t i = 0; i < registers.count; i++) {
        const struct spc_field *field = registers.field[i].field;
        uint32_t end = field->address + field->words;

        add_gap(ret_gaps, next, field->address);
        next = end > next ? end : next;
    }
    add_gap(ret_gaps, next, station->first + station->count);
}

struct spc_plan_load spc_plan_load(const struct spc_plant *plant, uint32_t link)
{
    struct spc_plan_load load = {0, 0};

    for (uint32_t i = 0; i < plant->station_count; i++) {
        const struct spc_plant_station *station = &plant->stations[i];
        double rate = (double)SPC_SECOND / (double)station->poll;

        if (station->link != link)
            continue;
        load.requests += rate;
        load.registers += rate * station->count;
    }
    return load;
}

uint64_t spc_plan_streams(const struct spc_plant *plant)
{
    uint64_t streams = 0;

    for (uint32_t i = 0; i < plant->station_count; i++)
        for (uint32_t j = 0; j < plant->stations[i].characteristic_count; j++)
            streams += plant->stations[i].characteristics[j].max_streams;
    return streams;
}

char *spc_plan_topic(const struct spc_plant *plant,
                     const struct spc_plant_station *station,
                     const struct spc_plant_characteristic *characteristic)
{
    const struct spc_scene scene = {
        .enterprise = plant->enterprise,
        .site = plant->site,
        .gateway = plant->gateway,
        .topic_root = plant->mqtt.topic_root,
        .area = station->area,
        .line = station->line,
        .station = station->id,
        .characteristic = characteristic ? characteristic->id : NULL,
    };

    return spc_topic_station(&scene, characteristic ? "/{characteristic}" : "",
                             NULL);
}
