/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc design: which parameters see a stated shift soonest, at a stated
 * in-control run length?  What is asked for, checked; see design_chart.h. */
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/design_chart.h"
#include "programs/design_print.h"
#include "programs/options.h"

#include <stdio.h>
#include <string.h>

/* What the command line says, as text. */
struct request {
    const char *chart, *arl0, *shift, *rules, *arl1, *lambda, *k, *head_start;
    const char *p, *rate, *charts, *format_name;
    bool one_sided, steady;
};

static const char examples[] =
    "  spc design --chart ewma --arl0 500 --shift 1\n"
    "  spc design --chart cusum --arl0 370 --shift 0.75 --head-start 0.5\n"
    "  spc design --chart shewhart --rules we-1,we-2 --arl0 370\n"
    "  spc design --chart shewhart --arl0 370 --shift 1 --arl1 2\n"
    "  spc design --chart mewma --p 4 --arl0 200 --shift 1 --rate 60 --charts "
    "40\n";

static const char command[] = "spc design";

static enum spc_options_result read_options(int argc, char **argv,
                                            struct request *r)
{
    /* clang-format off */
    const struct spc_option options[] = {
        {"chart", 0, "TYPE", "shewhart, ewma, cusum, t2 or mewma", &r->chart, NULL},
        {"arl0", 0, "N", "points to a false alarm, on average; 10 to 1e6",
         &r->arl0, NULL},
        {"shift", 's', "S", "to be seen soonest, in sigma of the plotted points; "
         "for t2 and mewma, a distance", &r->shift, NULL},
        {"rules", 'r', "RULES", "shewhart: we, nelson or a list; the width at "
         "which all of them have that ARL", &r->rules, NULL},
        {"arl1", 0, "N", "shewhart, t2: points to the detection of the shift; "
         "finds n, the size of subgroups", &r->arl1, NULL},
        {"lambda", 0, "X", "ewma, mewma: hold it, and find the limit alone",
         &r->lambda, NULL},
        {"k", 'k', "K", "cusum: hold it, and find h alone", &r->k, NULL},
        {"head-start", 0, "SHARE", "cusum: the sums begin at this share of h, "
         "to 0.5; default 0", &r->head_start, NULL},
        {"p", 'p', "P", "t2, mewma: number of characteristics", &r->p, NULL},
        {"one-sided", 0, NULL, "shewhart, ewma, cusum: upwards only", NULL,
         &r->one_sided},
        {"steady-state", 0, NULL, "ewma, cusum, mewma: the shift comes after long, "
         "not with the first point", NULL, &r->steady},
        SPC_LOAD_OPTIONS(r->rate, r->charts),
        {"format", 'f', "FORMAT",
         "table (on a terminal), json (elsewhere) or csv", &r->format_name, NULL},
    };
    /* clang-format on */
    const struct spc_usage usage = {
        "spc design --chart TYPE --arl0 N [--shift S] [options]", examples,
        options, sizeof options / sizeof *options};
    const char *none[1];
    size_t count = 0;

    return spc_options_read(&usage, argc, argv, none, 0, &count);
}

/* A number from `low` to `high`; NULL leaves it as it is. */
static enum spc_exit read_number(const char *option, const char *text,
                                 double low, double high, double *number)
{
    return spc_choose_number(command, option, text, low, high, number);
}

static enum spc_exit read_chart(const char *name,
                                const struct spc_design_chart **ret_chart)
{
    static const char all[] = "shewhart, ewma, cusum, t2 or mewma";

    if (!name)
        return spc_misused(command, "which chart? --chart %s", all);
    if (strcmp(name, "moving-average") == 0 || strcmp(name, "ma") == 0)
        return spc_misused(command,
                           "a moving average has no exact run length; an ewma "
                           "of lambda 2 / (span + 1) weighs alike");
    *ret_chart = spc_design_chart_named(name);
    if (!*ret_chart)
        return spc_misused(command, "--chart takes %s, not '%s'%s", all, name,
                           spc_run_length_hint(name));
    return SPC_EXIT_OK;
}

/* An option that would be ignored is a misunderstanding. */
static enum spc_exit check_options(const struct request *r,
                                   const struct spc_design_chart *chart)
{
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"rules", r->rules},           {"arl1", r->arl1},
        {"lambda", r->lambda},         {"k", r->k},
        {"head-start", r->head_start}, {"p", r->p},
        {"one-sided", r->one_sided},   {"steady-state", r->steady},
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

static enum spc_exit read_p(const struct request *r,
                            const struct spc_design_chart *chart, unsigned *p)
{
    unsigned long long count = 0;

    if (chart->p_max == 0)
        return SPC_EXIT_OK;
    if (!r->p)
        return spc_misused(command,
                           "%s needs --p, the number of characteristics",
                           chart->name);
    if (!spc_option_count(r->p, &count) || count < chart->p_min ||
        count > chart->p_max)
        return spc_misused(command, "--p takes a count from %u to %u, not '%s'",
                           chart->p_min, chart->p_max, r->p);
    *p = (unsigned)count;
    return SPC_EXIT_OK;
}

static enum spc_exit read_rules(const struct request *r,
                                struct spc_design_wish *wish)
{
    if (!r->rules)
        return SPC_EXIT_OK;
    wish->rules = r->rules;
    if (!spc_choose_rules(command, r->rules, &wish->rule_mask))
        return SPC_EXIT_USAGE;
    if (!wish->rule_mask)
        return spc_misused(command, "without rules there is never a signal");
    return SPC_EXIT_OK;
}

static enum spc_exit read_aim(const struct request *r,
                              const struct spc_design_chart *chart,
                              struct spc_design_wish *wish)
{
    if (!r->arl0)
        return spc_misused(command, "--arl0 is needed: points to a false "
                                    "alarm, on average");
    if (!r->shift && chart->needs_shift && !r->lambda && !r->k)
        return spc_misused(command,
                           "%s needs --shift, the shift to be seen soonest",
                           chart->name);
    if (!r->shift && r->arl1)
        return spc_misused(command, "--arl1 needs --shift");
    if (read_number("arl0", r->arl0, 10, 1e6, &wish->arl0) ||
        read_number("shift", r->shift, 0.05, 5, &wish->shift) ||
        read_number("arl1", r->arl1, 1.0001, wish->arl0, &wish->arl1))
        return SPC_EXIT_USAGE;
    return SPC_EXIT_OK;
}

static enum spc_exit read_wish(const struct request *r,
                               const struct spc_design_chart *chart,
                               struct spc_design_wish *wish)
{
    wish->one_sided = r->one_sided;
    wish->state = r->steady ? SPC_RUN_STEADY : SPC_RUN_ZERO;
    if (check_options(r, chart) || read_aim(r, chart, wish) ||
        read_rules(r, wish) || read_p(r, chart, &wish->p) ||
        read_number("lambda", r->lambda, 0.01, 1, &wish->memory) ||
        read_number("k", r->k, 0.01, 30, &wish->memory) ||
        read_number("head-start", r->head_start, 0, 0.5, &wish->head_start))
        return SPC_EXIT_USAGE;
    if (wish->head_start > 0 && r->steady)
        return spc_misused(command, "a head start is long forgotten when "
                                    "--steady-state begins");
    return SPC_EXIT_OK;
}

static enum spc_exit design(const struct request *r)
{
    const struct spc_design_chart *chart = NULL;
    struct spc_design_wish wish = {0};
    struct spc_load load = {0, 0};
    struct spc_design_answer answer;
    enum spc_format format;
    enum spc_exit exit;

    if (read_chart(r->chart, &chart) ||
        !spc_choose_format(command, r->format_name, &format) ||
        read_wish(r, chart, &wish) ||
        spc_load_read(command, r->rate, r->charts, &load))
        return SPC_EXIT_USAGE;
    exit = spc_design_find(chart, &wish, &answer);
    return exit == SPC_EXIT_OK ? spc_design_print(&wish, &answer, &load, format)
                               : exit;
}

int spc_command_design(int argc, char **argv)
{
    struct request r = {0};

    switch (read_options(argc, argv, &r)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    return design(&r);
}
