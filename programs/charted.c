/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts other than the usual three, on a line: samples become observations,
 * the chart's own operations plot them.
 *
 *     sample -> intake -> gathered -> observation -> marks -> signals
 *
 * Study observations are kept as rows in the stream's block.  When the study
 * is complete the same operations that serve a file estimate limits from
 * them, and the rows are plotted once more: a chart with a memory then stands
 * where it would stand in a file. */
#include "programs/chart_type.h"
#include "programs/folding.h"
#include "programs/spell.h"

#include "engine/covariance.h"
#include "engine/median.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- the block --------------------------------------------------------- */

/* A row of the study, in doubles; a vector follows. */
enum row {
    ROW_N,
    ROW_MEAN,
    ROW_RANGE,
    ROW_SD,
    ROW_MEDIAN,
    ROW_UNITS,
    ROW_PART,
    ROW_NOMINAL,
    ROW_PART_SIGMA,
    ROW_AFTER_GAP,
    ROW_FIXED
};

enum { NAME_DOUBLES = SPC_CONTEXT_TEXT / sizeof(double) };

static enum spc_chart_data data_of(const struct spc_characteristic *plan)
{
    return spc_chart_types[plan->chart].data;
}

static size_t triangle(size_t variables)
{
    return variables * (variables + 1) / 2;
}

/* Doubles of an observation's vector. */
static size_t vector_size(const struct spc_characteristic *plan)
{
    size_t variables = plan->design.variables;

    if (variables == 0 || plan->subgroup == 1)
        return variables;
    return variables + (data_of(plan) == SPC_DATA_VECTORS ? triangle(variables)
                                                          : variables);
}

/* What is gathered for a point: measurements, vectors, or the newest value of
 * every member with the members' names; and then the vector made of them. */
static size_t gathered_size(const struct spc_characteristic *plan)
{
    size_t variables = plan->design.variables;

    if (plan->intake.across != SPC_NONE)
        return variables * (2 + NAME_DOUBLES);
    if (variables > 0)
        return variables * plan->subgroup + vector_size(plan);
    return plan->subgroup;
}

struct spc_block_plan spc_block_plan(const struct spc_characteristic *plan)
{
    struct spc_chart_room room = spc_chart_room(&plan->design, plan->study);
    struct spc_block_plan block = {.row = ROW_FIXED + vector_size(plan)};

    block.memory = block.parameters + room.parameters / sizeof(double);
    block.gathered = block.memory + room.memory / sizeof(double);
    block.rows = block.gathered + gathered_size(plan);
    block.end = block.rows + plan->study * block.row;
    return block;
}

static double *block_of(const struct spc_folding *f)
{
    return f->pipeline->block[f->stream - f->pipeline->streams];
}

static double *gathered(const struct spc_folding *f)
{
    return block_of(f) + spc_block_plan(f->plan).gathered;
}

static struct spc_charting charting_of(const struct spc_folding *f)
{
    struct spc_block_plan at = spc_block_plan(f->plan);
    double *block = block_of(f);

    return (struct spc_charting){
        .design = &f->plan->design,
        .limits = &f->stream->limits,
        .parameters = block + at.parameters,
        .memory = block + at.memory,
        .work = f->pipeline->work,
        .in_force = f->stream->limits.number != 0,
    };
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}

/* Limits of most charts have nothing to do with it. */
static uint64_t hash_specification(uint64_t hash,
                                   const struct spc_chart_design *design)
{
    const struct spc_chart_type *type = &spc_chart_types[design->chart];
    const struct spc_specification *s = &design->specification;
    const double numbers[] = {s->lower, s->upper, s->target};

    if (type->needs_specification)
        return hash_bytes(hash, numbers, sizeof numbers);
    if (spc_chart_type_has(type->options, "target"))
        return hash_bytes(hash, &s->target, sizeof s->target);
    return hash;
}

static uint64_t hash_name(uint64_t hash, const char *name)
{
    return hash_bytes(hash, name ? name : "", name ? strlen(name) + 1 : 1);
}

/* Of what its points are made, by name: another place in the plant file is no
 * other thing. */
static uint64_t hash_names(uint64_t hash, const struct spc_intake *intake)
{
    for (uint32_t i = 0; intake->names && i < intake->with_count; i++)
        hash = hash_name(hash, intake->names[i]);
    hash = hash_name(hash, intake->units_name);
    hash = hash_name(hash, intake->across_name);
    return hash_name(hash, intake->part_key_name);
}

/* Everything a stream's limits and memory rest on. */
uint64_t spc_charted_shape(const struct spc_characteristic *plan)
{
    const struct spc_chart_design *d = &plan->design;
    const struct spc_intake *intake = &plan->intake;
    const double numbers[] = {
        d->center,   d->sigma, d->width,           d->alpha,          d->lambda,
        d->k,        d->h,     d->head_start,      d->ratio,          d->arl0,
        d->fraction, d->risk,  d->alpha_for_study, intake->units_each};
    const uint32_t counts[] = {(uint32_t)d->estimator,
                               d->known,
                               d->span,
                               d->events,
                               d->by_width,
                               d->remove_offsets,
                               d->exponential,
                               d->rejectable,
                               d->in_pairs,
                               d->part_sigma,
                               d->order,
                               d->corrected,
                               d->variables,
                               intake->event};
    uint64_t hash = hash_bytes(14695981039346656037u, numbers, sizeof numbers);

    hash = hash_bytes(hash, counts, sizeof counts);
    hash = hash_specification(hash, d);
    hash = hash_names(hash, intake);
    for (uint32_t i = 0; i < intake->part_count; i++) {
        const struct spc_part_kind *part = &intake->parts[i];

        hash = hash_bytes(hash, part->text, strlen(part->text));
        hash = hash_bytes(hash, &part->nominal, sizeof part->nominal);
        hash = hash_bytes(hash, &part->sigma, sizeof part->sigma);
    }
    return hash | 1; /* never that of the short road */
}

void spc_charted_begin(const struct spc_characteristic *plan,
                       struct spc_stream *stream)
{
    stream->shape = spc_charted_shape(plan);
    stream->rows = 0;
    stream->hopeless = 0;
    stream->waited = stream->events = 0;
    stream->waiting = 0;
    stream->gathered_units = 0;
    stream->part = SPC_NONE;
    stream->after_gap = 1;
}

/* ---- rows of the study ------------------------------------------------- */

static void keep_row(struct spc_folding *f,
                     const struct spc_observation *observation)
{
    struct spc_block_plan at = spc_block_plan(f->plan);
    double *row = block_of(f) + at.rows + f->stream->rows++ * at.row;

    row[ROW_N] = observation->point.n;
    row[ROW_MEAN] = observation->point.mean;
    row[ROW_RANGE] = observation->point.range;
    row[ROW_SD] = observation->point.sd;
    row[ROW_MEDIAN] = observation->median;
    row[ROW_UNITS] = observation->units;
    row[ROW_PART] = observation->part;
    row[ROW_NOMINAL] = observation->nominal;
    row[ROW_PART_SIGMA] = observation->part_sigma;
    row[ROW_AFTER_GAP] = observation->after_gap;
    if (observation->vector)
        memcpy(row + ROW_FIXED, observation->vector,
               (at.row - ROW_FIXED) * sizeof *row);
}

/* To the last bit: the block is recorded as it stands. */
static void forget_rows(struct spc_folding *f)
{
    struct spc_block_plan at = spc_block_plan(f->plan);

    memset(block_of(f) + at.rows, 0, f->stream->rows * at.row * sizeof(double));
    f->stream->rows = 0;
}

static struct spc_observation row_at(const struct spc_folding *f, uint32_t i)
{
    struct spc_block_plan at = spc_block_plan(f->plan);
    const double *row = block_of(f) + at.rows + i * at.row;

    return (struct spc_observation){
        .point = {.n = (uint32_t)row[ROW_N],
                  .mean = row[ROW_MEAN],
                  .range = row[ROW_RANGE],
                  .sd = row[ROW_SD]},
        .median = row[ROW_MEDIAN],
        .units = row[ROW_UNITS],
        .vector = at.row > ROW_FIXED ? row + ROW_FIXED : NULL,
        .part = (uint32_t)row[ROW_PART],
        .nominal = row[ROW_NOMINAL],
        .part_sigma = row[ROW_PART_SIGMA],
        .estimates = true,
        .after_gap = row[ROW_AFTER_GAP] != 0,
    };
}

/* ---- judging ----------------------------------------------------------- */

static const struct spc_chart_operations *operations(
    const struct spc_folding *f)
{
    return spc_chart_types[f->plan->chart].operations;
}

static unsigned panels(const struct spc_folding *f)
{
    return spc_chart_types[f->plan->chart].panels;
}

static void remember_marks(struct spc_folding *f, uint64_t index,
                           const struct spc_chart_mark *marks)
{
    struct spc_memo *memo = &f->stream->memo[index % SPC_STREAM_POINTS];

    for (int panel = 0; panel < SPC_PANELS; panel++)
        memo->value[panel] = marks[panel].value;
}

/* Moves the mark into the panel's history; NULL: it cannot be judged. */
static struct spc_history *push(struct spc_folding *f, unsigned panel,
                                const struct spc_chart_mark *mark)
{
    struct spc_history *history = &f->stream->history[panel];

    if (!mark->judged || !isfinite(mark->value)) {
        spc_history_gap(history);
        return NULL;
    }
    spc_history_push(history, &mark->zones, mark->value);
    return history;
}

static spc_rule_mask rules_at(struct spc_folding *f, unsigned panel,
                              const struct spc_chart_mark *mark)
{
    spc_rule_mask asked = f->plan->rules[panel];
    const struct spc_history *history = push(f, panel, mark);

    if (!history)
        return 0;
    return spc_rules_judge(spc_chart_panel_rules(
                               &spc_chart_types[f->plan->chart], panel, asked),
                           history) |
           spc_chart_own_rules(mark, asked);
}

static void judge(struct spc_folding *f, struct spc_charting *charting,
                  const struct spc_observation *observation,
                  const struct spc_chart_mark *marks,
                  struct spc_plotted *plotted)
{
    struct spc_contribution found[SPC_CONTRIBUTIONS_MAX];
    spc_rule_mask any = 0;

    for (unsigned panel = 0; panel < panels(f); panel++) {
        plotted->rules[panel] = rules_at(f, panel, &marks[panel]);
        any |= plotted->rules[panel];
    }
    f->mark = marks;
    f->contributions = found;
    if (any && operations(f)->explain)
        f->contribution_count = (uint32_t)operations(f)->explain(
            charting, observation, found, SPC_CONTRIBUTIONS_MAX);
    for (unsigned panel = 0; panel < panels(f); panel++) {
        if (marks[panel].judged)
            spc_step_alarm(f, (enum spc_panel)panel,
                           plotted->rules[panel] ? SPC_ALARM_SIGNAL
                                                 : SPC_ALARM_QUIET,
                           &marks[panel].zones, plotted->rules[panel]);
    }
    f->mark = NULL;
    f->contributions = NULL;
    f->contribution_count = 0;
}

/* The study's points stand before those that are judged, in the chart's
 * memory and in the histories of its panels. */
static void plot_again(struct spc_folding *f, struct spc_charting *charting)
{
    struct spc_stream *stream = f->stream;
    struct spc_chart_mark marks[SPC_PANELS];

    for (uint32_t i = 0; i < stream->rows; i++) {
        struct spc_observation observation = row_at(f, i);
        uint64_t index = stream->index - stream->rows + 1 + i;

        if (observation.after_gap)
            for (unsigned panel = 0; panel < panels(f); panel++)
                spc_history_gap(&stream->history[panel]);
        operations(f)->plot(charting, &observation, marks);
        for (unsigned panel = 0; panel < panels(f); panel++)
            (void)push(f, panel, &marks[panel]);
        if (index + SPC_STREAM_POINTS > stream->index)
            remember_marks(f, index, marks);
    }
}

/* "the covariance is singular: ocv, resistance" */
static void tell_culprits(struct spc_folding *f,
                          const struct spc_charting *charting,
                          enum spc_status status)
{
    char why[SPC_DETAIL_TEXT];
    size_t length = strlen(spc_status_text(status));

    memcpy(why, spc_status_text(status), length + 1);
    for (uint32_t i = 0; i < charting->culprit_count; i++) {
        uint32_t variable = charting->culprits[i];
        const char *name =
            f->plan->intake.names && variable < f->plan->intake.with_count
                ? f->plan->intake.names[variable]
                : NULL;

        if (!name || length + strlen(name) + 3 > sizeof why)
            break;
        memcpy(why + length, i ? ", " : ": ", 2);
        memcpy(why + length + 2, name, strlen(name) + 1);
        length += 2 + strlen(name);
    }
    spc_tell_failed_study(f, why);
}

/* Known parameters, or limits that follow from the specification alone. */
static bool needs_no_study(const struct spc_folding *f)
{
    return f->plan->design.known ||
           spc_chart_types[f->plan->chart].minimum == 0;
}

/* Levels and limits set off from both limits of the specification meet. */
static void tell_narrowness(struct spc_folding *f, double sigma)
{
    const struct spc_specification *s = &f->plan->design.specification;
    char why[SPC_DETAIL_TEXT];
    char *end = spc_spell(why, "the specification is ");

    end = spc_spell_hundredths(end, (s->upper - s->lower) / sigma);
    spc_spell(end, " sigma wide: more than 6 are needed, and room between the "
                   "limits");
    spc_tell_failed_study(f, why);
}

/* Limits from the rows of the study, or from known parameters. */
static void conclude(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    struct spc_charting charting = charting_of(f);
    struct spc_independence test;
    bool tested;

    for (uint32_t i = 0; i < stream->rows; i++)
        f->pipeline->observations[i] = row_at(f, i);

    enum spc_status status = operations(f)->estimate(
        &charting, f->pipeline->observations, stream->rows);

    if (status != SPC_OK) {
        double sigma = stream->limits.sigma;

        memset(&stream->limits, 0, sizeof stream->limits);
        stream->limits.chart = stream->chart;
        if (status == SPC_TOO_NARROW)
            tell_narrowness(f, sigma);
        else
            tell_culprits(f, &charting, status);
        forget_rows(f);
        stream->hopeless = needs_no_study(f); /* it would fail every time */
        return;
    }
    tested = spc_chart_independence(&charting, f->pipeline->observations,
                                    stream->rows, &test) == SPC_OK;
    stream->limits.number = ++stream->limits_issued;
    charting.in_force = true;
    if (operations(f)->start)
        operations(f)->start(&charting);
    plot_again(f, &charting);
    forget_rows(f);
    spc_tell_limits(f, tested ? &test : NULL);
}

static void plot(struct spc_folding *f, struct spc_observation *observation)
{
    struct spc_stream *stream = f->stream;
    struct spc_chart_mark marks[SPC_PANELS];

    if (stream->limits.number == 0 && needs_no_study(f) && !stream->hopeless)
        conclude(f);

    struct spc_plotted *plotted = spc_begin_point(f, &observation->point);
    struct spc_charting charting = charting_of(f);

    observation->after_gap = stream->after_gap != 0;
    observation->estimates = !charting.in_force;
    stream->after_gap = 0;
    operations(f)->plot(&charting, observation, marks);
    remember_marks(f, stream->index, marks);
    for (int panel = 0; panel < SPC_PANELS; panel++)
        plotted->value[panel] = marks[panel].value;
    if (charting.in_force) {
        judge(f, &charting, observation, marks, plotted);
        return;
    }
    if (stream->limits.number == 0 && needs_no_study(f))
        return;
    keep_row(f, observation);
    if (stream->rows >= stream->study_size)
        conclude(f);
}

/* ---- observations ------------------------------------------------------ */

static struct spc_observation blank(const struct spc_folding *f)
{
    const struct spc_intake *intake = &f->plan->intake;
    const struct spc_part_kind *part =
        f->stream->part == SPC_NONE ? NULL : &intake->parts[f->stream->part];

    return (struct spc_observation){
        .point = {.n = 1,
                  .mean = (double)NAN,
                  .range = (double)NAN,
                  .sd = (double)NAN},
        .median = (double)NAN,
        .units = 1,
        .part = f->stream->part,
        .nominal = part ? part->nominal : (double)NAN,
        .part_sigma = part ? part->sigma : (double)NAN,
    };
}

static void plot_measurements(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    struct spc_observation observation = blank(f);

    observation.point = spc_subgroup_point(&stream->subgroup);
    if (f->plan->subgroup > 1) {
        observation.median = spc_median(gathered(f), stream->subgroup.n);
    } else {
        double value = observation.point.mean;

        observation.point.range =
            stream->after_gap ? (double)NAN : fabs(value - stream->previous);
        stream->previous = value;
    }
    plot(f, &observation);
}

static void plot_count(struct spc_folding *f)
{
    struct spc_observation observation = blank(f);

    observation.point.mean = gathered(f)[0];
    observation.units = f->stream->gathered_units;
    plot(f, &observation);
}

static struct spc_point summarise_stream(const double *raw, uint32_t n,
                                         size_t variables, size_t stream)
{
    struct spc_subgroup of_stream = {0};

    for (uint32_t i = 0; i < n; i++)
        if (!isnan(raw[i * variables + stream]))
            spc_subgroup_add(&of_stream, raw[i * variables + stream]);
    return spc_subgroup_point(&of_stream);
}

/* Mean and range of each stream's values in a subgroup; returns how many the
 * stream with the most has.  One with fewer is missing: limits are for equal
 * ones. */
static uint32_t summarise_streams(const double *raw, uint32_t n,
                                  size_t variables, double *ret_vector)
{
    uint32_t most = 1;

    for (size_t j = 0; j < variables; j++) {
        uint32_t has = summarise_stream(raw, n, variables, j).n;

        most = has > most ? has : most;
    }
    for (size_t j = 0; j < variables; j++) {
        struct spc_point point = summarise_stream(raw, n, variables, j);
        bool full = point.n == most;

        ret_vector[j] = full ? point.mean : (double)NAN;
        ret_vector[variables + j] = full ? point.range : (double)NAN;
    }
    return most;
}

/* Of the streams that are there; NaN: none is. */
static double mean_of_streams(const double *values, size_t variables)
{
    struct spc_subgroup all = {0};

    for (size_t j = 0; j < variables; j++)
        if (!isnan(values[j]))
            spc_subgroup_add(&all, values[j]);
    return spc_subgroup_point(&all).mean;
}

static void plot_vector(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    struct spc_observation observation = blank(f);
    size_t variables = f->plan->design.variables;
    double *raw = gathered(f);
    double *vector = raw + variables * f->plan->subgroup;

    observation.point.n = stream->subgroup.n;
    observation.vector = raw;
    if (f->plan->subgroup > 1)
        observation.vector = vector;
    if (data_of(f->plan) == SPC_DATA_STREAMS) {
        if (f->plan->subgroup > 1)
            observation.point.n =
                summarise_streams(raw, stream->subgroup.n, variables, vector);
        observation.point.mean = mean_of_streams(observation.vector, variables);
    } else {
        if (f->plan->subgroup > 1)
            spc_vectors_summarise(raw, stream->subgroup.n, variables, vector);
        observation.point.mean = observation.vector[0];
    }
    plot(f, &observation);
}

/* ---- gathering --------------------------------------------------------- */

static bool is_good(const struct spc_sample *sample, uint32_t index)
{
    return sample->quality[index] == SPC_GOOD &&
           spc_is_magnitude(sample->value[index]);
}

/* The subgroup is as full as it will get. */
static void close_gathering(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    enum spc_chart_data data = data_of(f->plan);

    if (stream->subgroup.n == 0) {
        spc_break_runs(stream);
        stream->after_gap = 1;
        if (f->plan->subgroup > 1)
            spc_tell(f, SPC_EVENT_QUALITY, SPC_SUBGROUP_SHORT)->count = 0;
    } else if (f->plan->design.variables > 0) {
        plot_vector(f);
    } else if (data == SPC_DATA_COUNTS) {
        plot_count(f);
    } else {
        plot_measurements(f);
    }
    stream->subgroup = (struct spc_subgroup){0};
    stream->gathered_units = 0;
}

static void take_place(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;

    if (stream->subgroup.places == 0) {
        stream->first_epoch = f->sample->epoch;
        stream->first_counter = f->sample->counter;
    }
    stream->last_counter = f->sample->counter;
}

static void place_taken(struct spc_folding *f)
{
    if (f->stream->subgroup.places >= f->plan->subgroup)
        close_gathering(f);
}

static void gather_measurement(struct spc_folding *f, double value)
{
    take_place(f);
    gathered(f)[f->stream->subgroup.n] = value;
    spc_subgroup_add(&f->stream->subgroup, value);
    place_taken(f);
}

static void gather_count(struct spc_folding *f, double value)
{
    const struct spc_intake *intake = &f->plan->intake;
    double units = intake->units == SPC_NONE ? intake->units_each
                                             : f->sample->value[intake->units];

    take_place(f);
    if (f->stream->subgroup.n == 0)
        gathered(f)[0] = 0;
    gathered(f)[0] += value;
    f->stream->gathered_units += units;
    spc_subgroup_add(&f->stream->subgroup, value);
    place_taken(f);
}

static void gather_vector(struct spc_folding *f)
{
    const struct spc_intake *intake = &f->plan->intake;
    double *row = gathered(f) + f->stream->subgroup.n * intake->with_count;

    take_place(f);
    for (uint32_t i = 0; i < intake->with_count; i++) {
        uint32_t index = intake->with[i];

        row[i] =
            is_good(f->sample, index) ? f->sample->value[index] : (double)NAN;
    }
    /* It only counts the vectors, and one of streams may lack the first. */
    spc_subgroup_add(&f->stream->subgroup, isnan(row[0]) ? 0 : row[0]);
    place_taken(f);
}

static void skip_place(struct spc_folding *f)
{
    take_place(f);
    spc_subgroup_skip(&f->stream->subgroup);
    place_taken(f);
}

/* ---- events and times -------------------------------------------------- */

static void plot_interval(struct spc_folding *f, double value)
{
    struct spc_observation observation = blank(f);

    observation.point.mean = value;
    f->stream->last_counter = f->sample->counter;
    plot(f, &observation);
}

/* Since the event that began to count: in seconds, in parts with the one that
 * ends it, or on a g chart in parts between two. */
static double waited_for(const struct spc_folding *f)
{
    const struct spc_stream *stream = f->stream;

    if (data_of(f->plan) == SPC_DATA_TIMES)
        return (double)(f->sample->time - stream->event_time) / SPC_SECOND;
    return (double)(f->plan->chart == SPC_CHART_G ? stream->waited - 1
                                                  : stream->waited);
}

/* Before the first event it is not known how long it had been; nor is it when
 * the clock was set back. */
static void gather_event(struct spc_folding *f, bool event)
{
    struct spc_stream *stream = f->stream;
    uint32_t needed =
        f->plan->chart == SPC_CHART_CCC ? f->plan->design.events : 1;

    stream->waited++;
    if (!event)
        return;
    if (stream->waiting && ++stream->events < needed)
        return;
    if (stream->waiting && waited_for(f) >= 0)
        plot_interval(f, waited_for(f));
    else
        stream->after_gap = 1;
    stream->waiting = 1;
    stream->waited = stream->events = 0;
    stream->event_time = f->sample->time;
    stream->first_epoch = f->sample->epoch;
    stream->first_counter = f->sample->counter;
}

/* ---- many streams across a context ------------------------------------- */

/* Values of this round, of the members by number; their names; and the number
 * of members, which is the stream's `events`. */
static char *member_name(const struct spc_folding *f, uint32_t member)
{
    double *names = gathered(f) + 2 * (size_t)f->plan->design.variables;

    return (char *)(names + (size_t)member * NAME_DOUBLES);
}

const char *spc_stream_member(const struct spc_pipeline *pipeline,
                              uint32_t stream, uint32_t member)
{
    const struct spc_stream *s = &pipeline->streams[stream];
    const struct spc_folding f = {
        .pipeline = (struct spc_pipeline *)pipeline,
        .plan = &pipeline->characteristics[s->characteristic],
        .stream = (struct spc_stream *)s,
    };

    if (!f.plan->charted || f.plan->intake.across == SPC_NONE ||
        member >= s->events)
        return NULL;
    return member_name(&f, member);
}

/* SPC_NONE: there is no room for another. */
static uint32_t member_of(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    const char *text = f->sample->context[f->plan->intake.across];
    uint32_t count = (uint32_t)stream->events;

    for (uint32_t i = 0; i < count; i++)
        if (strcmp(member_name(f, i), text) == 0)
            return i;
    if (count == f->plan->design.variables)
        return SPC_NONE;
    memcpy(member_name(f, count), text, SPC_CONTEXT_TEXT);
    gathered(f)[count] = (double)NAN;
    stream->events++;
    return count;
}

static void close_round(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    struct spc_observation observation = blank(f);
    double *values = gathered(f);

    for (size_t i = stream->events; i < f->plan->design.variables; i++)
        values[i] = (double)NAN;
    observation.vector = values;
    observation.point.mean = mean_of_streams(values, f->plan->design.variables);
    if (stream->subgroup.n > 0)
        plot(f, &observation);
    for (size_t i = 0; i < f->plan->design.variables; i++)
        values[i] = (double)NAN;
    stream->subgroup = (struct spc_subgroup){0};
}

/* A round ends when every member has been heard, or one a second time. */
static void gather_member(struct spc_folding *f, double value)
{
    struct spc_stream *stream = f->stream;
    uint32_t member = member_of(f);

    if (member == SPC_NONE) {
        if (stream->waiting == 0)
            spc_tell(f, SPC_EVENT_QUALITY, SPC_STREAMS_FULL)->count =
                f->plan->design.variables;
        stream->waiting = 1;
        return;
    }
    if (stream->subgroup.n > 0 && !isnan(gathered(f)[member]))
        close_round(f);
    take_place(f);
    gathered(f)[member] = value;
    spc_subgroup_add(&stream->subgroup, value);
    if (stream->subgroup.n >= f->plan->design.variables)
        close_round(f);
}

/* ---- intake ------------------------------------------------------------ */

/* As in a file; a register full of noise says more. */
#define COUNT_MAX 1e15

/* Of units that are good or not. */
static const char *refuse_share(double value, double units)
{
    if (units != floor(units) || units > COUNT_MAX)
        return "units that are good or not are whole";
    return value > units ? "more were counted than were inspected" : NULL;
}

/* NULL: it can be used; "": the gauge has said why not. */
static const char *refuse_count(const struct spc_folding *f, double value)
{
    const struct spc_intake *intake = &f->plan->intake;
    const struct spc_chart_type *type = &spc_chart_types[f->plan->chart];
    bool of_each = type->fraction && spc_chart_type_has(type->options, "n");
    double units = intake->units_each;

    if (value < 0 || value != floor(value))
        return "a count is whole and not negative";
    if (value > COUNT_MAX)
        return "nobody counts as far as this";
    if (intake->event)
        return value > 1 ? "an event is 1, and 0 is none" : NULL;
    if (value < spc_chart_least_count(&f->plan->design))
        return "the parts up to and with an event are as many as the events, "
               "or more";
    if (intake->units != SPC_NONE) {
        if (!is_good(f->sample, intake->units))
            return "the units inspected are not known";
        units = f->sample->value[intake->units];
    }
    if (!(units > 0))
        return "nothing was inspected";
    return of_each ? refuse_share(value, units) : NULL;
}

static const char *refuse_vector(const struct spc_folding *f)
{
    const struct spc_intake *intake = &f->plan->intake;

    for (uint32_t i = 0; i < intake->with_count; i++)
        if (!is_good(f->sample, intake->with[i]))
            return "one of the vector's characteristics has no value";
    return NULL;
}

/* Streams that are missing are left out, unless it is all of them. */
static const char *refuse_streams(const struct spc_folding *f)
{
    const struct spc_intake *intake = &f->plan->intake;

    for (uint32_t i = 0; i < intake->with_count; i++)
        if (is_good(f->sample, intake->with[i]))
            return NULL;
    return "";
}

/* A kind of part whose subgroup is in the making ends with it. */
static const char *take_part(struct spc_folding *f)
{
    const struct spc_intake *intake = &f->plan->intake;
    struct spc_stream *stream = f->stream;
    uint32_t part = 0;

    if (intake->part_key == SPC_NONE)
        return NULL;
    while (part < intake->part_count &&
           strcmp(intake->parts[part].text,
                  f->sample->context[intake->part_key]) != 0)
        part++;
    if (part == intake->part_count)
        return "this kind of part is not among the chart's parts";
    if (part != stream->part && stream->subgroup.places > 0)
        close_gathering(f);
    stream->part = part;
    return NULL;
}

static const char *refuse(struct spc_folding *f, double value)
{
    enum spc_chart_data data = data_of(f->plan);
    const struct spc_intake *intake = &f->plan->intake;
    bool vectors = data == SPC_DATA_VECTORS;

    if (data == SPC_DATA_STREAMS && intake->with_count > 0)
        return refuse_streams(f);
    if (!is_good(f->sample, f->plan->index))
        return "";
    if (vectors)
        return refuse_vector(f);
    if (data == SPC_DATA_COUNTS || intake->event)
        return refuse_count(f, value);
    if (data == SPC_DATA_TIMES && value < 0)
        return "a time is not negative";
    return take_part(f);
}

static void take(struct spc_folding *f, double value)
{
    const struct spc_intake *intake = &f->plan->intake;

    if (intake->across != SPC_NONE)
        gather_member(f, value);
    else if (intake->with_count > 0)
        gather_vector(f);
    else if (intake->event)
        gather_event(f, value != 0);
    else if (data_of(f->plan) == SPC_DATA_COUNTS)
        gather_count(f, value);
    else
        gather_measurement(f, value);
}

void spc_charted_fold(struct spc_folding *f)
{
    double value = f->sample->value[f->plan->index];
    const char *why = refuse(f, value);

    spc_watch_value(f, !why, why && *why ? why : NULL);
    if (!why) {
        if (f->plan->capable)
            spc_count_value(f, value);
        take(f, value);
    } else if (f->plan->intake.event) {
        f->stream->waiting = 0; /* the event may have been this part */
        f->stream->after_gap = 1;
    } else if (f->plan->intake.across == SPC_NONE) {
        skip_place(f);
    }
}

/* Parts are missing between the stream's last sample and this one. */
void spc_charted_gap(struct spc_folding *f)
{
    struct spc_stream *stream = f->stream;
    bool counted = f->plan->by_count == 0 && f->sample->epoch == stream->epoch;
    uint64_t lost = f->sample->lost;

    if (f->plan->intake.across != SPC_NONE)
        return; /* a member not heard in a round is left out of it */
    if (f->plan->intake.event)
        stream->waiting = 0;
    if (stream->subgroup.places > 0 && counted &&
        stream->subgroup.places + lost < f->plan->subgroup) {
        for (uint64_t i = 0; i < lost; i++)
            spc_subgroup_skip(&stream->subgroup);
        return;
    }
    if (stream->subgroup.places > 0)
        close_gathering(f);
    spc_break_runs(stream);
    stream->after_gap = 1;
}
