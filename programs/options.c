/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command line options.  One table says what there is; reading, help and the
 * sentence about a wrong option all come from it. */
#include "programs/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD_MAX = 40, /* longer words are compared by their beginning */
    NEAREST_TEXT = 128
};

/* What is being read, so that helpers need one argument. */
struct reading {
    const struct spc_usage *usage;
    int argc;
    char **argv;
    int next;
};

/* ---- nearest word ------------------------------------------------------ */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Capitals are not what somebody was wrong about. */
static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool begins(const char *name, const char *beginning, size_t length)
{
    size_t i = 0;

    while (i < length && same(name[i], beginning[i]))
        i++;
    return i == length;
}

/* Optimal string alignment (Damerau 1964), which counts two swapped letters
 * as one mistake: that is how options are mistyped. */
size_t spc_word_distance(const char *wrong, const char *name)
{
    size_t rows = least(strlen(wrong), WORD_MAX);
    size_t columns = least(strlen(name), WORD_MAX);
    size_t cost[WORD_MAX + 1][WORD_MAX + 1];

    if (rows > 0 && rows <= columns && begins(name, wrong, rows))
        return 0;
    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            size_t change =
                cost[i - 1][j - 1] + !same(wrong[i - 1], name[j - 1]);

            cost[i][j] =
                least(change, least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && same(wrong[i - 1], name[j - 2]) &&
                same(wrong[i - 2], name[j - 1]))
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[rows][columns];
}

bool spc_word_is_near(const char *wrong, const char *name)
{
    return spc_word_distance(wrong, name) <= 1 + strlen(wrong) / 3;
}

static const char *nearest_option(const struct spc_usage *usage,
                                  const char *wrong)
{
    const char *nearest = "help";
    size_t distance = spc_word_distance(wrong, nearest);

    for (size_t i = 0; i < usage->count; i++) {
        size_t d = spc_word_distance(wrong, usage->options[i].name);

        if (d < distance) {
            distance = d;
            nearest = usage->options[i].name;
        }
    }
    return nearest;
}

/* "--wide or --width" of "wid": a word left off may go on in several ways. */
static const char *nearest_options(const struct spc_usage *usage,
                                   const char *wrong, char text[NEAREST_TEXT])
{
    size_t length = 0;

    for (size_t i = 0; i < usage->count; i++)
        if (spc_word_distance(wrong, usage->options[i].name) == 0 &&
            length < NEAREST_TEXT)
            length += (size_t)snprintf(text + length, NEAREST_TEXT - length,
                                       "%s--%s", length > 0 ? " or " : "",
                                       usage->options[i].name);
    if (length == 0 || length >= NEAREST_TEXT)
        snprintf(text, NEAREST_TEXT, "--%s", nearest_option(usage, wrong));
    return text;
}

/* ---- talk -------------------------------------------------------------- */

/* "spc chart" of "spc chart TYPE FILE [options]": the words the shell was
 * given, before the first that stands for something. */
static int command_length(const char *line)
{
    size_t length = 0;

    while (islower((unsigned char)line[length])) {
        length += strcspn(line + length, " ");
        length += line[length] == ' ';
    }
    while (length > 0 && line[length - 1] == ' ')
        length--;
    return (int)length;
}

__attribute__((format(printf, 2, 3))) static enum spc_options_result refuse(
    const struct spc_usage *usage, const char *format, ...)
{
    int length = command_length(usage->line);
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "%.*s: ", length, usage->line);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "; see %.*s --help\n", length, usage->line);
    va_end(arguments);
    return SPC_OPTIONS_USAGE;
}

static bool may_be_left_out(const struct spc_option *option)
{
    return option->argument && option->argument[0] == '[';
}

static void print_option(const struct spc_option *option)
{
    char left[64];
    char letter[8] = "    ";

    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
             option->argument && !may_be_left_out(option) ? " " : "",
             option->argument ? option->argument : "");
    if (strlen(left) < 30)
        printf("  %-30s%s\n", left, option->help);
    else
        printf("  %s\n  %-30s%s\n", left, "", option->help);
}

static enum spc_options_result print_help(const struct spc_usage *usage)
{
    static const struct spc_option help = {
        .name = "help", .letter = 'h', .help = "print this"};

    printf("Examples:\n%s\nUsage: %s\n\nOptions:\n", usage->examples,
           usage->line);
    for (size_t i = 0; i < usage->count; i++)
        print_option(&usage->options[i]);
    print_option(&help);
    return SPC_OPTIONS_HELP;
}

/* ---- reading ----------------------------------------------------------- */

static const struct spc_option *option_named(const struct spc_usage *usage,
                                             const char *name, size_t length)
{
    for (size_t i = 0; i < usage->count; i++)
        if (strlen(usage->options[i].name) == length &&
            strncmp(usage->options[i].name, name, length) == 0)
            return &usage->options[i];
    return NULL;
}

static const struct spc_option *option_lettered(const struct spc_usage *usage,
                                                char letter)
{
    for (size_t i = 0; i < usage->count; i++)
        if (usage->options[i].letter && usage->options[i].letter == letter)
            return &usage->options[i];
    return NULL;
}

/* `value` is what stood in the same word, or NULL; then the next word is
 * taken as it is, since it may be a negative number. */
static enum spc_options_result take(struct reading *reading,
                                    const struct spc_option *option,
                                    const char *value)
{
    if (option->ret_flag)
        *option->ret_flag = true;
    if (!option->argument)
        return value
                   ? refuse(reading->usage, "--%s takes no value", option->name)
                   : SPC_OPTIONS_OK;
    if (!value && may_be_left_out(option))
        return SPC_OPTIONS_OK;
    if (!value && reading->next < reading->argc)
        value = reading->argv[reading->next++];
    if (!value)
        return refuse(reading->usage, "--%s needs its %s", option->name,
                      option->argument);
    assert(option->ret_text);
    *option->ret_text = value;
    return SPC_OPTIONS_OK;
}

static enum spc_options_result read_long(struct reading *reading,
                                         const char *word)
{
    size_t length = strcspn(word, "=");
    const struct spc_option *option =
        option_named(reading->usage, word, length);
    char wrong[WORD_MAX + 1], nearest[NEAREST_TEXT];

    if (option)
        return take(reading, option,
                    word[length] == '=' ? word + length + 1 : NULL);
    if (strcmp(word, "help") == 0)
        return print_help(reading->usage);
    snprintf(wrong, sizeof wrong, "%.*s", (int)least(length, WORD_MAX), word);
    return refuse(reading->usage, "there is no option --%s; the nearest is %s",
                  wrong, nearest_options(reading->usage, wrong, nearest));
}

static enum spc_options_result read_short(struct reading *reading,
                                          const char *word)
{
    const struct spc_option *option = option_lettered(reading->usage, word[0]);
    char nearest[NEAREST_TEXT];

    if (option)
        return take(reading, option, word[1] ? word + 1 : NULL);
    if (strcmp(word, "h") == 0)
        return print_help(reading->usage);
    return refuse(reading->usage, "there is no option -%s; the nearest is %s",
                  word, nearest_options(reading->usage, word, nearest));
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

enum spc_options_result spc_options_read(const struct spc_usage *usage,
                                         int argc, char **argv,
                                         const char **ret_files, size_t room,
                                         size_t *ret_count)
{
    struct reading reading = {usage, argc, argv, 1};
    bool options_over = false;
    size_t count = 0;

    while (reading.next < argc) {
        const char *word = argv[reading.next++];
        enum spc_options_result result = SPC_OPTIONS_OK;

        if (options_over || !is_option(word)) {
            if (count == room)
                return refuse(usage, "'%s' is one argument too many", word);
            ret_files[count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_over = true;
        } else if (word[1] == '-') {
            result = read_long(&reading, word + 2);
        } else {
            result = read_short(&reading, word + 1);
        }
        if (result != SPC_OPTIONS_OK)
            return result;
    }
    *ret_count = count;
    return SPC_OPTIONS_OK;
}

/* ---- numbers ----------------------------------------------------------- */

/* Decimal notation only: strtod would also take hexadecimal, "nan" and
 * "infinity", none of which a person means. */
bool spc_option_number(const char *text, double *ret_number)
{
    char *end;
    double number;

    if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    errno = 0;
    number = strtod(text, &end);
    if (*end != '\0' || end == text || !isfinite(number))
        return false;
    *ret_number = number;
    return true;
}

bool spc_option_count(const char *text, unsigned long long *ret_count)
{
    unsigned long long count;

    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    count = strtoull(text, NULL, 10);
    if (errno == ERANGE)
        return false;
    *ret_count = count;
    return true;
}
