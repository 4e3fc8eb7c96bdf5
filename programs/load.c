/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/load.h"

#include "adapters/json/json.h"
#include "programs/choices.h"

#include <stdio.h>

static const double hours = 8; /* of a shift of people */

enum spc_exit spc_load_read(const char *command, const char *rate,
                            const char *charts, struct spc_load *ret_load)
{
    struct spc_load load = {0, 1};

    if (charts && !rate)
        return spc_misused(command,
                           "--charts needs --rate, the points an hour");
    if (spc_choose_number(command, "rate", rate, 1e-6, 1e9, &load.rate) ||
        spc_choose_number(command, "charts", charts, 1, 1e9, &load.charts))
        return SPC_EXIT_USAGE;
    *ret_load = load;
    return SPC_EXIT_OK;
}

static double false_alarms(const struct spc_load *load, double arl0)
{
    return hours * load->rate * load->charts / arl0;
}

void spc_load_print(const struct spc_load *load, double arl0)
{
    if (load->rate > 0)
        printf("\n%g charts of %g points an hour give %.3g false alarms in a "
               "shift of %g hours.\n",
               load->charts, load->rate, false_alarms(load, arl0), hours);
}

void spc_load_json(const struct spc_load *load, double arl0, json_t *object)
{
    if (load->rate > 0)
        json_object_set_new(object, "false_alarms",
                            json_pack("{s:o, s:o, s:o, s:o}", "per_shift",
                                      spc_json_number(false_alarms(load, arl0)),
                                      "hours", spc_json_number(hours), "rate",
                                      spc_json_number(load->rate), "charts",
                                      spc_json_number(load->charts)));
}
