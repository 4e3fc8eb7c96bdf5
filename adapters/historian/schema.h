/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schema: whose file is this, which version, and how it becomes ours.
 *
 * The file's application_id says that it is a Sigmaline historian and its
 * user_version which schema it has; both are in SQLite's own header, so the
 * question is answered before a single table is touched.  A newer file is
 * refused, an older one is brought up step by step in one transaction, and
 * anybody else's file is left exactly as it was. */
#ifndef SPC_ADAPTERS_HISTORIAN_SCHEMA_H
#define SPC_ADAPTERS_HISTORIAN_SCHEMA_H

#include "engine/status.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

enum { SPC_APPLICATION_ID = 0x53676D61 }; /* "Sgma" */

/* Checks the file behind `db` and sets the connection up: WAL, synchronous
 * FULL (read back), foreign keys.  A writer creates or migrates the schema; a
 * reader changes nothing and wants the present one.  Failures come with a
 * sentence in `reterr`. */
SPC_MUST_CHECK
enum spc_status spc_schema_prepare(sqlite3 *db, const char *path, bool reader,
                                   char *reterr, size_t size);

/* What an SQLite result code means to us. */
enum spc_status spc_schema_status(int code);

#endif
