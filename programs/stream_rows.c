/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows become rounds, rounds become points.  See stream_rows.h. */
#include "programs/stream_rows.h"

#include "engine/many_streams.h"
#include "engine/subgroup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 4 * SPC_STREAMS_MAX, /* of the table of names; a power of two */
    VALUES_MAX = 1 << 27,        /* in all rounds; a gigabyte */
};

/* Of one time, before subgroups are made. */
struct round {
    const char *label, *stage, *subgroup;
};

struct rounds {
    const struct spc_stream_layout *layout;
    struct spc_dataset *dataset;
    const struct spc_csv *csv;
    uint32_t slots[SLOTS]; /* stream + 1; 0: free */
    struct round *list;
    size_t count;
    double *values;     /* of all streams, round by round */
    size_t vector_size; /* doubles of a point */
    char *complaint;
};

static enum spc_exit out_of_memory(const struct rounds *r)
{
    snprintf(r->complaint, SPC_CSV_COMPLAINT, "out of memory");
    return SPC_EXIT_INTERNAL;
}

static const char *text_of(const struct rounds *r, size_t row, long column)
{
    return column < 0 ? NULL : spc_csv_text(r->csv, row, (size_t)column);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_wanted(const struct rounds *r, size_t row)
{
    const struct spc_stream_layout *layout = r->layout;

    return layout->where < 0 ||
           same_text(text_of(r, row, layout->where), layout->where_text);
}

/* ---- streams ----------------------------------------------------------- */

/* The slot that holds the name, or the free one it would take. */
static uint32_t *slot_of(struct rounds *r, const char *name)
{
    uint32_t hash = 2166136261u;

    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (;; hash++) {
        uint32_t *slot = &r->slots[hash & (SLOTS - 1)];

        if (*slot == 0 || strcmp(r->dataset->variable[*slot - 1], name) == 0)
            return slot;
    }
}

static enum spc_exit add_stream(struct rounds *r, size_t row, const char *name)
{
    size_t column = (size_t)r->layout->stream;
    uint32_t *slot = slot_of(r, name);

    if (*slot != 0)
        return SPC_EXIT_OK;
    if (!*name) {
        spc_csv_complain(r->csv, row, column, r->complaint,
                         "a stream has no name");
        return SPC_EXIT_INPUT;
    }
    if (r->dataset->variables == SPC_STREAMS_MAX) {
        spc_csv_complain(r->csv, row, column, r->complaint,
                         "'%s' is one stream more than the %d there may be",
                         name, SPC_STREAMS_MAX);
        return SPC_EXIT_INPUT;
    }
    r->dataset->variable[r->dataset->variables++] = name;
    *slot = (uint32_t)r->dataset->variables;
    return SPC_EXIT_OK;
}

static void name_columns(struct rounds *r)
{
    for (size_t i = 0; i < r->layout->values; i++)
        r->dataset->variable[i] = spc_csv_name(r->csv, r->layout->value[i]);
    r->dataset->variables = r->layout->values;
}

/* ---- rounds ------------------------------------------------------------ */

static bool begins_round(const struct rounds *r, const struct round *next)
{
    const struct round *last;

    if (r->layout->stream < 0 || r->count == 0)
        return true;
    last = &r->list[r->count - 1];
    return !same_text(last->label, next->label) ||
           !same_text(last->stage, next->stage) ||
           !same_text(last->subgroup, next->subgroup);
}

/* The list has room for a round of every row. */
static void place_row(struct rounds *r, size_t row)
{
    const struct spc_stream_layout *layout = r->layout;
    struct round next = {
        .label = text_of(r, row, layout->time),
        .stage = text_of(r, row, layout->stage),
        .subgroup = text_of(r, row, layout->subgroup),
    };

    if (begins_round(r, &next))
        r->list[r->count++] = next;
}

static enum spc_exit read_cell(struct rounds *r, size_t row, size_t column,
                               double *ret_value)
{
    unsigned decimals;

    if (spc_csv_number(r->csv, row, column, ret_value, r->complaint) != SPC_OK)
        return SPC_EXIT_INPUT;
    decimals = spc_csv_decimals(r->csv, row, column);
    if (decimals > r->dataset->decimals)
        r->dataset->decimals = decimals;
    return SPC_EXIT_OK;
}

/* One stream of a round, which has it once. */
static enum spc_exit read_member(struct rounds *r, size_t row, size_t round,
                                 size_t *seen)
{
    const char *name = text_of(r, row, r->layout->stream);
    uint32_t stream = *slot_of(r, name) - 1;

    if (seen[stream] == round + 1) {
        spc_csv_complain(r->csv, row, (size_t)r->layout->stream, r->complaint,
                         "'%s' is in this round already: %s %s", name,
                         spc_csv_name(r->csv, (size_t)r->layout->time),
                         text_of(r, row, r->layout->time));
        return SPC_EXIT_INPUT;
    }
    seen[stream] = round + 1;
    return read_cell(r, row, r->layout->value[0],
                     &r->values[round * r->dataset->variables + stream]);
}

static enum spc_exit read_columns(struct rounds *r, size_t row, size_t round)
{
    enum spc_exit exit = SPC_EXIT_OK;

    for (size_t i = 0; i < r->layout->values && exit == SPC_EXIT_OK; i++)
        exit = read_cell(r, row, r->layout->value[i],
                         &r->values[round * r->dataset->variables + i]);
    return exit;
}

static enum spc_exit read_values(struct rounds *r)
{
    size_t seen[SPC_STREAMS_MAX] = {0};
    size_t rows = spc_csv_rows(r->csv);
    enum spc_exit exit = SPC_EXIT_OK;

    r->count = 0;
    for (size_t row = 0; row < rows && exit == SPC_EXIT_OK; row++) {
        if (!is_wanted(r, row))
            continue;
        place_row(r, row);
        exit = r->layout->stream < 0 ? read_columns(r, row, r->count - 1)
                                     : read_member(r, row, r->count - 1, seen);
    }
    return exit;
}

/* How many streams and rounds there are. */
static enum spc_exit survey(struct rounds *r)
{
    size_t rows = spc_csv_rows(r->csv);
    enum spc_exit exit = SPC_EXIT_OK;

    if (r->layout->stream < 0)
        name_columns(r);
    for (size_t row = 0; row < rows && exit == SPC_EXIT_OK; row++) {
        if (!is_wanted(r, row))
            continue;
        place_row(r, row);
        if (r->layout->stream >= 0)
            exit = add_stream(r, row, text_of(r, row, r->layout->stream));
    }
    return exit;
}

static enum spc_exit read_rounds(struct rounds *r)
{
    enum spc_exit exit = survey(r);
    size_t size = r->count * r->dataset->variables;

    if (exit != SPC_EXIT_OK)
        return exit;
    if (size > VALUES_MAX) {
        snprintf(r->complaint, SPC_CSV_COMPLAINT,
                 "%zu rounds of %zu streams are too many: does --time say "
                 "which rows belong together?",
                 r->count, r->dataset->variables);
        return SPC_EXIT_INPUT;
    }
    r->values = malloc((size + 1) * sizeof *r->values);
    if (!r->values)
        return out_of_memory(r);
    for (size_t i = 0; i < size; i++)
        r->values[i] = (double)NAN;
    return read_values(r);
}

/* ---- points ------------------------------------------------------------ */

static const double *values_of(const struct rounds *r, size_t round)
{
    return r->values + round * r->dataset->variables;
}

/* A subgroup has as many measurements as the stream that has the most. */
static uint32_t size_of(const struct rounds *r, size_t first, size_t end)
{
    uint32_t most = 0;

    for (size_t j = 0; j < r->dataset->variables; j++) {
        uint32_t n = 0;

        for (size_t i = first; i < end; i++)
            n += !isnan(values_of(r, i)[j]);
        most = n > most ? n : most;
    }
    return most;
}

static struct spc_point summarise(const struct rounds *r, size_t first,
                                  size_t end, size_t stream)
{
    struct spc_subgroup subgroup = {0};

    for (size_t i = first; i < end; i++)
        if (!isnan(values_of(r, i)[stream]))
            spc_subgroup_add(&subgroup, values_of(r, i)[stream]);
    return spc_subgroup_point(&subgroup);
}

static void add_point(struct rounds *r, size_t first, size_t end)
{
    struct spc_dataset *dataset = r->dataset;
    size_t at = dataset->count * r->vector_size;
    double *vector = dataset->vectors + at;
    const struct round *round = &r->list[first];
    uint32_t n = size_of(r, first, end);
    struct spc_point all = {.range = (double)NAN, .sd = (double)NAN};
    double present = 0;

    for (size_t j = 0; j < dataset->variables; j++) {
        struct spc_point one = summarise(r, first, end, j);

        dataset->missing += end - first - one.n;
        dataset->value_count += one.n;
        vector[j] = one.n == n && n > 0 ? one.mean : (double)NAN;
        if (dataset->subgroups)
            vector[dataset->variables + j] =
                one.n == n && n > 1 ? one.range : (double)NAN;
        if (!isnan(vector[j]))
            all.mean += (vector[j] - all.mean) / ++present;
    }
    all.n = n;
    dataset->points[dataset->count++] = (struct spc_dataset_point){
        .point = all,
        .units = 1,
        .label = dataset->subgroups && round->subgroup ? round->subgroup
                                                       : round->label,
        .stage = round->stage,
        .part = SPC_NONE,
        .nominal = (double)NAN,
        .sigma = (double)NAN,
        .vector = at,
    };
}

static size_t end_of_point(const struct rounds *r, size_t first)
{
    const struct round *list = r->list;
    size_t end = first + 1;
    size_t most = r->layout->size ? r->layout->size : r->count;

    if (!r->dataset->subgroups)
        return end;
    while (end < r->count && end - first < most &&
           same_text(list[end].stage, list[first].stage) &&
           same_text(list[end].subgroup, list[first].subgroup))
        end++;
    return end;
}

static enum spc_exit make_points(struct rounds *r)
{
    for (size_t first = 0, end; first < r->count; first = end) {
        end = end_of_point(r, first);
        if (end - first > SPC_SUBGROUP_MAX) {
            snprintf(r->complaint, SPC_CSV_COMPLAINT,
                     "a subgroup has at most %d rounds, and '%.40s' has %zu",
                     SPC_SUBGROUP_MAX, r->list[first].subgroup, end - first);
            return SPC_EXIT_INPUT;
        }
        if (r->layout->size && end - first < r->layout->size)
            r->dataset->dropped += end - first;
        else
            add_point(r, first, end);
    }
    return SPC_EXIT_OK;
}

static bool allocate_points(struct rounds *r)
{
    struct spc_dataset *dataset = r->dataset;

    r->vector_size =
        dataset->subgroups ? 2 * dataset->variables : dataset->variables;
    dataset->points = calloc(r->count + 1, sizeof *dataset->points);
    dataset->vectors = calloc(r->count * r->vector_size + 1, sizeof(double));
    return dataset->points && dataset->vectors;
}

/* ---- all of it --------------------------------------------------------- */

static void remark(const struct rounds *r, json_t *notes)
{
    size_t missing = r->dataset->missing, dropped = r->dataset->dropped;

    if (dropped)
        spc_note(notes,
                 "%zu round%s did not fill a subgroup of %llu and %s left out.",
                 dropped, dropped == 1 ? "" : "s", r->layout->size,
                 dropped == 1 ? "is" : "are");
    if (missing)
        spc_note(notes, "%zu measurement%s %s missing.", missing,
                 missing == 1 ? "" : "s", missing == 1 ? "is" : "are");
}

static enum spc_exit read_streams(struct rounds *r, json_t *notes)
{
    enum spc_exit exit;

    r->list = calloc(spc_csv_rows(r->csv) + 1, sizeof *r->list);
    if (!r->list)
        return out_of_memory(r);
    exit = read_rounds(r);
    if (exit != SPC_EXIT_OK)
        return exit;
    if (!allocate_points(r))
        return out_of_memory(r);
    exit = make_points(r);
    if (exit == SPC_EXIT_OK)
        remark(r, notes);
    return exit;
}

enum spc_exit spc_stream_rows(const struct spc_stream_layout *layout,
                              json_t *notes, struct spc_dataset *dataset,
                              char reterr_complaint[SPC_CSV_COMPLAINT])
{
    struct rounds r = {
        .layout = layout,
        .dataset = dataset,
        .csv = dataset->csv,
        .complaint = reterr_complaint,
    };
    enum spc_exit exit = read_streams(&r, notes);

    free(r.list);
    free(r.values);
    return exit;
}
