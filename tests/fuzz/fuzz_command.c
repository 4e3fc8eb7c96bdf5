/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command payload of any content is a whole command or a sentence. */
#include "adapters/mqtt/command.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spc_command_text command = {.verb = "untouched"};
    char error[160] = "";

    if (spc_command_read(data, size, &command, error, sizeof error) == SPC_OK) {
        assert(size <= SPC_COMMAND_BYTES_MAX);
        assert(strcmp(command.verb, "ack") == 0 || command.comment[0]);
        assert(command.alarm_id[0] && command.person[0]);
        assert(memchr(command.comment, 0, sizeof command.comment));
    } else {
        assert(strcmp(command.verb, "untouched") == 0);
        assert(error[0] && memchr(error, 0, sizeof error));
    }
    return 0;
}
