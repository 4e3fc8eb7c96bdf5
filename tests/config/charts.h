/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A characteristic for every chart, with the keys it takes, in a station that
 * has what they name. */
#ifndef SPC_TESTS_CONFIG_CHARTS_H
#define SPC_TESTS_CONFIG_CHARTS_H

#include <stddef.h>

struct chart_entry {
    const char *chart;
    const char *least; /* keys without which it is refused, or "" */
    const char *keys;  /* besides, all that it takes */
};

extern const struct chart_entry chart_entries[];
extern const size_t chart_entry_count;

/* A plant of one station that measures x, which has the keys, besides a, b and
 * c, which are recorded only, and knows its product, cavity and mold. */
enum { CHART_PLANT = 4096 };
void chart_plant(const char *keys, char ret_text[CHART_PLANT]);

#endif
