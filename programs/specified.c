/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parts ought to be, on the command line.  See specified.h. */
#include "programs/specified.h"

#include "engine/short_run.h"
#include "programs/choices.h"
#include "programs/options.h"

#include <math.h>
#include <string.h>

static const char command[] = "spc chart";

static enum spc_exit check_options(const struct spc_specified *given,
                                   const struct spc_dataset_request *data,
                                   const struct spc_chart_type *type)
{
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"lsl", given->lsl},
        {"usl", given->usl},
        {"target", given->target},
        {"fraction", given->fraction},
        {"risk", given->risk},
        {"rejectable", given->rejectable},
        {"in-pairs", given->in_pairs},
        {"part", data->part},
        {"nominal", data->nominal},
        {"part-sigma", data->part_sigma},
        {"short-run-sigma", given->short_run_sigma},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given &&
            !spc_chart_type_has(type->options, options[i].name))
            return spc_misused(command,
                               "%s has no --%s; of such options it has: %s",
                               type->name, options[i].name, type->options);
    return SPC_EXIT_OK;
}

static enum spc_exit read_limit(const char *name, const char *text,
                                double *limit)
{
    if (!text || spc_option_number(text, limit))
        return SPC_EXIT_OK;
    return spc_misused(command, "--%s takes a number, not '%s'", name, text);
}

static enum spc_exit check_order(const struct spc_chart_type *type,
                                 const struct spc_specification *s)
{
    if (type->needs_specification && isnan(s->lower) && isnan(s->upper))
        return spc_misused(command,
                           "%s judges by a specification: --lsl, --usl or both",
                           type->name);
    if (s->lower >= s->upper)
        return spc_misused(command, "--lsl %.15g is not below --usl %.15g",
                           s->lower, s->upper);
    if (s->target <= s->lower || s->target >= s->upper)
        return spc_misused(command,
                           "--target %.15g lies outside the specification",
                           s->target);
    if (spc_chart_type_has(type->options, "in-pairs") && isnan(s->target) &&
        (isnan(s->lower) || isnan(s->upper)))
        return spc_misused(command,
                           "%s with one limit needs a --target: green reaches "
                           "halfway from it to the limit",
                           type->name);
    return SPC_EXIT_OK;
}

static enum spc_exit read_specification(const struct spc_specified *given,
                                        const struct spc_chart_type *type,
                                        struct spc_chart_design *design)
{
    struct spc_specification *s = &design->specification;

    if (read_limit("lsl", given->lsl, &s->lower) != SPC_EXIT_OK ||
        read_limit("usl", given->usl, &s->upper) != SPC_EXIT_OK ||
        read_limit("target", given->target, &s->target) != SPC_EXIT_OK)
        return SPC_EXIT_USAGE;
    return check_order(type, s);
}

static enum spc_exit read_share(const char *name, const char *text,
                                double *share)
{
    if (!text)
        return SPC_EXIT_OK;
    if (spc_option_number(text, share) && *share > 0 && *share < 0.5)
        return SPC_EXIT_OK;
    return spc_misused(command,
                       "--%s takes a number above 0 and below 0.5, not '%s'",
                       name, text);
}

/* Deviations are from something, and Z is of some kind of part. */
static enum spc_exit check_parts(const struct spc_specified *given,
                                 const struct spc_dataset_request *data,
                                 const struct spc_chart_type *type)
{
    bool has_target = spc_chart_type_has(type->options, "target");

    if (!spc_chart_type_has(type->options, "part"))
        return SPC_EXIT_OK;
    if (given->target && (data->part || data->nominal))
        return spc_misused(command,
                           "--target is the nominal of all parts; with --part "
                           "or --nominal each has its own");
    if (has_target && !given->target && !data->part && !data->nominal)
        return spc_misused(
            command,
            "%s needs the nominal: --nominal COL, --target X, or "
            "--part COL, whose means are then the nominals",
            type->name);
    if (!has_target && !data->part)
        return spc_misused(command, "%s needs the kind of part: --part COL",
                           type->name);
    return SPC_EXIT_OK;
}

static enum spc_exit read_part_sigma(const char *name,
                                     struct spc_chart_design *design)
{
    static const char *const names[SPC_PART_SIGMAS] = {
        [SPC_PART_SIGMA_CONSTANT] = "constant",
        [SPC_PART_SIGMA_RELATIVE] = "relative",
        [SPC_PART_SIGMA_BY_PARTS] = "by-parts",
    };

    if (!name)
        return SPC_EXIT_OK;
    for (uint32_t i = 0; i < SPC_PART_SIGMAS; i++)
        if (strcmp(names[i], name) == 0) {
            design->part_sigma = i;
            return SPC_EXIT_OK;
        }
    return spc_misused(command,
                       "--short-run-sigma takes constant, relative or "
                       "by-parts, not '%s'",
                       name);
}

enum spc_exit spc_specified_read(const struct spc_specified *given,
                                 const struct spc_dataset_request *data,
                                 const struct spc_chart_type *type,
                                 struct spc_chart_design *design)
{
    enum spc_exit exit = check_options(given, data, type);

    if (exit == SPC_EXIT_OK)
        exit = read_specification(given, type, design);
    if (exit == SPC_EXIT_OK)
        exit = read_share("fraction", given->fraction, &design->fraction);
    if (exit == SPC_EXIT_OK)
        exit = read_share("risk", given->risk, &design->risk);
    if (exit == SPC_EXIT_OK)
        exit = check_parts(given, data, type);
    design->rejectable = given->rejectable;
    design->in_pairs = given->in_pairs;
    return exit == SPC_EXIT_OK ? read_part_sigma(given->short_run_sigma, design)
                               : exit;
}
