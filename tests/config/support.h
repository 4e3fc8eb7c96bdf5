/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the test data, and a reading of one. */
#ifndef SPC_TESTS_CONFIG_SUPPORT_H
#define SPC_TESTS_CONFIG_SUPPORT_H

#include "config/plant.h"

/* The caller frees.  Fails the test when the file cannot be read. */
char *read_file(const char *path, size_t *ret_size);

struct reading {
    enum spc_status status;
    struct spc_plant *plant; /* NULL unless SPC_OK */
    struct spc_complaints complaints;
};
struct reading read_plant(const char *name, const char *text, size_t size);
struct reading read_plant_file(const char *path);
void reading_free(struct reading *reading);

#endif
