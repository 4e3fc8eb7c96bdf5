/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart's points are made of, beyond the characteristic itself: other
 * characteristics and context keys, which must be those of its station. */
#include "config/reader.h"

#include <math.h>
#include <string.h>

enum { VECTOR_MAX = 16 }; /* variables: more of them are hard to explain */

struct settling {
    struct spc_reader *reader;
    const struct spc_node *node; /* of the characteristic */
    const struct spc_plant_station *station;
    struct spc_plant_characteristic *c;
    struct spc_chart_facts facts;
};

/* What the chart does not take has been refused already. */
static const struct spc_node *at(const struct settling *s, const char *key)
{
    return spc_chart_takes(&s->facts, key) ? spc_node_at(s->node, key) : NULL;
}

static bool is_text(const struct spc_node *node)
{
    return node != NULL && node->kind == SPC_NODE_SCALAR &&
           !spc_node_is_null(node) && node->length > 0;
}

/* ---- looking up -------------------------------------------------------- */

/* Says that nothing is called so, and what is. */
static void tell_unknown(const struct settling *s, const struct spc_node *name,
                         const char *what, const char *const *names,
                         size_t count)
{
    const char *near = spc_nearest(name->text, names, count);
    struct spc_prose known = {0};

    for (size_t i = 0; near == NULL && i < count; i++)
        spc_prose_add(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    spc_complain(s->reader->complainer, name->place,
                 near ? "no %s of the station is called '%.63s'; did you mean "
                        "%s?"
                      : "no %s of the station is called '%.63s'; there are: "
                        "%s",
                 what, name->text,
                 near          ? near
                 : known.bytes ? known.bytes
                               : "none");
    spc_prose_free(&known);
}

/* Another characteristic of the station, or SPC_NONE with a complaint. */
static uint32_t find_other(const struct settling *s,
                           const struct spc_node *name)
{
    const char *names[SPC_VALUES_MAX];
    size_t count = 0;

    for (uint32_t i = 0; i < s->station->characteristic_count; i++) {
        const struct spc_plant_characteristic *other =
            &s->station->characteristics[i];

        if (other->id == NULL)
            continue;
        if (strcmp(other->id, name->text) != 0) {
            if (other != s->c)
                names[count++] = other->id;
            continue;
        }
        if (other != s->c)
            return i;
        spc_complain(s->reader->complainer, name->place,
                     "%s is this characteristic itself; only others are named "
                     "here",
                     name->text);
        return SPC_NONE;
    }
    tell_unknown(s, name, "characteristic", names, count);
    return SPC_NONE;
}

/* A context key of the station that does not split the stream, or SPC_NONE
 * with a complaint. */
static uint32_t find_context(const struct settling *s,
                             const struct spc_node *name)
{
    const char *names[SPC_CONTEXT_MAX];
    uint32_t key = SPC_NONE;

    for (uint32_t i = 0; i < s->station->context_count; i++) {
        names[i] = s->station->context[i].key;
        if (strcmp(names[i], name->text) == 0)
            key = i;
    }
    if (key == SPC_NONE)
        tell_unknown(s, name, "context key", names, s->station->context_count);
    for (uint32_t i = 0; i < s->c->by_count; i++)
        if (s->c->by[i] == key)
            spc_complain(s->reader->complainer, name->place,
                         "%s is in by, so that a stream has only one value of "
                         "it",
                         name->text);
    return key;
}

/* ---- vectors and streams ----------------------------------------------- */

static void add_with(struct settling *s, const struct spc_node *name)
{
    struct spc_plant_intake *intake = &s->c->intake;
    uint32_t most =
        s->facts.data == SPC_DATA_VECTORS ? VECTOR_MAX : SPC_VALUES_MAX;
    uint32_t other = is_text(name) ? find_other(s, name) : SPC_NONE;

    if (other == SPC_NONE)
        return;
    for (uint32_t i = 0; i < intake->with_count; i++) {
        if (intake->with[i] == other) {
            spc_complain(s->reader->complainer, name->place,
                         "%s is in the list twice", name->text);
            return;
        }
    }
    if (intake->with_count + 1 == most)
        spc_complain(s->reader->complainer, name->place,
                     "at most %u characteristics are charted together",
                     (unsigned)most);
    else
        intake->with[intake->with_count++] = other;
}

static void settle_with(struct settling *s)
{
    const struct spc_node *with = at(s, "with");

    if (with == NULL)
        return;
    if (with->kind != SPC_NODE_LIST)
        add_with(s, with);
    else
        for (const struct spc_node *name = with->first; name; name = name->next)
            add_with(s, name);
}

static void settle_across(struct settling *s)
{
    const struct spc_node *across = at(s, "across");
    const struct spc_node *members = at(s, "members");

    if (is_text(across))
        s->c->intake.across = find_context(s, across);
    if (across != NULL && members == NULL)
        spc_complain(s->reader->complainer, across->key->place,
                     "members is missing: how many streams there can be across "
                     "it, 2 to 1024");
    if (across == NULL && members != NULL)
        spc_complain(s->reader->complainer, members->key->place,
                     "members has no meaning without across");
    if (across != NULL && at(s, "with") != NULL)
        spc_complain(s->reader->complainer, across->key->place,
                     "streams are characteristics (with) or values of a "
                     "context key (across), not both");
}

static void check_several(const struct settling *s)
{
    bool vectors = s->facts.data == SPC_DATA_VECTORS;

    if ((!vectors && s->facts.data != SPC_DATA_STREAMS) ||
        at(s, "with") != NULL || at(s, "across") != NULL)
        return;
    spc_complain(s->reader->complainer, spc_node_own_place(s->node),
                 vectors ? "with is missing: the other characteristics that "
                           "chart %s judges together with this one"
                         : "chart %s needs its streams: other characteristics "
                           "(with), or a context key (across) with members",
                 spc_chart_text(s->c->chart));
}

/* ---- counts and kinds of part ------------------------------------------ */

static void settle_units(struct settling *s)
{
    const struct spc_node *units = at(s, "units");
    double number;

    if (!is_text(units))
        return;
    if (units->plain && spc_parse_number(units->text, &number)) {
        if (s->facts.fraction && number != floor(number))
            spc_complain(s->reader->complainer, units->place,
                         "units of chart %s are good or not, and whole",
                         spc_chart_text(s->c->chart));
        return;
    }
    s->c->intake.units = find_other(s, units);
}

static void check_part(const struct settling *s, const struct spc_node *entry,
                       uint32_t i)
{
    const struct spc_plant_part *parts = s->c->intake.parts;

    if (parts[i].sigma <= 0)
        spc_complain(s->reader->complainer, spc_node_key_place(entry, "sigma"),
                     "sigma must be above 0");
    for (uint32_t j = 0; j < i; j++) {
        if (parts[i].name == NULL || parts[j].name == NULL ||
            strcmp(parts[i].name, parts[j].name) != 0)
            continue;
        spc_complain(s->reader->complainer, spc_node_key_place(entry, "part"),
                     "part %s is in the list twice", parts[i].name);
        return;
    }
}

static void settle_parts(struct settling *s)
{
    const struct spc_node *by = at(s, "part_by"), *parts = at(s, "parts");
    const struct spc_node *first = by != NULL ? by : parts;
    const struct spc_node *entry;

    if (is_text(by))
        s->c->intake.part_by = find_context(s, by);
    if (first != NULL && (by == NULL || parts == NULL))
        spc_complain(s->reader->complainer, first->key->place,
                     "part_by and parts are said together: the context key "
                     "that names the kind of part, and the kinds there are");
    if (s->c->intake.part_count == 0)
        return;
    entry = parts->first;
    for (uint32_t i = 0; i < s->c->intake.part_count; i++, entry = entry->next)
        check_part(s, entry, i);
}

/* ---- enough for limits ------------------------------------------------- */

/* A determinant of as many parts as characteristics is always 0. */
static void check_determinant(const struct settling *s)
{
    uint32_t variables = 1 + s->c->intake.with_count;

    if (s->facts.data != SPC_DATA_VECTORS || !s->facts.needs_subgroups ||
        s->c->subgroup < 2 || s->c->subgroup > variables)
        return;
    spc_complain(s->reader->complainer, spc_node_key_place(s->node, "subgroup"),
                 "chart %s needs more parts to a point than there are "
                 "characteristics: %u or more",
                 spc_chart_text(s->c->chart), (unsigned)variables + 1);
}

/* What is too little of any such chart has been said already. */
static void check_points(const struct settling *s)
{
    const struct spc_node *study = at(s, "study");
    bool vectors = s->facts.data == SPC_DATA_VECTORS;
    uint32_t least = vectors ? 3 + s->c->intake.with_count : s->facts.minimum;
    uint32_t points;

    if (s->c->study == 0 || s->c->subgroup == 0 ||
        (study != NULL && s->c->study < least))
        return;
    points = s->reader->vocabulary->points(s->c);
    if (s->c->study < points)
        spc_complain(s->reader->complainer,
                     study ? study->place : spc_node_own_place(s->node),
                     "chart %s has no limits from fewer than %u points here%s",
                     spc_chart_text(s->c->chart), (unsigned)points,
                     study ? "" : ", and without study there are 25");
}

void spc_settle_intake(struct spc_reader *reader, const struct spc_node *node,
                       const struct spc_plant_station *station,
                       struct spc_plant_characteristic *characteristic)
{
    struct settling s = {.reader = reader,
                         .node = node,
                         .station = station,
                         .c = characteristic};

    if (characteristic->chart == SPC_CHARTS)
        return;
    s.facts = reader->vocabulary->chart(characteristic->chart);
    settle_with(&s);
    settle_across(&s);
    check_several(&s);
    settle_units(&s);
    settle_parts(&s);
    check_determinant(&s);
    check_points(&s);
}
