/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant file of any content is read or refused with at least one reason. */
#include "config/plant.h"
#include "rules/ruleset.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>

static bool rules(const char *name, enum spc_panel panel, uint32_t *ret_mask,
                  char *reterr, size_t size)
{
    (void)panel;
    if (spc_rules_named(name, ret_mask))
        return true;
    snprintf(reterr, size, "there is no rule \"%.40s\"", name);
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct spc_vocabulary vocabulary = {.rules = rules};
    struct spc_complaints complaints = {0};
    struct spc_plant *plant = NULL;

    if (spc_plant_read("plant.yaml", (const char *)data, size, &vocabulary,
                       &plant, &complaints) == SPC_OK) {
        assert(plant->station_count == 0 || plant->stations);
        spc_plant_free(plant);
    } else {
        assert(!plant);
        assert(complaints.count > 0 && complaints.size > 0);
    }
    spc_complaints_free(&complaints);
    return 0;
}
