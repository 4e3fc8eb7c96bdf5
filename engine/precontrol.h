/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pre-control: may the machine run on, judged by the tolerance alone?
 *
 * The tolerance is cut in four.  The middle half is green, the outer quarters
 * are yellow, beyond the tolerance is red.
 *
 *      L          L + T/4           U - T/4          U        T = U - L
 *  red  |  yellow    |      green      |    yellow   |  red
 *
 * With one limit only, green reaches from the far side to halfway between the
 * target, or the physical bound of the other side, and the limit.  A value on
 * a line belongs to the inner zone.
 *
 *   qualifying: part by part                 running: a sample now and then
 *     5 greens in a row    -> QUALIFIED        green         -> CONTINUE
 *     a yellow: greens start again -> NEXT     yellow        -> NEXT
 *     2nd yellow in a row, same side           then green    -> CONTINUE
 *                          -> ADJUST             same yellow -> ADJUST
 *                other side -> STOP             other yellow -> STOP
 *     red                  -> ADJUST           red           -> STOP
 *
 * ADJUST (the mean has moved) and STOP (defective, or too wide) lead back to
 * qualifying, QUALIFIED to running.  In pairs (Bhote), a sample is always two
 * parts, so that a red after a green stops, too.
 *
 * It asks for capability and has no limits of its own: a process with Cp 1 in
 * the middle is stopped or adjusted by 2 % of the samples, one with Cp 2 by
 * 1 in 137,000, though neither has moved.
 *
 * Sources: Satterthwaite, A Simple, Effective Process Control Method, 1954,
 * and Shainin, of the same year; Bhote, World Class Quality, 1991;
 * Ledolter and Swersey, J. Quality Technology 29(2), 1997.
 *
 * spc_precontrol_zone and _push use comparisons only. */
#ifndef SPC_ENGINE_PRECONTROL_H
#define SPC_ENGINE_PRECONTROL_H

#include "engine/status.h"
#include "engine/types.h"

enum { SPC_PRECONTROL_GREENS = 5 }; /* in a row, to qualify */

enum spc_precontrol_zone {
    SPC_GREEN,
    SPC_YELLOW_LOW,
    SPC_YELLOW_HIGH,
    SPC_RED_LOW,
    SPC_RED_HIGH,
    SPC_PRECONTROL_ZONES
};

/* A side that does not exist has infinite lines. */
struct spc_precontrol_lines {
    double red_low, yellow_low, yellow_high, red_high;
};

/* SPC_NO_SPECIFICATION without a limit that is not a boundary, or with one
 * limit and neither target nor boundary on the other side; SPC_NOT_FINITE;
 * SPC_BAD_INPUT when limits, or limit and target, are out of order. */
SPC_MUST_CHECK
enum spc_status spc_precontrol_lines(
    const struct spc_specification *specification,
    struct spc_precontrol_lines *ret_lines);

enum spc_precontrol_zone spc_precontrol_zone(
    const struct spc_precontrol_lines *lines, double x);

enum spc_precontrol_verdict {
    SPC_PRECONTROL_NEXT,      /* measure the next part, too */
    SPC_PRECONTROL_QUALIFIED, /* set up: run, and sample */
    SPC_PRECONTROL_CONTINUE,  /* the sample is passed */
    SPC_PRECONTROL_ADJUST,    /* move the mean, then qualify */
    SPC_PRECONTROL_STOP,      /* find the cause, then qualify */
    SPC_PRECONTROL_VERDICTS
};

/* All zero begins qualifying, and judges the second part of a sample only
 * after a yellow. */
struct spc_precontrol {
    bool in_pairs; /* set by the caller: every sample has two parts */
    bool running;
    bool has_first;  /* running: of this sample; else: the last was yellow */
    uint32_t greens; /* in a row, qualifying */
    uint32_t first;  /* enum spc_precontrol_zone */
};

enum spc_precontrol_verdict spc_precontrol_push(struct spc_precontrol *state,
                                                enum spc_precontrol_zone zone);

const char *spc_precontrol_zone_text(enum spc_precontrol_zone zone);
/* "green", "yellow-low", ... */
const char *spc_precontrol_verdict_text(enum spc_precontrol_verdict verdict);
/* "next", "qualified", ... */

/* ---- how often --------------------------------------------------------- */

/* What happens to a sample, and to a qualifying run. */
struct spc_precontrol_chances {
    double zone[SPC_PRECONTROL_ZONES];
    double adjust, stop; /* a sample of a running process */
    double run_length;   /* samples until one of the two: 1 / (sum) */
    double qualify;      /* before an ADJUST or STOP ends the attempt */
};

/* Of a normal process, tolerance on both sides, with Cp = T / 6 sigma, whose
 * mean lies k half tolerances above the middle (|k| < 1 is inside). */
struct spc_precontrol_chances spc_precontrol_chances(double cp, double k,
                                                     bool in_pairs);

#endif
