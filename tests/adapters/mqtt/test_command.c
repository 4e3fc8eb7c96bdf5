/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command payload: what is taken, and that each way of being wrong is
 * refused with the sentence that says so. */
#include "adapters/mqtt/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum spc_status read_text(const char *text,
                                 struct spc_command_text *ret_command,
                                 char error[160])
{
    return spc_command_read(text, strlen(text), ret_command, error, 160);
}

static void every_word_is_taken(void **state)
{
    struct spc_command_text command;
    char error[160] = "";

    (void)state;
    assert_int_equal(
        read_text("{\"comment\":\"tool \\u0394\",\"verb\":\"ack\","
                  "\"alarm_id\":\"gw-07:6f1c:12\",\"person\":\"M. Rossi\"}",
                  &command, error),
        SPC_OK);
    assert_string_equal(command.verb, "ack");
    assert_string_equal(command.alarm_id, "gw-07:6f1c:12");
    assert_string_equal(command.person, "M. Rossi");
    assert_string_equal(command.comment, "tool \xce\x94");
}

static void a_comment_may_be_absent(void **state)
{
    struct spc_command_text command;
    char error[160] = "";

    (void)state;
    assert_int_equal(
        read_text("{\"verb\":\"ack\",\"alarm_id\":\"a\",\"person\":\"p\"}",
                  &command, error),
        SPC_OK);
    assert_string_equal(command.comment, "");
}

/* clang-format off */
static const struct {
    const char *payload, *sentence;
} wrong[] = {
    {"",                        "not JSON"},
    {"{} {}",                   "not JSON"},
    {"[]",                      "a command is a JSON object"},
    {"{\"verb\":\"ack\",\"verb\":\"ack\"}", "not JSON: duplicate"},
    {"{\"verb\":1}",            "\"verb\" must be a text"},
    {"{\"person\":\"\"}",       "\"person\" is empty"},
    {"{\"person\":\"a\\nb\"}",  "\"person\" holds a control character"},
    {"{\"person\":\"12345678901234567890123456789012\"}",
                                "\"person\" is too long"},
    {"{\"force\":\"x\"}",       "unknown key \"force\""},
    {"{\"verb\":\"ack\",\"person\":\"p\"}", "\"alarm_id\" is missing"},
    {"{\"verb\":\"ack\",\"alarm_id\":\"a\"}", "\"person\" is missing"},
    {"{\"verb\":\"stop\",\"alarm_id\":\"a\",\"person\":\"p\"}",
                                "unknown verb \"stop\""},
    {"{\"verb\":\"comment\",\"alarm_id\":\"a\",\"person\":\"p\"}",
                                "wants a comment"},
};
/* clang-format on */

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct spc_command_text command = {.verb = "untouched"};
        char error[160] = "";

        assert_int_equal(read_text(wrong[i].payload, &command, error),
                         SPC_BAD_INPUT);
        assert_string_equal(command.verb, "untouched");
        if (!strstr(error, wrong[i].sentence))
            fail_msg("%s: \"%s\"", wrong[i].payload, error);
    }
}

static void the_size_is_bounded(void **state)
{
    static char blanks[SPC_COMMAND_BYTES_MAX + 1];
    static const char json[] =
        "{\"verb\":\"ack\",\"alarm_id\":\"a\",\"person\":\"p\"}";
    struct spc_command_text command;
    char error[160] = "";

    (void)state;
    memset(blanks, ' ', sizeof blanks);
    memcpy(blanks, json, sizeof json - 1);
    assert_int_equal(spc_command_read(blanks, SPC_COMMAND_BYTES_MAX, &command,
                                      error, sizeof error),
                     SPC_OK);
    assert_int_equal(
        spc_command_read(blanks, sizeof blanks, &command, error, sizeof error),
        SPC_BAD_INPUT);
    assert_string_equal(error, "a command has at most 4096 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_taken),
        cmocka_unit_test(a_comment_may_be_absent),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(the_size_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
