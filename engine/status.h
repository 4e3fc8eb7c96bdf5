/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Status codes: what can go wrong, in the caller's terms.
 *
 * Functions that can fail return an enum spc_status and write their results
 * through ret_ parameters, which are untouched on failure.  Functions that
 * cannot fail return their result.  Broken preconditions are bugs, not
 * errors: they are asserted. */
#ifndef SPC_ENGINE_STATUS_H
#define SPC_ENGINE_STATUS_H

#define SPC_MUST_CHECK __attribute__((warn_unused_result))

enum spc_status {
    SPC_OK = 0,
    SPC_TOO_FEW_SUBGROUPS, /* not enough data to estimate the process */
    SPC_NO_VARIATION,      /* every spread is zero; limits would collapse */
    SPC_NOT_FINITE,        /* a NaN or infinity reached a calculation */
    SPC_NO_SPECIFICATION,  /* neither limit is stated; no index exists */
    SPC_NO_CONVERGENCE,    /* a quantile or integral did not settle */
    SPC_NO_MEMORY,         /* the allocator refused */
    SPC_CANNOT_OPEN,       /* a file, socket or port could not be opened */
    SPC_DISK_FULL,         /* nothing more can be recorded for now */
    SPC_STORAGE_FAILED,    /* the historian failed in another way */
    SPC_WRONG_VERSION,     /* the historian was written by a newer schema */
    SPC_BAD_INPUT,         /* refused, with a sentence and a place */
    SPC_TOO_NARROW,        /* the specification, for the process */
    SPC_SINGULAR,          /* a variable is constant or a sum of others */
    SPC_NOT_STATIONARY,    /* points wander, or follow one another exactly */
    SPC_STATUS_COUNT
};

/* One lower-case phrase; never NULL. */
const char *spc_status_text(enum spc_status status);

#endif
