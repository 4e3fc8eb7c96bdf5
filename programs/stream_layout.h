/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams as earlier versions wrote them down.
 *
 * A release that changes struct spc_stream takes up what the one before it
 * recorded: limits stay in force, alarms stay open, a study goes on. */
#ifndef SPC_PROGRAMS_STREAM_LAYOUT_H
#define SPC_PROGRAMS_STREAM_LAYOUT_H

#include "programs/pipeline.h"

/* A recorded state of any known layout, in the present one.  False: nobody
 * here knows that layout, or its size is another. */
bool spc_stream_read(uint32_t layout, const void *state, size_t size,
                     struct spc_stream *ret_stream);

#endif
