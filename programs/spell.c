/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "programs/spell.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

char *spc_spell(char *end, const char *text)
{
    size_t length = strlen(text);

    memcpy(end, text, length + 1);
    return end + length;
}

char *spc_spell_count(char *end, unsigned n)
{
    char digits[12];
    size_t first = sizeof digits - 1;

    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return spc_spell(end, digits + first);
}

char *spc_spell_hundredths(char *end, double x)
{
    unsigned hundredths = (unsigned)floor(fmin(fabs(x), 1e6) * 100 + 0.5);

    if (x < 0 && hundredths > 0)
        end = spc_spell(end, "-");
    end = spc_spell_count(end, hundredths / 100);
    end = spc_spell(end, hundredths % 100 < 10 ? ".0" : ".");
    return spc_spell_count(end, hundredths % 100);
}
