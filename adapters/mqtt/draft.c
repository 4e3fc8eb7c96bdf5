/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts of sentences. */
#include "adapters/mqtt/draft.h"

#include "adapters/json/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHORT_TEXT = 128 };

void spc_say(struct spc_draft *draft, const char *name, const char *value)
{
    assert(draft->count < SPC_BLANKS_MAX);
    draft->blanks[draft->count++] = (struct spc_blank){name, value};
}

static char *filled(struct spc_draft *draft,
                    const char *const template[SPC_LANGUAGES])
{
    struct spc_text text = {0};

    spc_text_sentence(&text, template[draft->language], draft -> blanks,
                      draft -> count);
    return spc_text_take(&text);
}

void spc_say_filled(struct spc_draft *draft, const char *name,
                    const char *const template[SPC_LANGUAGES])
{
    char *value = filled(draft, template);

    assert(draft->owned_count < SPC_BLANKS_MAX);
    draft->owned[draft->owned_count++] = value;
    draft->failed = draft->failed || !value;
    spc_say(draft, name, value);
}

void spc_say_copy(struct spc_draft *draft, const char *name, const char *value)
{
    const char *const template[SPC_LANGUAGES] = {"{copy}", "{copy}"};

    spc_say(draft, "copy", value);
    spc_say_filled(draft, name, template);
    /* Take the helper out again, leaving the finished blank in its place. */
    draft->blanks[draft->count - 2] = draft->blanks[draft->count - 1];
    draft->count--;
}

void spc_say_count(struct spc_draft *draft, const char *name, uint64_t count)
{
    char text[SHORT_TEXT];

    snprintf(text, sizeof text, "%" PRIu64, count);
    spc_say_copy(draft, name, text);
}

void spc_say_time(struct spc_draft *draft, const char *name, spc_nanos time)
{
    char text[SPC_TIME_TEXT];

    spc_time_sentence(time, text);
    spc_say_copy(draft, name, text);
}

char *spc_draft_finish(struct spc_draft *draft,
                       const char *const template[SPC_LANGUAGES])
{
    char *text = draft->failed ? NULL : filled(draft, template);

    while (draft->owned_count > 0)
        free(draft->owned[--draft->owned_count]);
    draft->count = 0;
    return text;
}

/* ---- numbers as people read them --------------------------------------- */

int spc_decimals_of(double resolution, double sigma)
{
    int decimals = 0;

    if (resolution > 0) {
        /* 1e-6 forgives that 0.001 * 1000 need not be 1. */
        for (double x = resolution;
             decimals < SPC_DECIMALS_MAX - 3 && fabs(x - round(x)) > 1e-6 * x;
             x *= 10)
            decimals++;
        return decimals;
    }
    if (!(sigma > 0) || !isfinite(sigma))
        return -1;
    decimals = 1 - (int)floor(log10(sigma));
    return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}

int spc_decimals_finer(int decimals, int by)
{
    return decimals < 0 ? decimals : decimals + by;
}

void spc_say_number(struct spc_draft *draft, const char *name, double x,
                    int decimals, const char *unit)
{
    char number[SPC_NUMBER_TEXT], text[SHORT_TEXT] = "";

    if (isfinite(x)) {
        spc_decimal_text(x, decimals, number);
        snprintf(text, sizeof text, "%s%s%.40s", number,
                 unit && unit[0] ? " " : "", unit ? unit : "");
    }
    spc_say_copy(draft, name, text);
}

static double rounded(double x, int decimals)
{
    double scale = 1;

    while (decimals-- > 0)
        scale *= 10;
    return round(x * scale) / scale;
}

static bool looks_beyond(double value, int value_decimals, double limit,
                         int limit_decimals)
{
    double v = rounded(value, value_decimals);
    double l = rounded(limit, limit_decimals);

    return (v > l) == (value > limit) && (v < l) == (value < limit);
}

void spc_tell_apart(double value, double limit, int *value_decimals,
                    int *limit_decimals)
{
    if (*limit_decimals < 0 ||
        looks_beyond(value, *value_decimals, limit, *limit_decimals))
        return;
    while (*limit_decimals < SPC_DECIMALS_MAX &&
           !looks_beyond(value, *limit_decimals, limit, *limit_decimals))
        (*limit_decimals)++;
    *value_decimals = *limit_decimals;
}
