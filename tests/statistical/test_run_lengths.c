/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run lengths of the running pipeline: random parts go in, and the
 * first alarm it raises ends a run.  Held, within four standard errors, against
 * the run length computed for that design, in control and after a change.
 *
 * Everything a line does is between the two: gathering subgroups and events,
 * limits, memories, marks, rules, alarms.  Parameters are known here; what a
 * study does to run lengths is in test_studies.c. */
#include "tests/engine/support.h"
#include "tests/statistical/designs.h"
#include "tests/statistical/line.h"
#include "tests/statistical/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const double level = 25.03, unit = 0.0117;

enum { COUNTS = 256 };

struct scene {
    const struct design *design;
    const struct process *process;
    struct line line;
    struct random_stream random;
    double below[COUNTS]; /* P(count <= i) */
};

/* ---- parts ------------------------------------------------------------- */

static double random_measurement(struct scene *s)
{
    double spread = s->process->spread > 0 ? s->process->spread : 1;

    return level +
           unit * (s->process->shift + spread * random_normal(&s->random));
}

/* Points, of however many parts. */
static bool measure(struct scene *s, double *length)
{
    bool raised = line_fold(&s->line, 1, random_measurement(s));

    *length += (double)s->line.outcome.point_count;
    return raised;
}

static double random_count(struct scene *s)
{
    double u = random_uniform(&s->random);
    unsigned low = 0, high = COUNTS - 1;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (u <= s->below[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Units inspected. */
static bool count(struct scene *s, double *length)
{
    *length += s->line.plan.intake.units_each;
    return line_fold(&s->line, 1, random_count(s));
}

static double random_good_units(struct scene *s)
{
    return floor(log(random_uniform(&s->random)) / log1p(-s->process->rate));
}

/* Units inspected, though only their number is told: all up to the r-th
 * defective, or the good ones before it. */
static bool count_interval(struct scene *s, double *length)
{
    bool is_g = s->design->chart == SPC_CHART_G;
    double units = 0;

    for (uint32_t i = 0; i < s->line.plan.design.events; i++)
        units += random_good_units(s) + 1;
    *length += units;
    return line_fold(&s->line, 1, is_g ? units - 1 : units);
}

/* Units inspected, told one by one. */
static bool inspect(struct scene *s, double *length)
{
    ++*length;
    return line_fold(&s->line, 1,
                     random_uniform(&s->random) < s->process->rate);
}

/* Time gone by. */
static bool wait(struct scene *s, double *length)
{
    double time = -s->process->rate * log(random_uniform(&s->random));

    *length += time;
    return line_fold(&s->line, time, 1);
}

static bool (*const steps[PARTS])(struct scene *scene, double *length) = {
    [MEASURED] = measure,  [COUNTED] = count, [INTERVALS] = count_interval,
    [INSPECTED] = inspect, [WAITED] = wait,
};

/* ---- running ----------------------------------------------------------- */

static bool tells_events(const struct design *d)
{
    return d->parts == INSPECTED || d->parts == WAITED;
}

static void set_design(const struct design *d, struct spc_chart_design *to)
{
    bool measured = d->parts == MEASURED;

    to->known = true;
    to->center = measured ? level : d->rate;
    to->sigma = measured ? unit : NAN;
    to->width = design_width(d);
    to->alpha = d->alpha;
    if (d->lambda > 0)
        to->lambda = d->lambda;
    if (d->h > 0) {
        to->k = d->k;
        to->h = d->h;
        to->head_start = d->head_start;
    }
    if (d->events > 0)
        to->events = d->events;
    if (d->chart == SPC_CHART_G)
        to->center = 1 / d->rate - 1; /* good units between two */
}

static struct spc_characteristic plan_of(const struct design *d)
{
    struct spc_characteristic plan = line_plan(d->chart, d->n);

    set_design(d, &plan.design);
    for (unsigned panel = 0; panel < SPC_PANELS; panel++)
        plan.rules[panel] = line_rules(d->chart, panel, d->rules[panel]);
    plan.intake.event = tells_events(d);
    if (d->units > 0)
        plan.intake.units_each = d->units;
    return plan;
}

/* Defectives of n units, or defects in them: each probability follows from the
 * one before. */
static void lay_out_counts(struct scene *s)
{
    const struct design *d = s->design;
    bool defectives = spc_chart_types[d->chart].fraction;
    double p = s->process->rate, n = d->units;
    double mass = defectives ? pow(1 - p, n) : exp(-p * n), sum = 0;

    for (unsigned i = 0; i < COUNTS; i++) {
        sum += mass;
        s->below[i] = sum;
        mass *= defectives ? fmax(n - i, 0) / (i + 1) * p / (1 - p)
                           : p * n / (i + 1);
    }
    assert_true(sum > 1 - 1e-9);
}

static double run(struct scene *s)
{
    double length = 0;

    line_begin(&s->line);
    if (tells_events(s->design))
        (void)line_fold(&s->line, 1, 1); /* from here on it is waited */
    while (!steps[s->design->parts](s, &length))
        ;
    return length;
}

static bool agrees(const struct design *d, unsigned state)
{
    static struct scene s;
    struct spc_characteristic plan = plan_of(d);
    struct tally tally = {0};

    memset(&s, 0, sizeof s);
    s.design = d;
    s.process = &d->process[state];
    s.random.state = 71828 + (uint64_t)(d - designs) * 2 + state;
    if (d->parts == COUNTED)
        lay_out_counts(&s);
    line_open(&s.line, &plan);
    for (unsigned i = 0; i < s.process->runs / SPC_RUNS_DIVISOR; i++)
        tally_add(&tally, run(&s));
    line_close(&s.line);
    return tally_agrees(&tally, d->computed(d, s.process), d->what,
                        state == 0 ? "in control" : "out of control");
}

static void test_run_lengths(void **state)
{
    unsigned wrong = 0;

    (void)state;
    tally_head("average run length");
    for (unsigned i = 0; i < design_count; i++)
        for (unsigned s = 0; s < 2; s++)
            wrong += !agrees(&designs[i], s);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
