/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sentence in the making: a template and the blanks said so far.
 *
 * Each sentence is filled in from the same small set of blanks, so a table
 * row can use any of them; [brackets] vanish when their blank is empty. */
#ifndef SPC_ADAPTERS_MQTT_DRAFT_H
#define SPC_ADAPTERS_MQTT_DRAFT_H

#include "adapters/json/text.h"
#include "engine/types.h"

enum spc_language { SPC_EN, SPC_ZH, SPC_LANGUAGES };

enum { SPC_BLANKS_MAX = 32, SPC_DECIMALS_MAX = 12 };

/* The blanks of one sentence in one language.  Texts made on the way are kept
 * here until it is written. */
struct spc_draft {
    enum spc_language language;
    struct spc_blank blanks[SPC_BLANKS_MAX];
    size_t count;
    char *owned[SPC_BLANKS_MAX];
    size_t owned_count;
    bool failed;
};

/* Sets a blank; the value must outlive the draft.  NULL counts as "". */
void spc_say(struct spc_draft *draft, const char *name, const char *value);

/* The same for a value that is copied, counted, timed ("2026-11-21 10:00:00
 * UTC") or a sentence over the blanks so far. */
void spc_say_copy(struct spc_draft *draft, const char *name, const char *value);
void spc_say_count(struct spc_draft *draft, const char *name, uint64_t count);
void spc_say_time(struct spc_draft *draft, const char *name, spc_nanos time);
void spc_say_filled(struct spc_draft *draft, const char *name,
                    const char *const template[SPC_LANGUAGES]);

/* "4.184 V"; empty when x is not finite.  `unit` may be NULL. */
void spc_say_number(struct spc_draft *draft, const char *name, double x,
                    int decimals, const char *unit);

/* The finished sentence, owned by the caller; NULL: no memory.  The draft is
 * empty afterwards. */
char *spc_draft_finish(struct spc_draft *draft,
                       const char *const template[SPC_LANGUAGES]);

/* Decimals of a gauge that resolves 0.0005: 4.  Without a resolution, enough
 * to see two digits of sigma.  -1 when nothing is known. */
int spc_decimals_of(double resolution, double sigma);

/* Means, limits and standard deviations are finer than the gauge. */
int spc_decimals_finer(int decimals, int by);

/* "4.179 V is above 4.179 V" would be read as a mistake: more decimals until
 * rounding no longer hides the difference. */
void spc_tell_apart(double value, double limit, int *value_decimals,
                    int *limit_decimals);

#endif
