/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/layout.h"

#include <assert.h>
#include <math.h>

/* ---- counter ----------------------------------------------------------- */

/* All ones in the register's width. */
static uint64_t range_of(unsigned bits)
{
    assert(bits == 16 || bits == 32 || bits == 64);
    return UINT64_MAX >> (64 - bits);
}

/* From the last sixteenth of the range to the first.  A part counter of 64
 * bits never wraps, so for it backward always means afresh. */
static bool wraps(uint64_t before, uint64_t now, uint64_t range)
{
    uint64_t sixteenth = range / 16;

    return range != UINT64_MAX && before > range - sixteenth - 1 &&
           now <= sixteenth;
}

static struct spc_counter_step begins(uint64_t raw, uint32_t epoch)
{
    return (struct spc_counter_step){
        .moved = raw != 0,
        .now = {.known = true, .epoch = epoch, .counter = raw},
    };
}

struct spc_counter_step spc_counter_step(const struct spc_counter *last,
                                         uint64_t raw, unsigned bits)
{
    uint64_t range = range_of(bits);
    uint64_t before = last->counter & range;

    assert(raw <= range);
    if (!last->known)
        return begins(raw, 1);
    if (raw < before && !wraps(before, raw, range)) {
        struct spc_counter_step step = begins(raw, last->epoch + 1);
        step.restarted = true;
        return step;
    }

    uint64_t passed = (raw - before) & range;
    return (struct spc_counter_step){
        .moved = passed > 0,
        .lost = passed > 0 ? passed - 1 : 0,
        .now = {true, last->epoch, last->counter + passed},
    };
}

/* ---- values ------------------------------------------------------------ */

static bool passes(const struct spc_layout_test *test, const uint16_t *words)
{
    return !test->present ||
           (spc_modbus_bits(&test->at, words) & test->mask) == test->equals;
}

/* A sentinel of a float register is written with decimals in the plant file
 * but travels with 24 bits, so that is where the two are compared. */
static bool is_sentinel(double raw, double invalid, enum spc_modbus_type type)
{
    if (isnan(invalid))
        return isnan(raw);
    if (type == SPC_MODBUS_FLOAT32)
        return (float)raw == (float)invalid;
    return raw == invalid;
}

static bool listed_as_invalid(const struct spc_layout_value *value, double raw)
{
    for (uint32_t i = 0; i < value->invalid_count; i++)
        if (is_sentinel(raw, value->invalid[i], value->at.type))
            return true;
    return false;
}

static enum spc_quality judge(const struct spc_layout_value *value, double raw,
                              double scaled)
{
    if (listed_as_invalid(value, raw))
        return SPC_SENTINEL;
    if (!isfinite(scaled))
        return SPC_NOT_A_NUMBER;
    /* A bound that does not exist is NaN and compares false. */
    if (scaled < value->low || scaled > value->high)
        return SPC_OUT_OF_RANGE;
    return SPC_GOOD;
}

static void read_values(const struct spc_layout *layout, const uint16_t *words,
                        struct spc_sample *sample)
{
    bool valid = passes(&layout->valid, words);

    sample->value_count = layout->value_count;
    for (uint32_t i = 0; i < layout->value_count; i++) {
        const struct spc_layout_value *value = &layout->value[i];
        double raw = spc_modbus_number(&value->at, words);
        double scaled = raw * value->scale + value->offset;
        enum spc_quality quality =
            valid ? judge(value, raw, scaled) : SPC_NOT_VALID;

        sample->quality[i] = (uint8_t)quality;
        sample->value[i] = quality == SPC_GOOD ? scaled : (double)NAN;
    }
}

static void read_texts(const struct spc_layout *layout, const uint16_t *words,
                       struct spc_sample *sample)
{
    if (layout->has_part_id)
        spc_modbus_text(&layout->part_id, words, sample->part_id,
                        sizeof sample->part_id);
    sample->context_count = layout->context_count;
    for (uint32_t i = 0; i < layout->context_count; i++)
        spc_modbus_text(&layout->context[i], words, sample->context[i],
                        sizeof sample->context[i]);
}

/* ---- block ------------------------------------------------------------- */

static unsigned length_of(const struct spc_register *at)
{
    return at->type == SPC_MODBUS_STRING ? at->words
                                         : spc_modbus_words(at->type);
}

static bool inside(const struct spc_register *at, size_t count)
{
    return at->offset + (size_t)length_of(at) <= count;
}

bool spc_layout_fits(const struct spc_layout *layout, size_t count)
{
    bool fits =
        inside(&layout->counter, count) &&
        (!layout->has_again || inside(&layout->counter_again, count)) &&
        (!layout->has_stamp || inside(&layout->stamp, count)) &&
        (!layout->has_part_id || inside(&layout->part_id, count)) &&
        (!layout->valid.present || inside(&layout->valid.at, count)) &&
        (!layout->self_test.present || inside(&layout->self_test.at, count));

    for (uint32_t i = 0; i < layout->value_count; i++)
        fits = fits && inside(&layout->value[i].at, count);
    for (uint32_t i = 0; i < layout->context_count; i++)
        fits = fits && inside(&layout->context[i], count);
    return fits;
}

static bool torn(const struct spc_layout *layout, const uint16_t *words)
{
    return layout->has_again &&
           spc_modbus_bits(&layout->counter, words) !=
               spc_modbus_bits(&layout->counter_again, words);
}

enum spc_reading spc_layout_read(const struct spc_layout *layout,
                                 const uint16_t *words, size_t count,
                                 const struct spc_counter *last,
                                 struct spc_sample *ret_sample,
                                 struct spc_counter_step *ret_step)
{
    assert(spc_layout_fits(layout, count));

    if (!passes(&layout->self_test, words))
        return SPC_READING_SELF_TEST_FAILED;
    if (torn(layout, words))
        return SPC_READING_TORN;

    *ret_step = spc_counter_step(last, spc_modbus_bits(&layout->counter, words),
                                 16 * spc_modbus_words(layout->counter.type));
    if (!ret_step->moved)
        return SPC_READING_SAME;

    *ret_sample = (struct spc_sample){
        .epoch = ret_step->now.epoch,
        .counter = ret_step->now.counter,
        .lost = ret_step->lost,
    };
    if (layout->has_stamp) {
        ret_sample->time = (spc_nanos)(spc_modbus_bits(&layout->stamp, words) *
                                       (uint64_t)layout->stamp_unit);
        ret_sample->time_source = SPC_TIME_PLC;
    }
    read_values(layout, words, ret_sample);
    read_texts(layout, words, ret_sample);
    return SPC_READING_NEW;
}
