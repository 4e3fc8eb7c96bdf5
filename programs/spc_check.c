/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spc check: every mistake in a plant file, or the plan it makes.
 *
 * Mistakes and warnings go to stderr, so that stdout is a plan or empty. */
#include "programs/check_plan.h"
#include "programs/choices.h"
#include "programs/commands.h"
#include "programs/options.h"
#include "programs/plant_file.h"
#include "programs/vocabulary.h"

#include <stdlib.h>
#include <string.h>

static const char *format_text;
static bool reference;

static const struct spc_option options[] = {
    {"format", 'f', "FORMAT", "table (on a terminal) or json (elsewhere)",
     &format_text, NULL},
    {"reference", 0, NULL, "print the reference of all keys, Markdown", NULL,
     &reference},
};

static const struct spc_usage usage = {
    .line = "spc check PLANT.yaml [options]",
    .examples =
        "  spc check plant.yaml\n"
        "  spc check plant.yaml --format json\n"
        "  spc check --reference\n\n"
        "Neither PLC nor broker is needed. Exit status: 0 a good plant file, "
        "3 not.\n",
    .options = options,
    .count = sizeof options / sizeof *options,
};

static int no_memory(void)
{
    fprintf(stderr, "spc check: %s\n", spc_status_text(SPC_NO_MEMORY));
    return SPC_EXIT_INTERNAL;
}

static int print_reference(void)
{
    char *text = spc_plant_reference(spc_rule_vocabulary());

    if (!text)
        return no_memory();
    fputs(text, stdout);
    free(text);
    return SPC_EXIT_OK;
}

static int print_plan(const struct spc_plant *plant, const char *file,
                      enum spc_format format, size_t warnings)
{
    char *json;

    if (format == SPC_FORMAT_TABLE) {
        spc_plan_print(stdout, plant, file);
        return SPC_EXIT_OK;
    }
    json = spc_plan_json(plant, file, warnings);
    if (!json)
        return no_memory();
    puts(json);
    free(json);
    return SPC_EXIT_OK;
}

static void tell(const struct spc_complaints *complaints, const char *file)
{
    if (complaints->text)
        fputs(complaints->text, stderr);
    if (complaints->count > 1)
        fprintf(stderr, "%s: %zu mistakes\n", file, complaints->count);
}

static int check(const char *file, enum spc_format format)
{
    struct spc_complaints complaints = {0};
    struct spc_plant *plant = NULL;
    enum spc_status status = spc_plant_file_read(file, &plant, &complaints);
    int result = SPC_EXIT_INPUT;

    tell(&complaints, file);
    if (status == SPC_OK)
        result = print_plan(plant, file, format, complaints.warnings);
    else if (status == SPC_NO_MEMORY)
        result = no_memory();
    spc_complaints_free(&complaints);
    spc_plant_free(plant);
    return result;
}

int spc_command_check(int argc, char **argv)
{
    const char *file = NULL;
    enum spc_format format;
    size_t count = 0;
    enum spc_options_result read =
        spc_options_read(&usage, argc, argv, &file, 1, &count);

    if (read != SPC_OPTIONS_OK)
        return read == SPC_OPTIONS_HELP ? SPC_EXIT_OK : SPC_EXIT_USAGE;
    if (!spc_choose_format("spc check", format_text, &format))
        return SPC_EXIT_USAGE;
    if (reference)
        return print_reference();
    if (count == 0 || format == SPC_FORMAT_CSV) {
        fprintf(stderr, "spc check: %s; see spc check --help\n",
                count == 0 ? "which plant file?"
                           : "a plan is a table or json, not csv");
        return SPC_EXIT_USAGE;
    }
    return check(file, format);
}
