/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs of charts, with what they are compared to.  See design_chart.h. */
#include "programs/design_chart.h"
#include "engine/design.h"
#include "programs/arl_rules.h"
#include "programs/choices.h"
#include "programs/design_width.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SUBGROUP_MAX = 1000 };

static const char command[] = "spc design";

/* Shifts that everybody wants to know of; the one asked for joins them. */
static const double usual[] = {0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5};

enum { USUAL = sizeof usual / sizeof *usual };

/* A chart whose run length is nearly that of a simpler one. */
static const double nearly = 1.01;

/* ---- the answer -------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void add_note(
    struct spc_design_answer *answer, const char *format, ...)
{
    va_list arguments;

    if (answer->notes == SPC_DESIGN_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(answer->note[answer->notes++], SPC_DESIGN_NOTE_TEXT, format,
              arguments);
    va_end(arguments);
}

static void add_parameter(struct spc_design_column *column, const char *name,
                          double value)
{
    column->parameters[column->count++] =
        (struct spc_design_parameter){name, value};
}

static void list_shifts(double asked, struct spc_design_answer *answer)
{
    bool listed = asked == 0;

    for (size_t i = 0; i < USUAL; i++) {
        if (!listed && asked < usual[i])
            answer->shift[answer->shifts++] = asked;
        listed = listed || asked <= usual[i];
        answer->shift[answer->shifts++] = usual[i];
    }
    if (!listed)
        answer->shift[answer->shifts++] = asked;
}

static enum spc_exit failed(enum spc_status status)
{
    fprintf(stderr, "%s: %s\n", command, spc_status_text(status));
    return status == SPC_NO_MEMORY ? SPC_EXIT_INTERNAL : SPC_EXIT_INPUT;
}

/* A chart after a shift, in standard deviations of the plotted points. */
typedef enum spc_status run_length(const void *chart, double shift,
                                   double *ret_length);

/* Shifts of single measurements are `scale` times as large for points. */
static enum spc_exit fill(run_length *length, const void *chart, double scale,
                          const struct spc_design_answer *answer,
                          struct spc_design_column *column)
{
    for (size_t i = 0; i < answer->shifts; i++) {
        enum spc_status status =
            length(chart, answer->shift[i] * scale, &column->arl[i]);

        if (status != SPC_OK) {
            fprintf(stderr, "%s: at a shift of %g: %s\n", command,
                    answer->shift[i], spc_status_text(status));
            return SPC_EXIT_INPUT;
        }
    }
    return SPC_EXIT_OK;
}

/* At the shift that was asked for. */
static double asked_length(const struct spc_design_wish *wish,
                           const struct spc_design_answer *answer,
                           const struct spc_design_column *column)
{
    for (size_t i = 0; i < answer->shifts; i++)
        if (answer->shift[i] == wish->shift)
            return column->arl[i];
    return NAN;
}

/* ---- without memory ---------------------------------------------------- */

struct t2 {
    unsigned p;
    double arl0;
};

static enum spc_status t2_length(const void *chart, double shift,
                                 double *ret_length)
{
    const struct t2 *t = chart;

    *ret_length = spc_t2_run_length(t->p, 1 / t->arl0, shift);
    return SPC_OK;
}

static enum spc_exit compare_shewhart(const struct spc_design_wish *wish,
                                      struct spc_design_answer *answer)
{
    const struct spc_design_shewhart plain = {
        spc_shewhart_width(wish->arl0, wish->one_sided), wish->one_sided, NULL};
    struct spc_design_column *column = &answer->compared;

    column->chart = "shewhart";
    add_parameter(column, "width", plain.width);
    return fill(spc_design_shewhart_length, &plain, 1, answer, column);
}

static void add_t2_parameters(const struct spc_design_wish *wish,
                              struct spc_design_column *column)
{
    column->chart = "t2";
    add_parameter(column, "p", wish->p);
    add_parameter(column, "alpha", 1 / wish->arl0);
    add_parameter(column, "limit", spc_t2_limit(wish->p, wish->arl0));
}

static enum spc_exit compare_t2(const struct spc_design_wish *wish,
                                struct spc_design_answer *answer)
{
    const struct t2 chart = {wish->p, wish->arl0};

    add_t2_parameters(wish, &answer->compared);
    return fill(t2_length, &chart, 1, answer, &answer->compared);
}

/* ---- subgroups --------------------------------------------------------- */

/* The least n whose mean shows the shift soon enough, by halving; 1 when it is
 * not asked for. */
static enum spc_exit size_subgroups(const struct spc_design_wish *wish,
                                    run_length *length, const void *chart,
                                    unsigned *ret_n)
{
    unsigned few = 0, enough = SUBGROUP_MAX + 1;

    *ret_n = 1;
    if (wish->arl1 == 0)
        return SPC_EXIT_OK;
    while (enough - few > 1) {
        unsigned n = few + (enough - few) / 2;
        double arl = 0;
        enum spc_status status = length(chart, wish->shift * sqrt(n), &arl);

        if (status != SPC_OK)
            return failed(status);
        *(arl <= wish->arl1 ? &enough : &few) = n;
    }
    if (enough > SUBGROUP_MAX) {
        fprintf(stderr,
                "%s: no subgroup of up to %d sees a shift of %g within %g "
                "points on average\n",
                command, SUBGROUP_MAX, wish->shift, wish->arl1);
        return SPC_EXIT_INPUT;
    }
    *ret_n = enough;
    return SPC_EXIT_OK;
}

static enum spc_exit fill_sized(const struct spc_design_wish *wish,
                                run_length *length, const void *chart,
                                struct spc_design_answer *answer)
{
    unsigned n = 1;
    enum spc_exit exit = size_subgroups(wish, length, chart, &n);

    if (exit != SPC_EXIT_OK)
        return exit;
    if (wish->arl1 > 0) {
        add_parameter(&answer->found, "n", n);
        add_note(answer, "points are means of n; shifts are in sigma of single "
                         "measurements");
    }
    return fill(length, chart, sqrt(n), answer, &answer->found);
}

static enum spc_exit t2(const struct spc_design_wish *wish,
                        struct spc_design_answer *answer)
{
    const struct t2 chart = {wish->p, wish->arl0};

    add_t2_parameters(wish, &answer->found);
    return fill_sized(wish, t2_length, &chart, answer);
}

/* ---- run rules --------------------------------------------------------- */

static spc_rule_mask upward(spc_rule_mask rules)
{
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (spc_rules[i].side == SPC_SIDE_BELOW)
            rules &= ~((spc_rule_mask)1 << i);
    return rules;
}

static enum spc_exit with_rules(const struct spc_design_wish *wish,
                                struct spc_design_shewhart *chart,
                                struct spc_design_answer *answer)
{
    struct spc_arl_rules rules = {0};
    spc_rule_mask mask =
        wish->one_sided ? upward(wish->rule_mask) : wish->rule_mask;
    enum spc_status status = spc_arl_rules_explore(mask, &rules);
    enum spc_exit exit;

    if (status != SPC_OK)
        return failed(status);
    chart->rules = &rules;
    exit = spc_design_width(wish->arl0, chart);
    if (exit == SPC_EXIT_OK) {
        add_parameter(&answer->found, "width", chart->width);
        exit = fill_sized(wish, spc_design_shewhart_length, chart, answer);
    }
    spc_arl_rules_clear(&rules);
    if (exit == SPC_EXIT_OK && wish->arl1 == 0)
        exit = compare_shewhart(wish, answer);
    return exit;
}

static enum spc_exit shewhart(const struct spc_design_wish *wish,
                              struct spc_design_answer *answer)
{
    struct spc_design_shewhart chart = {
        spc_shewhart_width(wish->arl0, wish->one_sided), wish->one_sided, NULL};

    answer->found.chart = "shewhart";
    if (wish->rules)
        return with_rules(wish, &chart, answer);
    add_parameter(&answer->found, "width", chart.width);
    return fill_sized(wish, spc_design_shewhart_length, &chart, answer);
}

/* ---- with memory ------------------------------------------------------- */

/* How the kinds call what the engine calls memory and limit. */
static const struct words {
    const char *chart, *memory, *limit;
} words[] = {
    [SPC_DESIGN_EWMA] = {"ewma", "lambda", "width"},
    [SPC_DESIGN_CUSUM] = {"cusum", "k", "h"},
    [SPC_DESIGN_MEWMA] = {"mewma", "lambda", "h"},
};

struct remembering {
    const struct spc_design_aim *aim;
    struct spc_design design;
};

/* In control from the start, whichever state a shift finds. */
static enum spc_status remembering_length(const void *chart, double shift,
                                          double *ret_length)
{
    const struct remembering *r = chart;

    return spc_design_run_length(r->aim, &r->design, shift,
                                 shift == 0 ? SPC_RUN_ZERO : r->aim->state,
                                 ret_length);
}

static void note_bounds(const struct spc_design_aim *aim,
                        const struct spc_search_range *range,
                        const struct spc_design *design,
                        struct spc_design_answer *answer)
{
    const struct words *w = &words[aim->kind];

    if (design->memory == range->low)
        add_note(answer,
                 "%s is the least that is considered, %g: a smaller one would "
                 "see a shift of %g sooner still",
                 w->memory, range->low, aim->shift);
    if (design->memory == range->high)
        add_note(answer,
                 "%s is the greatest that is considered: such a chart has "
                 "nearly no memory",
                 w->memory);
}

static enum spc_exit search(const struct spc_design_wish *wish,
                            const struct spc_design_aim *aim,
                            struct spc_design *ret_design,
                            struct spc_design_answer *answer)
{
    const struct words *w = &words[aim->kind];
    struct spc_search_range range;
    enum spc_status status = spc_design_memories(aim, &range);

    ret_design->memory = wish->memory;
    if (status != SPC_OK)
        return failed(status);
    if (wish->memory == 0) {
        status = spc_design_best(aim, &range, ret_design);
        if (status == SPC_OK)
            note_bounds(aim, &range, ret_design, answer);
        return status == SPC_OK ? SPC_EXIT_OK : failed(status);
    }
    if (wish->memory < range.low || wish->memory > range.high)
        return spc_misused(command,
                           "at an in-control ARL of %g, --%s lies between %g "
                           "and %g",
                           wish->arl0, w->memory, range.low, range.high);
    add_note(answer, "%s is as given, not searched for", w->memory);
    status = spc_design_limit(aim, wish->memory, &ret_design->limit);
    return status == SPC_OK ? SPC_EXIT_OK : failed(status);
}

/* What the memory is worth. */
static void note_comparison(const struct spc_design_wish *wish,
                            struct spc_design_answer *answer)
{
    double found = asked_length(wish, answer, &answer->found);
    double compared = asked_length(wish, answer, &answer->compared);

    if (wish->shift > 0 && compared <= nearly * found)
        add_note(answer,
                 "a %s chart sees a shift of %g as soon, or within 1 %%",
                 answer->compared.chart, wish->shift);
}

static enum spc_exit with_memory(const struct spc_design_wish *wish,
                                 enum spc_design_kind kind,
                                 struct spc_design_answer *answer)
{
    const struct spc_design_aim aim = {
        kind,        wish->arl0,       wish->shift, wish->one_sided,
        wish->state, wish->head_start, wish->p};
    struct remembering chart = {&aim, {0, 0}};
    struct spc_design_column *found = &answer->found;
    enum spc_exit exit = search(wish, &aim, &chart.design, answer);

    if (exit != SPC_EXIT_OK)
        return exit;
    found->chart = words[kind].chart;
    if (kind == SPC_DESIGN_MEWMA)
        add_parameter(found, "p", wish->p);
    add_parameter(found, words[kind].memory, chart.design.memory);
    add_parameter(found, words[kind].limit, chart.design.limit);
    if (wish->head_start > 0)
        add_parameter(found, "head_start",
                      wish->head_start * chart.design.limit);
    if (wish->state == SPC_RUN_STEADY)
        add_note(answer, "shifts come when the chart has run for long; the "
                         "in-control ARL counts from the start");
    exit = fill(remembering_length, &chart, 1, answer, found);
    if (exit == SPC_EXIT_OK)
        exit = kind == SPC_DESIGN_MEWMA ? compare_t2(wish, answer)
                                        : compare_shewhart(wish, answer);
    if (exit == SPC_EXIT_OK)
        note_comparison(wish, answer);
    return exit;
}

static enum spc_exit ewma(const struct spc_design_wish *wish,
                          struct spc_design_answer *answer)
{
    return with_memory(wish, SPC_DESIGN_EWMA, answer);
}

static enum spc_exit cusum(const struct spc_design_wish *wish,
                           struct spc_design_answer *answer)
{
    return with_memory(wish, SPC_DESIGN_CUSUM, answer);
}

static enum spc_exit mewma(const struct spc_design_wish *wish,
                           struct spc_design_answer *answer)
{
    return with_memory(wish, SPC_DESIGN_MEWMA, answer);
}

/* ---- the table --------------------------------------------------------- */

static const struct spc_design_chart charts[] = {
    {"shewhart", " rules arl1 one-sided ", false, 0, 0, shewhart},
    {"ewma", " lambda one-sided steady-state ", true, 0, 0, ewma},
    {"cusum", " k head-start one-sided steady-state ", true, 0, 0, cusum},
    {"t2", " p arl1 ", false, 1, 1000, t2},
    {"mewma", " p lambda steady-state ", true, 2, SPC_DESIGN_MEWMA_MAX, mewma},
};

const struct spc_design_chart *spc_design_chart_named(const char *name)
{
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
        if (strcmp(charts[i].name, name) == 0)
            return &charts[i];
    return NULL;
}

enum spc_exit spc_design_find(const struct spc_design_chart *chart,
                              const struct spc_design_wish *wish,
                              struct spc_design_answer *ret_answer)
{
    *ret_answer = (struct spc_design_answer){0};
    list_shifts(wish->shift, ret_answer);
    return chart->design(wish, ret_answer);
}
