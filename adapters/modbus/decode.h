/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Register words to values: every width, type and word order, by table.
 *
 * A is the most significant byte.  Pure; never libmodbus' float helpers,
 * whose meaning differs between its versions. */
#ifndef SPC_ADAPTERS_MODBUS_DECODE_H
#define SPC_ADAPTERS_MODBUS_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spc_modbus_type {
    SPC_MODBUS_UINT16,
    SPC_MODBUS_INT16,
    SPC_MODBUS_UINT32,
    SPC_MODBUS_INT32,
    SPC_MODBUS_FLOAT32,
    SPC_MODBUS_UINT64,
    SPC_MODBUS_INT64,
    SPC_MODBUS_FLOAT64,
    SPC_MODBUS_STRING,
    SPC_MODBUS_BIT,
    SPC_MODBUS_TYPES
};

/* Spelled as for 32 bits; the last two exist for 64 bits only.  On four words
 * CDAB is GHEFCDAB, BADC is BADCFEHG and DCBA is HGFEDCBA.  A register of one
 * word, a string and a bit know two orders: BADC and DCBA swap the bytes of
 * each word, all others leave them. */
enum spc_modbus_order {
    SPC_MODBUS_ABCD,
    SPC_MODBUS_CDAB,
    SPC_MODBUS_BADC,
    SPC_MODBUS_DCBA,
    SPC_MODBUS_EFGHABCD,
    SPC_MODBUS_FEHGBADC,
    SPC_MODBUS_ORDERS
};

struct spc_register {
    uint16_t offset; /* first word, within the block */
    uint16_t words;
    uint8_t type;  /* enum spc_modbus_type */
    uint8_t order; /* enum spc_modbus_order */
    uint16_t mask; /* of a bit */
};

/* Words a type takes; strings take what the configuration says (0 here). */
unsigned spc_modbus_words(enum spc_modbus_type type);

/* The raw bits of an integer, a float or a bit, right aligned. */
uint64_t spc_modbus_bits(const struct spc_register *at, const uint16_t *block);

/* The value of a numeric register.  May be NaN or infinite: a wire can carry
 * those.  64-bit integers beyond 2^53 round to the nearest double. */
double spc_modbus_number(const struct spc_register *at, const uint16_t *block);

/* Text of a string register, or the decimal text of a numeric one: up to
 * size - 1 bytes and a NUL.  Trailing blanks and NULs are cut; a byte that is
 * not printable ASCII becomes '?'. */
void spc_modbus_text(const struct spc_register *at, const uint16_t *block,
                     char *ret_text, size_t size);

/* The inverses, for simulated devices and the round-trip test.  A text is
 * padded with blanks. */
void spc_modbus_encode(const struct spc_register *at, uint64_t bits,
                       uint16_t *ret_block);
void spc_modbus_encode_text(const struct spc_register *at, const char *text,
                            uint16_t *ret_block);

#endif
