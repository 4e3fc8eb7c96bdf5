/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reply of any content becomes a sample that keeps its promises: a value is
 * finite and good or NaN and not, a text ends.  The first bytes make the
 * layout, as a plant file would, and the rest are the registers. */
#include "adapters/modbus/layout.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { WORDS = 125 };

struct bytes {
    const uint8_t *data;
    size_t size;
};

static unsigned next(struct bytes *bytes)
{
    if (bytes->size == 0)
        return 0;
    bytes->size--;
    return *bytes->data++;
}

static struct spc_register next_register(struct bytes *bytes, unsigned types)
{
    struct spc_register at = {.type = (uint8_t)(next(bytes) % types)};

    at.order = (uint8_t)(next(bytes) % SPC_MODBUS_ORDERS);
    at.words = (uint16_t)spc_modbus_words(at.type);
    if (at.type == SPC_MODBUS_STRING)
        at.words = (uint16_t)(1 + next(bytes) % 24);
    at.offset = (uint16_t)(next(bytes) % (WORDS - at.words + 1));
    at.mask = (uint16_t)(next(bytes) << 8 | 1);
    return at;
}

static struct spc_layout_test next_test(struct bytes *bytes)
{
    return (struct spc_layout_test){
        .present = next(bytes) & 1,
        .at = next_register(bytes, SPC_MODBUS_INT32),
        .mask = next(bytes),
        .equals = next(bytes) & 1,
    };
}

static struct spc_layout next_layout(struct bytes *bytes)
{
    static const uint8_t counters[] = {SPC_MODBUS_UINT16, SPC_MODBUS_UINT32,
                                       SPC_MODBUS_UINT64};
    struct spc_layout layout = {
        .counter = {.type = counters[next(bytes) % 3]},
        .valid = next_test(bytes),
        .self_test = next_test(bytes),
        .has_again = next(bytes) & 1,
        .has_stamp = next(bytes) & 1,
        .has_part_id = next(bytes) & 1,
        .stamp = next_register(bytes, SPC_MODBUS_FLOAT32),
        .part_id = next_register(bytes, SPC_MODBUS_STRING + 1),
        .stamp_unit = SPC_MILLISECOND,
        .value_count = next(bytes) % 8,
        .context_count = next(bytes) % (SPC_CONTEXT_MAX + 1),
    };

    layout.counter_again = layout.counter;
    layout.counter_again.offset = (uint16_t)(next(bytes) % (WORDS - 3));
    for (unsigned i = 0; i < layout.value_count; i++)
        layout.value[i] = (struct spc_layout_value){
            .at = next_register(bytes, SPC_MODBUS_STRING),
            .scale = (double)next(bytes) / 16,
            .low = next(bytes) & 1 ? -1e6 : (double)NAN,
            .high = next(bytes) & 1 ? 1e6 : (double)NAN,
            .invalid = {-1, (double)NAN},
            .invalid_count = next(bytes) % 3,
        };
    for (unsigned i = 0; i < layout.context_count; i++)
        layout.context[i] = next_register(bytes, SPC_MODBUS_TYPES);
    return layout;
}

static void check(const struct spc_sample *sample)
{
    assert(memchr(sample->part_id, 0, sizeof sample->part_id));
    for (unsigned i = 0; i < sample->context_count; i++)
        assert(memchr(sample->context[i], 0, sizeof sample->context[i]));
    for (unsigned i = 0; i < sample->value_count; i++) {
        assert(sample->quality[i] < SPC_QUALITIES);
        assert(sample->quality[i] == SPC_GOOD ? isfinite(sample->value[i])
                                              : isnan(sample->value[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct spc_layout layout = next_layout(&bytes);
    struct spc_counter last = {next(&bytes) & 1, 1, next(&bytes)};
    struct spc_counter_step step;
    struct spc_sample sample;
    uint16_t words[WORDS];

    for (unsigned i = 0; i < WORDS; i++) {
        words[i] = (uint16_t)(next(&bytes) << 8);
        words[i] |= (uint16_t)next(&bytes);
    }
    if (spc_layout_read(&layout, words, WORDS, &last, &sample, &step) !=
        SPC_READING_NEW)
        return 0;
    check(&sample);

    /* The same block again is no new part. */
    assert(sample.counter == step.now.counter);
    last = step.now;
    assert(spc_layout_read(&layout, words, WORDS, &last, &sample, &step) ==
           SPC_READING_SAME);
    return 0;
}
