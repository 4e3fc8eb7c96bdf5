/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See tally.h. */
#include "tests/statistical/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void tally_add(struct tally *tally, double x)
{
    double delta = x - tally->mean;

    tally->count++;
    tally->mean += delta / tally->count;
    tally->squares += delta * (x - tally->mean);
}

double tally_error(const struct tally *tally)
{
    return sqrt(tally->squares / (tally->count - 1) / tally->count);
}

void tally_head(const char *figure)
{
    print_message("%-44s %-14s %12s %12s %9s %6s\n", figure, "state",
                  "computed", "simulated", "se", "z");
}

bool tally_agrees(const struct tally *tally, double computed, const char *what,
                  const char *state)
{
    double error = tally_error(tally);
    double z = (tally->mean - computed) / error;

    print_message("%-44s %-14s %12.6g %12.6g %9.2g %+6.2f\n", what, state,
                  computed, tally->mean, error, z);
    return fabs(z) <= 4; /* not so for NaN */
}

/* ---- normal deviates --------------------------------------------------- */

double normal_tail(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

static double normal_density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * acos(-1));
}

/* The least of n is at x and the others within w above it.  Equal steps over
 * the whole line are exact to all digits for a function this smooth. */
double range_below(unsigned n, double w)
{
    const double step = 1.0 / 32;
    double sum = 0;

    for (double x = -9 - w; x <= 9; x += step)
        sum +=
            normal_density(x) * pow(normal_tail(x) - normal_tail(x + w), n - 1);
    return n * sum * step;
}

double range_density(unsigned n, double w)
{
    const double step = 1.0 / 32;
    double sum = 0;

    for (double x = -9 - w; x <= 9; x += step)
        sum += normal_density(x) * normal_density(x + w) *
               pow(normal_tail(x) - normal_tail(x + w), n - 2);
    return n * (n - 1) * sum * step;
}
