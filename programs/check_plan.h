/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan a plant file makes: what is read, how often, and what comes of it.
 * Worked out from the structs alone; neither PLC nor broker is asked. */
#ifndef SPC_PROGRAMS_CHECK_PLAN_H
#define SPC_PROGRAMS_CHECK_PLAN_H

#include "config/plant.h"

#include <stdio.h>

/* Registers of a station in order of address. */
struct spc_plan_registers {
    struct spc_named_field field[SPC_FIELDS_MAX];
    uint32_t count;
};
void spc_plan_registers(const struct spc_plant_station *station,
                        struct spc_plan_registers *ret_registers);

/* Stretches of a block that nobody named; they are read along because a
 * sample is one request.  PDU addresses, first and last. */
struct spc_plan_gaps {
    struct {
        uint32_t first, last;
    } gap[SPC_BLOCK_MAX];
    uint32_t count;
};
void spc_plan_gaps(const struct spc_plant_station *station,
                   struct spc_plan_gaps *ret_gaps);

/* What the stations of a link ask of it each second. */
struct spc_plan_load {
    double requests, registers;
};
struct spc_plan_load spc_plan_load(const struct spc_plant *plant,
                                   uint32_t link);

/* Streams there can be at most. */
uint64_t spc_plan_streams(const struct spc_plant *plant);

/* The topic below which everything about a characteristic is published, or
 * about the station when it is NULL.  The caller frees; NULL: no memory. */
char *spc_plan_topic(const struct spc_plant *plant,
                     const struct spc_plant_station *station,
                     const struct spc_plant_characteristic *characteristic);

void spc_plan_print(FILE *out, const struct spc_plant *plant, const char *file);

/* One line of JSON, schema spc.check/1.  The caller frees; NULL: no memory. */
char *spc_plan_json(const struct spc_plant *plant, const char *file,
                    size_t warnings);

#endif
