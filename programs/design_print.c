/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs on stdout.  See design_print.h. */
#include "programs/design_print.h"
#include "adapters/json/json.h"

#include <stdio.h>

/* ---- table ------------------------------------------------------------- */

static void print_heading(const struct spc_design_wish *wish,
                          const struct spc_design_answer *answer)
{
    printf("%s%s%s", answer->found.chart, wish->rules ? " with rules " : "",
           wish->rules ? wish->rules : "");
    if (wish->one_sided)
        printf(", upwards only");
    printf("; in-control ARL %g", wish->arl0);
    if (wish->shift > 0)
        printf("; for a shift of %g", wish->shift);
    printf("\n\n");
}

static void print_lengths(const struct spc_design_wish *wish,
                          const struct spc_design_answer *answer)
{
    const struct spc_design_column *columns[] = {&answer->found,
                                                 &answer->compared};

    printf("\n%10s %14s", "shift",
           wish->rules ? "with rules" : answer->found.chart);
    if (answer->compared.chart)
        printf(" %14s", wish->rules ? "beyond limits" : answer->compared.chart);
    for (size_t i = 0; i < answer->shifts; i++) {
        printf("\n%10g", answer->shift[i]);
        for (size_t c = 0; c < 2; c++)
            if (columns[c]->chart)
                printf(" %14.*f", columns[c]->arl[i] < 1000 ? 2 : 0,
                       columns[c]->arl[i]);
    }
    putchar('\n');
}

static void print_table(const struct spc_design_wish *wish,
                        const struct spc_design_answer *answer,
                        const struct spc_load *load)
{
    print_heading(wish, answer);
    for (size_t i = 0; i < answer->found.count; i++)
        printf("%10s %.8g\n", answer->found.parameters[i].name,
               answer->found.parameters[i].value);
    print_lengths(wish, answer);
    if (answer->notes > 0)
        putchar('\n');
    for (size_t i = 0; i < answer->notes; i++)
        printf("Note: %s.\n", answer->note[i]);
    spc_load_print(load, wish->arl0);
}

/* ---- CSV --------------------------------------------------------------- */

static void print_number(double x, char before)
{
    char text[SPC_NUMBER_TEXT];

    spc_number_text(x, text);
    if (before)
        putchar(before);
    fputs(text, stdout);
}

/* The parameters on every line, so that designs can be put under each other. */
static void print_csv(const struct spc_design_answer *answer)
{
    const struct spc_design_column *found = &answer->found;

    for (size_t i = 0; i < found->count; i++)
        printf("%s,", found->parameters[i].name);
    printf("shift,arl");
    if (answer->compared.chart)
        printf(",%s_arl", answer->compared.chart);
    putchar('\n');
    for (size_t i = 0; i < answer->shifts; i++) {
        for (size_t k = 0; k < found->count; k++) {
            print_number(found->parameters[k].value, 0);
            putchar(',');
        }
        print_number(answer->shift[i], 0);
        print_number(found->arl[i], ',');
        if (answer->compared.chart)
            print_number(answer->compared.arl[i], ',');
        putchar('\n');
    }
}

/* ---- JSON -------------------------------------------------------------- */

static json_t *parameters_of(const struct spc_design_column *column)
{
    json_t *json = json_object();

    for (size_t i = 0; i < column->count; i++)
        json_object_set_new(json, column->parameters[i].name,
                            spc_json_number(column->parameters[i].value));
    return json;
}

static json_t *lengths_of(const struct spc_design_answer *answer,
                          const struct spc_design_column *column)
{
    json_t *list = json_array();

    for (size_t i = 0; i < answer->shifts; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "shift",
                                              spc_json_number(answer->shift[i]),
                                              "arl",
                                              spc_json_number(column->arl[i])));
    return list;
}

static json_t *compared_of(const struct spc_design_answer *answer)
{
    const struct spc_design_column *column = &answer->compared;
    json_t *list = json_array();

    if (column->chart)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "chart",
                                              column->chart, "parameters",
                                              parameters_of(column), "arl",
                                              lengths_of(answer, column)));
    return list;
}

static json_t *notes_of(const struct spc_design_answer *answer)
{
    json_t *list = json_array();

    for (size_t i = 0; i < answer->notes; i++)
        json_array_append_new(list, json_string(answer->note[i]));
    return list;
}

static json_t *wish_of(const struct spc_design_wish *wish,
                       const struct spc_design_answer *answer)
{
    json_t *json = json_pack("{s:s, s:s}", "schema", "spc.design/1", "chart",
                             answer->found.chart);

    if (wish->rules)
        json_object_set_new(json, "rules", json_string(wish->rules));
    json_object_set_new(json, "arl0", spc_json_number(wish->arl0));
    json_object_set_new(json, "shift",
                        wish->shift > 0 ? spc_json_number(wish->shift)
                                        : json_null());
    json_object_set_new(json, "one_sided", json_boolean(wish->one_sided));
    json_object_set_new(
        json, "state",
        json_string(wish->state == SPC_RUN_STEADY ? "steady" : "zero"));
    return json;
}

static json_t *json_of(const struct spc_design_wish *wish,
                       const struct spc_design_answer *answer,
                       const struct spc_load *load)
{
    json_t *json = wish_of(wish, answer);

    json_object_set_new(json, "parameters", parameters_of(&answer->found));
    json_object_set_new(json, "arl", lengths_of(answer, &answer->found));
    json_object_set_new(json, "compared", compared_of(answer));
    json_object_set_new(json, "notes", notes_of(answer));
    spc_load_json(load, wish->arl0, json);
    return json;
}

static enum spc_exit print_json(const struct spc_design_wish *wish,
                                const struct spc_design_answer *answer,
                                const struct spc_load *load)
{
    return spc_answer_json("spc design", json_of(wish, answer, load));
}

enum spc_exit spc_design_print(const struct spc_design_wish *wish,
                               const struct spc_design_answer *answer,
                               const struct spc_load *load,
                               enum spc_format format)
{
    if (format == SPC_FORMAT_JSON)
        return print_json(wish, answer, load);
    if (format == SPC_FORMAT_CSV)
        print_csv(answer);
    else
        print_table(wish, answer, load);
    return SPC_EXIT_OK;
}
