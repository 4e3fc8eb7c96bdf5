/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of events, whose shifts are factors of a rate.  See arl.h. */
#include "engine/attribute.h"
#include "engine/rare.h"
#include "programs/arl.h"
#include "programs/choices.h"
#include "programs/options.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

static const char command[] = "spc arl";

enum { EDGE = SPC_EDGES - 1 };

/* Probabilities, times and counts the line may have. */
static const double p_least = 1e-15, time_most = 1e15, count_most = 1e12;

/* ---- options ----------------------------------------------------------- */

static enum spc_exit need(const struct spc_arl_request *r, const char *text,
                          const char *what)
{
    if (text)
        return SPC_EXIT_OK;
    return spc_misused(command, "%s needs %s", r->chart, what);
}

static enum spc_exit read_p0(const struct spc_arl_request *r, double most,
                             struct spc_arl_design *d)
{
    if (need(r, r->p0, "--p0, the probability of a defective in control"))
        return SPC_EXIT_USAGE;
    return spc_arl_number("p0", r->p0, p_least, most, &d->p0);
}

static enum spc_exit read_count(const char *option, const char *text,
                                double most, uint64_t *ret_count)
{
    unsigned long long count = 0;

    if (!text)
        return SPC_EXIT_OK;
    if (!spc_option_count(text, &count) || count < 1 || (double)count > most)
        return spc_misused(command, "--%s takes a count from 1 to %g, not '%s'",
                           option, most, text);
    *ret_count = count;
    return SPC_EXIT_OK;
}

/* A whole number of units. */
static enum spc_exit read_units(const char *option, const char *text,
                                double low, double high, double *units)
{
    if (spc_arl_number(option, text, low, high, units))
        return SPC_EXIT_USAGE;
    if (*units != floor(*units))
        return spc_misused(command,
                           "--%s counts units and is whole, which %s "
                           "is not",
                           option, text);
    return SPC_EXIT_OK;
}

/* ---- CUSUMs ------------------------------------------------------------ */

static enum spc_exit need_reference(const struct spc_arl_request *r,
                                    const char *aim, const char *aim_text)
{
    if (!r->k && !aim_text)
        return spc_misused(command,
                           "%s needs --%s, what it is to detect, or "
                           "--k, the reference value",
                           r->chart, aim);
    if (r->k && aim_text)
        return spc_misused(command, "--%s and --k say the same thing twice",
                           aim);
    return need(r, r->h, "--h, the decision interval");
}

static enum spc_exit same_as_in_control(const char *option)
{
    return spc_misused(command,
                       "--%s is the rate in control: there is nothing "
                       "to detect",
                       option);
}

/* Above an even gap of 1 / p0 units good ones outweigh events, and the sum of a
 * rise falls in control. */
static enum spc_exit read_unit_reference(const struct spc_arl_request *r,
                                         struct spc_arl_design *d)
{
    struct spc_rate_cusum_design *c = &d->units;
    double p1 = d->p0;

    if (read_units("k", r->k, 2, 1e15, &c->m) ||
        spc_arl_number("p1", r->p1, p_least, 0.999, &p1))
        return SPC_EXIT_USAGE;
    if (r->p1 && p1 == d->p0)
        return same_as_in_control("p1");
    if (r->k && c->m * d->p0 == 1)
        return same_as_in_control("k");
    if (r->p1)
        c->m = spc_rate_reference_whole(d->p0, p1);
    c->side =
        (r->p1 ? p1 > d->p0 : c->m * d->p0 < 1) ? SPC_RATE_RISE : SPC_RATE_FALL;
    return SPC_EXIT_OK;
}

static enum spc_exit read_units_cusum(const struct spc_arl_request *r,
                                      bool at_events, struct spc_arl_design *d)
{
    struct spc_rate_cusum_design *c = &d->units;

    if (read_p0(r, 0.499, d) || need_reference(r, "p1", r->p1) ||
        read_unit_reference(r, d) || read_units("h", r->h, 0, 1e15, &c->h) ||
        read_units("head-start", r->head_start, 0, c->h, &c->head_start))
        return SPC_EXIT_USAGE;
    d->k = c->m;
    c->p0 = d->p0;
    c->at_events = at_events;
    return spc_arl_state(r, NULL, d);
}

static enum spc_exit read_bernoulli(const struct spc_arl_request *r,
                                    struct spc_arl_design *d)
{
    return read_units_cusum(r, false, d);
}

static enum spc_exit read_geometric(const struct spc_arl_request *r,
                                    struct spc_arl_design *d)
{
    return read_units_cusum(r, true, d);
}

static enum spc_status units_cusum(const struct spc_arl_design *d, double times,
                                   struct spc_rate_length *ret_length)
{
    assert(d->p0 * times < 1);
    return spc_rate_cusum_run_length(&d->units, d->p0 * times, d->state,
                                     ret_length);
}

static enum spc_exit read_mean0(const struct spc_arl_request *r,
                                const char *what, double most,
                                struct spc_arl_design *d)
{
    if (need(r, r->mean0, what))
        return SPC_EXIT_USAGE;
    return spc_arl_number("mean0", r->mean0, p_least, most, &d->mean0);
}

static enum spc_exit read_times(const struct spc_arl_request *r,
                                struct spc_arl_design *d)
{
    struct spc_time_cusum_design *c = &d->times;
    double mean1 = 0;

    if (read_mean0(r, "--mean0, the mean time between events in control",
                   time_most, d) ||
        need_reference(r, "mean1", r->mean1) ||
        spc_arl_number("k", r->k, p_least, time_most, &c->k) ||
        spc_arl_number("mean1", r->mean1, p_least, time_most, &mean1) ||
        spc_arl_number("h", r->h, 0, time_most, &c->h) ||
        spc_arl_number("head-start", r->head_start, 0, c->h, &c->head_start))
        return SPC_EXIT_USAGE;
    if (r->mean1 && mean1 == d->mean0)
        return same_as_in_control("mean1");
    if (r->k && c->k == d->mean0)
        return same_as_in_control("k");
    if (r->mean1)
        c->k = spc_time_reference(d->mean0, mean1);
    c->side = c->k < d->mean0 ? SPC_RATE_RISE : SPC_RATE_FALL;
    d->k = c->k;
    c->mean0 = d->mean0;
    return spc_arl_state(r, NULL, d);
}

static enum spc_status times_cusum(const struct spc_arl_design *d, double times,
                                   struct spc_rate_length *ret_length)
{
    return spc_time_cusum_run_length(&d->times, d->mean0 / times, d->state,
                                     ret_length);
}

/* ---- gaps -------------------------------------------------------------- */

/* Rare events are watched for a rise, whose gaps are short. */
static struct spc_rate_limits of_gaps(const struct spc_arl_request *r,
                                      struct spc_zones zones)
{
    return (struct spc_rate_limits){
        zones.lower[EDGE], r->one_sided ? (double)INFINITY : zones.upper[EDGE]};
}

static enum spc_exit read_alpha(const struct spc_arl_request *r,
                                struct spc_arl_design *d)
{
    return spc_arl_number("alpha", r->alpha, p_least, 0.5, &d->alpha);
}

static enum spc_exit read_ccc(const struct spc_arl_request *r,
                              struct spc_arl_design *d)
{
    uint64_t events = 1;

    if (read_p0(r, 0.999, d) || read_alpha(r, d) ||
        read_count("r", r->r, SPC_CCC_EVENTS_MAX, &events))
        return SPC_EXIT_USAGE;
    d->r = (unsigned)events;
    d->limits = of_gaps(r, spc_ccc_zones(d->p0, d->r, d->alpha));
    return spc_arl_state(r, NULL, d);
}

static enum spc_status finite(struct spc_rate_length length,
                              struct spc_rate_length *ret_length)
{
    if (!isfinite(length.arl) || !isfinite(length.spent))
        return SPC_NO_CONVERGENCE;
    *ret_length = length;
    return SPC_OK;
}

static enum spc_status ccc(const struct spc_arl_design *d, double times,
                           struct spc_rate_length *ret_length)
{
    assert(d->p0 * times < 1);
    return finite(spc_ccc_run_length(d->limits, d->r, d->p0 * times),
                  ret_length);
}

static enum spc_exit either_limits(const struct spc_arl_request *r)
{
    if (r->alpha && r->width)
        return spc_misused(command, "--alpha and --width are two kinds of "
                                    "limits");
    return SPC_EXIT_OK;
}

static enum spc_exit read_g(const struct spc_arl_request *r,
                            struct spc_arl_design *d)
{
    if (read_p0(r, 0.999, d) || either_limits(r) || read_alpha(r, d) ||
        spc_arl_number("width", r->width, 0.1, 30, &d->width))
        return SPC_EXIT_USAGE;
    d->limits = of_gaps(
        r, r->width ? spc_g_zones_by_width((1 - d->p0) / d->p0, d->width)
                    : spc_g_zones(d->p0, d->alpha));
    return spc_arl_state(r, NULL, d);
}

static enum spc_status g(const struct spc_arl_design *d, double times,
                         struct spc_rate_length *ret_length)
{
    assert(d->p0 * times < 1);
    return finite(spc_g_run_length(d->limits, d->p0 * times), ret_length);
}

static enum spc_exit read_t(const struct spc_arl_request *r,
                            struct spc_arl_design *d)
{
    d->shape = 1;
    if (read_mean0(r, "--mean0, the mean time between events in control",
                   time_most, d) ||
        read_alpha(r, d) ||
        spc_arl_number("shape", r->shape, 0.05, 100, &d->shape))
        return SPC_EXIT_USAGE;
    d->limits =
        of_gaps(r, spc_t_zones(d->shape, d->mean0 / tgamma(1 + 1 / d->shape),
                               d->alpha));
    return spc_arl_state(r, NULL, d);
}

static enum spc_status t(const struct spc_arl_design *d, double times,
                         struct spc_rate_length *ret_length)
{
    return finite(spc_t_run_length(d->limits, d->shape, d->mean0 / times),
                  ret_length);
}

/* ---- counts ------------------------------------------------------------ */

/* Of the count itself, so that no limit is lost to a division by n. */
static struct spc_rate_limits of_counts(const struct spc_arl_request *r,
                                        enum spc_attribute attribute,
                                        double rate, double units,
                                        const struct spc_arl_design *d)
{
    struct spc_attribute_limits limits = {attribute, rate, 1, d->width,
                                          r->alpha ? d->alpha : 0};
    struct spc_zones zones = spc_attribute_zones(&limits, units);

    return (struct spc_rate_limits){r->one_sided ? 0 : zones.lower[EDGE],
                                    zones.upper[EDGE]};
}

static enum spc_exit read_defectives(const struct spc_arl_request *r,
                                     struct spc_arl_design *d)
{
    if (read_p0(r, 0.999, d) || either_limits(r) ||
        need(r, r->n, "--n, the units of a sample") ||
        read_count("n", r->n, count_most, &d->n) || read_alpha(r, d) ||
        spc_arl_number("width", r->width, 0.1, 30, &d->width))
        return SPC_EXIT_USAGE;
    d->limits = of_counts(r, SPC_ATTRIBUTE_NP, d->p0, (double)d->n, d);
    return spc_arl_state(r, NULL, d);
}

static enum spc_status defectives(const struct spc_arl_design *d, double times,
                                  struct spc_rate_length *ret_length)
{
    assert(d->p0 * times < 1);
    return finite(spc_binomial_run_length(d->limits, d->n, d->p0 * times),
                  ret_length);
}

/* `n` units a sample, of which c charts know nothing but one. */
static enum spc_exit read_defects(const struct spc_arl_request *r,
                                  struct spc_arl_design *d)
{
    d->n = 1;
    if (read_mean0(r, "--mean0, the mean number of defects in control",
                   count_most, d) ||
        either_limits(r) || read_count("n", r->n, count_most, &d->n) ||
        read_alpha(r, d) ||
        spc_arl_number("width", r->width, 0.1, 30, &d->width))
        return SPC_EXIT_USAGE;
    if (d->mean0 * (double)d->n > count_most)
        return spc_misused(command,
                           "a sample with %g defects is beyond every "
                           "chart",
                           d->mean0 * (double)d->n);
    d->limits = of_counts(r, SPC_ATTRIBUTE_C, d->mean0 * (double)d->n, 1, d);
    return spc_arl_state(r, NULL, d);
}

static enum spc_exit read_u(const struct spc_arl_request *r,
                            struct spc_arl_design *d)
{
    if (need(r, r->n, "--n, the units of a sample"))
        return SPC_EXIT_USAGE;
    return read_defects(r, d);
}

static enum spc_status defects(const struct spc_arl_design *d, double times,
                               struct spc_rate_length *ret_length)
{
    double units = (double)d->n, mean = d->mean0 * units * times;

    if (mean > 1e15)
        return SPC_NO_CONVERGENCE;
    return finite(spc_poisson_run_length(d->limits, mean, units), ret_length);
}

/* ---- the table --------------------------------------------------------- */

/* clang-format off */
const struct spc_arl_chart spc_arl_events[] = {
    {"bernoulli-cusum", " p0 p1 k h head-start ", "anos", read_bernoulli,
     units_cusum},
    {"geometric-cusum", " p0 p1 k h head-start ", "anos", read_geometric,
     units_cusum},
    {"tbe-cusum", " mean0 mean1 k h head-start ", "ats", read_times,
     times_cusum},
    {"ccc", " p0 r alpha one-sided ", "anos", read_ccc, ccc},
    {"g", " p0 alpha width one-sided ", "anos", read_g, g},
    {"t", " mean0 shape alpha one-sided ", "ats", read_t, t},
    {"p", " p0 n alpha width one-sided ", "anos", read_defectives, defectives},
    {"np", " p0 n alpha width one-sided ", "anos", read_defectives,
     defectives},
    {"c", " mean0 alpha width one-sided ", "anos", read_defects, defects},
    {"u", " mean0 n alpha width one-sided ", "anos", read_u, defects},
};
/* clang-format on */

const size_t spc_arl_events_count =
    sizeof spc_arl_events / sizeof *spc_arl_events;
