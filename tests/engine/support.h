/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of numbers share: columns of recorded series, random numbers that
 * are the same on every machine, and one way of comparing. */
#ifndef SPC_TESTS_ENGINE_SUPPORT_H
#define SPC_TESTS_ENGINE_SUPPORT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { SERIES_MAX = 6000 };

/* The numbers of one column of a file of tests/data, without its header line.
 * Columns count from 0.  Ends the test when there are none. */
size_t series_read(const char *file, unsigned column, double *values);

/* All zero but the seed. */
struct random_stream {
    uint64_t state;
    double spare; /* the second of a pair of normal deviates */
    int has_spare;
};

double random_uniform(struct random_stream *r); /* in (0, 1) */
double random_normal(struct random_stream *r);

/* |got - want| is at most tolerance times |want|, or at most `distance`, with
 * a sentence when it is not.  (cmocka's own comparison is of floats.) */
#define CHECK_CLOSE(got, want, tolerance)                                      \
    check_near((got), (want), (tolerance)*fabs((double)(want)), #got,          \
               __FILE__, __LINE__)
#define CHECK_NEAR(got, want, distance)                                        \
    check_near((got), (want), (distance), #got, __FILE__, __LINE__)

void check_near(double got, double want, double distance, const char *what,
                const char *file, int line);

#endif
