/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A design as a table, JSON (spc.design/1) or CSV, on stdout. */
#ifndef SPC_PROGRAMS_DESIGN_PRINT_H
#define SPC_PROGRAMS_DESIGN_PRINT_H

#include "programs/choices.h"
#include "programs/design_chart.h"
#include "programs/load.h"

enum spc_exit spc_design_print(const struct spc_design_wish *wish,
                               const struct spc_design_answer *answer,
                               const struct spc_load *load,
                               enum spc_format format);

#endif
