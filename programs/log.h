/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the daemon says on stderr: one line a fact, time first, flushed at
 * once so that a crash loses no line. */
#ifndef SPC_PROGRAMS_LOG_H
#define SPC_PROGRAMS_LOG_H

void spc_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
