/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target without libFuzzer: every file of a corpus as it is, and
 * each with some thousands of seeded mutations, the same in every run.
 *
 *     fuzz_x CORPUS [ROUNDS]     ROUNDS mutations of each file
 *     fuzz_x CORPUS/FILE 0       one input alone */
#define _POSIX_C_SOURCE 200809L
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 16, FILES_MAX = 256, PATH_TEXT = 4096 };

struct input {
    char name[256];
    uint8_t data[INPUT_MAX];
    size_t size;
};

static struct input *inputs[FILES_MAX];
static size_t input_count;

/* Told when the target aborts, so that the input can be made again. */
static char doing[512];

static void tell(int number)
{
    (void)!write(STDERR_FILENO, doing, strlen(doing));
    signal(number, SIG_DFL);
    raise(number);
}

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return below ? (z ^ (z >> 31)) % below : 0;
}

/* ---- mutations ---------------------------------------------------------- */

static void flip(struct input *in, uint64_t *seed)
{
    if (in->size)
        in->data[draw(seed, in->size)] ^= (uint8_t)(1u << draw(seed, 8));
}

static void replace(struct input *in, uint64_t *seed)
{
    static const uint8_t odd[] = {0,   0xff, 0x7f, 0x80, '\n', '\r', ' ', '"',
                                  '{', ']',  ':',  '-',  '&',  '*',  '9', ','};

    if (in->size)
        in->data[draw(seed, in->size)] = odd[draw(seed, sizeof odd)];
}

static void cut(struct input *in, uint64_t *seed)
{
    size_t start = draw(seed, in->size);
    size_t length = draw(seed, in->size - start + 1);

    memmove(in->data + start, in->data + start + length,
            in->size - start - length);
    in->size -= length;
}

/* A stretch of any file of the corpus, put anywhere. */
static void splice(struct input *in, uint64_t *seed)
{
    const struct input *from = inputs[draw(seed, input_count)];
    size_t start = draw(seed, from->size);
    size_t length = draw(seed, from->size - start + 1);
    size_t to = draw(seed, in->size + 1);

    if (in->size + length > INPUT_MAX)
        return;
    memmove(in->data + to + length, in->data + to, in->size - to);
    memcpy(in->data + to, from->data + start, length);
    in->size += length;
}

static void mutate(struct input *in, uint64_t *seed)
{
    static void (*const ways[])(struct input *, uint64_t *) = {
        flip, replace, replace, cut, splice,
    };

    for (uint64_t k = 1 + draw(seed, 4); k > 0; k--)
        ways[draw(seed, sizeof ways / sizeof ways[0])](in, seed);
}

/* ---- the corpus --------------------------------------------------------- */

static bool load(const char *path, const char *name)
{
    FILE *file = fopen(path, "rb");
    struct input *in = calloc(1, sizeof *in);

    if (!file || !in || input_count == FILES_MAX) {
        fprintf(stderr, "cannot read %s\n", path);
        return false;
    }
    snprintf(in->name, sizeof in->name, "%s", name);
    in->size = fread(in->data, 1, sizeof in->data, file);
    fclose(file);
    inputs[input_count++] = in;
    return true;
}

static bool load_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    bool good = count > 0;

    for (int i = 0; i < count; i++) {
        char file[PATH_TEXT];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            good = load(file, entries[i]->d_name) && good;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return good && input_count > 0;
}

static bool load_any(const char *path)
{
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

    return folder ? load_folder(path) : load(path, path);
}

/* ---- running ------------------------------------------------------------ */

/* From the heap and of its exact size, so that a sanitizer sees every byte
 * read beyond it. */
static void run(const struct input *in, unsigned long round)
{
    uint8_t *data = malloc(in->size ? in->size : 1);

    if (!data)
        abort();
    memcpy(data, in->data, in->size);
    snprintf(doing, sizeof doing, "the input was %s, mutation %lu\n", in->name,
             round);
    LLVMFuzzerTestOneInput(data, in->size);
    free(data);
}

static void run_mutations(const struct input *in, unsigned long rounds)
{
    static struct input mutant;

    memcpy(mutant.name, in->name, sizeof mutant.name);
    for (unsigned long round = 1; round <= rounds; round++) {
        uint64_t seed = round;
        mutant.size = in->size;
        memcpy(mutant.data, in->data, in->size);
        mutate(&mutant, &seed);
        run(&mutant, round);
    }
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 2000;

    if (argc < 2 || !load_any(argv[1])) {
        fprintf(stderr, "usage: %s CORPUS [ROUNDS]\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, tell);
    signal(SIGSEGV, tell);
    for (size_t i = 0; i < input_count; i++) {
        run(inputs[i], 0);
        run_mutations(inputs[i], rounds);
    }
    printf("%zu inputs, %lu mutations of each\n", input_count, rounds);
    for (size_t i = 0; i < input_count; i++)
        free(inputs[i]);
    return 0;
}
