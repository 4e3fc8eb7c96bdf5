/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc arl: how often does a chart cry wolf, and how soon does it see a shift?
 *
 * A table of charts: which options each takes and which function answers.  The
 * rules are those of the line itself; see arl_rules.h. */
#include "adapters/json/json.h"
#include "engine/run_length.h"
#include "programs/arl_rules.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFTS_MAX = 1000 };

static const double hours = 8; /* of a shift of people */

/* What the command line says, as text. */
struct request {
    const char *chart, *lambda, *width, *limits, *barrier, *k, *h, *head_start;
    const char *rules, *p, *alpha, *state, *shift, *rate, *charts, *format_name;
    bool one_sided;
};

/* The same, understood. */
struct design {
    struct spc_ewma_design ewma;
    struct spc_cusum_design cusum;
    struct spc_mewma_design mewma;
    struct spc_arl_rules rules;
    double width, alpha;
    unsigned p;
    enum spc_run_state state;
};

struct answer {
    size_t count;
    double shift[SHIFTS_MAX], arl[SHIFTS_MAX];
    double rate, charts; /* 0: not asked */
    double false_alarms;
};

static const char examples[] =
    "  spc arl --chart ewma --lambda 0.1 --width 2.814 --shift 0,0.5,1\n"
    "  spc arl --chart shewhart --rules we --rate 60 --charts 40\n"
    "  spc arl --chart cusum --k 0.5 --h 5 --head-start 2.5\n";

static const char command[] = "spc arl";

static enum spc_options_result read_options(int argc, char **argv,
                                            struct request *r)
{
    /* clang-format off */
    const struct spc_option options[] = {
        {"chart", 0, "TYPE", "shewhart, ewma, cusum, t2 or mewma", &r->chart, NULL},
        {"shift", 's', "0,0.5,1", "shifts in sigma of the plotted points; for "
         "t2, distances", &r->shift, NULL},
        {"rules", 'r', "RULES", "shewhart: we, nelson or a list such as "
         "nelson-1,nelson-2; default nelson-1", &r->rules, NULL},
        {"width", 0, "K", "shewhart, ewma: limits at K sigma; default 3",
         &r->width, NULL},
        {"lambda", 0, "X", "ewma, mewma: weight of the newest point", &r->lambda,
         NULL},
        {"limits", 0, "NAME", "ewma: fixed, or exact early limits; default "
         "fixed", &r->limits, NULL},
        {"barrier", 0, "Z", "ewma, one-sided: never below Z sigma; default 0",
         &r->barrier, NULL},
        {"k", 'k', "K", "cusum: reference value; default 0.5", &r->k, NULL},
        {"h", 0, "H", "cusum: decision interval; mewma: limit of T2", &r->h, NULL},
        {"head-start", 0, "X", "cusum: where the sums begin; default 0",
         &r->head_start, NULL},
        {"p", 'p', "P", "t2, mewma: number of characteristics", &r->p, NULL},
        {"alpha", 0, "A", "t2: false alarm probability of a point; default "
         "0.0027", &r->alpha, NULL},
        {"one-sided", 0, NULL, "shewhart, ewma, cusum: upwards only", NULL,
         &r->one_sided},
        {"state", 0, "NAME", "zero: the shift comes with the first point; "
         "steady: after long; default zero", &r->state, NULL},
        {"rate", 0, "R", "points an hour on each chart, for false alarms in 8 "
         "hours", &r->rate, NULL},
        {"charts", 0, "N", "charts watched, with --rate; default 1",
         &r->charts, NULL},
        {"format", 'f', "FORMAT", "table, json or csv", &r->format_name, NULL},
    };
    /* clang-format on */
    const struct spc_usage usage = {"spc arl --chart TYPE [options]", examples,
                                    options, sizeof options / sizeof *options};
    const char *none[1];
    size_t count = 0;

    return spc_options_read(&usage, argc, argv, none, 0, &count);
}

/* ---- numbers ----------------------------------------------------------- */

/* A number from `low` to `high`; NULL leaves it as it is. */
static enum spc_exit read_number(const char *option, const char *text,
                                 double low, double high, double *number)
{
    double x = 0;

    if (!text)
        return SPC_EXIT_OK;
    if (!spc_option_number(text, &x))
        return spc_misused(command, "--%s takes a number, not '%s'", option,
                           text);
    if (!(x >= low && x <= high))
        return spc_misused(command,
                           "--%s lies between %g and %g, which %s does not",
                           option, low, high, text);
    *number = x;
    return SPC_EXIT_OK;
}

static enum spc_exit read_shifts(const char *list, struct answer *answer)
{
    while (list) {
        size_t length = strcspn(list, ",");
        char text[64];

        snprintf(text, sizeof text, "%.*s", (int)length, list);
        if (answer->count == SHIFTS_MAX)
            return spc_misused(command, "--shift takes up to %d shifts",
                               SHIFTS_MAX);
        if (length >= sizeof text ||
            !spc_option_number(text, &answer->shift[answer->count]))
            return spc_misused(
                command, "--shift takes numbers such as 0,0.5,1, not '%s'",
                text);
        if (fabs(answer->shift[answer->count]) > 100)
            return spc_misused(command,
                               "--shift: %s sigma is beyond every chart", text);
        answer->count++;
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    return SPC_EXIT_OK;
}

static enum spc_exit read_load(const struct request *r, struct answer *answer)
{
    answer->charts = 1;
    if (r->charts && !r->rate)
        return spc_misused(command,
                           "--charts needs --rate, the points an hour");
    if (read_number("rate", r->rate, 1e-6, 1e9, &answer->rate) ||
        read_number("charts", r->charts, 1, 1e9, &answer->charts))
        return SPC_EXIT_USAGE;
    return SPC_EXIT_OK;
}

/* ---- charts ------------------------------------------------------------ */

static enum spc_exit read_state(const struct request *r, bool can_be_steady,
                                const char *which, struct design *design)
{
    if (!r->state || strcmp(r->state, "zero") == 0)
        return SPC_EXIT_OK;
    if (strcmp(r->state, "steady") != 0)
        return spc_misused(command, "--state takes zero or steady, not '%s'",
                           r->state);
    if (!can_be_steady)
        return spc_misused(command, "--state steady is for %s", which);
    design->state = SPC_RUN_STEADY;
    return SPC_EXIT_OK;
}

static spc_rule_mask upward(spc_rule_mask rules)
{
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (spc_rules[i].side == SPC_SIDE_BELOW)
            rules &= ~((spc_rule_mask)1 << i);
    return rules;
}

static enum spc_exit read_shewhart(const struct request *r, struct design *d)
{
    spc_rule_mask rules = 0;

    if (!spc_choose_rules("spc arl", r->rules ? r->rules : "nelson-1", &rules))
        return SPC_EXIT_USAGE;
    if (!rules)
        return spc_misused(command, "without rules there is never a signal");
    if (r->one_sided)
        rules = upward(rules);
    if (read_number("width", r->width, 0.1, 30, &d->width) ||
        read_state(r, false, "ewma and cusum", d))
        return SPC_EXIT_USAGE;
    if (spc_arl_rules_explore(rules, &d->rules) != SPC_OK) {
        fputs("spc arl: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
    return SPC_EXIT_OK;
}

static enum spc_status shewhart(const struct design *d, double shift,
                                double *ret_arl)
{
    return spc_arl_rules_run_length(&d->rules, d->width, shift, ret_arl);
}

static enum spc_exit read_ewma(const struct request *r, struct design *d)
{
    struct spc_ewma_design *e = &d->ewma;

    if (!r->lambda)
        return spc_misused(
            command, "ewma needs --lambda, the weight of the newest point");
    if (r->limits && strcmp(r->limits, "fixed") != 0 &&
        strcmp(r->limits, "exact") != 0)
        return spc_misused(command, "--limits takes fixed or exact, not '%s'",
                           r->limits);
    e->exact = r->limits && strcmp(r->limits, "exact") == 0;
    e->one_sided = r->one_sided;
    if (e->exact && e->one_sided)
        return spc_misused(command, "--limits exact is for two-sided charts");
    if (r->barrier && !e->one_sided)
        return spc_misused(command, "--barrier needs --one-sided");
    e->width = 3;
    if (read_number("lambda", r->lambda, 1e-3, 1, &e->lambda) ||
        read_number("width", r->width, 0.1, 30, &e->width) ||
        read_number("barrier", r->barrier, -30, 0, &e->barrier))
        return SPC_EXIT_USAGE;
    return read_state(r, !e->exact, "ewma with fixed limits, and cusum", d);
}

static enum spc_status ewma(const struct design *d, double shift,
                            double *ret_arl)
{
    return spc_ewma_run_length(&d->ewma, shift, d->state, ret_arl);
}

static enum spc_exit read_cusum(const struct request *r, struct design *d)
{
    struct spc_cusum_design *c = &d->cusum;
    double highest;

    if (!r->h)
        return spc_misused(command, "cusum needs --h, the decision interval");
    c->k = 0.5;
    c->one_sided = r->one_sided;
    if (read_number("k", r->k, 0, 30, &c->k) ||
        read_number("h", r->h, 0.01, 100, &c->h))
        return SPC_EXIT_USAGE;
    /* Above this the two sums would not be independent of each other. */
    highest = c->one_sided ? c->h : fmin(c->h, c->h / 2 + c->k);
    if (read_number("head-start", r->head_start, 0, highest, &c->head_start))
        return SPC_EXIT_USAGE;
    return read_state(r, c->one_sided, "one-sided cusum", d);
}

static enum spc_status cusum(const struct design *d, double shift,
                             double *ret_arl)
{
    return spc_cusum_run_length(&d->cusum, shift, d->state, ret_arl);
}

static enum spc_exit read_p(const struct request *r, const char *chart,
                            unsigned least, unsigned *ret_p)
{
    unsigned long long p = 0;

    if (!r->p)
        return spc_misused(
            command, "%s needs --p, the number of characteristics", chart);
    if (!spc_option_count(r->p, &p) || p < least || p > 1000)
        return spc_misused(command,
                           "--p takes a count from %u to 1000, not '%s'", least,
                           r->p);
    *ret_p = (unsigned)p;
    return SPC_EXIT_OK;
}

static enum spc_exit read_t2(const struct request *r, struct design *d)
{
    if (read_p(r, "t2", 1, &d->p) ||
        read_number("alpha", r->alpha, 1e-15, 0.5, &d->alpha))
        return SPC_EXIT_USAGE;
    return read_state(r, false, "charts with a memory, ewma and cusum", d);
}

static enum spc_status t2(const struct design *d, double shift, double *ret_arl)
{
    *ret_arl = spc_t2_run_length(d->p, d->alpha, shift);
    return isfinite(*ret_arl) ? SPC_OK : SPC_NO_CONVERGENCE;
}

static enum spc_exit read_mewma(const struct request *r, struct design *d)
{
    struct spc_mewma_design *m = &d->mewma;

    if (!r->lambda)
        return spc_misused(
            command, "mewma needs --lambda, the weight of the newest point");
    if (!r->h)
        return spc_misused(command, "mewma needs --h, the limit of T2");
    if (read_p(r, "mewma", 2, &m->p) ||
        read_number("lambda", r->lambda, 1e-3, 1, &m->lambda) ||
        read_number("h", r->h, 0.01, 1e4, &m->limit))
        return SPC_EXIT_USAGE;
    return read_state(r, false, "ewma and cusum", d);
}

static enum spc_status mewma(const struct design *d, double shift,
                             double *ret_arl)
{
    return spc_mewma_run_length(&d->mewma, shift, ret_arl);
}

static const struct chart {
    const char *name;
    const char *options; /* it takes, beside those that all take */
    enum spc_exit (*read)(const struct request *r, struct design *ret_design);
    enum spc_status (*run_length)(const struct design *design, double shift,
                                  double *ret_arl);
} charts[] = {
    {"shewhart", " rules width one-sided ", read_shewhart, shewhart},
    {"ewma", " lambda width limits barrier one-sided ", read_ewma, ewma},
    {"cusum", " k h head-start one-sided ", read_cusum, cusum},
    {"t2", " p alpha ", read_t2, t2},
    {"mewma", " lambda p h ", read_mewma, mewma},
};

enum { CHARTS = sizeof charts / sizeof *charts };

static const struct chart *chart_named(const char *name)
{
    for (unsigned i = 0; i < CHARTS; i++)
        if (strcmp(charts[i].name, name) == 0)
            return &charts[i];
    return NULL;
}

/* An option that would be ignored is a misunderstanding. */
static enum spc_exit check_options(const struct request *r,
                                   const struct chart *chart)
{
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"rules", r->rules},
        {"width", r->width},
        {"lambda", r->lambda},
        {"limits", r->limits},
        {"barrier", r->barrier},
        {"k", r->k},
        {"h", r->h},
        {"head-start", r->head_start},
        {"p", r->p},
        {"alpha", r->alpha},
        {"one-sided", r->one_sided},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char word[32];

        snprintf(word, sizeof word, " %s ", options[i].name);
        if (options[i].given && !strstr(chart->options, word))
            return spc_misused(command, "--%s is not for %s", options[i].name,
                               chart->name);
    }
    return SPC_EXIT_OK;
}

/* ---- answering --------------------------------------------------------- */

static enum spc_exit compute(const struct chart *chart,
                             const struct design *design, struct answer *answer)
{
    double in_control = NAN;

    for (size_t i = 0; i < answer->count; i++) {
        enum spc_status status =
            chart->run_length(design, answer->shift[i], &answer->arl[i]);

        if (status != SPC_OK) {
            fprintf(stderr, "spc arl: at a shift of %g: %s\n", answer->shift[i],
                    spc_status_text(status));
            return SPC_EXIT_INPUT;
        }
    }
    if (answer->rate > 0) {
        if (chart->run_length(design, 0, &in_control) != SPC_OK) {
            fputs("spc arl: in control: a calculation did not converge\n",
                  stderr);
            return SPC_EXIT_INPUT;
        }
        answer->false_alarms =
            hours * answer->rate * answer->charts / in_control;
    }
    return SPC_EXIT_OK;
}

static void print_table(const struct answer *answer)
{
    printf("%10s %14s\n", "shift", "ARL");
    for (size_t i = 0; i < answer->count; i++)
        printf("%10g %14.*f\n", answer->shift[i], answer->arl[i] < 1000 ? 2 : 0,
               answer->arl[i]);
    if (answer->rate > 0)
        printf("\n%g charts of %g points an hour give %.3g false alarms in a "
               "shift of %g hours.\n",
               answer->charts, answer->rate, answer->false_alarms, hours);
}

static void print_csv(const struct answer *answer)
{
    puts("shift,arl");
    for (size_t i = 0; i < answer->count; i++) {
        char shift[SPC_NUMBER_TEXT], arl[SPC_NUMBER_TEXT];

        spc_number_text(answer->shift[i], shift);
        spc_number_text(answer->arl[i], arl);
        printf("%s,%s\n", shift, arl);
    }
}

static json_t *json_of(const struct answer *answer)
{
    json_t *list = json_array();
    json_t *json = json_pack("{s:s}", "schema", "spc.arl/1");

    for (size_t i = 0; i < answer->count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "shift",
                                              spc_json_number(answer->shift[i]),
                                              "arl",
                                              spc_json_number(answer->arl[i])));
    json_object_set_new(json, "arl", list);
    if (answer->rate > 0)
        json_object_set_new(json, "false_alarms",
                            json_pack("{s:o, s:o, s:o, s:o}", "per_shift",
                                      spc_json_number(answer->false_alarms),
                                      "hours", spc_json_number(hours), "rate",
                                      spc_json_number(answer->rate), "charts",
                                      spc_json_number(answer->charts)));
    return json;
}

static enum spc_exit print_json(const struct answer *answer)
{
    json_t *json = json_of(answer);
    char *text = json ? spc_json_text(json) : NULL;

    json_decref(json);
    if (!text) {
        fputs("spc arl: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
    puts(text);
    free(text);
    return SPC_EXIT_OK;
}

static enum spc_exit print(const struct answer *answer, enum spc_format format)
{
    if (format == SPC_FORMAT_JSON)
        return print_json(answer);
    if (format == SPC_FORMAT_CSV)
        print_csv(answer);
    else
        print_table(answer);
    return SPC_EXIT_OK;
}

static enum spc_exit arl(const struct request *r, struct design *design)
{
    const struct chart *chart;
    struct answer answer = {0};
    enum spc_format format;
    enum spc_exit exit;

    if (!r->chart && !r->rules)
        return spc_misused(
            command, "which chart? --chart shewhart, ewma, cusum, t2 or mewma");
    /* Run rules are those of a Shewhart chart. */
    chart = chart_named(r->chart ? r->chart : "shewhart");
    if (!chart)
        return spc_misused(
            command,
            "--chart takes shewhart, ewma, cusum, t2 or mewma, not '%s'",
            r->chart);
    if (!spc_choose_format("spc arl", r->format_name, &format) ||
        check_options(r, chart) ||
        read_shifts(r->shift ? r->shift : "0,0.5,1,1.5,2,3", &answer) ||
        read_load(r, &answer))
        return SPC_EXIT_USAGE;
    exit = chart->read(r, design);
    if (exit == SPC_EXIT_OK)
        exit = compute(chart, design, &answer);
    return exit == SPC_EXIT_OK ? print(&answer, format) : exit;
}

int spc_command_arl(int argc, char **argv)
{
    struct request r = {0};
    struct design design = {.width = 3, .alpha = 0.0027};
    enum spc_exit exit;

    switch (read_options(argc, argv, &r)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    exit = arl(&r, &design);
    spc_arl_rules_clear(&design.rules);
    return exit;
}
