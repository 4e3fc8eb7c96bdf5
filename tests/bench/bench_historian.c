/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples a second through the daemon's own turn (fold, word, record, commit)
 * on the example battery line, beside bare SQLite inserts of the same
 * measurements, (characteristic, time, value), in the same mode and with as
 * many samples to a commit.
 *
 *     bench_historian PLANT FOLDER      both files are made in FOLDER */
#define _POSIX_C_SOURCE 200809L
#include "programs/plant_file.h"
#include "programs/turn.h"
#include "tests/bench/bench.h"

#include <sqlite3.h>
#include <string.h>

static const struct {
    size_t batch, turns;
} plan[] = {{1, 500}, {16, 400}, {256, 100}};

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* A battery line in control, alternating between its test channels. */
static void next_sample(struct spc_sample *sample, uint64_t *seed)
{
    static const double center[] = {4.1775, 1.2, 70.5};
    static const double sigma[] = {0.0012, 0.01, 0.05};

    sample->epoch = 1;
    sample->counter++;
    sample->time += 40 * SPC_MILLISECOND;
    sample->value_count = 3;
    sample->context_count = 2;
    for (int i = 0; i < 3; i++)
        sample->value[i] = center[i] + sigma[i] * bench_normal(seed);
    snprintf(sample->part_id, sizeof sample->part_id, "C%011u",
             (unsigned)sample->counter);
    strcpy(sample->context[0], "NMC-50");
    snprintf(sample->context[1], sizeof sample->context[1], "%u",
             (unsigned)(sample->counter % 4 + 1));
}

/* ---- the daemon's turn -------------------------------------------------- */

struct line {
    struct spc_plant *plant;
    struct spc_wiring *wiring;
    struct spc_historian *historian;
    struct spc_turn_book *turn;
    struct spc_sample sample;
    uint64_t seed;
};

static void open_line(struct line *line, const char *plant, const char *path)
{
    struct spc_complaints complaints = {0};
    char error[256] = "";

    if (spc_plant_file_read(plant, &line->plant, &complaints) != SPC_OK)
        give_up(plant, complaints.text);
    spc_complaints_free(&complaints);
    if (spc_wire(line->plant, plant, &line->wiring) != SPC_OK)
        give_up(plant, "cannot be wired");
    if (spc_historian_open(path, line->wiring->stations,
                           line->plant->station_count, error, sizeof error,
                           &line->historian) != SPC_OK)
        give_up(path, error);
    if (spc_wire_restore(line->wiring, line->historian) != SPC_OK ||
        spc_turn_open(line->wiring, line->historian, &line->turn) != SPC_OK)
        give_up(path, "cannot be restored");
    line->sample.time = (spc_nanos)1700000000 * SPC_SECOND;
}

static void close_line(struct line *line)
{
    spc_turn_close(line->turn);
    spc_historian_close(line->historian);
    spc_unwire(line->wiring);
    spc_plant_free(line->plant);
}

static void take_turn(struct line *line, size_t batch)
{
    for (size_t i = 0; i < batch; i++) {
        next_sample(&line->sample, &line->seed);
        spc_turn_sample(line->turn, &line->sample);
    }
    if (spc_turn_record(line->turn, line->sample.time) != SPC_OK)
        give_up("historian", spc_historian_error(line->historian));
    spc_turn_clear(line->turn);
}

/* ---- bare inserts ------------------------------------------------------- */

struct bare {
    sqlite3 *db;
    sqlite3_stmt *insert;
    struct spc_sample sample;
    uint64_t seed;
};

static void execute(struct bare *bare, const char *sql)
{
    if (sqlite3_exec(bare->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        give_up(sql, sqlite3_errmsg(bare->db));
}

static void open_bare(struct bare *bare, const char *path)
{
    if (sqlite3_open(path, &bare->db) != SQLITE_OK)
        give_up(path, sqlite3_errmsg(bare->db));
    execute(bare, "PRAGMA journal_mode=WAL");
    execute(bare, "PRAGMA synchronous=FULL");
    execute(bare, "CREATE TABLE m(c INTEGER, t INTEGER, x REAL)");
    sqlite3_prepare_v2(bare->db, "INSERT INTO m VALUES(?,?,?)", -1,
                       &bare->insert, NULL);
}

static void close_bare(struct bare *bare)
{
    sqlite3_finalize(bare->insert);
    sqlite3_close(bare->db);
}

static void insert_batch(struct bare *bare, size_t batch)
{
    execute(bare, "BEGIN");
    for (size_t i = 0; i < batch; i++) {
        next_sample(&bare->sample, &bare->seed);
        for (int k = 0; k < 3; k++) {
            sqlite3_bind_int(bare->insert, 1, k);
            sqlite3_bind_int64(bare->insert, 2, bare->sample.time);
            sqlite3_bind_double(bare->insert, 3, bare->sample.value[k]);
            sqlite3_step(bare->insert);
            sqlite3_reset(bare->insert);
        }
    }
    execute(bare, "COMMIT");
}

/* ---- measuring ---------------------------------------------------------- */

/* In stretches of turns, one side after the other, so that a busy disk meets
 * both. */
static void measure(struct line *line, struct bare *bare, size_t batch,
                    size_t turns)
{
    double ours = 0, theirs = 0;
    char name[64];

    for (size_t done = 0; done < turns; done += 10) {
        double start = bench_now();
        for (size_t i = 0; i < 10; i++)
            take_turn(line, batch);
        double middle = bench_now();
        for (size_t i = 0; i < 10; i++)
            insert_batch(bare, batch);
        ours += middle - start;
        theirs += bench_now() - middle;
    }
    snprintf(name, sizeof name, "turn_%zu_per_s", batch);
    bench_tell(name, (double)(turns * batch) / ours);
    snprintf(name, sizeof name, "bare_%zu_per_s", batch);
    bench_tell(name, (double)(turns * batch) / theirs);
}

/* A log that still grows waits for the file system too; after its first
 * checkpoint it is written over, which is how it goes on for years. */
static void warm_up(struct line *line, struct bare *bare)
{
    for (int i = 0; i < 40; i++)
        take_turn(line, 256);
    for (int i = 0; i < 250; i++)
        insert_batch(bare, 256);
}

int main(int argc, char **argv)
{
    static struct line line;
    static struct bare bare;
    char path[2][4096];

    if (argc != 3)
        give_up(argv[0], "usage: bench_historian PLANT FOLDER");
    snprintf(path[0], sizeof path[0], "%s/historian.db", argv[2]);
    snprintf(path[1], sizeof path[1], "%s/bare.db", argv[2]);
    open_line(&line, argv[1], path[0]);
    open_bare(&bare, path[1]);
    warm_up(&line, &bare);
    for (size_t i = 0; i < sizeof plan / sizeof plan[0]; i++)
        measure(&line, &bare, plan[i].batch, plan[i].turns);
    close_bare(&bare);
    close_line(&line);
    return 0;
}
