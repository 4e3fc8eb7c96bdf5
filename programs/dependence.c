/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warning that points depend on those before them.  See dependence.h.
 * The pipeline prints nothing, so that figures are set by hand. */
#include "programs/dependence.h"

#include <math.h>
#include <string.h>

enum { EXPONENT_MAX = 300 };

/* Behind a text that ends at `at`; returns its new end. */
static char *append(char *at, const char *text)
{
    size_t length = strlen(text);

    memcpy(at, text, length + 1);
    return at + length;
}

static char *append_count(char *at, unsigned n)
{
    char digits[12];
    size_t first = sizeof digits - 1;

    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return append(at, digits + first);
}

/* A correlation, to two decimals. */
static char *append_correlation(char *at, double r)
{
    unsigned hundredths = (unsigned)floor(fabs(r) * 100 + 0.5);

    if (r < 0 && hundredths > 0)
        at = append(at, "-");
    at = append_count(at, hundredths / 100);
    at = append(at, hundredths % 100 < 10 ? ".0" : ".");
    return append_count(at, hundredths % 100);
}

/* A probability below 0.1, to one digit: " = 3e-9". */
static char *append_probability(char *at, double p)
{
    unsigned exponent = 0, digit;

    while (p < 1 && exponent < EXPONENT_MAX) {
        p *= 10;
        exponent++;
    }
    if (p < 1)
        return append(at, " < 1e-300");
    digit = (unsigned)floor(p + 0.5);
    if (digit == 10) {
        digit = 1;
        exponent--;
    }
    at = append_count(append(at, " = "), digit);
    return append_count(append(at, "e-"), exponent);
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
    at = append(at, design->chart == SPC_CHART_AR_RESIDUAL
                        ? "successive residuals are correlated (r1 = "
                        : "successive points are correlated (r1 = ");
    at = append_correlation(at, test->r[1]);
    at = append_probability(append(at, ", Ljung-Box p"), test->p);
    append(append(at, ")"), then);
    return true;
}

bool spc_dependence_brief(const struct spc_independence *test,
                          char ret_text[SPC_DEPENDENCE_BRIEF])
{
    char *at = ret_text;

    ret_text[0] = '\0';
    if (!spc_is_dependent(test))
        return false;
    at = append_correlation(append(at, "points are correlated (r1 = "),
                            test->r[1]);
    append(append_probability(append(at, ", p"), test->p), ")");
    return true;
}
