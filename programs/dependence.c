/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warning that points depend on those before them.  See dependence.h. */
#include "programs/dependence.h"
#include "programs/spell.h"

#include <math.h>

enum { EXPONENT_MAX = 300 };

/* A probability below 0.1, to one digit: " = 3e-9". */
static char *append_probability(char *at, double p)
{
    unsigned exponent = 0, digit;

    while (p < 1 && exponent < EXPONENT_MAX) {
        p *= 10;
        exponent++;
    }
    if (p < 1)
        return spc_spell(at, " < 1e-300");
    digit = (unsigned)floor(p + 0.5);
    if (digit == 10) {
        digit = 1;
        exponent--;
    }
    at = spc_spell_count(spc_spell(at, " = "), digit);
    return spc_spell_count(spc_spell(at, "e-"), exponent);
}

/* What follows for limits that presume independence; NULL: nothing. */
static const char *consequence(const struct spc_chart_design *design, double r)
{
    bool moving = design->estimator == SPC_ESTIMATOR_MR ||
                  design->estimator == SPC_ESTIMATOR_MEDIAN_MR;

    switch (design->chart) {
    case SPC_CHART_AR_INDIVIDUAL:
    case SPC_CHART_ACCEPTANCE:
    case SPC_CHART_MODIFIED:
    case SPC_CHART_PRE_CONTROL:
        return NULL; /* their limits allow for it, or are not of the process */
    case SPC_CHART_AR_RESIDUAL:
        return ": the model leaves something over; try another order";
    case SPC_CHART_IMR_R:
    case SPC_CHART_IMR_S:
        return r > 0 ? ": limits by moving ranges are too narrow"
                     : ": limits by moving ranges do not know of it";
    default:
        break;
    }
    if (design->n > 1)
        return ": limits from within subgroups do not know of it";
    if (!moving)
        return ": signals come in clusters; see ar-individual or ar-residual";
    return r > 0
               ? ": limits by moving ranges are too narrow; see ar-individual "
                 "or ar-residual"
               : ": limits by moving ranges do not know of it; see "
                 "ar-individual or ar-residual";
}

bool spc_dependence_text(const struct spc_chart_design *design,
                         const struct spc_independence *test,
                         char ret_text[SPC_DEPENDENCE_TEXT])
{
    const char *then = consequence(design, test->r[1]);
    char *at = ret_text;

    ret_text[0] = '\0';
    if (!then || !spc_is_dependent(test))
        return false;
    at = spc_spell(at, design->chart == SPC_CHART_AR_RESIDUAL
                           ? "successive residuals are correlated (r1 = "
                           : "successive points are correlated (r1 = ");
    at = spc_spell_hundredths(at, test->r[1]);
    at = append_probability(spc_spell(at, ", Ljung-Box p"), test->p);
    spc_spell(spc_spell(at, ")"), then);
    return true;
}

bool spc_dependence_brief(const struct spc_independence *test,
                          char ret_text[SPC_DEPENDENCE_BRIEF])
{
    char *at = ret_text;

    ret_text[0] = '\0';
    if (!spc_is_dependent(test))
        return false;
    at = spc_spell_hundredths(spc_spell(at, "points are correlated (r1 = "),
                              test->r[1]);
    spc_spell(append_probability(spc_spell(at, ", p"), test->p), ")");
    return true;
}
