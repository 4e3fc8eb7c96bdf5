/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences with figures, put together by hand: the pipeline prints nothing.
 *
 * Each writes at the end of a text and returns its new end; the caller has
 * seen to the room. */
#ifndef SPC_PROGRAMS_SPELL_H
#define SPC_PROGRAMS_SPELL_H

char *spc_spell(char *end, const char *text);

char *spc_spell_count(char *end, unsigned n);

/* To two decimals: "-0.62".  At most 11 characters: a number beyond a million
 * is spelt as a million. */
char *spc_spell_hundredths(char *end, double x);

#endif
