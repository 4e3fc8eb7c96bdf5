/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of many streams: the largest and the smallest of all, of their values
 * or of how far they are from the mean of all. */
#include "engine/charts/charts.h"

#include "engine/many_streams.h"

#include <assert.h>
#include <math.h>

/* Rows of the types' `figures`. */
enum { STREAMS, RUN, WIDTH, ALPHA, COMMON_CENTER, COMMON_SIGMA };

/* Panels, and rows of the types' `own`. */
enum { LARGEST, SMALLEST, BESIDE, EXTREMES = 2 };

enum { SPAN = 2 }; /* values in a moving range */

/* The parameters of m streams:
 *
 *     offsets      m       what each stream is lessened by; NaN: not known
 *     widths       m + 1   by alpha, by the number of streams present
 *     ranges       m + 1   likewise, to the limit of the largest range
 *
 * and behind the memory, of individuals on a group chart, the value of each
 * stream one time ago and its newest moving range, m each. */
struct memory {
    uint64_t begun; /* 0: nothing of it means anything */
    struct spc_streams_run run[EXTREMES];
};

/* One time. */
struct seen {
    struct spc_streams_point values, ranges;
    uint32_t n;             /* of each stream's subgroup */
    const double *spread;   /* of each stream: range or moving range */
    uint32_t spread_n;      /* behind each */
    bool has_spread, valid; /* valid: its values can be plotted */
};

static bool is_group(const struct spc_chart_design *design)
{
    return design->chart == SPC_CHART_GROUP;
}

static bool moves(const struct spc_chart_design *design)
{
    return is_group(design) && design->n == 1;
}

static const double *widths_of(const struct spc_charting *charting)
{
    return charting->parameters + charting->design->variables;
}

static const double *range_limits_of(const struct spc_charting *charting)
{
    return charting->parameters + 2 * (size_t)charting->design->variables + 1;
}

static double *previous_of(const struct spc_charting *charting)
{
    return (double *)((struct memory *)charting->memory + 1);
}

static double *moving_of(const struct spc_charting *charting)
{
    return previous_of(charting) + charting->design->variables;
}

static struct spc_chart_room room(const struct spc_chart_design *design,
                                  size_t points)
{
    size_t m = design->variables;
    size_t kept = moves(design) ? 2 * m : 0;

    (void)points;
    return (struct spc_chart_room){
        .parameters = (3 * m + 2) * sizeof(double),
        .memory = sizeof(struct memory) + kept * sizeof(double),
        .work = m * (sizeof(struct spc_stream_sums) + 2 * sizeof(double)),
    };
}

/* ---- zones ------------------------------------------------------------- */

/* Three sigma of each of hundreds of streams would be beyond at every time: if
 * nobody says otherwise it is three sigma of all together.  0: by width. */
static double alpha_of(const struct spc_chart_design *design)
{
    if (design->alpha > 0)
        return design->alpha;
    return design->by_width ? 0 : 0.0027;
}

static double width_of(const struct spc_charting *charting, uint32_t count)
{
    return alpha_of(charting->design) > 0 ? widths_of(charting)[count]
                                          : charting->design->width;
}

static struct spc_zones value_zones(const struct spc_charting *charting,
                                    uint32_t n, uint32_t count)
{
    const struct spc_limits *limits = charting->limits;
    bool group = is_group(charting->design);
    struct spc_streams_limits of = {group ? limits->center : 0,
                                    limits->sigma / sqrt(n), limits->df};
    double width = width_of(charting, count);

    return group ? spc_streams_zones(&of, width)
                 : spc_streams_difference_zones(&of, width, count);
}

/* In sigmas of a measurement.  A short subgroup is rare, and only then a
 * limit by alpha has to be found here. */
static double range_limit(const struct spc_charting *charting, uint32_t n,
                          uint32_t count)
{
    const struct spc_chart_design *design = charting->design;
    uint32_t usual = design->n == 1 ? SPAN : design->n;

    if (alpha_of(design) <= 0)
        return design->constants->d2[n] +
               design->width * design->constants->d3[n];
    if (n == usual)
        return range_limits_of(charting)[count];
    return spc_streams_range_limit(alpha_of(design), count, n);
}

/* The largest range says nothing by being small: none lies below 0. */
static struct spc_zones range_zones(const struct spc_charting *charting,
                                    uint32_t n, uint32_t count)
{
    double sigma = charting->limits->sigma;
    double center = charting->design->constants->d2[n] * sigma;
    double limit = range_limit(charting, n, count) * sigma;
    struct spc_zones zones;

    for (unsigned i = 0; i < SPC_EDGES; i++) {
        zones.upper[i] =
            center + i / (double)(SPC_EDGES - 1) * (limit - center);
        zones.lower[i] = i == 0 ? center : 0;
    }
    return zones;
}

static struct spc_zones common_zones(const struct spc_limits *limits)
{
    const struct spc_streams_limits common = {limits->figure[COMMON_CENTER],
                                              limits->figure[COMMON_SIGMA],
                                              (double)NAN};

    return spc_streams_zones(&common, 3);
}

/* ---- limits ------------------------------------------------------------ */

/* By alpha every number of streams has a width of its own. */
static void fill_widths(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;
    bool differences = !is_group(design);
    uint32_t least = differences ? 2 : 1;
    double *widths = charting->parameters + design->variables;
    double *ranges = widths + design->variables + 1;

    for (uint32_t i = 0; i <= design->variables; i++) {
        bool needed = alpha_of(design) > 0 && i >= least;

        widths[i] = needed ? spc_streams_width(alpha_of(design), i, differences)
                           : (double)NAN;
        ranges[i] =
            needed && !differences
                ? spc_streams_range_limit(alpha_of(design), i,
                                          design->n == 1 ? SPAN : design->n)
                : (double)NAN;
    }
}

/* `count` streams are usually there. */
static void conclude(struct spc_charting *charting, uint32_t count)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_limits *limits = charting->limits;
    uint32_t n = design->n;

    fill_widths(charting);
    limits->figure[STREAMS] = count;
    limits->figure[RUN] =
        count >= 2 ? spc_streams_run_length(count) : (double)NAN;
    limits->figure[WIDTH] = width_of(charting, count);
    if (alpha_of(design) > 0)
        limits->figure[ALPHA] = alpha_of(design);
    limits->width = limits->figure[WIDTH];
    limits->zones[LARGEST] = limits->zones[SMALLEST] =
        value_zones(charting, n, count);
    limits->zones[BESIDE] =
        is_group(design) ? range_zones(charting, n == 1 ? SPAN : n, count)
                         : common_zones(limits);
}

static void adopt(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;

    charting->limits->center = design->center;
    charting->limits->sigma = design->sigma;
    for (uint32_t i = 0; i < design->variables; i++)
        charting->parameters[i] = 0;
    conclude(charting, design->variables);
}

/* What a study knows, in the scratch. */
struct study {
    struct spc_streams_study sums;
    struct spc_stream_sums *streams;
    double *ranges, *gap; /* room for those of one time; NaN */
    uint64_t measurements;
};

/* Ranges as they would be of full subgroups. */
static const double *full_ranges(const struct spc_chart_design *design,
                                 const struct spc_observation *observation,
                                 double *ranges)
{
    const double *d2 = design->constants->d2;

    if (design->n == 1)
        return NULL;
    for (uint32_t j = 0; j < design->variables; j++)
        ranges[j] = observation->point.n < 2
                        ? (double)NAN
                        : observation->vector[design->variables + j] *
                              (d2[design->n] / d2[observation->point.n]);
    return ranges;
}

static void take(struct study *study, const struct spc_chart_design *design,
                 const struct spc_observation *observation)
{
    uint32_t n = observation->point.n;

    spc_streams_study_add(&study->sums, study->streams, observation->vector,
                          full_ranges(design, observation, study->ranges),
                          design->variables, n / (double)design->n);
    for (uint32_t j = 0; j < design->variables; j++)
        study->measurements += isnan(observation->vector[j]) ? 0 : n;
}

/* Moving ranges span neither a gap nor a time that does not estimate; a time
 * at which all are missing is one. */
static struct study study_of(const struct spc_charting *charting,
                             const struct spc_observation *observations,
                             size_t count)
{
    const struct spc_chart_design *design = charting->design;
    uint32_t m = design->variables;
    struct study study = {.ranges = charting->work,
                          .gap = charting->work + m,
                          .streams = (void *)(charting->work + 2 * (size_t)m)};

    for (uint32_t j = 0; j < m; j++) {
        study.gap[j] = (double)NAN;
        study.streams[j] = (struct spc_stream_sums){0};
    }
    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *at = &observations[i];

        if (i > 0 && (at->after_gap || !at[-1].estimates))
            spc_streams_study_add(&study.sums, study.streams, study.gap, NULL,
                                  m, 1);
        if (at->estimates)
            take(&study, design, at);
    }
    return study;
}

/* The streams seen, with an offset where offsets are taken off. */
static uint32_t count_streams(const struct spc_charting *charting,
                              const struct study *study)
{
    uint32_t count = 0;

    for (uint32_t j = 0; j < charting->design->variables; j++)
        count += study->streams[j].times > 0 && !isnan(charting->parameters[j]);
    return count;
}

/* The common cause has no limits when the mean never moved. */
static void settle_common(const struct spc_charting *charting,
                          const struct study *study)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_streams_limits common;

    if (spc_streams_common(&study->sums, study->streams, design->variables,
                           design->constants, design->remove_offsets,
                           &common) != SPC_OK)
        return;
    charting->limits->figure[COMMON_CENTER] = common.center;
    charting->limits->figure[COMMON_SIGMA] = common.sigma;
}

static enum spc_status settle(struct spc_charting *charting,
                              const struct study *study)
{
    const struct spc_chart_design *design = charting->design;
    bool adjusted = design->remove_offsets;
    struct spc_streams_limits of;
    enum spc_status status =
        is_group(design)
            ? spc_streams_group(&study->sums, study->streams, design->variables,
                                design->constants, design->n, adjusted, &of)
            : spc_streams_difference(&study->sums, adjusted, &of);

    if (status != SPC_OK)
        return status;
    charting->limits->center = of.center;
    charting->limits->sigma = of.sigma * sqrt(design->n);
    charting->limits->df = of.df;
    if (!is_group(design))
        settle_common(charting, study);
    spc_streams_offsets(study->streams, design->variables, adjusted,
                        charting->parameters);
    conclude(charting, count_streams(charting, study));
    return SPC_OK;
}

static enum spc_status estimate(struct spc_charting *charting,
                                const struct spc_observation *observations,
                                size_t count)
{
    assert(charting->design->variables >= 1);
    assert(charting->design->variables <= SPC_STREAMS_MAX);

    spc_begin_limits(charting);
    charting->measured = 0;
    charting->needed = SPC_STUDY_MIN;
    if (charting->design->known) {
        adopt(charting);
        return SPC_OK;
    }

    struct study study = study_of(charting, observations, count);

    charting->measured = (double)study.measurements;
    charting->limits->subgroups = study.sums.times;
    charting->limits->measurements = study.measurements;
    return settle(charting, &study);
}

/* ---- one time ---------------------------------------------------------- */

static void start(struct spc_charting *charting)
{
    struct memory *memory = charting->memory;
    size_t kept = moves(charting->design) ? 2 * charting->design->variables : 0;

    *memory = (struct memory){.begun = 1};
    for (size_t j = 0; j < kept; j++)
        previous_of(charting)[j] = (double)NAN;
}

/* Without a value no range moves, neither now nor next time. */
static void move(struct spc_charting *charting,
                 const struct spc_observation *observation)
{
    double *previous = previous_of(charting);
    double *moving = moving_of(charting);
    bool here = observation->point.n > 0;

    for (uint32_t j = 0; j < charting->design->variables; j++) {
        double value = here ? observation->vector[j] : (double)NAN;

        moving[j] =
            observation->after_gap ? (double)NAN : fabs(value - previous[j]);
        previous[j] = value;
    }
}

static void end_runs(struct memory *memory)
{
    for (unsigned side = 0; side < EXTREMES; side++)
        memory->run[side].length = 0;
}

/* Ranges that move are in the memory by now. */
static struct seen look(const struct spc_charting *charting,
                        const struct spc_observation *observation)
{
    const struct spc_chart_design *design = charting->design;
    uint32_t m = design->variables, n = observation->point.n;
    bool adjusted = design->remove_offsets;
    struct seen seen = {.n = n,
                        .spread_n = design->n == 1 ? SPAN : n,
                        .has_spread = is_group(design),
                        .valid = charting->in_force || !adjusted};

    if (seen.valid)
        seen.values = spc_streams_plot(
            observation->vector, adjusted ? charting->parameters : NULL, m);
    seen.spread = moves(design) ? moving_of(charting) : observation->vector + m;
    if (seen.has_spread)
        seen.ranges = spc_streams_plot(seen.spread, NULL, m);
    return seen;
}

/* Many times in a row the same stream. */
static void follow(const struct spc_charting *charting,
                   const struct spc_streams_point *point, unsigned side,
                   struct spc_chart_mark *mark)
{
    struct memory *memory = charting->memory;
    uint32_t length =
        spc_streams_run_push(&memory->run[side], point, side == LARGEST);

    if (!(length >= charting->limits->figure[RUN]))
        return;
    mark->own = 1u << side;
    mark->run = length;
}

static void mark_values(const struct spc_charting *charting,
                        const struct seen *seen,
                        struct spc_chart_mark marks[SPC_PANELS])
{
    const struct spc_streams_point *point = &seen->values;
    bool group = is_group(charting->design);
    double from = group ? 0 : point->mean;
    bool has = point->count >= (group ? 1 : 2);

    if (!has) {
        end_runs(charting->memory);
        return;
    }
    marks[LARGEST].value = point->high - from;
    marks[LARGEST].variable = point->highest;
    marks[SMALLEST].value = point->low - from;
    marks[SMALLEST].variable = point->lowest;
    if (!charting->in_force)
        return;
    for (unsigned side = 0; side < EXTREMES; side++) {
        marks[side].judged = true;
        marks[side].zones = value_zones(charting, seen->n, point->count);
        follow(charting, point, side, &marks[side]);
    }
}

static void mark_beside(const struct spc_charting *charting,
                        const struct seen *seen, struct spc_chart_mark *mark)
{
    bool group = is_group(charting->design);
    uint32_t count = group ? seen->ranges.count : seen->values.count;

    if (count == 0)
        return;
    mark->value = group ? seen->ranges.high : seen->values.mean;
    mark->variable = group ? seen->ranges.highest : SPC_NONE;
    mark->judged = charting->in_force &&
                   (group || !isnan(charting->limits->figure[COMMON_SIGMA]));
    if (mark->judged)
        mark->zones = group ? range_zones(charting, seen->spread_n, count)
                            : charting->limits->zones[BESIDE];
}

static void plot(struct spc_charting *charting,
                 const struct spc_observation *observation,
                 struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct memory *memory = charting->memory;

    spc_no_marks(ret_marks);
    if (!memory->begun)
        start(charting);
    if (moves(charting->design))
        move(charting, observation);
    if (observation->after_gap || observation->point.n == 0)
        end_runs(memory);
    if (observation->point.n == 0)
        return;

    struct seen seen = look(charting, observation);

    if (seen.valid)
        mark_values(charting, &seen, ret_marks);
    mark_beside(charting, &seen, &ret_marks[BESIDE]);
}

/* ---- which streams ----------------------------------------------------- */

/* What one panel has against the streams: how far each is out. */
struct charge {
    unsigned panel;
    const double *values, *offsets; /* offsets: or NULL */
    double from, limit;             /* the statistic is value - offset - from */
    double sign;                    /* 1: out above the limit; -1: below */
    uint32_t also;                  /* charged though it is not out */
};

static double statistic(const struct charge *charge, uint32_t j)
{
    double offset = charge->offsets ? charge->offsets[j] : 0;

    return charge->values[j] - offset - charge->from;
}

/* NaN: it is not charged. */
static double excess(const struct charge *charge, uint32_t j)
{
    double x = charge->sign * (statistic(charge, j) - charge->limit);

    return x > 0 || j == charge->also ? x : (double)NAN;
}

/* The next to be named: the largest excess that is not above `least`, the
 * first of equals that comes after `after`. */
static uint32_t next_charged(const struct charge *charge, uint32_t m,
                             double least, uint32_t after)
{
    uint32_t found = SPC_NONE;

    for (uint32_t j = 0; j < m; j++) {
        double x = excess(charge, j);
        bool open = x < least || (x == least && after != SPC_NONE && j > after);

        if (open && (found == SPC_NONE || x > excess(charge, found)))
            found = j;
    }
    return found;
}

static size_t name_streams(const struct charge *charge, uint32_t m,
                           struct spc_contribution *ret_contributions,
                           size_t room)
{
    double least = (double)INFINITY;
    uint32_t j = SPC_NONE;
    size_t count = 0;

    while (count < room &&
           (j = next_charged(charge, m, least, j)) != SPC_NONE) {
        least = excess(charge, j);
        ret_contributions[count++] = (struct spc_contribution){
            .panel = charge->panel,
            .variable = j,
            .value = statistic(charge, j),
            .limit = charge->limit,
            .given = (double)NAN,
            .given_limit = (double)NAN,
        };
    }
    return count;
}

/* The extreme stream itself, when its rule of runs holds. */
static uint32_t runner(const struct spc_charting *charting, unsigned side)
{
    const struct spc_streams_run *run =
        &((const struct memory *)charting->memory)->run[side];

    return run->length >= charting->limits->figure[RUN] ? run->stream
                                                        : SPC_NONE;
}

static struct charge charge_values(const struct spc_charting *charting,
                                   const struct spc_observation *observation,
                                   const struct seen *seen, unsigned side)
{
    struct spc_zones zones = value_zones(charting, seen->n, seen->values.count);
    bool high = side == LARGEST;

    return (struct charge){
        .panel = side,
        .values = observation->vector,
        .offsets =
            charting->design->remove_offsets ? charting->parameters : NULL,
        .from = is_group(charting->design) ? 0 : seen->values.mean,
        .limit = high ? zones.upper[SPC_EDGES - 1] : zones.lower[SPC_EDGES - 1],
        .sign = high ? 1 : -1,
        .also = runner(charting, side),
    };
}

static struct charge charge_ranges(const struct spc_charting *charting,
                                   const struct seen *seen)
{
    struct spc_zones zones =
        range_zones(charting, seen->spread_n, seen->ranges.count);

    return (struct charge){.panel = BESIDE,
                           .values = seen->spread,
                           .limit = zones.upper[SPC_EDGES - 1],
                           .sign = 1,
                           .also = SPC_NONE};
}

/* What all streams have in common is no stream's doing. */
static size_t explain(struct spc_charting *charting,
                      const struct spc_observation *observation,
                      struct spc_contribution *ret_contributions, size_t room)
{
    const struct spc_chart_design *design = charting->design;
    struct seen seen = look(charting, observation);
    uint32_t m = design->variables;
    struct charge charge;
    size_t count = 0;

    for (unsigned side = 0; side < EXTREMES; side++) {
        if (seen.values.count < (is_group(design) ? 1 : 2))
            break;
        charge = charge_values(charting, observation, &seen, side);
        count += name_streams(&charge, m, ret_contributions + count,
                              room / SPC_PANELS);
    }
    if (seen.ranges.count == 0)
        return count;
    charge = charge_ranges(charting, &seen);
    return count + name_streams(&charge, m, ret_contributions + count,
                                room / SPC_PANELS);
}

const struct spc_chart_operations spc_streams_chart = {.room = room,
                                                       .estimate = estimate,
                                                       .start = start,
                                                       .plot = plot,
                                                       .explain = explain};
