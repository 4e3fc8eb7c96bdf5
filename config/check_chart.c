/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold between a chart and the keys it is asked for with.
 *
 * What a chart is made of and what it can be told comes from the vocabulary;
 * which key that is, from the table below. */
#include "config/reader.h"

#include <math.h>
#include <string.h>

enum { STUDY_USUAL = 20 }; /* fewer make limits that wander (ASTM E2587) */

/* A chart as the checks see it. */
struct asked {
    struct spc_reader *reader;
    const struct spc_node *node; /* of the characteristic */
    struct spc_plant_characteristic *c;
    struct spc_chart_facts facts;
    const char *name;
};

static const struct spc_node *at(const struct asked *a, const char *key)
{
    return spc_node_at(a->node, key);
}

/* Whether a word is one of several in a text, separated by commas. */
static bool has(const char *words, const char *word)
{
    size_t length = strlen(word);

    while (words != NULL) {
        size_t next = strcspn(words, ",");

        if (next == length && strncmp(words, word, length) == 0)
            return true;
        words = words[next] == ',' ? words + next + 1 : NULL;
    }
    return false;
}

/* ---- which keys a chart takes ------------------------------------------ */

static bool takes_center(const struct spc_chart_facts *facts)
{
    return facts->known == SPC_KNOWN_CENTER ||
           facts->known == SPC_KNOWN_CENTER_AND_SIGMA;
}

static bool takes_sigma(const struct spc_chart_facts *facts)
{
    return facts->known == SPC_KNOWN_SIGMA ||
           facts->known == SPC_KNOWN_CENTER_AND_SIGMA;
}

static bool takes_several(const struct spc_chart_facts *facts)
{
    return facts->data == SPC_DATA_VECTORS || facts->data == SPC_DATA_STREAMS;
}

static bool takes_members(const struct spc_chart_facts *facts)
{
    return facts->data == SPC_DATA_STREAMS;
}

static bool takes_events(const struct spc_chart_facts *facts)
{
    return facts->data == SPC_DATA_TIMES || has(facts->options, "event");
}

static bool takes_spread_rules(const struct spc_chart_facts *facts)
{
    return facts->spread;
}

static bool takes_study(const struct spc_chart_facts *facts)
{
    return facts->minimum > 0;
}

/* Keys that not every chart takes. */
/* clang-format off */
static const struct {
    const char *key;
    const char *option; /* of spc chart; NULL: what `takes` says */
    bool (*takes)(const struct spc_chart_facts *facts);
} keys[] = {
    {"sigma_estimator", "sigma-estimator", NULL},
    {"width",           "width",           NULL},
    {"alpha",           "alpha",           NULL},
    {"lambda",          "lambda",          NULL},
    {"alpha_for_study", "alpha-for-study", NULL},
    {"k",               "k",               NULL},
    {"shift",           "shift",           NULL},
    {"h",               "h",               NULL},
    {"head_start",      "head-start",      NULL},
    {"span",            "span",            NULL},
    {"r",               "r",               NULL},
    {"distribution",    "distribution",    NULL},
    {"order",           "order",           NULL},
    {"ratio",           "ratio",           NULL},
    {"arl0",            "arl0",            NULL},
    {"fraction",        "fraction",        NULL},
    {"risk",            "risk",            NULL},
    {"rejectable",      "rejectable",      NULL},
    {"in_pairs",        "in-pairs",        NULL},
    {"offsets",         "offsets",         NULL},
    {"short_run_sigma", "short-run-sigma", NULL},
    {"center",          NULL,              takes_center},
    {"sigma",           NULL,              takes_sigma},
    {"study",           NULL,              takes_study},
    {"with",            NULL,              takes_several},
    {"units",           "n",               NULL},
    {"event",           NULL,              takes_events},
    {"across",          NULL,              takes_members},
    {"members",         NULL,              takes_members},
    {"part_by",         "part",            NULL},
    {"parts",           "part",            NULL},
    {"spread_rules",    NULL,              takes_spread_rules},
};
/* clang-format on */

enum { KEYS = sizeof keys / sizeof *keys };

static bool takes(const struct spc_chart_facts *facts, size_t row)
{
    return keys[row].option ? has(facts->options, keys[row].option)
                            : keys[row].takes(facts);
}

bool spc_chart_takes(const struct spc_chart_facts *facts, const char *key)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(keys[i].key, key) == 0)
            return takes(facts, i);
    return true;
}

/* Keys without which a chart is refused, as check_subgroups, check_several,
 * check_needs and check_counted say. */
static void add_needed(const struct spc_chart_facts *facts,
                       struct spc_prose *ret_needed)
{
    bool parts = has(facts->options, "part");
    bool target = has(facts->options, "target");
    const struct {
        bool needed;
        const char *keys;
    } rows[] = {
        {facts->data == SPC_DATA_VECTORS, "`with`"},
        {takes_members(facts), "`with`, or `across` and `members`"},
        {parts && target, "`part_by` and `parts`, or a target in `spec`"},
        {parts && !target, "`part_by` and `parts`"},
        {has(facts->options, "n"), "`units`, unless it is a bit"},
        {takes_events(facts), "`event`, if it is a bit"},
        {facts->needs_specification, "`spec`"},
        {facts->needs_subgroups, "`subgroup`"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].needed)
            spc_prose_add(ret_needed, "%s%s", ret_needed->length ? "; " : "",
                          rows[i].keys);
}

void spc_chart_keys(const struct spc_chart_facts *facts,
                    struct spc_prose *ret_needed, struct spc_prose *ret_taken)
{
    add_needed(facts, ret_needed);
    for (size_t i = 0; i < KEYS; i++)
        if (takes(facts, i))
            spc_prose_add(ret_taken, "%s`%s`", ret_taken->length ? ", " : "",
                          keys[i].key);
}

static void tell_taken(const struct asked *a, const struct spc_node *wrong)
{
    struct spc_prose taken = {0};

    for (size_t i = 0; i < KEYS; i++)
        if (takes(&a->facts, i))
            spc_prose_add(&taken, "%s%s", taken.length ? ", " : "",
                          keys[i].key);
    spc_complain(a->reader->complainer, wrong->key->place,
                 "chart %s takes no %s; of such keys it takes: %s", a->name,
                 wrong->key->text, taken.bytes ? taken.bytes : "none");
    spc_prose_free(&taken);
}

static void check_keys(const struct asked *a)
{
    for (size_t i = 0; i < KEYS; i++)
        if (at(a, keys[i].key) != NULL && !takes(&a->facts, i))
            tell_taken(a, at(a, keys[i].key));
}

/* What is only recorded has neither chart nor alarms. */
static void check_uncharted(const struct asked *a)
{
    static const char *const others[] = {
        "subgroup", "rules",       "return_after", "by",
        "reaction", "max_streams", "reaction_zh",
    };
    const struct spc_node *written;

    for (size_t i = 0; i < KEYS + sizeof others / sizeof *others; i++) {
        const char *key = i < KEYS ? keys[i].key : others[i - KEYS];

        if ((written = at(a, key)) != NULL)
            spc_complain(a->reader->complainer, written->key->place,
                         "with chart: none it is recorded only, and %s has no "
                         "meaning",
                         key);
    }
}

/* ---- parts to a point -------------------------------------------------- */

static bool is_of_single_parts(const struct asked *a)
{
    return a->facts.data == SPC_DATA_INDIVIDUALS ||
           a->facts.data == SPC_DATA_TIMES || has(a->facts.options, "event") ||
           at(a, "across") != NULL;
}

static void check_single(const struct asked *a)
{
    if (a->c->subgroup <= 1)
        return;
    if (a->facts.data == SPC_DATA_INDIVIDUALS)
        spc_complain(a->reader->complainer, at(a, "subgroup")->place,
                     "an %s chart plots single parts; take xbar-r or xbar-s "
                     "for subgroups of %u",
                     a->name, (unsigned)a->c->subgroup);
    else
        spc_complain(a->reader->complainer, at(a, "subgroup")->place,
                     "%s; subgroup can only be 1",
                     at(a, "across") != NULL
                         ? "with across, a point is made of one part of each "
                           "member"
                         : "this chart takes one part at a time");
}

static void check_subgroups(const struct asked *a)
{
    const struct spc_node *subgroup = at(a, "subgroup");

    if (subgroup == NULL)
        spc_complain(a->reader->complainer, spc_node_own_place(a->node),
                     "subgroup is missing: chart %s needs 2 to %d parts to a "
                     "point",
                     a->name, SPC_SUBGROUP_MAX);
    else if (a->c->subgroup == 1)
        spc_complain(a->reader->complainer, subgroup->place,
                     "chart %s needs 2 to %d parts to a point; single parts "
                     "are charted by %s",
                     a->name, SPC_SUBGROUP_MAX,
                     a->facts.data == SPC_DATA_VECTORS ? "t2" : "imr");
    else if (a->c->chart == SPC_CHART_XBAR_R && a->c->subgroup > 10)
        spc_warn(a->reader->complainer, subgroup->place,
                 "the range says little of more than 10 parts; xbar-s uses "
                 "them all");
}

static void settle_subgroup(const struct asked *a)
{
    bool written = at(a, "subgroup") != NULL;
    bool sums = a->facts.data == SPC_DATA_COUNTS;

    if (is_of_single_parts(a))
        check_single(a);
    else if (a->facts.needs_subgroups)
        check_subgroups(a);
    if (!sums && a->c->subgroup > SPC_SUBGROUP_MAX && !is_of_single_parts(a))
        spc_complain(a->reader->complainer, at(a, "subgroup")->place,
                     "a point is made of at most %d parts; only counts are "
                     "added up over more",
                     SPC_SUBGROUP_MAX);
    if (!written || is_of_single_parts(a))
        a->c->subgroup = 1;
}

/* ---- parameters -------------------------------------------------------- */

static void settle_center(const struct asked *a)
{
    bool positive =
        a->facts.known == SPC_KNOWN_CENTER || a->facts.data == SPC_DATA_COUNTS;
    double center = a->c->design.center;

    if (isnan(center))
        return;
    if ((positive && !(center > 0)) || (a->facts.fraction && !(center < 1)))
        spc_complain(a->reader->complainer, at(a, "center")->place,
                     "the center of chart %s is a %s, not %g", a->name,
                     a->facts.fraction ? "fraction between 0 and 1"
                                       : "number above 0",
                     center);
}

/* A share that times ratio is none any more. */
static void check_ratio(const struct asked *a)
{
    const struct spc_plant_design *d = &a->c->design;
    double ratio = isnan(d->ratio) ? 2 : d->ratio;

    if (isnan(d->center) || !a->facts.fraction ||
        !has(a->facts.options, "ratio"))
        return;
    if (d->center >= 0.5)
        spc_complain(a->reader->complainer, at(a, "center")->place,
                     "chart %s is of seldom events: center is below 0.5",
                     a->name);
    else if (d->center * ratio >= 1)
        spc_complain(
            a->reader->complainer, at(a, "center")->place,
            "chart %s looks for events ratio times as often, and %g times "
            "%g is no share of the parts",
            a->name, ratio, d->center);
}

static void check_known(const struct asked *a)
{
    const struct spc_node *center = at(a, "center"), *sigma = at(a, "sigma");
    const struct spc_node *first = center != NULL ? center : sigma;
    static const char *const estimates[] = {"study", "sigma_estimator",
                                            "alpha_for_study"};

    if (first == NULL || a->facts.known == SPC_KNOWN_NOTHING)
        return;
    if (a->facts.known == SPC_KNOWN_CENTER_AND_SIGMA &&
        (center == NULL || sigma == NULL))
        spc_complain(a->reader->complainer, first->key->place,
                     "center and sigma are known together or not at all");
    if (sigma != NULL && a->c->design.sigma <= 0)
        spc_complain(a->reader->complainer, sigma->place,
                     "sigma must be above 0");
    settle_center(a);
    check_ratio(a);
    if (a->c->design.corrected)
        spc_complain(a->reader->complainer, at(a, "width")->place,
                     "nothing is estimated where %s is known, so no width is "
                     "corrected",
                     first->key->text);
    for (size_t i = 0; i < sizeof estimates / sizeof *estimates; i++)
        if (at(a, estimates[i]) != NULL)
            spc_complain(a->reader->complainer, at(a, estimates[i])->key->place,
                         "nothing is estimated where %s is known, so %s has no "
                         "meaning",
                         first->key->text, estimates[i]);
    a->c->study = 0;
}

static bool check_estimator(const struct asked *a)
{
    uint32_t estimator = a->c->design.estimator;
    bool either = estimator == SPC_ESTIMATOR_OVERALL ||
                  estimator == SPC_ESTIMATOR_OVERALL_C4;
    bool of_individuals = estimator == SPC_ESTIMATOR_MR ||
                          estimator == SPC_ESTIMATOR_MEDIAN_MR ||
                          estimator == SPC_ESTIMATOR_MSSD ||
                          estimator == SPC_ESTIMATOR_MSSD_PLAIN;

    if (estimator == SPC_ESTIMATORS || either || a->c->subgroup == 0 ||
        of_individuals == (a->c->subgroup == 1))
        return true;
    spc_complain(a->reader->complainer, at(a, "sigma_estimator")->place,
                 of_individuals
                     ? "%s is of neighbouring individuals; for subgroups there "
                       "are rbar, sbar, pooled, their plain ones, overall and "
                       "overall-c4"
                     : "%s is of measurements within subgroups; for single "
                       "parts there are mr, median-mr, mssd, mssd-plain, "
                       "overall and overall-c4",
                 at(a, "sigma_estimator")->text);
    return false;
}

static bool asks_for_widths(const struct asked *a)
{
    const struct spc_plant_design *d = &a->c->design;

    return has(a->facts.options, "alpha-for-study") && isnan(d->center) &&
           isnan(d->sigma) && (d->corrected || !isnan(d->alpha_for_study));
}

/* Widths for a small study: what stands in their way, of the estimator or of
 * the probability. */
static void check_widths(const struct asked *a)
{
    const struct spc_node *alpha = at(a, "alpha_for_study");
    const struct spc_node *width = at(a, "width");
    char sentence[300] = "";
    uint32_t least;

    if (a->c->design.corrected && width != NULL &&
        has(a->facts.options, "width") &&
        !has(a->facts.options, "alpha-for-study"))
        spc_complain(a->reader->complainer, width->place,
                     "chart %s corrects no width for its study; it takes a "
                     "number",
                     a->name);
    else if (asks_for_widths(a) && !a->reader->vocabulary->widths(
                                       a->c, &least, sentence, sizeof sentence))
        spc_complain(a->reader->complainer,
                     (alpha != NULL ? alpha : width)->place, "%s", sentence);
}

/* The limit is found when the study is complete, while the line waits. */
static void check_lambda(const struct asked *a)
{
    const double least = 0.01;

    if (a->c->chart == SPC_CHART_MEWMA && a->c->design.lambda < least)
        spc_complain(a->reader->complainer, at(a, "lambda")->place,
                     "lambda of chart mewma is %g or more: to find the limit "
                     "of a longer memory would hold the line up for seconds",
                     least);
}

static void check_design(const struct asked *a)
{
    const struct spc_plant_design *d = &a->c->design;
    bool share = has(a->facts.options, "ratio"); /* sums of events */
    double h = share ? 1 : isnan(d->h) ? 5 : d->h;

    if (!isnan(d->width) && !isnan(d->alpha))
        spc_complain(a->reader->complainer, at(a, "alpha")->key->place,
                     "width and alpha are two ways to say the same; one of "
                     "them is enough");
    if (d->head_start >= h)
        spc_complain(a->reader->complainer, at(a, "head_start")->place,
                     share ? "head_start is here a share of the limit, from 0 "
                             "to below %g"
                           : "head_start is from 0 to below h, which is %g",
                     h);
    if (d->distribution == SPC_PLANT_WEIBULL && !isnan(d->center))
        spc_complain(a->reader->complainer, at(a, "distribution")->place,
                     "center is the mean of an exponential distribution; a "
                     "Weibull is estimated");
    if (!isnan(d->k) && !isnan(d->shift))
        spc_complain(a->reader->complainer, at(a, "shift")->key->place,
                     "shift and k are two ways to say the same; one of them "
                     "is enough");
    check_lambda(a);
    if (check_estimator(a))
        check_widths(a);
}

/* ---- study ------------------------------------------------------------- */

static uint32_t variables(const struct asked *a)
{
    const struct spc_node *with = at(a, "with");

    if (with == NULL)
        return 1;
    return 1 + (with->kind == SPC_NODE_LIST ? with->count : 1);
}

/* No fewer than `least`. */
static uint32_t widths_need(const struct asked *a, uint32_t least)
{
    char sentence[300];
    uint32_t points;

    if (asks_for_widths(a) &&
        a->reader->vocabulary->widths(a->c, &points, sentence, sizeof sentence))
        return points < least ? least : points;
    return least;
}

static void check_study(const struct asked *a)
{
    const struct spc_node *study = at(a, "study");
    bool vectors = a->facts.data == SPC_DATA_VECTORS;
    uint32_t least = vectors ? variables(a) + 2 : a->facts.minimum;
    uint32_t of_widths = widths_need(a, least);

    if (a->facts.minimum == 0)
        a->c->study = 0; /* limits follow from the specification alone */
    if (study == NULL || a->c->study == 0)
        return;
    least = least < a->facts.minimum ? a->facts.minimum : least;
    if (a->c->study >= least && a->c->study < of_widths)
        spc_complain(a->reader->complainer, study->place,
                     "limits with alpha_for_study need %u points or more",
                     (unsigned)of_widths);
    else if (a->c->study < least)
        spc_complain(a->reader->complainer, study->place,
                     "chart %s needs %u points or more%s", a->name,
                     (unsigned)least,
                     vectors ? ", two more than there are characteristics"
                             : " for limits");
    else if (a->c->study < STUDY_USUAL)
        spc_warn(a->reader->complainer, study->place,
                 "limits from %u points wander; 20 to 25 are usual",
                 (unsigned)a->c->study);
}

/* ---- rules ------------------------------------------------------------- */

static void add_rule(const struct asked *a, size_t place, const char *name,
                     enum spc_panel panel)
{
    char sentence[300] = "";
    uint32_t mask = 0;

    if (a->reader->vocabulary->rules(a->c->chart, name, panel, &mask, sentence,
                                     sizeof sentence))
        a->c->rules[panel] |= mask;
    else
        spc_complain(a->reader->complainer, place, "%s", sentence);
}

static void settle_rules(const struct asked *a, const char *key,
                         enum spc_panel panel)
{
    const struct spc_node *rules = at(a, key);
    const struct spc_node *rule;

    if (panel == SPC_PANEL_SPREAD && !a->facts.spread)
        return;
    if (rules == NULL) {
        add_rule(a, a->node->place, a->facts.rules, panel);
        return;
    }
    rule = rules->kind == SPC_NODE_LIST ? rules->first : rules;
    for (; rule != NULL;
         rule = rules->kind == SPC_NODE_LIST ? rule->next : NULL)
        if (rule->kind == SPC_NODE_SCALAR && !spc_node_is_null(rule))
            add_rule(a, rule->place, rule->text, panel);
}

/* ---- all of it --------------------------------------------------------- */

static void check_room(const struct asked *a)
{
    const struct spc_specification *s = &a->c->specification;
    const struct spc_node *sigma = at(a, "sigma");
    char sentence[300] = "";

    if (sigma != NULL && a->c->design.sigma > 0 && s->lower < s->upper &&
        a->facts.needs_specification && takes_sigma(&a->facts) &&
        !a->reader->vocabulary->fits(a->c, sentence, sizeof sentence))
        spc_complain(a->reader->complainer, sigma->place, "%s", sentence);
}

/* What was counted says nothing without the units it was counted in; 0 and 1
 * of a bit are counted in parts, and are neither counts nor times between
 * events themselves. */
static void check_counted(const struct asked *a)
{
    bool bit = a->c->field.type == SPC_REGISTER_BIT;

    if (has(a->facts.options, "n") && at(a, "units") == NULL && !bit)
        spc_complain(a->reader->complainer, spc_node_own_place(a->node),
                     "units is missing: chart %s needs the units inspected at "
                     "each part: a number, or the characteristic that counts "
                     "them; units: 1 if a part is a unit",
                     a->name);
    if (takes_events(&a->facts) && bit && !a->c->intake.event)
        spc_complain(a->reader->complainer, spc_node_own_place(a->node),
                     "event is missing: chart %s takes a bit for what lies "
                     "between two events; say event: true if it is 1 for a "
                     "part with the event",
                     a->name);
}

static void check_needs(const struct asked *a)
{
    const struct spc_specification *s = &a->c->specification;

    if (a->facts.needs_specification && at(a, "spec") == NULL)
        spc_complain(a->reader->complainer, spc_node_own_place(a->node),
                     "chart %s needs the specification: spec: { lsl: ..., "
                     "usl: ... }",
                     a->name);
    if (has(a->facts.options, "in-pairs") && isnan(s->target) &&
        isnan(s->lower) != isnan(s->upper))
        spc_complain(a->reader->complainer, spc_node_key_place(a->node, "spec"),
                     "with one limit, chart %s needs a target: green reaches "
                     "halfway from it to the limit",
                     a->name);
    if (has(a->facts.options, "part") && at(a, "part_by") == NULL &&
        at(a, "parts") == NULL &&
        !(has(a->facts.options, "target") && !isnan(s->target)))
        spc_complain(a->reader->complainer, spc_node_own_place(a->node),
                     "chart %s needs the kinds of part: part_by and parts",
                     a->name);
}

void spc_check_chart(struct spc_reader *reader, const struct spc_node *node,
                     struct spc_plant_characteristic *c)
{
    struct asked a = {.reader = reader, .node = node, .c = c};

    if (c->uncharted) {
        check_uncharted(&a);
        c->subgroup = 1;
        c->study = 0;
        return;
    }
    if (c->chart == SPC_CHARTS)
        return;
    a.facts = reader->vocabulary->chart(c->chart);
    a.name = spc_chart_text(c->chart);
    check_keys(&a);
    settle_subgroup(&a);
    check_design(&a);
    check_known(&a);
    check_study(&a);
    settle_rules(&a, "rules", SPC_PANEL_LOCATION);
    settle_rules(&a, "spread_rules", SPC_PANEL_SPREAD);
    check_needs(&a);
    check_counted(&a);
    check_room(&a);
}
