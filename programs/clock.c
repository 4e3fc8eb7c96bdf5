/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE
#include "programs/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static spc_nanos read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * SPC_SECOND + now.tv_nsec;
}

spc_nanos spc_clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

spc_nanos spc_clock_steady(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void spc_clock_text(spc_nanos time, char ret_text[SPC_CLOCK_TEXT])
{
    time_t seconds = (time_t)(time / SPC_SECOND);
    int milliseconds = (int)(time % SPC_SECOND / SPC_MILLISECOND);
    struct tm utc;
    char text[SPC_CLOCK_TEXT];

    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(ret_text, SPC_CLOCK_TEXT, "%.19s.%03dZ", text, milliseconds);
}

/* Reads "Z", "+01:00" or nothing (UTC) at the end of a time. */
static bool read_zone(const char *text, long *ret_seconds)
{
    int hours, minutes, used = 0;
    char sign;

    *ret_seconds = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0)
        return true;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 ||
        text[used] != '\0' || (sign != '+' && sign != '-'))
        return false;
    *ret_seconds = (hours * 60L + minutes) * 60L * (sign == '-' ? -1 : 1);
    return true;
}

bool spc_clock_read(const char *text, spc_nanos *ret_time)
{
    struct tm utc = {0};
    double fraction = 0;
    int used = 0;
    long zone;
    char *end;

    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &utc.tm_year,
               &utc.tm_mon, &utc.tm_mday, &utc.tm_hour, &utc.tm_min,
               &utc.tm_sec, &used) == 6) {
        end = (char *)text + used;
        if (*end == '.')
            fraction = strtod(end, &end);
        if (!read_zone(end, &zone))
            return false;
        utc.tm_year -= 1900;
        utc.tm_mon -= 1;
        *ret_time = (timegm(&utc) - zone) * SPC_SECOND +
                    (spc_nanos)llround(fraction * 1e9);
        return true;
    }

    double seconds = strtod(text, &end);

    if (end == text || *end != '\0' || !(fabs(seconds) < 9e9))
        return false;
    *ret_time = (spc_nanos)llround(seconds * 1e9);
    return true;
}
