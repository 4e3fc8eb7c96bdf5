/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of several variables: T2, generalised variance, MEWMA.
 *
 *     parameters | head | mean p | covariance p (p + 1) / 2 | factor |
 *
 * Points of the study that estimate have limits of their own: they have drawn
 * the mean towards themselves (Phase I); those after it have not (Phase II).
 * Both are in the head for subgroups of the usual size; for other sizes, of
 * which a distribution has to be asked, the last found ones are remembered. */
#include "engine/charts/multivariate.h"

#include "engine/charts/charts.h"
#include "engine/covariance.h"
#include "engine/multivariate.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Rows of the types' `figures`. */
enum { VARIABLES = 0, T2_ALPHA, T2_STUDIED, T2_NEW };
enum { GV_DETERMINANT = 1, GV_B1, GV_B2 };
enum { MEWMA_LAMBDA = 1, MEWMA_LIMIT, MEWMA_ARL0 };

/* As beyond three sigma of a normal distribution. */
static const double usual_alpha = 0.0026997960632601866;

/* What points of one phase and size are judged by. */
struct judge {
    double n; /* 0: nothing yet */
    struct spc_zones zones;
    struct spc_t2_term_limits terms;
};

enum phase { STUDIED, NEW, PHASES };

struct head {
    double vectors, df; /* behind the covariance */
    double determinant; /* of the process, estimated */
    struct judge usual[PHASES];
};

_Static_assert(sizeof(struct head) % sizeof(double) == 0, "a head of doubles");

static size_t triangle(size_t p)
{
    return p * (p + 1) / 2;
}

static struct head *head_of(const struct spc_charting *charting)
{
    return (struct head *)charting->parameters;
}

static double *mean_of(const struct spc_charting *charting)
{
    return charting->parameters + sizeof(struct head) / sizeof(double);
}

static double *covariance_of(const struct spc_charting *charting)
{
    return mean_of(charting) + charting->design->variables;
}

static double *factor_of(const struct spc_charting *charting)
{
    return covariance_of(charting) + triangle(charting->design->variables);
}

static struct spc_t2_model model_of(const struct spc_charting *charting)
{
    return (struct spc_t2_model){charting->design->variables, mean_of(charting),
                                 factor_of(charting)};
}

struct spc_vector_estimate spc_vector_estimate(
    const struct spc_chart_design *design, const double *parameters)
{
    const double *mean = parameters + sizeof(struct head) / sizeof(double);

    return (struct spc_vector_estimate){design->variables, mean,
                                        mean + design->variables};
}

/* ---- room -------------------------------------------------------------- */

/* Estimation has a scatter, a square and p marks; a signal 2 p doubles and a
 * term of every variable, about a mean of zeros. */
static size_t work_doubles(size_t p)
{
    size_t estimating = spc_scatter_doubles(p) + p * p + p;
    size_t explaining =
        3 * p + p * sizeof(struct spc_t2_term) / sizeof(double) + 1;
    size_t determinants = 2 * p * p;
    size_t most = estimating > explaining ? estimating : explaining;

    return most > determinants ? most : determinants;
}

static struct spc_chart_room room_for(const struct spc_chart_design *design,
                                      size_t memory)
{
    size_t p = design->variables;
    size_t parameters = p + triangle(p) + spc_factor_doubles(p);

    return (struct spc_chart_room){
        .parameters = sizeof(struct head) + parameters * sizeof(double),
        .memory = memory,
        .work = work_doubles(p) * sizeof(double),
    };
}

/* ---- mean and covariance ----------------------------------------------- */

static bool is_successive(const struct spc_chart_design *design)
{
    return design->n == 1 && design->estimator == SPC_ESTIMATOR_MSSD_PLAIN;
}

/* Halves of squared differences lean on each other: d of them, in `stretches`
 * without a gap, are worth as many degrees of freedom as a chi-square of the
 * same mean and variance has; 2 (m - 1)^2 / (3 m - 4) of m in one stretch
 * (Scholz and Tosch, ASA Proceedings of Quality and Productivity, 1994). */
static double successive_df(double differences, double stretches)
{
    return 2 * differences * differences / (3 * differences - stretches);
}

uint32_t spc_vectors_needed(const struct spc_chart_design *design)
{
    uint32_t p = design->variables, points;

    if (is_successive(design)) {
        points = p + 2;
        while (successive_df(points - 1, 1) < p)
            points++;
        return points;
    }
    if (design->n == 1)
        return p + 2;
    points = (p + design->n - 2) / (design->n - 1);
    return points < 2 ? 2 : points;
}

/* What the observations come to, beside the scatter in `work`. */
struct tally {
    uint64_t points;
    double df;
};

static struct tally add_observations(struct spc_charting *charting,
                                     const struct spc_observation *observations,
                                     size_t count)
{
    const struct spc_chart_design *design = charting->design;
    size_t p = design->variables;
    double *scatter = charting->work, stretches = 0, run = 0;
    struct tally tally = {0, 0};

    spc_scatter_clear(scatter, p);
    for (size_t i = 0; i < count; i++) {
        const struct spc_observation *o = &observations[i];

        if (o->after_gap || !o->estimates) {
            spc_scatter_gap(scatter);
            run = 0;
        }
        if (!o->estimates)
            continue;
        tally.points++;
        run++;
        stretches += run == 2;
        if (design->n > 1)
            spc_scatter_pool_moments(scatter, p, o->point.n, o->vector,
                                     o->vector + p);
        else if (is_successive(design))
            spc_scatter_add_successive(scatter, p, o->vector);
        else
            spc_scatter_add(scatter, p, o->vector);
    }
    tally.df = spc_scatter_df(scatter);
    if (is_successive(design) && tally.df > 0)
        tally.df = successive_df(tally.df, stretches);
    return tally;
}

static void name_culprits(struct spc_charting *charting, const bool *marks)
{
    for (uint32_t j = 0; j < charting->design->variables; j++)
        if (marks[j] && charting->culprit_count < SPC_CULPRITS_MAX)
            charting->culprits[charting->culprit_count++] = j;
}

/* From the scatter in `work`; the square stands behind it. */
static enum spc_status divide(struct spc_charting *charting)
{
    size_t p = charting->design->variables;
    const double *scatter = charting->work;
    double *square = charting->work + spc_scatter_doubles(p);
    bool *marks = (bool *)(square + p * p);
    double *cell = covariance_of(charting);
    enum spc_status status = spc_scatter_covariance(scatter, p, square);

    if (status != SPC_OK)
        return status;
    spc_scatter_mean(scatter, p, mean_of(charting));
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j <= i; j++)
            *cell++ = square[i * p + j];
    status = spc_factor(square, p, spc_scatter_df(scatter), factor_of(charting),
                        marks);
    if (status == SPC_SINGULAR)
        name_culprits(charting, marks);
    return status;
}

/* What all three begin with: limits without zones. */
static enum spc_status estimate_vectors(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    uint32_t needed = spc_vectors_needed(charting->design);
    struct tally tally = add_observations(charting, observations, count);
    enum spc_status status = SPC_TOO_FEW_SUBGROUPS;
    struct head *head = head_of(charting);

    assert(!charting->design->known);
    assert(charting->design->variables > 0);

    charting->culprit_count = 0;
    charting->measured = spc_scatter_vectors(charting->work);
    spc_begin_limits(charting);
    charting->limits->subgroups = tally.points;
    charting->limits->measurements = (uint64_t)charting->measured;
    charting->limits->center = charting->limits->sigma = (double)NAN;
    charting->limits->df = tally.df;
    charting->limits->figure[VARIABLES] = charting->design->variables;
    *head = (struct head){.vectors = charting->measured, .df = tally.df};
    if (tally.points >= needed)
        status = divide(charting);
    /* As many points, with gaps between: one more may do. */
    charting->needed =
        tally.points < needed ? needed : (uint32_t)tally.points + 1;
    return status;
}

/* ---- T2 ---------------------------------------------------------------- */

/* No line lies below the centre: T2 is small where all is well. */
static void leave_out_lower(struct spc_zones *zones)
{
    for (unsigned i = 0; i < SPC_EDGES; i++)
        zones->upper[i] = fmin(zones->upper[i], zones->upper[SPC_EDGES - 1]);
    zones->lower[0] = zones->upper[0];
    for (unsigned i = 1; i < SPC_EDGES; i++)
        zones->lower[i] = (double)NAN;
}

static double alpha_of(const struct spc_chart_design *design)
{
    return design->alpha > 0 ? design->alpha : usual_alpha;
}

/* T2 of points by their own successive differences has no law that is known:
 * with enough of them it is the chi-square of points about their mean
 * (Williams, Woodall, Birch and Sullivan, J. Quality Technology 38(3), 2006).
 * The F and beta limits of other covariances are off by factors. */
static bool is_nearly_known(const struct spc_chart_design *design,
                            enum phase phase)
{
    return is_successive(design) && phase == STUDIED;
}

static void scale(struct judge *judge, double by)
{
    for (unsigned i = 0; i < SPC_EDGES; i++) {
        judge->zones.upper[i] *= by;
        judge->zones.lower[i] *= by;
    }
    judge->terms.alone *= by;
    judge->terms.given_rest *= by;
}

static enum spc_t2_phase law_of(const struct spc_chart_design *design,
                                enum phase phase)
{
    if (is_nearly_known(design, phase))
        return SPC_T2_KNOWN;
    return phase == STUDIED ? SPC_T2_STUDIED : SPC_T2_NEW;
}

static enum spc_status find_judge(const struct spc_charting *charting,
                                  enum phase phase, double n,
                                  struct judge *ret_judge)
{
    const struct spc_chart_design *design = charting->design;
    const struct head *head = head_of(charting);
    const struct spc_t2_study study = {
        .phase = law_of(design, phase),
        .p = design->variables,
        .subgroups = design->n > 1 || is_successive(design),
        .m = head->vectors / n,
        .df = head->df,
    };
    struct judge judge = {.n = n};
    enum spc_status status =
        spc_t2_zones(&study, alpha_of(design), &judge.zones);

    if (status == SPC_OK)
        status = spc_t2_term_limits(&study, alpha_of(design), &judge.terms);
    if (status != SPC_OK)
        return status;
    judge.terms.growth = spc_t2_growth(&study);
    if (is_nearly_known(design, phase))
        scale(&judge, (study.m - 1) / study.m);
    leave_out_lower(&judge.zones);
    *ret_judge = judge;
    return SPC_OK;
}

/* Limits are drawn and published as those of points to come. */
static enum spc_status estimate_t2(struct spc_charting *charting,
                                   const struct spc_observation *observations,
                                   size_t count)
{
    enum spc_status status = estimate_vectors(charting, observations, count);
    struct spc_limits *limits = charting->limits;
    struct judge *usual = head_of(charting)->usual;

    for (unsigned i = 0; i < PHASES && status == SPC_OK; i++)
        status =
            find_judge(charting, (enum phase)i, charting->design->n, &usual[i]);
    if (status != SPC_OK)
        return status;
    limits->figure[T2_ALPHA] = alpha_of(charting->design);
    limits->figure[T2_STUDIED] = usual[STUDIED].zones.upper[SPC_EDGES - 1];
    limits->figure[T2_NEW] = usual[NEW].zones.upper[SPC_EDGES - 1];
    limits->zones[0] = usual[NEW].zones;
    limits->center = usual[NEW].zones.upper[0];
    return SPC_OK;
}

static struct spc_chart_room room_t2(const struct spc_chart_design *design,
                                     size_t points)
{
    (void)points;
    return room_for(design, PHASES * sizeof(struct judge));
}

static void start_t2(struct spc_charting *charting)
{
    memset(charting->memory, 0, PHASES * sizeof(struct judge));
}

/* NULL: so large a subgroup that the study says nothing of it. */
static const struct judge *judge_of(struct spc_charting *charting,
                                    const struct spc_observation *observation)
{
    enum phase phase = observation->estimates ? STUDIED : NEW;
    struct judge *other = (struct judge *)charting->memory + phase;
    double n = observation->point.n;

    if (observation->point.n == charting->limits->n)
        return &head_of(charting)->usual[phase];
    if (other->n != n && find_judge(charting, phase, n, other) != SPC_OK)
        return NULL;
    return other;
}

static void plot_t2(struct spc_charting *charting,
                    const struct spc_observation *observation,
                    struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_t2_model model = model_of(charting);
    const struct judge *judge;

    spc_no_marks(ret_marks);
    if (!charting->in_force || observation->point.n == 0)
        return;
    judge = judge_of(charting, observation);
    ret_marks[0].value = spc_t2(&model, observation->vector,
                                observation->point.n, charting->work);
    ret_marks[0].judged = judge && isfinite(ret_marks[0].value);
    if (ret_marks[0].judged)
        ret_marks[0].zones = judge->zones;
}

/* Terms of T2 as contributions; a term given all others is judged by a limit
 * that grows with them. */
static size_t contribute(const struct spc_t2_term *terms, double t2,
                         const struct spc_t2_term_limits *limits, size_t count,
                         struct spc_contribution *ret_contributions)
{
    for (size_t i = 0; i < count; i++) {
        double rest = t2 - terms[i].given_rest;

        ret_contributions[i] = (struct spc_contribution){
            .variable = (uint32_t)terms[i].variable,
            .value = terms[i].alone,
            .limit = limits->alone,
            .given = terms[i].given_rest,
            .given_limit = limits->given_rest * (1 + limits->growth * rest),
        };
    }
    return count;
}

static size_t explain_t2(struct spc_charting *charting,
                         const struct spc_observation *observation,
                         struct spc_contribution *ret_contributions,
                         size_t room)
{
    struct spc_t2_model model = model_of(charting);
    const struct judge *judge = judge_of(charting, observation);
    struct spc_t2_term *terms =
        (struct spc_t2_term *)(charting->work + 2 * model.p);
    double t2;

    if (!judge)
        return 0;
    t2 = spc_t2_decompose(&model, observation->vector, observation->point.n,
                          &judge->terms, charting->work, terms);
    return contribute(terms, t2, &judge->terms, model.p < room ? model.p : room,
                      ret_contributions);
}

const struct spc_chart_operations spc_t2_chart = {.room = room_t2,
                                                  .estimate = estimate_t2,
                                                  .start = start_t2,
                                                  .plot = plot_t2,
                                                  .explain = explain_t2};

/* ---- generalised variance ---------------------------------------------- */

/* The determinant of a subgroup no larger than the number of variables is 0
 * whatever the process does. */
static bool has_determinant(const struct spc_chart_design *design, uint32_t n)
{
    return n > design->variables;
}

static enum spc_status estimate_variance(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    size_t p = charting->design->variables;
    double n = charting->design->n;
    struct spc_limits *limits = charting->limits;
    struct head *head = head_of(charting);
    enum spc_status status = estimate_vectors(charting, observations, count);

    if (!has_determinant(charting->design, charting->design->n))
        return SPC_BAD_INPUT;
    if (status != SPC_OK)
        return status;
    head->determinant =
        exp(spc_factor_log_determinant(factor_of(charting), p)) /
        spc_determinant_b1(p, head->df);
    if (!isfinite(head->determinant) || head->determinant <= 0)
        return SPC_NOT_FINITE;
    limits->figure[GV_DETERMINANT] = head->determinant;
    limits->figure[GV_B1] = spc_determinant_b1(p, n - 1);
    limits->figure[GV_B2] = spc_determinant_b2(p, n - 1);
    limits->zones[0] =
        spc_determinant_zones(p, n, head->determinant, limits->width);
    limits->center = limits->zones[0].upper[0];
    limits->sigma = head->determinant * sqrt(limits->figure[GV_B2]);
    return SPC_OK;
}

static struct spc_chart_room room_variance(
    const struct spc_chart_design *design, size_t points)
{
    (void)points;
    return room_for(design, 0);
}

static double determinant_of(struct spc_charting *charting,
                             const struct spc_observation *observation)
{
    size_t p = charting->design->variables;
    const double *cell = observation->vector + p;
    double *square = charting->work;

    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j <= i; j++)
            square[i * p + j] = square[j * p + i] = *cell++;
    return spc_determinant(square, p, square + p * p);
}

static void plot_variance(struct spc_charting *charting,
                          const struct spc_observation *observation,
                          struct spc_chart_mark ret_marks[SPC_PANELS])
{
    const struct spc_chart_design *design = charting->design;

    spc_no_marks(ret_marks);
    if (!has_determinant(design, observation->point.n))
        return;
    ret_marks[0].value = determinant_of(charting, observation);
    ret_marks[0].judged = charting->in_force && isfinite(ret_marks[0].value);
    if (ret_marks[0].judged)
        ret_marks[0].zones = spc_determinant_zones(
            design->variables, observation->point.n,
            head_of(charting)->determinant, charting->limits->width);
}

const struct spc_chart_operations spc_generalized_variance_chart = {
    .room = room_variance,
    .estimate = estimate_variance,
    .plot = plot_variance};

/* ---- MEWMA ------------------------------------------------------------- */

/* The share of S in the covariance of Z begins where it would settle, as the
 * limit for a mean run length supposes, and then follows the sizes.
 *
 *     memory | share | Z p | */
static struct spc_mewma mewma_of(const struct spc_charting *charting)
{
    double *memory = charting->memory;

    return (struct spc_mewma){.z = memory + 1, .share = memory[0]};
}

/* Given all others a variable is the MEWMA of what they do not tell, alone or
 * given them it is one of a single variable. */
static enum spc_status settle_mewma(const struct spc_chart_design *design,
                                    struct judge *judge)
{
    const struct spc_t2_study known = {.phase = SPC_T2_KNOWN,
                                       .p = design->variables};
    double limit = 0, alone = 0, center = 0;
    enum spc_status status = spc_mewma_limit(design->variables, design->lambda,
                                             design->arl0, &limit);

    if (status == SPC_OK)
        status = spc_mewma_limit(1, design->lambda, design->arl0, &alone);
    if (status == SPC_OK)
        status = spc_t2_quantile(&known, known.p, 0, 0.5, &center);
    if (status != SPC_OK)
        return status;
    for (unsigned i = 0; i < SPC_EDGES; i++)
        judge->zones.upper[i] =
            center + i / (double)(SPC_EDGES - 1) * (limit - center);
    judge->zones.upper[SPC_EDGES - 1] = limit;
    judge->terms = (struct spc_t2_term_limits){alone, alone, 0};
    judge->n = design->n;
    leave_out_lower(&judge->zones);
    return SPC_OK;
}

static enum spc_status estimate_mewma(
    struct spc_charting *charting, const struct spc_observation *observations,
    size_t count)
{
    enum spc_status status = estimate_vectors(charting, observations, count);
    struct spc_limits *limits = charting->limits;
    struct judge *judge = &head_of(charting)->usual[NEW];

    if (status == SPC_OK)
        status = settle_mewma(charting->design, judge);
    if (status != SPC_OK)
        return status;
    limits->figure[MEWMA_LAMBDA] = charting->design->lambda;
    limits->figure[MEWMA_LIMIT] = judge->zones.upper[SPC_EDGES - 1];
    limits->figure[MEWMA_ARL0] = charting->design->arl0;
    limits->zones[0] = judge->zones;
    limits->center = judge->zones.upper[0];
    return SPC_OK;
}

static struct spc_chart_room room_mewma(const struct spc_chart_design *design,
                                        size_t points)
{
    (void)points;
    return room_for(design, (1 + design->variables) * sizeof(double));
}

static void start_mewma(struct spc_charting *charting)
{
    const struct spc_chart_design *design = charting->design;
    struct spc_mewma mewma = mewma_of(charting);

    spc_mewma_start(&mewma, design->variables);
    *(double *)charting->memory =
        spc_mewma_long_share(design->lambda, design->n);
}

static void plot_mewma(struct spc_charting *charting,
                       const struct spc_observation *observation,
                       struct spc_chart_mark ret_marks[SPC_PANELS])
{
    struct spc_t2_model model = model_of(charting);
    struct spc_mewma mewma = mewma_of(charting);

    spc_no_marks(ret_marks);
    if (!charting->in_force || observation->point.n == 0)
        return;
    spc_mewma_push(&mewma, &model, charting->design->lambda,
                   observation->vector, observation->point.n);
    *(double *)charting->memory = mewma.share;
    ret_marks[0].value =
        spc_mewma_t2(&mewma, &model, mewma.share, charting->work);
    ret_marks[0].judged = isfinite(ret_marks[0].value);
    if (ret_marks[0].judged)
        ret_marks[0].zones = charting->limits->zones[0];
}

static size_t explain_mewma(struct spc_charting *charting,
                            const struct spc_observation *observation,
                            struct spc_contribution *ret_contributions,
                            size_t room)
{
    struct spc_t2_model model = model_of(charting);
    struct spc_mewma mewma = mewma_of(charting);
    const struct spc_t2_term_limits *limits =
        &head_of(charting)->usual[NEW].terms;
    double *zeros = charting->work + 2 * model.p, t2;
    struct spc_t2_term *terms = (struct spc_t2_term *)(zeros + model.p);

    (void)observation;
    memset(zeros, 0, model.p * sizeof *zeros);
    model.mean = zeros;
    t2 = spc_t2_decompose(&model, mewma.z, 1 / mewma.share, limits,
                          charting->work, terms);
    return contribute(terms, t2, limits, model.p < room ? model.p : room,
                      ret_contributions);
}

const struct spc_chart_operations spc_mewma_chart = {.room = room_mewma,
                                                     .estimate = estimate_mewma,
                                                     .start = start_mewma,
                                                     .plot = plot_mewma,
                                                     .explain = explain_mewma};
