/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layout that has once been released is never edited: its sizes are those
 * of the bytes in the files out there. */
#include "programs/stream_layout.h"

#include <math.h>
#include <string.h>

/* ---- layout 1: imr, xbar-r and xbar-s ---------------------------------- */

enum { PANELS_1 = 2 };

struct limits_1 {
    uint32_t number, chart, estimator, n;
    double center, sigma, width, df;
    uint64_t subgroups, measurements;
    struct spc_zones zones[PANELS_1];
};

struct memo_1 {
    double value[PANELS_1];
    uint32_t n, epoch;
    uint64_t first_counter, last_counter;
    spc_nanos time;
    char part_id[SPC_PART_ID_TEXT];
};

struct stream_1 {
    uint32_t layout, id, characteristic;
    uint32_t chart, n, study_size;
    uint32_t limits_issued, reshaped;
    char key[SPC_BY_KEYS][SPC_CONTEXT_TEXT];
    uint32_t epoch;
    uint64_t counter;
    struct spc_subgroup subgroup;
    uint32_t first_epoch;
    uint64_t first_counter, last_counter;
    double previous;
    uint64_t index, unbroken;
    struct spc_study study, process;
    struct spc_moments moments;
    struct limits_1 limits;
    struct spc_history history[PANELS_1];
    struct spc_alarm alarm[PANELS_1];
    struct memo_1 memo[SPC_STREAM_POINTS];
    uint64_t rejected, counted, nonconforming;
};

_Static_assert(sizeof(struct limits_1) == 192, "as it was released");
_Static_assert(sizeof(struct memo_1) == 88, "as it was released");
_Static_assert(sizeof(struct stream_1) == 2696, "as it was released");

static struct spc_limits limits_of_1(const struct limits_1 *from)
{
    struct spc_limits to = {
        .number = from->number,
        .chart = from->chart,
        .estimator = from->estimator,
        .n = from->n,
        .center = from->center,
        .sigma = from->sigma,
        .width = from->width,
        .df = from->df,
        .subgroups = from->subgroups,
        .measurements = from->measurements,
    };

    memcpy(to.zones, from->zones, sizeof from->zones);
    for (int i = 0; i < SPC_FIGURES; i++)
        to.figure[i] = (double)NAN;
    return to;
}

static struct spc_memo memo_of_1(const struct memo_1 *from)
{
    struct spc_memo to = {
        .value = {from->value[0], from->value[1], (double)NAN},
        .n = from->n,
        .epoch = from->epoch,
        .first_counter = from->first_counter,
        .last_counter = from->last_counter,
        .time = from->time,
    };

    memcpy(to.part_id, from->part_id, sizeof to.part_id);
    return to;
}

/* Who it is and where it stands. */
static void identity_of_1(const struct stream_1 *from, struct spc_stream *to)
{
    to->layout = SPC_STREAM_LAYOUT;
    to->id = from->id;
    to->characteristic = from->characteristic;
    to->chart = from->chart;
    to->n = from->n;
    to->study_size = from->study_size;
    to->limits_issued = from->limits_issued;
    to->reshaped = from->reshaped;
    memcpy(to->key, from->key, sizeof to->key);
    to->epoch = from->epoch;
    to->counter = from->counter;
    to->first_epoch = from->first_epoch;
    to->first_counter = from->first_counter;
    to->last_counter = from->last_counter;
    to->index = from->index;
    to->unbroken = from->unbroken;
}

/* What has been measured and concluded.  How the points of a study that is
 * not over followed one another was not kept: that begins now. */
static void contents_of_1(const struct stream_1 *from, struct spc_stream *to)
{
    to->subgroup = from->subgroup;
    to->previous = from->previous;
    to->study = from->study;
    to->process = from->process;
    to->moments = from->moments;
    to->limits = limits_of_1(&from->limits);
    for (int panel = 0; panel < SPC_PANELS; panel++)
        spc_history_clear(&to->history[panel]);
    memcpy(to->history, from->history, sizeof from->history);
    memcpy(to->alarm, from->alarm, sizeof from->alarm);
    for (int i = 0; i < SPC_STREAM_POINTS; i++)
        to->memo[i] = memo_of_1(&from->memo[i]);
    to->rejected = from->rejected;
    to->counted = from->counted;
    to->nonconforming = from->nonconforming;
}

/* ---- any layout -------------------------------------------------------- */

bool spc_stream_read(uint32_t layout, const void *state, size_t size,
                     struct spc_stream *ret_stream)
{
    if (layout == SPC_STREAM_LAYOUT && size == sizeof *ret_stream) {
        memcpy(ret_stream, state, size);
        return true;
    }

    struct stream_1 first;

    if (layout != 1 || size != sizeof first)
        return false;
    memcpy(&first, state, size);
    /* Padding too, since the state is recorded and compared byte by byte. */
    memset(ret_stream, 0, sizeof *ret_stream);
    identity_of_1(&first, ret_stream);
    contents_of_1(&first, ret_stream);
    return true;
}
