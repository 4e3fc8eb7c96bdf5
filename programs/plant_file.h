/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a plant file from disk, with the program's own vocabulary. */
#ifndef SPC_PROGRAMS_PLANT_FILE_H
#define SPC_PROGRAMS_PLANT_FILE_H

#include "config/plant.h"

/* SPC_CANNOT_OPEN (the sentence is in ret_complaints too), otherwise as
 * spc_plant_read. */
SPC_MUST_CHECK
enum spc_status spc_plant_file_read(const char *path,
                                    struct spc_plant **ret_plant,
                                    struct spc_complaints *ret_complaints);

#endif
