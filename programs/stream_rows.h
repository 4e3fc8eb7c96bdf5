/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a file, as rounds of many streams: each stream measured once.
 *
 *     a column for each stream      a row is a round
 *     a column of their names       adjacent rows with equal time are a round,
 *                                   in any order, each stream once
 *
 * Streams are numbered as they first come.  Adjacent rounds with equal text
 * in the subgroup column are a subgroup, or every so many; a stream with fewer
 * measurements than others have in it is missing from it, since limits are for
 * equal ones. */
#ifndef SPC_PROGRAMS_STREAM_ROWS_H
#define SPC_PROGRAMS_STREAM_ROWS_H

#include "programs/dataset.h"

/* Columns below 0 do not exist. */
struct spc_stream_layout {
    const size_t *value; /* a column for each stream, or the one of all */
    size_t values;
    long stream; /* of names */
    long time;   /* of rounds; where every row is one, it only labels them */
    long stage, subgroup, where;
    const char *where_text;
    unsigned long long size; /* rounds in a subgroup; 0: not by count */
};

/* Fills in points, vectors and names of a dataset whose file is read. */
enum spc_exit spc_stream_rows(const struct spc_stream_layout *layout,
                              json_t *notes, struct spc_dataset *dataset,
                              char reterr_complaint[SPC_CSV_COMPLAINT]);

#endif
