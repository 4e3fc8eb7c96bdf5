/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Register words to values.
 *
 * Modbus says only that a register goes high byte first.  How a device lays a
 * number of several registers over them is its own affair, so the layouts are
 * rows of a table: the letter at a place of the wire says which byte of the
 * value travels there, A being the most significant. */
#include "adapters/modbus/decode.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WIDTHS = 3 }; /* one, two, four words */

/* clang-format off */
static const char *const layouts[SPC_MODBUS_ORDERS][WIDTHS] = {
    [SPC_MODBUS_ABCD]     = {"AB", "ABCD", "ABCDEFGH"},
    [SPC_MODBUS_CDAB]     = {"AB", "CDAB", "GHEFCDAB"},
    [SPC_MODBUS_BADC]     = {"BA", "BADC", "BADCFEHG"},
    [SPC_MODBUS_DCBA]     = {"BA", "DCBA", "HGFEDCBA"},
    /* Two orders that only 64-bit values have: the halves are swapped. */
    [SPC_MODBUS_EFGHABCD] = {"AB", "ABCD", "EFGHABCD"},
    [SPC_MODBUS_FEHGBADC] = {"BA", "BADC", "FEHGBADC"},
};

static const uint8_t words_of[SPC_MODBUS_TYPES] = {
    [SPC_MODBUS_UINT16]  = 1, [SPC_MODBUS_INT16]   = 1,
    [SPC_MODBUS_UINT32]  = 2, [SPC_MODBUS_INT32]   = 2,
    [SPC_MODBUS_FLOAT32] = 2, [SPC_MODBUS_UINT64]  = 4,
    [SPC_MODBUS_INT64]   = 4, [SPC_MODBUS_FLOAT64] = 4,
    [SPC_MODBUS_STRING]  = 0, [SPC_MODBUS_BIT]     = 1,
};
/* clang-format on */

unsigned spc_modbus_words(enum spc_modbus_type type)
{
    assert(type < SPC_MODBUS_TYPES);
    return words_of[type];
}

/* For `words` of 1, 2, 4: rows 0, 1, 2 of the table. */
static const char *layout_of(const struct spc_register *at, unsigned words)
{
    assert(at->order < SPC_MODBUS_ORDERS);
    return layouts[at->order][words / 2];
}

static unsigned shift_of(char letter, unsigned bytes)
{
    return 8 * (bytes - 1 - (unsigned)(letter - 'A'));
}

static unsigned wire_byte(const uint16_t *block, unsigned place)
{
    return place % 2 ? block[place / 2] & 0xff : block[place / 2] >> 8;
}

static void set_wire_byte(uint16_t *block, unsigned place, unsigned byte)
{
    uint16_t *word = &block[place / 2];

    *word = (uint16_t)(place % 2 ? (*word & 0xff00u) | byte
                                 : (*word & 0x00ffu) | byte << 8);
}

/* What a mask's lowest bit is worth; dividing by it aligns right. */
static unsigned unit_of(unsigned mask)
{
    return mask & (0u - mask);
}

uint64_t spc_modbus_bits(const struct spc_register *at, const uint16_t *block)
{
    unsigned words = spc_modbus_words(at->type);
    assert(words > 0);

    const char *layout = layout_of(at, words);
    uint64_t bits = 0;

    for (unsigned i = 0; i < 2 * words; i++)
        bits |= (uint64_t)wire_byte(block + at->offset, i)
                << shift_of(layout[i], 2 * words);
    if (at->type == SPC_MODBUS_BIT)
        bits = at->mask ? (bits & at->mask) / unit_of(at->mask) : 0;
    return bits;
}

static double float32_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof value);
    return (double)value;
}

static double float64_of(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Two's complement of `width` bits. */
static int64_t signed_of(uint64_t bits, unsigned width)
{
    uint64_t sign = UINT64_C(1) << (width - 1);

    return (int64_t)((bits ^ sign) - sign);
}

double spc_modbus_number(const struct spc_register *at, const uint16_t *block)
{
    uint64_t bits = spc_modbus_bits(at, block);

    switch ((enum spc_modbus_type)at->type) {
    case SPC_MODBUS_FLOAT32:
        return float32_of(bits);
    case SPC_MODBUS_FLOAT64:
        return float64_of(bits);
    case SPC_MODBUS_INT16:
    case SPC_MODBUS_INT32:
    case SPC_MODBUS_INT64:
        return (double)signed_of(bits, 16 * words_of[at->type]);
    default:
        return (double)bits;
    }
}

/* Length without the blanks and NULs at the end. */
static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == 0))
        length--;
    return length;
}

static char printable(unsigned byte)
{
    return byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
}

static void string_text(const struct spc_register *at, const uint16_t *block,
                        char *ret_text, size_t size)
{
    const char *layout = layout_of(at, 1);
    size_t length = 2 * (size_t)at->words;

    if (length > size - 1)
        length = size - 1;
    for (size_t i = 0; i < length; i++) {
        unsigned place = (unsigned)(i - i % 2) + (layout[i % 2] == 'B');
        ret_text[i] = (char)wire_byte(block + at->offset, place);
    }
    length = trimmed(ret_text, length);
    for (size_t i = 0; i < length; i++)
        ret_text[i] = printable((unsigned char)ret_text[i]);
    ret_text[length] = '\0';
}

void spc_modbus_text(const struct spc_register *at, const uint16_t *block,
                     char *ret_text, size_t size)
{
    assert(size > 0);

    switch ((enum spc_modbus_type)at->type) {
    case SPC_MODBUS_STRING:
        string_text(at, block, ret_text, size);
        break;
    case SPC_MODBUS_FLOAT32:
        snprintf(ret_text, size, "%.9g", spc_modbus_number(at, block));
        break;
    case SPC_MODBUS_FLOAT64:
        snprintf(ret_text, size, "%.17g", spc_modbus_number(at, block));
        break;
    case SPC_MODBUS_INT16:
    case SPC_MODBUS_INT32:
    case SPC_MODBUS_INT64:
        snprintf(
            ret_text, size, "%" PRId64,
            signed_of(spc_modbus_bits(at, block), 16 * words_of[at->type]));
        break;
    default:
        snprintf(ret_text, size, "%" PRIu64, spc_modbus_bits(at, block));
    }
}

static void encode_bit(const struct spc_register *at, uint64_t bits,
                       uint16_t *ret_block)
{
    struct spc_register whole = *at;

    whole.type = SPC_MODBUS_UINT16;
    uint64_t others = spc_modbus_bits(&whole, ret_block) & ~(uint64_t)at->mask;
    uint64_t ours = bits * unit_of(at->mask) & at->mask;
    spc_modbus_encode(&whole, others | ours, ret_block);
}

void spc_modbus_encode(const struct spc_register *at, uint64_t bits,
                       uint16_t *ret_block)
{
    if (at->type == SPC_MODBUS_BIT) {
        encode_bit(at, bits, ret_block);
        return;
    }

    unsigned words = spc_modbus_words(at->type);
    assert(words > 0);
    const char *layout = layout_of(at, words);

    for (unsigned i = 0; i < 2 * words; i++)
        set_wire_byte(ret_block + at->offset, i,
                      bits >> shift_of(layout[i], 2 * words) & 0xff);
}

void spc_modbus_encode_text(const struct spc_register *at, const char *text,
                            uint16_t *ret_block)
{
    const char *layout = layout_of(at, 1);
    size_t length = strlen(text);

    assert(at->type == SPC_MODBUS_STRING);
    for (size_t i = 0; i < 2 * (size_t)at->words; i++) {
        unsigned place = (unsigned)(i - i % 2) + (layout[i % 2] == 'B');
        set_wire_byte(ret_block + at->offset, place,
                      i < length ? (unsigned char)text[i] : ' ');
    }
}
