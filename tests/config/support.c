/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/config/support.h"

#include "programs/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *read_file(const char *path, size_t *ret_size)
{
    enum { MOST = 1 << 16 };
    FILE *file = fopen(path, "rb");
    char *text = malloc(MOST);

    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    assert_non_null(text);
    *ret_size = fread(text, 1, MOST - 1, file);
    assert_true(feof(file));
    text[*ret_size] = '\0';
    fclose(file);
    return text;
}

struct reading read_plant(const char *name, const char *text, size_t size)
{
    struct reading reading = {.plant = NULL};

    reading.status = spc_plant_read(name, text, size, spc_rule_vocabulary(),
                                    &reading.plant, &reading.complaints);
    return reading;
}

struct reading read_plant_file(const char *path)
{
    const char *name = strrchr(path, '/');
    size_t size;
    char *text = read_file(path, &size);
    struct reading reading = read_plant(name ? name + 1 : path, text, size);

    free(text);
    return reading;
}

void reading_free(struct reading *reading)
{
    spc_plant_free(reading->plant);
    spc_complaints_free(&reading->complaints);
}
