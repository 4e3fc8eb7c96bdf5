/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON text: order, escapes, null for what is no number, bad bytes. */
#include "adapters/json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_text(json_t *json, const char *want)
{
    char *text = spc_json_text(json);

    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
    json_decref(json);
}

static void test_keys_keep_their_order(void **state)
{
    (void)state;
    json_t *json = json_pack("{s:i,s:[i,b,n],s:{s:s}}", "zeta", 1, "alpha", -2,
                             1, "mid", "k", "v");
    check_text(json,
               "{\"zeta\":1,\"alpha\":[-2,true,null],\"mid\":{\"k\":\"v\"}}");
}

static void test_empty_containers(void **state)
{
    (void)state;
    check_text(json_pack("{s:[],s:{},s:s,s:b}", "a", "o", "s", "", "f", 0),
               "{\"a\":[],\"o\":{},\"s\":\"\",\"f\":false}");
}

static void test_not_finite_is_null(void **state)
{
    (void)state;
    check_text(spc_json_number(NAN), "null");
    check_text(spc_json_number(INFINITY), "null");
    check_text(spc_json_number(-INFINITY), "null");
    check_text(spc_json_number(2.385), "2.385");
}

static void test_strings_are_escaped(void **state)
{
    (void)state;
    check_text(spc_json_string("a\"b\\c\n\t\x01\x1f/"),
               "\"a\\\"b\\\\c\\n\\t\\u0001\\u001f/\"");
    check_text(json_stringn("a\0b", 3), "\"a\\u0000b\"");
    check_text(spc_json_string("\xe5\x9d\x87\xe5\x80\xbc \xc2\xb5m"),
               "\"\xe5\x9d\x87\xe5\x80\xbc \xc2\xb5m\"");
    check_text(spc_json_string(NULL), "null");
}

static void test_bad_bytes_do_not_cost_the_message(void **state)
{
    (void)state;
    check_text(spc_json_string("A\xff"
                               "1"),
               "\"A\xef\xbf\xbd"
               "1\"");
    check_text(spc_json_string("\xe5\x9d"), /* cut off */
               "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    check_text(spc_json_string("\xc0\xaf"), /* overlong slash */
               "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    check_text(spc_json_string("\xed\xa0\x80"), /* a surrogate */
               "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_reads_back_through_a_parser(void **state)
{
    (void)state;
    json_t *json =
        json_pack("{s:f,s:[f,f],s:s,s:I}", "x", 1.0 / 3, "y", 0.1, -2.5e-310,
                  "s", "quote \" end", "n", (json_int_t)INT64_MAX);
    char *text = spc_json_text(json);
    json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_true(json_equal(json, again));
    free(text);
    json_decref(json);
    json_decref(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_keep_their_order),
        cmocka_unit_test(test_empty_containers),
        cmocka_unit_test(test_not_finite_is_null),
        cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_bad_bytes_do_not_cost_the_message),
        cmocka_unit_test(test_reads_back_through_a_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
