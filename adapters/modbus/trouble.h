/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong with a read, and what is done about it: one row each.
 *
 * Errors are errno values; an exception answer is libmodbus' number for it.
 * Everything not listed breaks the connection: reconnecting is the cure that
 * never makes things worse. */
#ifndef SPC_ADAPTERS_MODBUS_TROUBLE_H
#define SPC_ADAPTERS_MODBUS_TROUBLE_H

enum spc_trouble_action {
    SPC_TROUBLE_NONE,
    SPC_TROUBLE_STOPPED, /* we are closing */
    SPC_TROUBLE_SILENT,  /* no answer: try again, count against the unit */
    SPC_TROUBLE_GARBLED, /* a wrong answer: try again, twice is broken */
    SPC_TROUBLE_BROKEN,  /* close, back off, dial again */
    SPC_TROUBLE_REFUSED, /* plan and PLC disagree: tell once, retry slowly */
    SPC_TROUBLE_BUSY,    /* wait a little and ask again, a few times */
    SPC_TROUBLE_DEVICE,  /* the PLC reports a fault of its own: tell once,
                            keep polling */
    SPC_TROUBLE_ABSENT,  /* the gateway does not reach the unit; link is up */
};

struct spc_trouble {
    int error;
    enum spc_trouble_action action;
    const char *text; /* a lower-case phrase */
};

/* Never NULL. */
const struct spc_trouble *spc_trouble_of(int error);

#endif
