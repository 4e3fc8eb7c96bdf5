/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wiring: a plant file's structs become live objects.
 *
 * All memory of a running line is allocated here, at start, sized from the
 * plant file; what the arrays are for is said in the headers of the modules
 * that use them.  The plant outlives the wiring. */
#ifndef SPC_PROGRAMS_WIRE_H
#define SPC_PROGRAMS_WIRE_H

#include "adapters/historian/historian.h"
#include "adapters/modbus/modbus.h"
#include "adapters/mqtt/message.h"
#include "config/plant.h"
#include "programs/pipeline.h"
#include "programs/wire_design.h"

enum { SPC_STREAM_NAME = 320, SPC_STREAM_LABEL = 160 };

struct spc_wiring {
    const struct spc_plant *plant;
    const char *file; /* name of the plant file, for messages */
    struct spc_constants constants;
    struct spc_characteristic *characteristics;
    uint32_t *first;
    struct spc_pipeline pipeline;
    struct spc_outcome outcome;
    struct spc_modbus_link *links;
    struct spc_modbus_poll *polls;
    struct spc_modbus_plan modbus;
    const char **stations;
    const char **context_keys;   /* SPC_CONTEXT_MAX a station */
    const char **variables;      /* of all vectors, one after the other */
    const char **members;        /* of the group in the newest scene */
    struct spc_part_kind *parts; /* likewise, of all short-run charts */
    uint32_t unread; /* recorded streams of a layout that nobody here knows */
};

/* SPC_NO_MEMORY, SPC_NO_CONVERGENCE. */
SPC_MUST_CHECK
enum spc_status spc_wire(const struct spc_plant *plant, const char *file,
                         struct spc_wiring **ret_wiring);
void spc_unwire(struct spc_wiring *wiring);

/* Takes up what the historian remembers: stream states and the newest part
 * counter of every station. */
SPC_MUST_CHECK
enum spc_status spc_wire_restore(struct spc_wiring *wiring,
                                 struct spc_historian *historian);

/* "op40-bore/bore-dia" or, split by context, "op40-bore/bore-dia/H-22.3". */
void spc_wire_name(const struct spc_wiring *wiring,
                   const struct spc_stream *stream,
                   char ret_name[SPC_STREAM_NAME]);

/* Who and where, for a message.  SPC_NONE where a part does not apply;
 * `label` receives the text of the stream's context and outlives the scene;
 * the names of a group's members are good until the next one. */
void spc_wire_scene(const struct spc_wiring *wiring, const char *epoch,
                    uint32_t link, uint32_t station, uint32_t characteristic,
                    const struct spc_stream *stream,
                    char label[SPC_STREAM_LABEL], struct spc_scene *ret_scene);

/* The index of a stream by its id, or SPC_NONE. */
uint32_t spc_wire_stream(const struct spc_wiring *wiring, uint32_t id);

#endif
