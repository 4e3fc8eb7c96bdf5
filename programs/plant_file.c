/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/plant_file.h"

#include "programs/vocabulary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One byte more than may be, so that the reader sees what is too large. */
static char *slurp(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(SPC_CONFIG_BYTES_MAX + 1) : NULL;

    if (text) {
        *ret_size = fread(text, 1, SPC_CONFIG_BYTES_MAX + 1, file);
        if (ferror(file)) {
            free(text);
            text = NULL;
        }
    }
    if (file)
        fclose(file);
    return text;
}

static void complain(const char *path, const char *why,
                     struct spc_complaints *ret_complaints)
{
    size_t size = strlen(path) + strlen(why) + 32;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, "%s: error: cannot be read: %s\n", path, why);
    *ret_complaints = (struct spc_complaints){
        .text = text, .size = text ? strlen(text) : 0, .count = 1};
}

enum spc_status spc_plant_file_read(const char *path,
                                    struct spc_plant **ret_plant,
                                    struct spc_complaints *ret_complaints)
{
    size_t size = 0;
    char *text = slurp(path, &size);

    if (!text) {
        complain(path, strerror(errno), ret_complaints);
        return SPC_CANNOT_OPEN;
    }

    enum spc_status status = spc_plant_read(
        path, text, size, spc_rule_vocabulary(), ret_plant, ret_complaints);

    free(text);
    return status;
}
