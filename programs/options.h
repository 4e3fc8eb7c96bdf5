/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command line options, as rows of a table that also prints --help.
 *
 * Long options everywhere (--name value or --name=value), one letter for the
 * common few; options and files may mix; "--" ends the options and "-" is a
 * file.  A wrong option names the nearest right one. */
#ifndef SPC_PROGRAMS_OPTIONS_H
#define SPC_PROGRAMS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct spc_option {
    const char *name;     /* "format", without the dashes */
    char letter;          /* 'f', or 0 */
    const char *argument; /* "FORMAT" as help shows it; NULL: a flag; "[=N]":
                             may be left out, and stands in the same word */
    const char *help;
    const char **ret_text; /* set when given, for options with an argument */
    bool *ret_flag;        /* set true when given */
};

struct spc_usage {
    const char *line;     /* "spc chart TYPE FILE [options]" */
    const char *examples; /* printed first by --help */
    const struct spc_option *options;
    size_t count;
};

enum spc_options_result {
    SPC_OPTIONS_OK,
    SPC_OPTIONS_HELP,  /* help was printed on stdout; exit 0 */
    SPC_OPTIONS_USAGE, /* a sentence was printed on stderr; exit 2 */
};

/* Reads argv[1..].  Positional arguments go to ret_files, at most `room`;
 * one too many is a usage error. */
enum spc_options_result spc_options_read(const struct spc_usage *usage,
                                         int argc, char **argv,
                                         const char **ret_files, size_t room,
                                         size_t *ret_count);

/* Whole-text numbers; false leaves the result untouched. */
bool spc_option_number(const char *text, double *ret_number);
bool spc_option_count(const char *text, unsigned long long *ret_count);

/* How far apart two words are in letters mistyped, left out, put in or
 * swapped, whatever their case; 0 when `wrong` is how `name` begins. */
size_t spc_word_distance(const char *wrong, const char *name);

/* Whether they are near enough for one to be meant by the other: one letter
 * and a third of them apart. */
bool spc_word_is_near(const char *wrong, const char *name);

#endif
