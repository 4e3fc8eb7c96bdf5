/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the words of a plant file to what a chart is asked for. */
#ifndef SPC_PROGRAMS_WIRE_DESIGN_H
#define SPC_PROGRAMS_WIRE_DESIGN_H

#include "config/plant.h"
#include "programs/pipeline.h"

/* What the plant file asks of a characteristic's chart, and the chart's
 * defaults where it says nothing.  It is charted. */
struct spc_chart_design spc_wire_design(
    const struct spc_plant_characteristic *characteristic,
    const struct spc_constants *constants);

/* The short road serves imr, xbar-r and xbar-s as they usually are. */
bool spc_wire_is_plain(const struct spc_chart_design *design);

/* Points without which the chart would have no limits; 0: it needs no study. */
uint32_t spc_wire_points(const struct spc_plant_characteristic *characteristic);

/* Bytes that one stream's chart keeps, its study included; 0 on the short
 * road, where nothing is kept beyond the stream itself. */
uint64_t spc_wire_room(const struct spc_plant_characteristic *characteristic);

#endif
