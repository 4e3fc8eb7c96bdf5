/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of the status codes.  See status.h. */
#include "engine/status.h"

static const char *const text[] = {
    [SPC_OK] = "ok",
    [SPC_TOO_FEW_SUBGROUPS] = "too few subgroups",
    [SPC_NO_VARIATION] = "no variation in the data",
    [SPC_NOT_FINITE] = "a value is not finite",
    [SPC_NO_SPECIFICATION] = "no specification limit is stated",
    [SPC_NO_CONVERGENCE] = "a calculation did not converge",
    [SPC_NO_MEMORY] = "out of memory",
    [SPC_CANNOT_OPEN] = "cannot be opened",
    [SPC_DISK_FULL] = "the disk is full",
    [SPC_STORAGE_FAILED] = "the historian failed",
    [SPC_WRONG_VERSION] = "written by a newer version",
    [SPC_BAD_INPUT] = "the input is refused",
    [SPC_TOO_NARROW] = "the specification is too narrow for the process",
    [SPC_SINGULAR] = "the covariance matrix is singular",
    [SPC_NOT_STATIONARY] = "the points follow no stationary process",
};

_Static_assert(sizeof text / sizeof text[0] == SPC_STATUS_COUNT,
               "every status has a text");

const char *spc_status_text(enum spc_status status)
{
    return (unsigned)status < SPC_STATUS_COUNT ? text[status]
                                               : "unknown status";
}
