/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/frame.h"

#include <assert.h>
#include <errno.h>
#include <modbus.h>

enum {
    AT_TRANSACTION = 0,
    AT_PROTOCOL = 2,
    AT_LENGTH = 4,
    AT_UNIT = 6,
    AT_FUNCTION = 7,
    AT_COUNT = 8, /* of bytes; in an exception, its code */
    AT_WORDS = 9,
    READ_HOLDING = 0x03,
    EXCEPTION = 0x80,
};

static void put_word(uint8_t *bytes, unsigned word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

static unsigned word_at(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

void spc_frame_request(const struct spc_frame_read *read,
                       uint8_t ret_bytes[SPC_FRAME_REQUEST])
{
    assert(read->count >= 1);
    assert(read->count <= SPC_FRAME_REGISTERS);

    put_word(ret_bytes + AT_TRANSACTION, read->transaction);
    put_word(ret_bytes + AT_PROTOCOL, 0);
    put_word(ret_bytes + AT_LENGTH, SPC_FRAME_REQUEST - AT_UNIT);
    ret_bytes[AT_UNIT] = read->unit;
    ret_bytes[AT_FUNCTION] = READ_HOLDING;
    put_word(ret_bytes + 8, read->first);
    put_word(ret_bytes + 10, read->count);
}

static int exception_error(unsigned code)
{
    return code >= 1 && code < MODBUS_EXCEPTION_MAX &&
                   code != MODBUS_EXCEPTION_NOT_DEFINED
               ? MODBUS_ENOBASE + (int)code
               : EMBUNKEXC;
}

int spc_frame_reply(const struct spc_frame_read *read, const uint8_t *bytes,
                    size_t length, uint16_t *ret_words)
{
    if (length < AT_WORDS || word_at(bytes + AT_PROTOCOL) != 0 ||
        word_at(bytes + AT_LENGTH) != length - AT_UNIT)
        return EMBBADDATA;
    if (word_at(bytes + AT_TRANSACTION) != read->transaction)
        return EAGAIN;
    if (bytes[AT_UNIT] != read->unit)
        return EMBBADSLAVE;
    if (bytes[AT_FUNCTION] == (READ_HOLDING | EXCEPTION))
        return length == AT_WORDS ? exception_error(bytes[AT_COUNT])
                                  : EMBBADDATA;
    if (bytes[AT_FUNCTION] != READ_HOLDING ||
        bytes[AT_COUNT] != 2 * read->count ||
        length != AT_WORDS + 2 * (size_t)read->count)
        return EMBBADDATA;

    for (unsigned i = 0; i < read->count; i++)
        ret_words[i] = (uint16_t)word_at(bytes + AT_WORDS + (size_t)(2 * i));
    return 0;
}
