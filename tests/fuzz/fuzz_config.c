/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant file of any content is read or refused with at least one reason. */
#include "config/plant.h"
#include "programs/vocabulary.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spc_complaints complaints = {0};
    struct spc_plant *plant = NULL;

    if (spc_plant_read("plant.yaml", (const char *)data, size,
                       spc_rule_vocabulary(), &plant, &complaints) == SPC_OK) {
        assert(plant->station_count == 0 || plant->stations);
        spc_plant_free(plant);
    } else {
        assert(!plant);
        assert(complaints.count > 0 && complaints.size > 0);
    }
    spc_complaints_free(&complaints);
    return 0;
}
