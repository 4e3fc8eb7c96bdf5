/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warning that the points of a study remember those before them, the same
 * on a file and on a line. */
#ifndef SPC_PROGRAMS_DEPENDENCE_H
#define SPC_PROGRAMS_DEPENDENCE_H

#include "engine/chart.h"

enum {
    SPC_DEPENDENCE_TEXT = 176,
    SPC_DEPENDENCE_BRIEF = 48, /* of the brief one */
};

/* "successive points are correlated (r1 = 0.62, Ljung-Box p = 3e-9): ...", and
 * what follows for limits by the design.  False, and "", when they are not. */
bool spc_dependence_text(const struct spc_chart_design *design,
                         const struct spc_independence *test,
                         char ret_text[SPC_DEPENDENCE_TEXT]);

/* "points are correlated (r1 = 0.62, p = 3e-9)" */
bool spc_dependence_brief(const struct spc_independence *test,
                          char ret_text[SPC_DEPENDENCE_BRIEF]);

#endif
