/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/log.h"

#include "programs/clock.h"

#include <stdarg.h>
#include <stdio.h>

void spc_log(const char *format, ...)
{
    char time[SPC_CLOCK_TEXT], line[1024];
    va_list arguments;

    spc_clock_text(spc_clock_now(), time);
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s %s\n", time, line);
}
