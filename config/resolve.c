/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From addresses as people write them to one block of PDU addresses.
 *
 *     written          base 0      base 1      modicon (base 1)
 *     first register   0           1           40001, 400001
 *     PDU address      0           0           0
 *
 * All registers of a station are read by one request, since a sample that
 * came in two could be of two parts. */
#include "config/reader.h"

#include <string.h>

enum {
    MODICON_SHORT = 40001, /* to 49999 */
    MODICON_LONG = 400001, /* to 465536 */
    ADDRESSES = 65536,
};

/* ---- spelling ---------------------------------------------------------- */

static const struct {
    const char *text;
    uint32_t words; /* 0: as its length says */
} types[] = {
    [SPC_REGISTER_UINT16] = {"uint16", 1},
    [SPC_REGISTER_INT16] = {"int16", 1},
    [SPC_REGISTER_UINT32] = {"uint32", 2},
    [SPC_REGISTER_INT32] = {"int32", 2},
    [SPC_REGISTER_FLOAT32] = {"float32", 2},
    [SPC_REGISTER_UINT64] = {"uint64", 4},
    [SPC_REGISTER_INT64] = {"int64", 4},
    [SPC_REGISTER_FLOAT64] = {"float64", 4},
    [SPC_REGISTER_STRING] = {"string", 0},
    [SPC_REGISTER_BIT] = {"bit", 1},
};

_Static_assert(sizeof types / sizeof *types == SPC_REGISTER_TYPES,
               "every type has a text and a width");

static const char *const orders[] = {
    [SPC_ORDER_ABCD] = "ABCD",         [SPC_ORDER_CDAB] = "CDAB",
    [SPC_ORDER_BADC] = "BADC",         [SPC_ORDER_DCBA] = "DCBA",
    [SPC_ORDER_EFGHABCD] = "EFGHABCD", [SPC_ORDER_FEHGBADC] = "FEHGBADC",
};

_Static_assert(sizeof orders / sizeof *orders == SPC_WORD_ORDERS,
               "every order has a text");

const char *spc_register_type_text(enum spc_register_type type)
{
    return type < SPC_REGISTER_TYPES ? types[type].text : "unknown type";
}

const char *spc_word_order_text(enum spc_word_order order)
{
    return order < SPC_WORD_ORDERS ? orders[order] : "unknown order";
}

uint32_t spc_written_address(const struct spc_plant_station *station,
                             uint32_t address)
{
    if (!station->modicon)
        return address + station->base;
    return address + MODICON_SHORT <= 49999 ? address + MODICON_SHORT
                                            : address + MODICON_LONG;
}

/* ---- fields ------------------------------------------------------------ */

/* The named registers that a sample section holds besides its context. */
static const struct {
    const char *name, *section, *key;
    size_t offset;
} fixed[] = {
    {"counter", "trigger", "counter",
     offsetof(struct spc_plant_station, counter)},
    {"counter_again", "verify", "counter_again",
     offsetof(struct spc_plant_station, counter_again)},
    {"valid", "valid", "register", offsetof(struct spc_plant_station, valid)},
    {"stamp", "stamp", "register", offsetof(struct spc_plant_station, stamp)},
    {"self_test", "self_test", "register",
     offsetof(struct spc_plant_station, self_test)},
    {"part_id", "part_id", "register",
     offsetof(struct spc_plant_station, part_id)},
};

enum { FIXED = sizeof fixed / sizeof *fixed };

static void add_field(struct spc_named_field *fields, uint32_t *count,
                      const char *kind, const char *name,
                      const struct spc_field *field)
{
    if (field->present)
        fields[(*count)++] = (struct spc_named_field){kind, name, field};
}

uint32_t spc_station_fields(const struct spc_plant_station *station,
                            struct spc_named_field ret_fields[SPC_FIELDS_MAX])
{
    const char *base = (const char *)station;
    uint32_t count = 0;

    for (size_t i = 0; i < FIXED; i++)
        add_field(ret_fields, &count, fixed[i].name, NULL,
                  (const void *)(base + fixed[i].offset));
    for (uint32_t i = 0; i < station->context_count; i++)
        add_field(ret_fields, &count, "context", station->context[i].key,
                  &station->context[i].field);
    for (uint32_t i = 0; i < station->characteristic_count; i++)
        add_field(ret_fields, &count, "characteristic",
                  station->characteristics[i].id,
                  &station->characteristics[i].field);
    return count;
}

/* ---- all there is to know while resolving ------------------------------ */

struct part {
    const char *name;
    struct spc_field *field;
    const struct spc_node *node; /* of the section the register stands in */
    const char *key;             /* of the register */
    bool measured;               /* a characteristic */
    bool resolved;
};

struct resolving {
    struct spc_reader *reader;
    struct spc_plant_station *station;
    const struct spc_node *node; /* of the station */
    struct part parts[SPC_FIELDS_MAX];
    uint32_t count;
    bool warned_of_modicon;
};

static size_t part_place(const struct part *part)
{
    return spc_node_at(part->node, part->key)->place;
}

static void add_part(struct resolving *r, const char *name,
                     struct spc_field *field, const struct spc_node *node,
                     const char *key)
{
    if (field->present)
        r->parts[r->count++] = (struct part){.name = name ? name : "value",
                                             .field = field,
                                             .node = node,
                                             .key = key};
}

static void collect(struct resolving *r)
{
    struct spc_plant_station *station = r->station;
    const struct spc_node *sample = spc_node_at(r->node, "sample");
    const struct spc_node *context = spc_node_at(sample, "context");
    const struct spc_node *entry = NULL;

    for (size_t i = 0; i < FIXED; i++)
        add_part(r, fixed[i].name, (void *)((char *)station + fixed[i].offset),
                 spc_node_at(sample, fixed[i].section), fixed[i].key);
    for (uint32_t i = 0; i < station->context_count; i++)
        add_part(r, station->context[i].key, &station->context[i].field,
                 spc_node_at(context, station->context[i].key), "register");
    if (station->characteristic_count > 0)
        entry = spc_node_at(r->node, "characteristics")->first;
    for (uint32_t i = 0; entry != NULL; i++, entry = entry->next) {
        uint32_t before = r->count;

        add_part(r, station->characteristics[i].id,
                 &station->characteristics[i].field, entry, "register");
        r->parts[before].measured = r->count > before;
    }
}

/* ---- addresses --------------------------------------------------------- */

static bool from_modicon(struct resolving *r, uint32_t written, size_t place,
                         uint32_t *ret_address)
{
    if (written >= MODICON_SHORT && written <= 49999) {
        *ret_address = written - MODICON_SHORT;
        return true;
    }
    if (written >= MODICON_LONG && written < MODICON_LONG + ADDRESSES) {
        *ret_address = written - MODICON_LONG;
        return true;
    }
    spc_complain(r->reader->complainer, place,
                 "%u is no holding register in Modicon notation, which is "
                 "40001 to 49999 or 400001 to 465536",
                 (unsigned)written);
    return false;
}

static bool from_number(struct resolving *r, uint32_t written, size_t place,
                        uint32_t *ret_address)
{
    uint32_t base = r->station->base;

    if (written < base) {
        spc_complain(r->reader->complainer, place,
                     "there is no register 0 with base 1; the first is 1 "
                     "(or, if this PLC counts from 0, say base: 0)");
        return false;
    }
    if (written - base >= ADDRESSES) {
        spc_complain(r->reader->complainer, place, "the last register is %u%s",
                     ADDRESSES - 1 + base,
                     written >= MODICON_LONG
                         ? "; for Modicon notation say notation: modicon"
                         : "");
        return false;
    }
    if (written >= MODICON_SHORT && written <= 49999 && !r->warned_of_modicon) {
        r->warned_of_modicon = true;
        spc_warn(r->reader->complainer, place,
                 "%u is read as PDU address %u; if the PLC's manual means "
                 "Modicon notation, say base: 1, notation: modicon",
                 (unsigned)written, (unsigned)(written - base));
    }
    *ret_address = written - base;
    return true;
}

static bool to_address(struct resolving *r, uint32_t written, size_t place,
                       uint32_t *ret_address)
{
    return r->station->modicon ? from_modicon(r, written, place, ret_address)
                               : from_number(r, written, place, ret_address);
}

/* ---- types and orders -------------------------------------------------- */

static bool resolve_width(struct resolving *r, const struct part *part)
{
    struct spc_field *field = part->field;
    const struct spc_node *length = spc_node_at(part->node, "length");
    bool string = field->type == SPC_REGISTER_STRING;

    if (string && length == NULL) {
        spc_complain(r->reader->complainer, spc_node_own_place(part->node),
                     "length is missing: how many characters the string has");
        return false;
    }
    if (!string && length != NULL && !part->measured)
        spc_complain(r->reader->complainer, length->key->place,
                     "length is for strings; type %s takes %u",
                     types[field->type].text,
                     (unsigned)types[field->type].words);
    field->words = string ? (field->length + 1) / 2 : types[field->type].words;
    return field->words > 0;
}

static void check_mask(struct resolving *r, const struct part *part)
{
    struct spc_field *field = part->field;
    const struct spc_node *mask = spc_node_at(part->node, "mask");
    bool one_bit = (field->mask & (field->mask - 1)) == 0;

    if (field->mask == 0)
        field->mask = UINT16_MAX; /* not stated, or refused already */
    if (field->type != SPC_REGISTER_BIT) {
        if (mask != NULL && field != &r->station->valid)
            spc_complain(r->reader->complainer, mask->key->place,
                         "mask is for type bit; %s is taken whole",
                         types[field->type].text);
    } else if (mask == NULL) {
        spc_complain(r->reader->complainer, spc_node_own_place(part->node),
                     "mask is missing: which bit of the register it is");
    } else if (!one_bit) {
        spc_complain(r->reader->complainer, mask->place,
                     "the mask of a bit has one bit set, such as 0x0001");
    }
}

/* Sixteen bits and text know no order but that of the wire. */
static void resolve_order(struct resolving *r, const struct part *part)
{
    struct spc_field *field = part->field;
    const struct spc_node *own = spc_node_at(part->node, "word_order");
    uint32_t width = types[field->type].words;

    if (width < 2) {
        if (own != NULL)
            spc_complain(r->reader->complainer, own->key->place,
                         "type %s has no word_order", types[field->type].text);
        field->order = SPC_ORDER_ABCD;
        return;
    }
    if (field->order == SPC_WORD_ORDERS && own == NULL)
        field->order = r->station->order;
    if (width == 2 && (field->order == SPC_ORDER_EFGHABCD ||
                       field->order == SPC_ORDER_FEHGBADC))
        spc_complain(r->reader->complainer,
                     own != NULL ? own->place : part_place(part),
                     "%s%s is for 64 bits only, and %s has type %s; %s ABCD, "
                     "CDAB, BADC or DCBA",
                     own != NULL ? "" : "the station's word_order ",
                     orders[field->order], part->name, types[field->type].text,
                     own != NULL ? "say" : "give it a word_order of its own,");
}

static void resolve_part(struct resolving *r, struct part *part)
{
    struct spc_field *field = part->field;
    size_t place = part_place(part);
    uint32_t address;

    if (field->type >= SPC_REGISTER_TYPES || !resolve_width(r, part))
        return;
    check_mask(r, part);
    resolve_order(r, part);
    if (r->station->base == SPC_NONE ||
        !to_address(r, field->address, place, &address))
        return;
    if (address + field->words > ADDRESSES) {
        spc_complain(r->reader->complainer, place,
                     "%s takes %u registers and would end beyond the last "
                     "one, PDU address 65535",
                     part->name, (unsigned)field->words);
        return;
    }
    field->address = address;
    part->resolved = true;
}

static bool addressing_is_consistent(struct resolving *r)
{
    const struct spc_node *base =
        spc_node_at(spc_node_at(r->node, "addressing"), "base");

    if (!r->station->modicon || r->station->base != 0)
        return true;
    spc_complain(r->reader->complainer, base->place,
                 "Modicon notation counts from 1: 40001 is the first "
                 "register; say base: 1, or notation: pdu");
    r->station->base = SPC_NONE;
    return false;
}

/* ---- between registers ------------------------------------------------- */

static bool overlap(const struct spc_field *a, const struct spc_field *b)
{
    return a->address < b->address + b->words &&
           b->address < a->address + a->words;
}

/* Bits share a word with each other, with the gauge's verdict and with the
 * word as a whole. */
static bool may_share(const struct resolving *r, const struct spc_field *a,
                      const struct spc_field *b)
{
    bool masked = a->type == SPC_REGISTER_BIT || b->type == SPC_REGISTER_BIT ||
                  a == &r->station->valid || b == &r->station->valid;

    return masked && a->words == 1 && b->words == 1;
}

static void check_pair(struct resolving *r, const struct part *first,
                       const struct part *second)
{
    const struct spc_field *a = first->field, *b = second->field;
    bool same = a->address == b->address && a->type == b->type &&
                a->words == b->words && a->order == b->order;

    if (!overlap(a, b) || may_share(r, a, b))
        return;
    if (b == &r->station->counter_again && a == &r->station->counter)
        return; /* told apart by check_bracket */
    if (same)
        spc_warn(r->reader->complainer, part_place(second),
                 "%s reads the same registers as %s in line %d", second->name,
                 first->name, a->place.line);
    else
        spc_complain(r->reader->complainer, part_place(second),
                     "%s overlaps %s in line %d, which takes %u to %u",
                     second->name, first->name, a->place.line,
                     (unsigned)spc_written_address(r->station, a->address),
                     (unsigned)spc_written_address(r->station,
                                                   a->address + a->words - 1));
}

static void check_pairs(struct resolving *r)
{
    for (uint32_t i = 0; i < r->count; i++)
        for (uint32_t j = i + 1; j < r->count; j++)
            if (r->parts[i].resolved && r->parts[j].resolved)
                check_pair(r, &r->parts[i], &r->parts[j]);
}

/* Part 0 is the counter and part 1 counter_again when there are both. */
static void check_bracket(struct resolving *r)
{
    const struct spc_field *counter = &r->station->counter;
    const struct spc_field *again = &r->station->counter_again;

    if (r->count < 2 || r->parts[0].field != counter ||
        r->parts[1].field != again || !r->parts[0].resolved ||
        !r->parts[1].resolved)
        return;
    if (again->address < counter->address + counter->words) {
        spc_complain(r->reader->complainer, part_place(&r->parts[1]),
                     "counter_again must be another register, behind the "
                     "counter and the values: only a second copy shows that "
                     "the PLC was writing");
        return;
    }
    for (uint32_t i = 2; i < r->count; i++) {
        const struct part *part = &r->parts[i];
        uint32_t address = part->field->address;

        if (part->resolved && part->field != &r->station->self_test &&
            (address < counter->address || address > again->address))
            spc_warn(r->reader->complainer, part_place(part),
                     "%s is not between counter and counter_again, so half a "
                     "part could pass as a whole one",
                     part->name);
    }
}

/* ---- the block --------------------------------------------------------- */

static void span_parts(struct resolving *r)
{
    uint32_t low = ADDRESSES, high = 0;

    for (uint32_t i = 0; i < r->count; i++) {
        const struct spc_field *field = r->parts[i].field;

        if (!r->parts[i].resolved)
            return;
        low = field->address < low ? field->address : low;
        high = field->address + field->words > high
                   ? field->address + field->words
                   : high;
    }
    if (r->count > 0) {
        r->station->first = low;
        r->station->count = high - low;
    }
}

static void check_inside(struct resolving *r)
{
    const struct spc_plant_station *station = r->station;
    uint32_t end = station->first + station->count;

    for (uint32_t i = 0; i < r->count; i++) {
        const struct part *part = &r->parts[i];

        if (part->resolved && (part->field->address < station->first ||
                               part->field->address + part->field->words > end))
            spc_complain(r->reader->complainer, part_place(part),
                         "%s is outside the block, %u to %u", part->name,
                         (unsigned)spc_written_address(station, station->first),
                         (unsigned)spc_written_address(station, end - 1));
    }
}

static void take_block(struct resolving *r, const struct spc_node *block)
{
    struct spc_plant_station *station = r->station;
    uint32_t first;

    if (station->first == SPC_NONE || station->count == 0 ||
        station->base == SPC_NONE)
        return;
    if (!to_address(r, station->first, spc_node_at(block, "first")->place,
                    &first))
        return;
    if (first + station->count > ADDRESSES) {
        spc_complain(r->reader->complainer, spc_node_at(block, "count")->place,
                     "the block would end beyond the last register, PDU "
                     "address 65535");
        return;
    }
    station->first = first;
    check_inside(r);
}

static void check_size(struct resolving *r, size_t place)
{
    const struct spc_plant_station *station = r->station;
    const struct spc_plant *plant = &r->reader->draft->plant;
    uint32_t most = SPC_BLOCK_MAX;

    if (station->link != SPC_NONE &&
        plant->links[station->link].max_registers > 0)
        most = plant->links[station->link].max_registers;
    if (station->first == SPC_NONE || station->count <= most)
        return;
    spc_complain(
        r->reader->complainer, place,
        "the registers named span %u, from %u to %u, and one request of this "
        "link reads at most %u; a sample is never split over two",
        (unsigned)station->count,
        (unsigned)spc_written_address(station, station->first),
        (unsigned)spc_written_address(station,
                                      station->first + station->count - 1),
        (unsigned)most);
}

static void settle_block(struct resolving *r)
{
    const struct spc_node *sample = spc_node_at(r->node, "sample");
    const struct spc_node *block = spc_node_at(sample, "block");

    if (block != NULL)
        take_block(r, block);
    else
        span_parts(r);
    if (sample != NULL && r->station->base != SPC_NONE)
        check_size(r, spc_node_own_place(block ? block : sample));
}

void spc_resolve_station(struct spc_reader *reader, const struct spc_node *node,
                         struct spc_plant_station *station)
{
    struct resolving r = {.reader = reader, .station = station, .node = node};

    /* The copy of the counter is of the counter's kind. */
    station->counter_again.type = station->counter.type;
    station->counter_again.order = station->counter.order;
    collect(&r);
    addressing_is_consistent(&r);
    for (uint32_t i = 0; i < r.count; i++)
        resolve_part(&r, &r.parts[i]);
    check_pairs(&r);
    check_bracket(&r);
    settle_block(&r);
}
