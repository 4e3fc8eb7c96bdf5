/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/config/charts.h"

#include <stdio.h>

/* clang-format off */
const struct chart_entry chart_entries[] = {
    {"imr", "", "sigma_estimator: median-mr, width: 2.5, rules: [nelson, we], "
     "spread_rules: nelson-2"},
    {"xbar-r", "subgroup: 5", "sigma_estimator: rbar-plain, width: 3.5, "
     "alpha_for_study: 0.01"},
    {"xbar-s", "subgroup: 4", "sigma_estimator: pooled, width: corrected"},
    {"median-r", "subgroup: 5", "width: corrected"},
    {"imr-r", "subgroup: 4", "width: 3"},
    {"imr-s", "subgroup: 4", "width: 3"},
    {"deviation", "part_by: product, parts: [{part: A}, {part: B, nominal: 5}]",
     "width: 3, rules: nelson"},
    {"z-mr", "part_by: product, parts: [{part: A, nominal: 5, sigma: 0.5}, "
     "{part: B}]", "short_run_sigma: constant, rules: nelson-1"},
    {"acceptance", "subgroup: 5, spec: { lsl: 1, usl: 9 }",
     "fraction: 0.02, risk: 0.1, rejectable: true"},
    {"modified", "subgroup: 5, spec: { lsl: 1, usl: 9 }",
     "fraction: 0.001, sigma: 0.5"},
    {"pre-control", "spec: { lsl: 1, usl: 9 }", "in_pairs: true"},
    {"p", "units: 200", "alpha: 0.0027, subgroup: 10"},
    {"np", "units: 50", "width: 3"},
    {"c", "", "subgroup: 100, rules: [nelson-1, nelson-2]"},
    {"u", "units: a", "study: 30"},
    {"laney-p", "units: a", "width: 3"},
    {"laney-u", "units: 2.5", ""},
    {"ewma", "", "lambda: 0.05, width: 2.615, subgroup: 4"},
    {"cusum", "", "shift: 0.5, h: 8, head_start: 4"},
    {"moving-average", "", "span: 3"},
    {"ar-individual", "", "order: 2, width: 3"},
    {"ar-residual", "", "order: 1"},
    {"g", "", "event: true, alpha: 0.01"},
    {"t", "", "event: true, distribution: exponential"},
    {"ccc", "", "event: true, r: 4"},
    {"bernoulli-cusum", "", "event: true, ratio: 4, arl0: 500"},
    {"tbe-cusum", "", "h: 900, head_start: 0.5"},
    {"t2", "with: [a, b]", "alpha: 0.001, study: 40"},
    {"generalized-variance", "with: [a], subgroup: 5", "width: 3"},
    {"mewma", "with: a", "lambda: 0.1, arl0: 200"},
    {"group", "across: cavity, members: 8", "by: mold"},
    {"stream-difference", "with: [a, b, c]", "offsets: keep, subgroup: 3"},
};
/* clang-format on */

const size_t chart_entry_count = sizeof chart_entries / sizeof *chart_entries;

void chart_plant(const char *keys, char ret_text[CHART_PLANT])
{
    snprintf(ret_text, CHART_PLANT,
             "version: 1\n"
             "site: { enterprise: acme, site: torino, gateway: gw-07 }\n"
             "modbus:\n"
             "  links:\n"
             "    - { name: press, tcp: { host: 10.0.0.1 }, units: [1] }\n"
             "stations:\n"
             "  - id: op40\n"
             "    area: machining\n"
             "    line: line-2\n"
             "    link: press\n"
             "    unit: 1\n"
             "    addressing: { base: 0 }\n"
             "    sample:\n"
             "      trigger: { counter: 0, type: uint16 }\n"
             "      context:\n"
             "        product: { register: 1, type: string, length: 8 }\n"
             "        cavity: { register: 5, type: uint16 }\n"
             "        mold: { register: 6, type: uint16 }\n"
             "    characteristics:\n"
             "      - { id: x, register: 10, type: float32, %s }\n"
             "      - { id: a, register: 12, type: float32, chart: none }\n"
             "      - { id: b, register: 14, type: float32, chart: none }\n"
             "      - { id: c, register: 16, type: float32, chart: none }\n",
             keys);
}
