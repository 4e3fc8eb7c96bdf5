/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See support.h. */
#include "tests/engine/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double two_pi = 6.283185307179586;

static double field(const char *line, unsigned column, int *ret_found)
{
    char *end = NULL;

    for (; column > 0 && line; column--) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    *ret_found = 0;
    if (line == NULL)
        return 0;
    double value = strtod(line, &end);
    *ret_found = end != line;
    return value;
}

size_t series_read(const char *file, unsigned column, double *values)
{
    char path[512], line[512];
    size_t count = 0;

    snprintf(path, sizeof path, "%s/%s", SPC_TEST_DATA, file);
    FILE *stream = fopen(path, "r");
    if (stream == NULL || fgets(line, sizeof line, stream) == NULL)
        fail_msg("%s: cannot be read", path);
    while (count < SERIES_MAX && fgets(line, sizeof line, stream)) {
        int found = 0;

        values[count] = field(line, column, &found);
        count += (size_t)found;
    }
    fclose(stream);
    if (count == 0)
        fail_msg("%s: no numbers in column %u", path, column);
    return count;
}

/* Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014. */
static uint64_t next(struct random_stream *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_uniform(struct random_stream *r)
{
    return ((double)(next(r) >> 11) + 0.5) * 0x1p-53;
}

double random_normal(struct random_stream *r)
{
    if (r->has_spare) {
        r->has_spare = 0;
        return r->spare;
    }

    double radius = sqrt(-2 * log(random_uniform(r)));
    double angle = two_pi * random_uniform(r);

    r->spare = radius * sin(angle);
    r->has_spare = 1;
    return radius * cos(angle);
}

void check_near(double got, double want, double distance, const char *what,
                const char *file, int line)
{
    if (fabs(got - want) <= distance)
        return;
    print_error("%s is %.17g, not %.17g (off by %.2g, %.2g of it)\n", what, got,
                want, got - want, (got - want) / want);
    _fail(file, line);
}
