/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How wide must a Shewhart chart be for a set of run rules to cry wolf as
 * seldom as asked?
 *
 * Zone lines lie at thirds of the width, but the centre line stays, and so do
 * runs at it; and the wider the zones, the more points lie within one sigma.
 * So there may be no such width, or two. */
#ifndef SPC_PROGRAMS_DESIGN_WIDTH_H
#define SPC_PROGRAMS_DESIGN_WIDTH_H

#include "programs/arl_rules.h"
#include "programs/commands.h"

#include <stdbool.h>

struct spc_design_shewhart {
    double width;
    bool one_sided;
    struct spc_arl_rules *rules; /* NULL: beyond the limits alone */
};

/* `chart` is a struct spc_design_shewhart. */
SPC_MUST_CHECK
enum spc_status spc_design_shewhart_length(const void *chart, double shift,
                                           double *ret_length);

/* From the width of a chart without rules to that with them; of two the
 * narrower, which sees every shift sooner.  Tells on stderr when there is
 * none. */
enum spc_exit spc_design_width(double arl0, struct spc_design_shewhart *chart);

#endif
