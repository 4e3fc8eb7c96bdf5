/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON writing over jansson's trees.
 *
 * jansson's own dump prints reals with a fixed precision: 17 digits turn 0.1
 * into 0.10000000000000001, 15 lose bits.  So the tree is walked here. */
#include "adapters/json/json.h"

#include "adapters/json/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ----------------------------------------------------------- */

/* printf writes the locale's decimal separator, which may be several bytes:
 * whatever is no part of a number in the C locale is the point. */
static size_t repair_point(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (strchr("0123456789+-e", *from))
            *to++ = *from;
        else if (to == text || to[-1] != '.')
            *to++ = '.';
    }
    *to = '\0';
    return (size_t)(to - text);
}

/* "1e+22" and "1e-05" say no more than "1e22" and "1e-5". */
static size_t trim_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (!e)
        return strlen(text);

    char *to = e + 1, *from = e + 1;
    if (*from == '-')
        *to++ = *from;
    from += strspn(from, "+-0");
    memmove(to, from, strlen(from) + 1);
    return strlen(text);
}

/* Any decimal of up to DBL_DIG digits survives a normal double, so stripping
 * zeros from 15 digits, as %g does, already finds the shorter ones.  That
 * does not hold for subnormals, which have fewer bits. */
size_t spc_number_text(double x, char ret_text[SPC_NUMBER_TEXT])
{
    assert(isfinite(x));

    if (x == 0)
        return (size_t)snprintf(ret_text, SPC_NUMBER_TEXT, "%s",
                                signbit(x) ? "-0.0" : "0");

    int digits = fabs(x) < DBL_MIN ? 1 : DBL_DIG;
    do /* reading and writing share the locale, so the separator agrees */
        snprintf(ret_text, SPC_NUMBER_TEXT, "%.*g", digits, x);
    while (strtod(ret_text, NULL) != x && digits++ < DBL_DECIMAL_DIG);

    repair_point(ret_text);
    return trim_exponent(ret_text);
}

size_t spc_decimal_text(double x, int decimals, char ret_text[SPC_NUMBER_TEXT])
{
    assert(decimals <= 12);

    if (!isfinite(x))
        return (size_t)snprintf(ret_text, SPC_NUMBER_TEXT, "?");
    if (decimals < 0 || fabs(x) >= 1e12)
        snprintf(ret_text, SPC_NUMBER_TEXT, "%.6g", x);
    else
        snprintf(ret_text, SPC_NUMBER_TEXT, "%.*f", decimals, x);
    return repair_point(ret_text);
}

json_t *spc_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* ---- strings ----------------------------------------------------------- */

json_t *spc_json_string(const char *string)
{
    if (!string)
        return json_null();

    struct spc_text clean = {0};
    size_t left = strlen(string);
    while (left > 0) {
        uint32_t code;
        size_t bytes = spc_utf8_next(string, left, &code);

        if (bytes)
            spc_text_add(&clean, string, bytes);
        else
            spc_text_string(&clean, "\xef\xbf\xbd");
        string += bytes ? bytes : 1;
        left -= bytes ? bytes : 1;
    }

    char *text = spc_text_take(&clean);
    json_t *json = text ? json_string(text) : NULL;
    free(text);
    return json;
}

/* RFC 8259 section 7: the quote, the backslash and controls are escaped. */
static void write_escape(struct spc_text *text, char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *found = c ? strchr(plain, c) : NULL;
    char escape[8];

    if (found)
        snprintf(escape, sizeof escape, "\\%c", letter[found - plain]);
    else
        snprintf(escape, sizeof escape, "\\u%04x", (unsigned char)c);
    spc_text_string(text, escape);
}

static bool needs_escape(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

static void write_string(struct spc_text *text, const char *s, size_t length)
{
    size_t done = 0;

    spc_text_string(text, "\"");
    for (size_t i = 0; i < length; i++) {
        if (!needs_escape(s[i]))
            continue;
        spc_text_add(text, s + done, i - done);
        write_escape(text, s[i]);
        done = i + 1;
    }
    spc_text_add(text, s + done, length - done);
    spc_text_string(text, "\"");
}

/* ---- trees ------------------------------------------------------------- */

static void write_value(struct spc_text *text, const json_t *json);

static void write_object(struct spc_text *text, json_t *object)
{
    const char *key, *comma = "";
    json_t *value;

    spc_text_string(text, "{");
    json_object_foreach(object, key, value)
    {
        spc_text_string(text, comma);
        write_string(text, key, strlen(key));
        spc_text_string(text, ":");
        write_value(text, value);
        comma = ",";
    }
    spc_text_string(text, "}");
}

static void write_array(struct spc_text *text, const json_t *array)
{
    spc_text_string(text, "[");
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            spc_text_string(text, ",");
        write_value(text, json_array_get(array, i));
    }
    spc_text_string(text, "]");
}

static void write_number(struct spc_text *text, const json_t *json)
{
    char number[SPC_NUMBER_TEXT];

    if (json_is_real(json))
        spc_number_text(json_real_value(json), number);
    else
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(json));
    spc_text_string(text, number);
}

/* Trees are built by this program and a few levels deep, hence recursion. */
static void write_value(struct spc_text *text, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        /* Iterating changes nothing; jansson's macro just lacks the const. */
        write_object(text, (json_t *)json);
        break;
    case JSON_ARRAY:
        write_array(text, json);
        break;
    case JSON_STRING:
        write_string(text, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        write_number(text, json);
        break;
    case JSON_TRUE:
        spc_text_string(text, "true");
        break;
    case JSON_FALSE:
        spc_text_string(text, "false");
        break;
    case JSON_NULL:
        spc_text_string(text, "null");
        break;
    }
}

char *spc_json_text(const json_t *json)
{
    struct spc_text text = {0};

    write_value(&text, json);
    return spc_text_take(&text);
}
