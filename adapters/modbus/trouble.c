/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/trouble.h"

#include <errno.h>
#include <modbus.h>
#include <stddef.h>

/* Exceptions: MODBUS Application Protocol V1.1b3, section 7. */
/* clang-format off */
static const struct spc_trouble troubles[] = {
    {0,            SPC_TROUBLE_NONE,    "no error"},
    {ECANCELED,    SPC_TROUBLE_STOPPED, "stopped"},
    {ETIMEDOUT,    SPC_TROUBLE_SILENT,  "no answer"},
    {EMBBADDATA,   SPC_TROUBLE_GARBLED, "an answer that does not fit the request"},
    {EMBBADSLAVE,  SPC_TROUBLE_GARBLED, "an answer from another unit"},
    {EMBBADCRC,    SPC_TROUBLE_GARBLED, "an answer with a wrong checksum"},
    {EMBBADEXC,    SPC_TROUBLE_GARBLED, "an exception that does not fit the request"},
    {EPROTO,       SPC_TROUBLE_BROKEN,  "an answer cut short"},
    {ECONNRESET,   SPC_TROUBLE_BROKEN,  "connection closed by the PLC"},
    {EPIPE,        SPC_TROUBLE_BROKEN,  "connection closed by the PLC"},
    {EBADF,        SPC_TROUBLE_BROKEN,  "connection lost"},
    {EIO,          SPC_TROUBLE_BROKEN,  "input/output error"},
    {ENETUNREACH,  SPC_TROUBLE_BROKEN,  "network unreachable"},
    {EHOSTUNREACH, SPC_TROUBLE_BROKEN,  "no route to the host"},
    {EMBXILFUN,    SPC_TROUBLE_REFUSED, "exception 1, illegal function"},
    {EMBXILADD,    SPC_TROUBLE_REFUSED, "exception 2, illegal data address"},
    {EMBXILVAL,    SPC_TROUBLE_REFUSED, "exception 3, illegal data value"},
    {EMBXSFAIL,    SPC_TROUBLE_DEVICE,  "exception 4, device failure"},
    {EMBXACK,      SPC_TROUBLE_BUSY,    "exception 5, accepted but not done yet"},
    {EMBXSBUSY,    SPC_TROUBLE_BUSY,    "exception 6, device busy"},
    {EMBXNACK,     SPC_TROUBLE_DEVICE,  "exception 7, negative acknowledge"},
    {EMBXMEMPAR,   SPC_TROUBLE_DEVICE,  "exception 8, memory parity error"},
    {EMBXGPATH,    SPC_TROUBLE_ABSENT,  "exception 10, gateway path unavailable"},
    {EMBXGTAR,     SPC_TROUBLE_ABSENT,  "exception 11, gateway target gives no answer"},
    {EMBUNKEXC,    SPC_TROUBLE_DEVICE,  "an exception outside the standard"},
};
/* clang-format on */

static const struct spc_trouble unlisted = {-1, SPC_TROUBLE_BROKEN,
                                            "connection lost"};

const struct spc_trouble *spc_trouble_of(int error)
{
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        if (troubles[i].error == error)
            return &troubles[i];
    return &unlisted;
}
