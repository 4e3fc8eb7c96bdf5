/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc chart: limits from a file's base line, and what the rules say of every
 * point.  Reads options, then hands on: dataset, study, words. */
#include "adapters/json/json.h"
#include "programs/chart_causes.h"
#include "programs/chart_iterate.h"
#include "programs/chart_parts.h"
#include "programs/chart_streams.h"
#include "programs/chart_study.h"
#include "programs/chart_words.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/dependence.h"
#include "programs/exclusions.h"
#include "programs/options.h"
#include "programs/specified.h"

#include "engine/autocorrelation.h"
#include "engine/phase_one.h"
#include "engine/rare.h"
#include "engine/study.h"
#include "engine/weighted.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_SUBGROUPS = 20 }; /* fewer make limits that wander (ASTM E2587) */

/* With less the limit of a MEWMA is minutes away, or beyond reach. */
static const double mewma_lambda_min = 0.001;

static const double probability_min = 1e-15;

/* The command line as it stands, and what it comes to. */
struct request {
    struct spc_dataset_request data;
    struct spc_specified specified;
    const char *baseline, *exclude, *estimator, *center, *sigma, *rules;
    const char *event, *r, *distribution;
    const char *offsets;
    const char *lambda, *k, *h, *shift, *head_start, *span, *ratio, *arl0;
    const char *width, *alpha, *count, *format_name, *svg, *png, *language_name;
    const char *rounds, *order, *study_alpha;
    bool list, iterate;
    unsigned rounds_most; /* 0: no iteration */
    enum spc_format format;
    enum spc_language language;
};

static const char examples[] =
    "  spc chart xbar-r rings.csv --value diameter --subgroup sample "
    "--baseline 1:25\n"
    "  spc chart imr weeks.csv --value cost --rules nelson --svg weeks.svg\n"
    "  spc chart xbar-s wide.csv --wide --value a,b,c,d,e --format table\n"
    "  spc chart p scrap.csv --count defective --n inspected\n"
    "  spc chart xbar-r - --value bore --size 5 --stage tool --exclude 3,7-9 "
    "< bore.csv\n"
    "  spc chart imr cells.csv --value ocv --iterate --exclude \"3=tool "
    "broke,7-9=wrong lot\"\n";

/* ---- options ----------------------------------------------------------- */

static const char command[] = "spc chart";

static enum spc_options_result read_options(int argc, char **argv,
                                            struct request *r,
                                            const char **files, size_t *count)
{
    /* clang-format off */
    const struct spc_option options[] = {
        SPC_DATASET_OPTIONS(r->data),
        {"count", 'c', "COL", "counted defectives or defects", &r->count,
         NULL},
        {"n", 0, "COL|N", "units inspected, for --count", &r->data.units,
         NULL},
        {"event", 0, "COL", "1 for a defective unit, 0 for a good one, a row "
         "each", &r->event, NULL},
        {"r", 0, "R", "defectives to a point of a ccc chart, 1 to 4; default "
         "1", &r->r, NULL},
        {"stream", 0, "COL", "names the streams, where they have no column "
         "each", &r->data.stream, NULL},
        {"time", 0, "COL", "adjacent rows with equal COL are a round of all "
         "streams", &r->data.time, NULL},
        {"offsets", 0, "WHAT", "fixed differences between streams: remove or "
         "keep; default remove on stream-difference", &r->offsets, NULL},
        {"distribution", 0, "NAME", "of a t chart: weibull or exponential; "
         "default weibull", &r->distribution, NULL},
        {"baseline", 'b', "A:B", "points the limits are estimated from; "
         "default all", &r->baseline, NULL},
        {"stage", 0, "COL", "a change of COL begins a stage with limits of its "
         "own", &r->data.stage, NULL},
        {"exclude", 0, "3,7-9", "points drawn, but neither estimated from nor "
         "judged; \"3=tool broke,7-9=wrong lot\" says why", &r->exclude, NULL},
        {"iterate", 0, "[=N]", "leave out points of the base line beyond their "
         "limits, again and again; N rounds at most, default 10", &r->rounds,
         &r->iterate},
        {"sigma-estimator", 0, "NAME", "rbar, sbar, pooled, overall-c4; "
         "mr, median-mr, mssd; rbar-plain, sbar-plain, pooled-plain, "
         "mssd-plain, overall", &r->estimator, NULL},
        {"center", 0, "X", "known centre, with --sigma; of counts, the known rate",
         &r->center, NULL},
        {"sigma", 0, "S", "known sigma, with --center; Laney's sigma z", &r->sigma, NULL},
        {"rules", 'r', "RULES", "none, we, nelson or a list such as "
         "nelson-1,nelson-2; default nelson-1", &r->rules, NULL},
        {"width", 0, "K", "limits at K sigma; default 3; \"corrected\": as far "
         "out as so small a study needs to keep 3 sigma's promise", &r->width,
         NULL},
        {"alpha-for-study", 0, "A", "limits of the base line that a stable one "
         "crosses at all with probability A; implies corrected limits beyond",
         &r->study_alpha, NULL},
        {"order", 0, "P", "of an autoregression, 0 to 10; default by AIC",
         &r->order, NULL},
        {"alpha", 0, "A", "exact limits, beyond which a point lies with "
         "probability A", &r->alpha, NULL},
        {"lambda", 0, "L", "weight of the newest point of an EWMA; default 0.2",
         &r->lambda, NULL},
        {"k", 0, "K", "allowance of a CUSUM, in sigmas; default 0.5", &r->k,
         NULL},
        {"h", 0, "H", "decision interval of a CUSUM, in sigmas; default 5",
         &r->h, NULL},
        {"shift", 0, "S", "a CUSUM for this shift, in sigmas: k is half of it",
         &r->shift, NULL},
        {"head-start", 0, "C", "where both sums of a CUSUM begin; default 0",
         &r->head_start, NULL},
        {"span", 0, "N", "points in a moving average; default 5", &r->span,
         NULL},
        {"ratio", 0, "R", "a sum for events that come R times as often, or as "
         "seldom; default 2", &r->ratio, NULL},
        {"arl0", 0, "N", "points to a signal while nothing is wrong, where the "
         "limit is found by it; default 370.4", &r->arl0, NULL},
        SPC_SPECIFIED_OPTIONS(r->specified, r->data),
        {"separator", 0, "CHAR", ", ; | or tab; default guessed",
         &r->data.separator, NULL},
        {"decimal", 0, "CHAR", ". or , in numbers; default .",
         &r->data.decimal, NULL},
        {"format", 'f', "FORMAT",
         "table (on a terminal), json (elsewhere) or csv", &r->format_name, NULL},
        {"svg", 0, "FILE", "draw the chart", &r->svg, NULL},
        {"png", 0, "FILE", "draw the chart", &r->png, NULL},
        {"lang", 0, "LANG", "en or zh; default from LANG", &r->language_name,
         NULL},
        {"list", 'l', NULL, "list the types of chart", NULL, &r->list},
    };
    /* clang-format on */
    const struct spc_usage usage = {"spc chart TYPE FILE|- [options]", examples,
                                    options, sizeof options / sizeof *options};

    return spc_options_read(&usage, argc, argv, files, 2, count);
}

static void list_charts(void)
{
    for (unsigned i = 0; i < SPC_CHARTS; i++)
        if (spc_chart_types[i].name)
            printf("%-22s%s\n", spc_chart_types[i].name,
                   spc_chart_types[i].text);
}

static enum spc_exit unknown_chart(const char *name)
{
    unsigned nearest = 0;

    for (unsigned i = 1; i < SPC_CHARTS; i++)
        if (spc_chart_types[i].name &&
            spc_word_distance(name, spc_chart_types[i].name) <
                spc_word_distance(name, spc_chart_types[nearest].name))
            nearest = i;
    if (spc_word_is_near(name, spc_chart_types[nearest].name))
        return spc_misused(command,
                           "there is no chart '%s'; the nearest is '%s'; see "
                           "spc chart --list",
                           name, spc_chart_types[nearest].name);
    return spc_misused(command,
                       "there is no chart '%s'; the chart comes first, then "
                       "the file; see spc chart --list",
                       name);
}

static enum spc_exit read_rules(const char *list, struct spc_chart_plan *plan)
{
    char complaint[300];

    if (spc_chart_type_rules(plan->type, list ? list : plan->type->rules,
                             &plan->rules, complaint, sizeof complaint))
        return SPC_EXIT_OK;
    return spc_misused(command, "%s", complaint);
}

static enum spc_exit read_center(const struct request *r,
                                 struct spc_chart_plan *plan)
{
    bool fraction = plan->type->fraction;
    bool positive = plan->type->known == SPC_KNOWN_CENTER ||
                    plan->type->data == SPC_DATA_COUNTS;

    if (!spc_option_number(r->center, &plan->design.center))
        return spc_misused(command, "--center takes a number, not '%s'",
                           r->center);
    if ((positive && !(plan->design.center > 0)) ||
        (fraction && !(plan->design.center < 1)))
        return spc_misused(
            command, "--center takes, for %s, a %s, not '%s'", plan->type->name,
            fraction ? "fraction between 0 and 1" : "number above 0",
            r->center);
    return SPC_EXIT_OK;
}

static enum spc_exit read_known(const struct request *r,
                                struct spc_chart_plan *plan)
{
    enum spc_exit exit;

    if (!r->center && !r->sigma)
        return SPC_EXIT_OK;
    if (plan->type->known == SPC_KNOWN_NOTHING)
        return spc_misused(command,
                           "%s takes no known parameters: --center and --sigma "
                           "are for other charts",
                           plan->type->name);
    if (plan->type->known == SPC_KNOWN_SIGMA && r->center)
        return spc_misused(command,
                           "%s has its centre from the specification; --sigma "
                           "alone can be known",
                           plan->type->name);
    if (plan->type->known == SPC_KNOWN_CENTER && r->sigma)
        return spc_misused(
            command, "%s has no sigma of its own: it follows from --center",
            plan->type->name);
    if (plan->type->known == SPC_KNOWN_CENTER_AND_SIGMA &&
        (!r->center || !r->sigma))
        return spc_misused(command,
                           "--center and --sigma are known together or not at "
                           "all");
    if (r->estimator || r->baseline)
        return spc_misused(command,
                           "known parameters need no estimate: --center and "
                           "--sigma exclude --sigma-estimator and --baseline");
    exit = r->center ? read_center(r, plan) : SPC_EXIT_OK;
    if (exit != SPC_EXIT_OK)
        return exit;
    if (r->sigma && (!spc_option_number(r->sigma, &plan->design.sigma) ||
                     !(plan->design.sigma > 0)))
        return spc_misused(command, "--sigma takes a number above 0, not '%s'",
                           r->sigma);
    plan->design.known = true;
    return SPC_EXIT_OK;
}

/* "--count, --n" of "count,n". */
static enum spc_exit refuse_option(const struct spc_chart_type *type,
                                   const char *name)
{
    char text[400] = "";
    size_t length = 0;

    for (const char *word = type->options; *word && length < sizeof text;) {
        size_t size = strcspn(word, ",");

        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s--%.*s",
                             length > 0 ? ", " : "", (int)size, word);
        word += size + (word[size] == ',');
    }
    return spc_misused(command, "%s has no --%s; of such options it has: %s",
                       type->name, name, text);
}

/* Options that only some charts have. */
static enum spc_exit check_options(const struct request *r,
                                   const struct spc_chart_type *type)
{
    const struct {
        const char *name, *given;
    } options[] = {
        {"value", r->data.value},
        {"count", r->count},
        {"n", r->data.units},
        {"event", r->event},
        {"r", r->r},
        {"distribution", r->distribution},
        {"stream", r->data.stream},
        {"time", r->data.time},
        {"offsets", r->offsets},
        {"alpha", r->alpha},
        {"sigma-estimator", r->estimator},
        {"width", r->width},
        {"lambda", r->lambda},
        {"k", r->k},
        {"h", r->h},
        {"shift", r->shift},
        {"head-start", r->head_start},
        {"span", r->span},
        {"alpha-for-study", r->study_alpha},
        {"order", r->order},
        {"ratio", r->ratio},
        {"arl0", r->arl0},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given &&
            !spc_chart_type_has(type->options, options[i].name))
            return refuse_option(type, options[i].name);
    return SPC_EXIT_OK;
}

/* Many streams are rounds, each alone or several a subgroup. */
static enum spc_exit read_stream_data(struct request *r,
                                      const struct spc_chart_type *type)
{
    r->data.streams = true;
    r->data.individuals = !r->data.subgroup && !r->data.size;
    if (r->data.wide)
        return spc_misused(command,
                           "the columns of %s are streams, not parts of a "
                           "subgroup; subgroups of rounds are said by "
                           "--subgroup COL or --size N",
                           type->name);
    return SPC_EXIT_OK;
}

/* What the rows of the file are for this chart. */
static enum spc_exit read_data(struct request *r,
                               const struct spc_chart_type *type)
{
    bool described = r->data.subgroup || r->data.size || r->data.wide;

    if (type->data == SPC_DATA_STREAMS)
        return read_stream_data(r, type);

    bool subgroups = type->data == SPC_DATA_SUBGROUPS ||
                     ((type->data == SPC_DATA_MEASUREMENTS ||
                       type->data == SPC_DATA_VECTORS) &&
                      (described || type->needs_subgroups));

    r->data.vectors = type->data == SPC_DATA_VECTORS;
    if (r->data.vectors && r->data.wide)
        return spc_misused(command,
                           "the columns of %s are variables, a row for each "
                           "part; its subgroups are said by --subgroup COL or "
                           "--size N, not --wide",
                           type->name);
    if (!subgroups && (r->data.size || r->data.wide))
        return spc_misused(command,
                           "%s has no subgroups; --size and --wide are for "
                           "charts of subgroups",
                           type->name);
    if (subgroups && !described)
        return spc_misused(
            command, "%s needs subgroups: --subgroup COL%s", type->name,
            r->data.vectors ? " or --size N" : ", --size N or --wide");
    r->data.individuals = !subgroups;
    r->data.counts = type->data == SPC_DATA_COUNTS;
    r->data.times = type->data == SPC_DATA_TIMES;
    r->data.whole_units =
        type->fraction && spc_chart_type_has(type->options, "n");
    if (r->data.counts && !r->data.units &&
        spc_chart_type_has(type->options, "n"))
        return spc_misused(
            command,
            "%s needs the units inspected: --n COL, or --n N when "
            "they are always as many",
            type->name);
    if ((r->count != NULL) + (r->event != NULL) + (r->data.value != NULL) > 1)
        return spc_misused(command,
                           "--value, --count and --event say different things; "
                           "one of them is enough");
    if (r->count || r->event)
        r->data.value = r->count ? r->count : r->event;
    return SPC_EXIT_OK;
}

static enum spc_exit read_offsets(const struct request *r,
                                  struct spc_chart_plan *plan)
{
    bool remove;

    if (!r->offsets)
        return SPC_EXIT_OK;
    remove = strcmp(r->offsets, "remove") == 0;
    if (!remove && strcmp(r->offsets, "keep") != 0)
        return spc_misused(command, "--offsets takes remove or keep, not '%s'",
                           r->offsets);
    if (remove && plan->design.known)
        return spc_misused(
            command, "offsets are estimated: --center and --sigma exclude "
                     "--offsets remove");
    plan->design.remove_offsets = remove;
    return SPC_EXIT_OK;
}

/* What is peculiar to charts of rare events. */
static enum spc_exit read_rare(struct request *r, struct spc_chart_plan *plan)
{
    unsigned long long events = 1;

    if (r->r && (!spc_option_count(r->r, &events) || events < 1 ||
                 events > SPC_CCC_EVENTS_MAX))
        return spc_misused(command, "--r takes a number from 1 to %d, not '%s'",
                           SPC_CCC_EVENTS_MAX, r->r);
    plan->design.events = (unsigned)events;
    plan->design.by_width = r->width != NULL;
    r->data.least = spc_chart_least_count(&plan->design);
    if (r->event) {
        r->data.events = plan->design.events;
        r->data.between = plan->design.chart == SPC_CHART_G;
    }
    plan->design.exponential = plan->design.known;
    if (!r->distribution)
        return SPC_EXIT_OK;
    plan->design.exponential = strcmp(r->distribution, "exponential") == 0;
    if (!plan->design.exponential && strcmp(r->distribution, "weibull") != 0)
        return spc_misused(
            command, "--distribution takes weibull or exponential, not '%s'",
            r->distribution);
    if (!plan->design.exponential && plan->design.known)
        return spc_misused(
            command, "--center is the mean of an exponential distribution; "
                     "a Weibull is estimated");
    return SPC_EXIT_OK;
}

/* A number, or that a small study is to be allowed for. */
static enum spc_exit read_width(const struct request *r,
                                struct spc_chart_plan *plan)
{
    bool possible = spc_chart_type_has(plan->type->options, "alpha-for-study");

    if (r->width && possible && strcmp(r->width, "corrected") == 0)
        plan->design.corrected = true;
    else if (r->width && (!spc_option_number(r->width, &plan->design.width) ||
                          !(plan->design.width > 0)))
        return spc_misused(command,
                           "--width takes a number above 0%s, not '%s'",
                           possible ? " or \"corrected\"" : "", r->width);
    return SPC_EXIT_OK;
}

/* Of one so small as to tell of no process, nothing is promised. */
static enum spc_exit read_probability(const char *option, const char *text,
                                      double *probability)
{
    if (!text)
        return SPC_EXIT_OK;
    if (spc_option_number(text, probability) &&
        *probability >= probability_min && *probability < 1)
        return SPC_EXIT_OK;
    return spc_misused(command,
                       "--%s takes a probability from %g to below 1, not '%s'",
                       option, probability_min, text);
}

static enum spc_exit read_limits(const struct request *r,
                                 struct spc_chart_plan *plan)
{
    if (r->width && r->alpha)
        return spc_misused(
            command, "--width and --alpha are two ways to say the same; one "
                     "of them is enough");
    if (read_width(r, plan) != SPC_EXIT_OK)
        return SPC_EXIT_USAGE;
    if (read_probability("alpha", r->alpha, &plan->design.alpha))
        return SPC_EXIT_USAGE;
    return read_known(r, plan);
}

/* A number of an option, if given; strictly between two bounds. */
static enum spc_exit read_between(const char *name, const char *text,
                                  double low, double high, double *number)
{
    double x;

    if (!text)
        return SPC_EXIT_OK;
    if (!spc_option_number(text, &x) || !(x > low) || !(x < high))
        return spc_misused(command, "--%s takes a number above %g%s, not '%s'",
                           name, low, high <= 1.5 ? " and at most 1" : "",
                           text);
    *number = x;
    return SPC_EXIT_OK;
}

/* In sigmas below h; of a sum of events, a share of it. */
static enum spc_exit read_head_start(const struct request *r,
                                     struct spc_chart_plan *plan)
{
    bool share = spc_chart_type_has(plan->type->options, "ratio");
    double *head_start = &plan->design.head_start;

    if (!r->head_start)
        return SPC_EXIT_OK;
    if (spc_option_number(r->head_start, head_start) && *head_start >= 0 &&
        *head_start < (share ? 1 : plan->design.h))
        return SPC_EXIT_OK;
    return spc_misused(command, "--head-start takes a %s, not '%s'",
                       share ? "share of the limit, from 0 to below 1"
                             : "number from 0 to below h",
                       r->head_start);
}

static enum spc_exit read_memory(const struct request *r,
                                 struct spc_chart_plan *plan)
{
    double shift = 0, span = 5;
    enum spc_exit exit;

    exit = read_between("lambda", r->lambda, 0, nextafter(1, 2),
                        &plan->design.lambda);
    if (exit == SPC_EXIT_OK && plan->design.chart == SPC_CHART_MEWMA &&
        plan->design.lambda < mewma_lambda_min)
        return spc_misused(command,
                           "--lambda takes, for mewma, a number from %g to 1, "
                           "not '%s'",
                           mewma_lambda_min, r->lambda);
    if (exit == SPC_EXIT_OK && r->shift && r->k)
        return spc_misused(
            command, "--shift and --k are two ways to say the same; one of "
                     "them is enough");
    if (exit == SPC_EXIT_OK)
        exit = read_between("k", r->k, 0, INFINITY, &plan->design.k);
    if (exit == SPC_EXIT_OK)
        exit = read_between("shift", r->shift, 0, INFINITY, &shift);
    if (exit == SPC_EXIT_OK)
        exit = read_between("h", r->h, 0, INFINITY, &plan->design.h);
    if (exit == SPC_EXIT_OK)
        exit = read_between("span", r->span, 0, INFINITY, &span);
    if (exit == SPC_EXIT_OK)
        exit =
            read_between("ratio", r->ratio, 1, INFINITY, &plan->design.ratio);
    if (exit == SPC_EXIT_OK)
        exit = read_between("arl0", r->arl0, 2, INFINITY, &plan->design.arl0);
    if (exit != SPC_EXIT_OK)
        return exit;
    if (r->shift)
        plan->design.k = shift / 2;
    if (span != floor(span) || span > SPC_SPAN_MAX)
        return spc_misused(command,
                           "--span takes a number from 1 to %d, not '%s'",
                           SPC_SPAN_MAX, r->span);
    plan->design.span = (unsigned)span;
    return read_head_start(r, plan);
}

static enum spc_exit check_widths(const struct request *r,
                                  const struct spc_chart_plan *plan)
{
    const struct spc_chart_design *design = &plan->design;
    bool of_study = r->study_alpha != NULL;
    const char *option = of_study ? "--alpha-for-study" : "--width corrected";
    struct spc_chart_design asked = *design;

    if (!of_study && !design->corrected)
        return SPC_EXIT_OK;
    if (design->known)
        return spc_misused(command,
                           "known parameters owe nothing to a study: --center "
                           "and --sigma exclude %s",
                           option);
    asked.n = r->data.individuals ? 1 : 2;
    switch (spc_chart_widths(&asked)) {
    case SPC_WIDTHS_NOT_OF_ESTIMATOR:
        return spc_misused(command, "%s has no limits for sigma by %s", option,
                           spc_estimator_text(design->estimator));
    case SPC_WIDTHS_NOT_OF_ALPHA:
        return spc_misused(command,
                           "%s has limits by moving ranges for probabilities "
                           "from %g to %g, not '%s'",
                           option, SPC_PHASE_ONE_MOVING_ALPHA_MIN,
                           SPC_PHASE_ONE_MOVING_ALPHA_MAX, r->study_alpha);
    case SPC_WIDTHS_EXIST:
        break;
    }
    return SPC_EXIT_OK;
}

static enum spc_exit read_study(const struct request *r,
                                struct spc_chart_plan *plan)
{
    struct spc_chart_design *design = &plan->design;
    unsigned long long order;

    if (r->order) {
        if (!spc_option_count(r->order, &order) || order > SPC_AR_MAX)
            return spc_misused(command,
                               "--order takes a number from 0 to %d, not '%s'",
                               SPC_AR_MAX, r->order);
        design->order = (uint32_t)order;
    }
    if (read_probability("alpha-for-study", r->study_alpha,
                         &design->alpha_for_study))
        return SPC_EXIT_USAGE;
    return check_widths(r, plan);
}

static enum spc_exit read_rounds(struct request *r)
{
    unsigned long long most = SPC_ROUNDS_USUAL;

    if (!r->iterate)
        return SPC_EXIT_OK;
    if (r->rounds && (!spc_option_count(r->rounds, &most) || most < 1 ||
                      most > SPC_ROUNDS_MAX))
        return spc_misused(
            command,
            "--iterate takes a number of rounds from 1 to %d, not "
            "'%s'",
            SPC_ROUNDS_MAX, r->rounds);
    if (r->center || r->sigma)
        return spc_misused(command,
                           "known parameters need no estimate: --center and "
                           "--sigma exclude --iterate");
    r->rounds_most = (unsigned)most;
    return SPC_EXIT_OK;
}

/* A covariance has no correction for small samples to choose. */
static enum spc_exit read_covariance(const struct request *r,
                                     struct spc_chart_plan *plan)
{
    bool individuals = r->data.individuals;

    if (!r->estimator)
        return SPC_EXIT_OK;
    if (individuals && strcmp(r->estimator, "mssd") == 0)
        plan->design.estimator = SPC_ESTIMATOR_MSSD_PLAIN;
    else if (strcmp(r->estimator, individuals ? "overall" : "pooled") != 0)
        return spc_misused(
            command,
            "%s estimates its covariance, of %s, by %s, not "
            "'%s'",
            plan->type->name, individuals ? "individuals" : "subgroups",
            individuals ? "overall or mssd" : "pooled", r->estimator);
    return SPC_EXIT_OK;
}

static enum spc_exit read_estimator(const struct request *r,
                                    struct spc_chart_plan *plan)
{
    if (r->data.vectors)
        return read_covariance(r, plan);
    return spc_choose_estimator(command, "sigma-estimator", r->estimator,
                                !r->data.individuals, &plan->design.estimator)
               ? SPC_EXIT_OK
               : SPC_EXIT_USAGE;
}

static enum spc_exit read_plan(struct request *r, struct spc_chart_plan *plan)
{
    enum spc_chart chart = (enum spc_chart)(plan->type - spc_chart_types);
    enum spc_exit exit = check_options(r, plan->type);

    plan->design = spc_chart_design(chart, NULL, 1);
    if (exit == SPC_EXIT_OK)
        exit = read_rounds(r);

    if (exit == SPC_EXIT_OK)
        exit = read_limits(r, plan);
    if (exit == SPC_EXIT_OK)
        exit = read_memory(r, plan);
    if (exit == SPC_EXIT_OK)
        exit = read_data(r, plan->type);
    if (exit == SPC_EXIT_OK)
        exit = read_rare(r, plan);
    if (exit == SPC_EXIT_OK)
        exit = spc_specified_read(&r->specified, &r->data, plan->type,
                                  &plan->design);
    if (exit == SPC_EXIT_OK && plan->type->minimum == 0 &&
        (r->baseline || r->iterate))
        return spc_misused(command,
                           "%s estimates nothing: its lines follow from the "
                           "specification, without --baseline or --iterate",
                           plan->type->name);
    if (exit == SPC_EXIT_OK)
        exit = read_offsets(r, plan);
    if (exit != SPC_EXIT_OK)
        return exit;
    plan->design.estimator =
        spc_chart_design(chart, NULL, r->data.individuals ? 1 : 2).estimator;
    exit = read_estimator(r, plan);
    if (exit != SPC_EXIT_OK)
        return exit;
    if (!spc_choose_format("spc chart", r->format_name, &r->format) ||
        !spc_choose_language("spc chart", r->language_name, &r->language))
        return SPC_EXIT_USAGE;
    if (plan->type->panels > SPC_PANEL_WITHIN &&
        (plan->design.estimator == SPC_ESTIMATOR_OVERALL ||
         plan->design.estimator == SPC_ESTIMATOR_OVERALL_C4))
        return spc_misused(command,
                           "%s asks how far means lie apart beyond what sigma "
                           "within explains; %s is not within",
                           plan->type->name, r->estimator);
    exit = read_study(r, plan);
    return exit == SPC_EXIT_OK ? read_rules(r->rules, plan) : exit;
}

/* ---- points ------------------------------------------------------------ */

static enum spc_exit read_baseline(const char *text, size_t count,
                                   struct spc_chart_plan *plan)
{
    size_t first = 1, last = count;

    if (text &&
        !spc_span_read(text, strlen(text), ':', false, count, &first, &last))
        return spc_misused(command,
                           "--baseline takes FIRST:LAST between 1 and %zu, the "
                           "number of points, not '%s'",
                           count, text);
    plan->first = first - 1;
    plan->end = last;
    return SPC_EXIT_OK;
}

static enum spc_exit read_excluded(const char *text, size_t count,
                                   struct spc_exclusions *ret_exclusions)
{
    char complaint[SPC_EXCLUSIONS_COMPLAINT];

    switch (spc_exclusions_read(text, count, ret_exclusions, complaint)) {
    case SPC_OK:
        return SPC_EXIT_OK;
    case SPC_BAD_INPUT:
        return spc_misused(command, "%s", complaint);
    default:
        fputs("spc chart: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
}

/* ---- answering --------------------------------------------------------- */

/* Limits that presume independence, of points that are not. */
static void remark_dependence(const struct spc_chart_study *study,
                              const struct spc_chart_stage *stage,
                              const char *where, json_t *notes)
{
    struct spc_chart_design design = study->plan.design;
    char text[SPC_DEPENDENCE_TEXT];

    design.n = study->dataset->subgroups ? 2 : 1;
    if (stage->tested &&
        spc_dependence_text(&design, &stage->independence, text))
        spc_note(notes, "%s%s.", where, text);
}

static void remark_stage(const struct spc_chart_study *study, size_t s,
                         json_t *notes)
{
    const struct spc_chart_stage *stage = &study->stages[s];
    char where[80] = "", usual[40] = "", absence[SPC_ABSENCE_TEXT];

    if (study->stage_count > 1)
        snprintf(where, sizeof where, "Stage %zu (%.40s): ", s + 1,
                 stage->name ? stage->name : "");
    if (stage->status == SPC_TOO_FEW_SUBGROUPS)
        snprintf(usual, sizeof usual, "; %d or more are usual",
                 USUAL_SUBGROUPS);
    if (spc_chart_absence(study, stage, SPC_ENGLISH, absence))
        spc_note(notes, "%sno limits: %s%s.", where, absence, usual);
    else if (!study->plan.design.known && study->plan.type->minimum > 0 &&
             stage->subgroups < USUAL_SUBGROUPS)
        spc_note(notes,
                 "%sthe limits rest on %llu points; %d or more are usual.",
                 where, (unsigned long long)stage->subgroups, USUAL_SUBGROUPS);
    spc_chart_parts_note(study, stage, where, notes);
    remark_dependence(study, stage, where, notes);
    spc_chart_streams_note(study, stage, where, notes);
    spc_chart_vectors_note(study, stage, where, notes);
}

/* What was found, and from what. */
struct result {
    struct spc_chart_study study;
    struct spc_exclusions exclusions;
    struct spc_chart_iteration iteration;
};

static void remark(const struct result *result, json_t *notes)
{
    size_t unexplained = spc_exclusions_unexplained(&result->exclusions);

    spc_iteration_note(&result->iteration, &result->study, notes);
    if (unexplained > 0 && result->iteration.most > 0)
        spc_note(notes,
                 "No reason was given for %zu excluded point%s: --exclude "
                 "\"3=tool broke\" records one.",
                 unexplained, unexplained == 1 ? "" : "s");
    for (size_t s = 0; s < result->study.stage_count; s++)
        remark_stage(&result->study, s, notes);
}

static enum spc_exit print_json(const struct result *result, json_t *notes)
{
    json_t *json = spc_chart_json(&result->study, notes);
    bool written = false;

    spc_exclusions_json(&result->exclusions, &result->study, json);
    spc_iteration_json(&result->iteration, json);
    if (json)
        written = spc_chart_write_json(&result->study, json, stdout);
    json_decref(json);
    if (written)
        return SPC_EXIT_OK;
    fputs("spc chart: out of memory\n", stderr);
    return SPC_EXIT_INTERNAL;
}

static enum spc_exit print(const struct result *result, const struct request *r,
                           json_t *notes)
{
    switch (r->format) {
    case SPC_FORMAT_TABLE:
        spc_chart_table(&result->study, notes, r->language, stdout);
        spc_exclusions_table(&result->exclusions, &result->study, r->language,
                             stdout);
        break;
    case SPC_FORMAT_CSV:
        spc_chart_csv(&result->study, stdout);
        break;
    case SPC_FORMAT_JSON:
        return print_json(result, notes);
    }
    return SPC_EXIT_OK;
}

static enum spc_exit draw(const struct spc_chart_study *study,
                          const struct request *r)
{
    size_t boxes = 0;

    if (!r->svg && !r->png)
        return SPC_EXIT_OK;
    if (spc_chart_draw(study, r->language, r->svg, r->png, &boxes) != SPC_OK) {
        fprintf(stderr, "spc chart: cannot write the picture to '%s'\n",
                r->png ? r->png : r->svg);
        return SPC_EXIT_INPUT;
    }
    if (boxes > 0)
        fprintf(stderr,
                "spc chart: no font on this computer has every character of "
                "the picture; for Chinese install one such as "
                "fonts-wqy-zenhei\n");
    return SPC_EXIT_OK;
}

static enum spc_exit answer(const struct spc_dataset *dataset,
                            struct spc_chart_plan *plan,
                            const struct request *r, struct result *result,
                            json_t *notes)
{
    struct spc_constants constants;
    enum spc_exit exit;

    plan->design.constants = &constants;
    if (spc_constants_compute(&constants) != SPC_OK ||
        spc_chart_iterate(plan, dataset, r->rounds_most, &result->exclusions,
                          &result->iteration, &result->study) != SPC_OK) {
        fputs("spc chart: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
    remark(result, notes);
    exit = draw(&result->study, r);
    if (exit == SPC_EXIT_OK)
        exit = print(result, r, notes);
    if (exit == SPC_EXIT_OK && result->study.signal_count > 0)
        exit = SPC_EXIT_SIGNALS;
    return exit;
}

static enum spc_exit chart(struct request *r, struct spc_chart_plan *plan,
                           json_t *notes)
{
    struct spc_dataset dataset;
    struct result result = {0};
    char complaint[SPC_CSV_COMPLAINT];
    enum spc_exit exit = spc_dataset_load(&r->data, notes, &dataset, complaint);

    if (exit != SPC_EXIT_OK) {
        fprintf(stderr, "%s%s\n",
                exit == SPC_EXIT_INPUT ? "" : "spc chart: ", complaint);
        return exit;
    }
    exit = read_baseline(r->baseline, dataset.count, plan);
    if (exit == SPC_EXIT_OK)
        exit = read_excluded(r->exclude, dataset.count, &result.exclusions);
    plan->excluded = result.exclusions.excluded;
    if (exit == SPC_EXIT_OK)
        exit = answer(&dataset, plan, r, &result, notes);
    spc_chart_study_clear(&result.study);
    spc_exclusions_clear(&result.exclusions);
    spc_dataset_clear(&dataset);
    return exit;
}

int spc_command_chart(int argc, char **argv)
{
    struct request r = {0};
    struct spc_chart_plan plan = {0};
    const char *files[2] = {NULL, NULL};
    size_t count = 0;
    json_t *notes;
    enum spc_exit exit;

    switch (read_options(argc, argv, &r, files, &count)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    if (r.list) {
        list_charts();
        return SPC_EXIT_OK;
    }
    if (count < 1)
        return spc_misused(command, "which chart? see spc chart --list");
    plan.type = spc_chart_type_named(files[0]);
    if (!plan.type)
        return unknown_chart(files[0]);
    if (count < 2)
        return spc_misused(command, "which file? - is standard input");
    r.data.path = files[1];
    exit = read_plan(&r, &plan);
    if (exit != SPC_EXIT_OK)
        return exit;
    notes = json_array();
    exit = chart(&r, &plan, notes);
    json_decref(notes);
    return exit;
}
