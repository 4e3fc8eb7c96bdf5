/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc constants: the factors of control charts, n by n, as a handbook prints
 * them but with every digit. */
#include "adapters/json/json.h"
#include "engine/constants.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/options.h"

#include <math.h>
#include <stdio.h>

static const char command[] = "spc constants";

static const char examples[] = "  spc constants --n 5\n"
                               "  spc constants --format csv > constants.csv\n";

/* For one size: the moments, and what follows from them at three sigma. */
struct row {
    double n, d2, d3, d4, c4, c5;
};

static double from_zero(double x)
{
    return fmax(x, 0);
}

/* clang-format off */
static double d2(const struct row *r) { return r->d2; }
static double d3(const struct row *r) { return r->d3; }
static double d4(const struct row *r) { return r->d4; }
static double c4(const struct row *r) { return r->c4; }
static double c5(const struct row *r) { return r->c5; }
static double big_a(const struct row *r) { return 3 / sqrt(r->n); }
static double a2(const struct row *r) { return 3 / (r->d2 * sqrt(r->n)); }
static double a3(const struct row *r) { return 3 / (r->c4 * sqrt(r->n)); }
static double b3(const struct row *r) { return from_zero(1 - 3 * r->c5 / r->c4); }
static double b4(const struct row *r) { return 1 + 3 * r->c5 / r->c4; }
static double b5(const struct row *r) { return from_zero(r->c4 - 3 * r->c5); }
static double b6(const struct row *r) { return r->c4 + 3 * r->c5; }
static double big_d1(const struct row *r) { return from_zero(r->d2 - 3 * r->d3); }
static double big_d2(const struct row *r) { return r->d2 + 3 * r->d3; }
static double big_d3(const struct row *r) { return from_zero(1 - 3 * r->d3 / r->d2); }
static double big_d4(const struct row *r) { return 1 + 3 * r->d3 / r->d2; }
static double e2(const struct row *r) { return 3 / r->d2; }
/* clang-format on */

/* d4 is the median of the range, D4 the factor of its upper limit. */
/* clang-format off */
static const struct {
    const char *name;
    double (*of)(const struct row *row);
} columns[] = {
    {"d2", d2}, {"d3", d3}, {"d4", d4}, {"c4", c4}, {"c5", c5},
    {"A", big_a}, {"A2", a2}, {"A3", a3},
    {"B3", b3}, {"B4", b4}, {"B5", b5}, {"B6", b6},
    {"D1", big_d1}, {"D2", big_d2}, {"D3", big_d3}, {"D4", big_d4},
    {"E2", e2},
};
/* clang-format on */

enum { COLUMNS = sizeof columns / sizeof *columns };

static struct row row_of(const struct spc_constants *k, unsigned n)
{
    return (struct row){n,        k->d2[n],
                        k->d3[n], spc_range_median(n),
                        k->c4[n], sqrt(1 - k->c4[n] * k->c4[n])};
}

static json_t *row_json(const struct row *row)
{
    json_t *json = json_object();

    json_object_set_new(json, "n", json_integer((json_int_t)row->n));
    for (unsigned i = 0; i < COLUMNS; i++)
        json_object_set_new(json, columns[i].name,
                            spc_json_number(columns[i].of(row)));
    return json;
}

static enum spc_exit print_json(const struct spc_constants *k, unsigned first,
                                unsigned last)
{
    json_t *json = json_object(), *rows = json_array();

    for (unsigned n = first; n <= last; n++) {
        struct row row = row_of(k, n);

        json_array_append_new(rows, row_json(&row));
    }
    json_object_set_new(json, "schema", json_string("spc.constants/1"));
    json_object_set_new(json, "constants", rows);
    return spc_answer_json(command, json);
}

/* Nine decimals for people, every digit in a file. */
static void print_rows(const struct spc_constants *k, unsigned first,
                       unsigned last, bool csv)
{
    char text[SPC_NUMBER_TEXT];

    fputs(csv ? "n" : " n", stdout);
    for (unsigned i = 0; i < COLUMNS; i++)
        printf(csv ? ",%s" : "%13s", columns[i].name);
    putchar('\n');
    for (unsigned n = first; n <= last; n++) {
        struct row row = row_of(k, n);

        printf(csv ? "%u" : "%2u", n);
        for (unsigned i = 0; i < COLUMNS; i++) {
            if (csv)
                spc_number_text(columns[i].of(&row), text);
            else
                spc_decimal_text(columns[i].of(&row), 9, text);
            printf(csv ? ",%s" : "%13s", text);
        }
        putchar('\n');
    }
}

int spc_command_constants(int argc, char **argv)
{
    const char *n_text = NULL, *format_name = NULL;
    const struct spc_option options[] = {
        {"n", 'n', "N", "of this size alone; default 2 to 50", &n_text, NULL},
        {"format", 'f', "FORMAT",
         "table (on a terminal), json (elsewhere) or csv", &format_name, NULL},
    };
    const struct spc_usage usage = {"spc constants [options]", examples,
                                    options, sizeof options / sizeof *options};
    const char *none[1];
    size_t count = 0;
    unsigned long long n = 0;
    enum spc_format format;
    struct spc_constants constants;

    switch (spc_options_read(&usage, argc, argv, none, 0, &count)) {
    case SPC_OPTIONS_HELP:
        return SPC_EXIT_OK;
    case SPC_OPTIONS_USAGE:
        return SPC_EXIT_USAGE;
    case SPC_OPTIONS_OK:
        break;
    }
    if (n_text &&
        (!spc_option_count(n_text, &n) || n < 2 || n > SPC_SUBGROUP_MAX))
        return spc_misused(command, "--n takes a number from 2 to %d, not '%s'",
                           SPC_SUBGROUP_MAX, n_text);
    if (!spc_choose_format(command, format_name, &format))
        return SPC_EXIT_USAGE;
    if (spc_constants_compute(&constants) != SPC_OK)
        return SPC_EXIT_INTERNAL;

    unsigned first = n ? (unsigned)n : 2;
    unsigned last = n ? (unsigned)n : SPC_SUBGROUP_MAX;

    if (format == SPC_FORMAT_JSON)
        return print_json(&constants, first, last);
    print_rows(&constants, first, last, format == SPC_FORMAT_CSV);
    return SPC_EXIT_OK;
}
