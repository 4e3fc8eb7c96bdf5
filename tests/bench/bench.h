/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the benchmarks share: a clock, random deviates, medians, and the form
 * of their output: one line "name value" for each figure, in C locale, which
 * bench.py puts into one table. */
#ifndef SPC_TESTS_BENCH_H
#define SPC_TESTS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Monotonic seconds. */
static inline double bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
static inline uint64_t bench_random(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* Near enough to normal for branches to be taken as on a line in control:
 * the sum of twelve uniform deviates, less six. */
static inline double bench_normal(uint64_t *seed)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += (double)(bench_random(seed) >> 11) * 0x1p-53;
    return sum;
}

static inline int bench_order(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Sorts `x`.  The value at a share of the way through: 0.5 is the median. */
static inline double bench_quantile(double *x, size_t count, double share)
{
    qsort(x, count, sizeof *x, bench_order);
    return count ? x[(size_t)(share * (double)(count - 1) + 0.5)] : 0;
}

static inline void bench_tell(const char *name, double value)
{
    printf("%s %.6g\n", name, value);
    fflush(stdout);
}

/* Keeps a result that nobody reads from being optimised away. */
static inline void bench_keep(uint64_t value)
{
    static volatile uint64_t kept;

    kept = value;
    (void)kept;
}

#endif
