/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pre-control.  See precontrol.h. */
#include "engine/precontrol.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- lines ------------------------------------------------------------- */

/* Where green ends on the far side of a lone limit. */
static double far_side(double boundary, bool is_boundary, double target)
{
    return is_boundary ? boundary : target;
}

static enum spc_status two_sided(double lower, double upper,
                                 struct spc_precontrol_lines *ret_lines)
{
    double quarter = upper / 4 - lower / 4;

    if (!isfinite(lower) || !isfinite(upper))
        return SPC_NOT_FINITE;
    if (!(lower + quarter < upper - quarter))
        return SPC_BAD_INPUT;
    *ret_lines = (struct spc_precontrol_lines){lower, lower + quarter,
                                               upper - quarter, upper};
    return SPC_OK;
}

/* A limit, and what is halfway to it. */
static enum spc_status one_sided(double limit, double far, bool limit_is_upper,
                                 struct spc_precontrol_lines *ret_lines)
{
    double halfway = far / 2 + limit / 2;

    if (isnan(far))
        return SPC_NO_SPECIFICATION;
    if (!isfinite(far) || !isfinite(limit))
        return SPC_NOT_FINITE;
    if (limit_is_upper ? !(far < halfway && halfway < limit)
                       : !(limit < halfway && halfway < far))
        return SPC_BAD_INPUT;
    if (limit_is_upper)
        *ret_lines =
            (struct spc_precontrol_lines){-INFINITY, -INFINITY, halfway, limit};
    else
        *ret_lines =
            (struct spc_precontrol_lines){limit, halfway, INFINITY, INFINITY};
    return SPC_OK;
}

enum spc_status spc_precontrol_lines(
    const struct spc_specification *specification,
    struct spc_precontrol_lines *ret_lines)
{
    const struct spc_specification *s = specification;
    bool has_lower = !isnan(s->lower) && !s->lower_is_boundary;
    bool has_upper = !isnan(s->upper) && !s->upper_is_boundary;

    if (has_lower && has_upper)
        return two_sided(s->lower, s->upper, ret_lines);
    if (has_upper)
        return one_sided(s->upper,
                         far_side(s->lower, s->lower_is_boundary, s->target),
                         true, ret_lines);
    if (has_lower)
        return one_sided(s->lower,
                         far_side(s->upper, s->upper_is_boundary, s->target),
                         false, ret_lines);
    return SPC_NO_SPECIFICATION;
}

enum spc_precontrol_zone spc_precontrol_zone(
    const struct spc_precontrol_lines *lines, double x)
{
    assert(!isnan(x));

    if (x < lines->red_low)
        return SPC_RED_LOW;
    if (x > lines->red_high)
        return SPC_RED_HIGH;
    if (x < lines->yellow_low)
        return SPC_YELLOW_LOW;
    if (x > lines->yellow_high)
        return SPC_YELLOW_HIGH;
    return SPC_GREEN;
}

/* ---- rules ------------------------------------------------------------- */

enum color { GREEN, YELLOW, RED, COLORS };

static enum color color_of(enum spc_precontrol_zone zone)
{
    static const enum color colors[] = {
        [SPC_GREEN] = GREEN,        [SPC_YELLOW_LOW] = YELLOW,
        [SPC_YELLOW_HIGH] = YELLOW, [SPC_RED_LOW] = RED,
        [SPC_RED_HIGH] = RED,
    };

    assert((unsigned)zone < COUNT(colors));
    return colors[zone];
}

static enum spc_precontrol_verdict begin(struct spc_precontrol *state,
                                         bool running,
                                         enum spc_precontrol_verdict verdict)
{
    *state = (struct spc_precontrol){.in_pairs = state->in_pairs,
                                     .running = running};
    return verdict;
}

static enum spc_precontrol_verdict two_yellows(struct spc_precontrol *state,
                                               enum spc_precontrol_zone zone)
{
    return begin(state, false,
                 state->first == (uint32_t)zone ? SPC_PRECONTROL_ADJUST
                                                : SPC_PRECONTROL_STOP);
}

static enum spc_precontrol_verdict qualify(struct spc_precontrol *state,
                                           enum spc_precontrol_zone zone)
{
    enum color color = color_of(zone);

    if (color == RED)
        return begin(state, false, SPC_PRECONTROL_ADJUST);
    if (color == YELLOW && state->has_first)
        return two_yellows(state, zone);
    state->has_first = color == YELLOW;
    state->first = (uint32_t)zone;
    state->greens = color == GREEN ? state->greens + 1 : 0;
    if (state->greens == SPC_PRECONTROL_GREENS)
        return begin(state, true, SPC_PRECONTROL_QUALIFIED);
    return SPC_PRECONTROL_NEXT;
}

static enum spc_precontrol_verdict sample(struct spc_precontrol *state,
                                          enum spc_precontrol_zone zone)
{
    enum color color = color_of(zone);

    if (color == RED)
        return begin(state, false, SPC_PRECONTROL_STOP);
    if (!state->has_first) {
        if (color == GREEN && !state->in_pairs)
            return SPC_PRECONTROL_CONTINUE;
        state->has_first = true;
        state->first = (uint32_t)zone;
        return SPC_PRECONTROL_NEXT;
    }
    if (color == YELLOW && color_of(state->first) == YELLOW)
        return two_yellows(state, zone);
    return begin(state, true, SPC_PRECONTROL_CONTINUE);
}

enum spc_precontrol_verdict spc_precontrol_push(struct spc_precontrol *state,
                                                enum spc_precontrol_zone zone)
{
    return state->running ? sample(state, zone) : qualify(state, zone);
}

const char *spc_precontrol_zone_text(enum spc_precontrol_zone zone)
{
    static const char *const text[] = {
        [SPC_GREEN] = "green",
        [SPC_YELLOW_LOW] = "yellow-low",
        [SPC_YELLOW_HIGH] = "yellow-high",
        [SPC_RED_LOW] = "red-low",
        [SPC_RED_HIGH] = "red-high",
    };

    _Static_assert(COUNT(text) == SPC_PRECONTROL_ZONES, "all have a name");
    assert((unsigned)zone < COUNT(text));
    return text[zone];
}

const char *spc_precontrol_verdict_text(enum spc_precontrol_verdict verdict)
{
    static const char *const text[] = {
        [SPC_PRECONTROL_NEXT] = "next",
        [SPC_PRECONTROL_QUALIFIED] = "qualified",
        [SPC_PRECONTROL_CONTINUE] = "continue",
        [SPC_PRECONTROL_ADJUST] = "adjust",
        [SPC_PRECONTROL_STOP] = "stop",
    };

    _Static_assert(COUNT(text) == SPC_PRECONTROL_VERDICTS, "all have a name");
    assert((unsigned)verdict < COUNT(text));
    return text[verdict];
}

/* ---- how often --------------------------------------------------------- */

/* P(a < z < b), by the tails on the side where they are small. */
static double between(double a, double b)
{
    if (a + b > 0)
        return gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(b);
    return gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a);
}

/* From the start of a qualifying run, g green and y yellow: with V1 the chance
 * after a green, a yellow is worth g V1, and
 *
 *     V1 = g^4 + y g V1 (1 + g + g^2 + g^3),  V0 = g V1 + y g V1 */
static double qualifying(double g, double y)
{
    double sum = 0, power = 1;

    for (unsigned i = 1; i < SPC_PRECONTROL_GREENS; i++) {
        sum += power;
        power *= g;
    }
    return (g + y * g) * power / (1 - y * g * sum);
}

struct spc_precontrol_chances spc_precontrol_chances(double cp, double k,
                                                     bool in_pairs)
{
    struct spc_precontrol_chances c;
    double limit = 3 * cp, mean = k * limit;

    assert(cp > 0);
    assert(isfinite(mean));

    c.zone[SPC_RED_LOW] = gsl_cdf_ugaussian_P(-limit - mean);
    c.zone[SPC_RED_HIGH] = gsl_cdf_ugaussian_Q(limit - mean);
    c.zone[SPC_YELLOW_LOW] = between(-limit - mean, -limit / 2 - mean);
    c.zone[SPC_YELLOW_HIGH] = between(limit / 2 - mean, limit - mean);
    c.zone[SPC_GREEN] = between(-limit / 2 - mean, limit / 2 - mean);

    double low = c.zone[SPC_YELLOW_LOW], high = c.zone[SPC_YELLOW_HIGH];
    double red = c.zone[SPC_RED_LOW] + c.zone[SPC_RED_HIGH];
    double second = in_pairs ? c.zone[SPC_GREEN] + low + high : low + high;

    c.adjust = low * low + high * high;
    c.stop = red + second * red + 2 * low * high;
    c.run_length = 1 / (c.adjust + c.stop);
    c.qualify = qualifying(c.zone[SPC_GREEN], low + high);
    return c;
}
