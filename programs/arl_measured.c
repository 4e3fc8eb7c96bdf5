/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of measurements, whose shifts are in sigma.  See arl.h. */
#include "programs/arl.h"
#include "programs/choices.h"
#include "programs/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char command[] = "spc arl";

static enum spc_status told(enum spc_status status, double arl,
                            struct spc_rate_length *ret_length)
{
    if (status == SPC_OK)
        *ret_length = (struct spc_rate_length){arl, (double)NAN};
    return status;
}

static spc_rule_mask upward(spc_rule_mask rules)
{
    for (unsigned i = 0; i < SPC_RULES; i++)
        if (spc_rules[i].side == SPC_SIDE_BELOW)
            rules &= ~((spc_rule_mask)1 << i);
    return rules;
}

static enum spc_exit read_shewhart(const struct spc_arl_request *r,
                                   struct spc_arl_design *d)
{
    spc_rule_mask rules = 0;

    if (!spc_choose_rules("spc arl", r->rules ? r->rules : "nelson-1", &rules))
        return SPC_EXIT_USAGE;
    if (!rules)
        return spc_misused(command, "without rules there is never a signal");
    if (r->one_sided)
        rules = upward(rules);
    if (spc_arl_number("width", r->width, 0.1, 30, &d->width) ||
        spc_arl_state(r, NULL, d))
        return SPC_EXIT_USAGE;
    if (spc_arl_rules_explore(rules, &d->rules) != SPC_OK) {
        fputs("spc arl: out of memory\n", stderr);
        return SPC_EXIT_INTERNAL;
    }
    return SPC_EXIT_OK;
}

static enum spc_status shewhart(const struct spc_arl_design *d, double shift,
                                struct spc_rate_length *ret_length)
{
    double arl = 0;
    enum spc_status status =
        d->state == SPC_RUN_STEADY
            ? spc_arl_rules_steady_run_length(&d->rules, d->width, shift, &arl)
            : spc_arl_rules_run_length(&d->rules, d->width, shift, &arl);

    return told(status, arl, ret_length);
}

static enum spc_exit read_ewma(const struct spc_arl_request *r,
                               struct spc_arl_design *d)
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
    if (spc_arl_number("lambda", r->lambda, 1e-3, 1, &e->lambda) ||
        spc_arl_number("width", r->width, 0.1, 30, &e->width) ||
        spc_arl_number("barrier", r->barrier, -30, 0, &e->barrier))
        return SPC_EXIT_USAGE;
    return spc_arl_state(
        r, e->exact ? "after long, exact limits are the fixed ones" : NULL, d);
}

static enum spc_status ewma(const struct spc_arl_design *d, double shift,
                            struct spc_rate_length *ret_length)
{
    double arl = 0;
    enum spc_status status =
        spc_ewma_run_length(&d->ewma, shift, d->state, &arl);

    return told(status, arl, ret_length);
}

static enum spc_exit read_cusum(const struct spc_arl_request *r,
                                struct spc_arl_design *d)
{
    struct spc_cusum_design *c = &d->cusum;
    double highest;

    if (!r->h)
        return spc_misused(command, "cusum needs --h, the decision interval");
    c->k = 0.5;
    c->one_sided = r->one_sided;
    if (spc_arl_number("k", r->k, 0, 30, &c->k) ||
        spc_arl_number("h", r->h, 0.01, 100, &c->h))
        return SPC_EXIT_USAGE;
    /* Above this the two sums would not be independent of each other. */
    highest = c->one_sided ? c->h : fmin(c->h, c->h / 2 + c->k);
    if (spc_arl_number("head-start", r->head_start, 0, highest, &c->head_start))
        return SPC_EXIT_USAGE;
    return spc_arl_state(
        r, c->k > 0 || c->one_sided ? NULL : "two sums with --k 0 never settle",
        d);
}

static enum spc_status cusum(const struct spc_arl_design *d, double shift,
                             struct spc_rate_length *ret_length)
{
    double arl = 0;
    enum spc_status status =
        spc_cusum_run_length(&d->cusum, shift, d->state, &arl);

    return told(status, arl, ret_length);
}

static enum spc_exit read_p(const struct spc_arl_request *r, const char *chart,
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

/* Forgets everything with each point: both states are one. */
static enum spc_exit read_t2(const struct spc_arl_request *r,
                             struct spc_arl_design *d)
{
    if (read_p(r, "t2", 1, &d->p) ||
        spc_arl_number("alpha", r->alpha, 1e-15, 0.5, &d->alpha))
        return SPC_EXIT_USAGE;
    return spc_arl_state(r, NULL, d);
}

static enum spc_status t2(const struct spc_arl_design *d, double shift,
                          struct spc_rate_length *ret_length)
{
    double arl = spc_t2_run_length(d->p, d->alpha, shift);

    return told(isfinite(arl) ? SPC_OK : SPC_NO_CONVERGENCE, arl, ret_length);
}

static enum spc_exit read_mewma(const struct spc_arl_request *r,
                                struct spc_arl_design *d)
{
    struct spc_mewma_design *m = &d->mewma;

    if (!r->lambda)
        return spc_misused(
            command, "mewma needs --lambda, the weight of the newest point");
    if (!r->h)
        return spc_misused(command, "mewma needs --h, the limit of T2");
    if (read_p(r, "mewma", 2, &m->p) ||
        spc_arl_number("lambda", r->lambda, 1e-3, 1, &m->lambda) ||
        spc_arl_number("h", r->h, 0.01, 1e4, &m->limit))
        return SPC_EXIT_USAGE;
    return spc_arl_state(r, NULL, d);
}

static enum spc_status mewma(const struct spc_arl_design *d, double shift,
                             struct spc_rate_length *ret_length)
{
    double arl = 0;
    enum spc_status status =
        d->state == SPC_RUN_STEADY
            ? spc_mewma_steady_run_length(&d->mewma, shift, &arl)
            : spc_mewma_run_length(&d->mewma, shift, &arl);

    return told(status, arl, ret_length);
}

const struct spc_arl_chart spc_arl_measured[] = {
    {"shewhart", " rules width one-sided ", NULL, read_shewhart, shewhart},
    {"ewma", " lambda width limits barrier one-sided ", NULL, read_ewma, ewma},
    {"cusum", " k h head-start one-sided ", NULL, read_cusum, cusum},
    {"t2", " p alpha ", NULL, read_t2, t2},
    {"mewma", " lambda p h ", NULL, read_mewma, mewma},
};

const size_t spc_arl_measured_count =
    sizeof spc_arl_measured / sizeof *spc_arl_measured;
