/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means of simulated figures, their standard errors, and whether these allow
 * for the figure computed; and what is known of normal deviates.
 *
 * The number of runs is divided by SPC_RUNS_DIVISOR in a build with
 * sanitizers, where errors grow with its root; what counts is the same: four
 * standard errors. */
#ifndef SPC_TESTS_STATISTICAL_TALLY_H
#define SPC_TESTS_STATISTICAL_TALLY_H

#include <stdbool.h>

#ifndef SPC_RUNS_DIVISOR
#define SPC_RUNS_DIVISOR 1
#endif

/* All zero is empty. */
struct tally {
    double count, mean, squares;
};

void tally_add(struct tally *tally, double x);
double tally_error(const struct tally *tally);

/* Prints a line of the table, and says whether the two agree. */
bool tally_agrees(const struct tally *tally, double computed, const char *what,
                  const char *state);
void tally_head(const char *figure);

double normal_tail(double z); /* P(Z > z) */

/* P(range of n standard normal deviates < w). */
double range_below(unsigned n, double w);
double range_density(unsigned n, double w);

#endif
