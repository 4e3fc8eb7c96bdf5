/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A CSV of any content is a table of which every cell can be asked for, or is
 * refused with a sentence.  The first byte chooses the format. */
#include "adapters/replay/csv.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void ask_for(const struct spc_csv *csv, size_t row, size_t column)
{
    char complaint[SPC_CSV_COMPLAINT] = "";
    double number = 1;

    assert(spc_csv_text(csv, row, column));
    (void)spc_csv_decimals(csv, row, column);
    if (spc_csv_number(csv, row, column, &number, complaint) == SPC_OK)
        assert(!isinf(number));
    else
        assert(number == 1 && strstr(complaint, "error: "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[4] = {0, ',', ';', '\t'};
    unsigned way = size ? data[0] : 0;
    struct spc_csv_format format = {separators[way & 3], way & 4 ? ',' : '.'};
    char complaint[SPC_CSV_COMPLAINT] = "";
    struct spc_csv *csv = NULL;
    const char *text = (const char *)data;

    if (spc_csv_read(text, size, "f.csv", format, &csv, complaint) != SPC_OK) {
        assert(!csv && memchr(complaint, 0, sizeof complaint));
        assert(strstr(complaint, "error: "));
        return 0;
    }
    for (size_t row = 0; row < spc_csv_rows(csv); row++)
        for (size_t column = 0; column < spc_csv_columns(csv); column++)
            ask_for(csv, row, column);
    spc_csv_close(csv);
    return 0;
}
