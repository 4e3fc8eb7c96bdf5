/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only place of the programs where a clock is read. */
#ifndef SPC_PROGRAMS_CLOCK_H
#define SPC_PROGRAMS_CLOCK_H

#include "engine/types.h"

spc_nanos spc_clock_now(void);    /* wall clock, UTC */
spc_nanos spc_clock_steady(void); /* never goes back; for intervals */

/* "2026-11-21T09:30:00.123Z". */
enum { SPC_CLOCK_TEXT = 32 };
void spc_clock_text(spc_nanos time, char ret_text[SPC_CLOCK_TEXT]);

/* Reads RFC 3339 ("2026-11-21T09:30:00.5+01:00") or plain seconds since 1970;
 * false leaves *ret_time alone. */
bool spc_clock_read(const char *text, spc_nanos *ret_time);

#endif
