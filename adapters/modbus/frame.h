/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Request and reply of one read of holding registers over Modbus TCP.  Pure.
 *
 *      0    2    4    6  7  8     9
 *     +----+----+----+--+--+-----+------
 *     |tid | 0  |len |un|03|count|words    a reply; len counts from `un`
 *     +----+----+----+--+--+-----+------
 *
 * libmodbus 3.1 frames the reply but does not compare its unit with the one
 * that was asked, and takes a reply that comes too late for a broken stream.
 * With the request in our own hands each reply is told apart exactly: ours,
 * one that came too late (drop it and listen on), or a wrong one. */
#ifndef SPC_ADAPTERS_MODBUS_FRAME_H
#define SPC_ADAPTERS_MODBUS_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    SPC_FRAME_REQUEST = 12,   /* bytes */
    SPC_FRAME_REGISTERS = 125 /* most that one request may ask for */
};

struct spc_frame_read {
    uint16_t transaction;
    uint8_t unit;
    uint16_t first, count;
};

void spc_frame_request(const struct spc_frame_read *read,
                       uint8_t ret_bytes[SPC_FRAME_REQUEST]);

/* 0: read->count words are in ret_words.  EAGAIN: a reply to an earlier
 * request.  EMBBADSLAVE: from another unit.  EMBBADDATA: malformed.  Else the
 * error of an exception answer.  See trouble.h. */
int spc_frame_reply(const struct spc_frame_read *read, const uint8_t *bytes,
                    size_t length, uint16_t *ret_words);

#endif
