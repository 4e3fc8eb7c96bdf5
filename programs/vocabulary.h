/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a plant file that the reader cannot know by itself: names of
 * rules, looked up in the catalogue of the rules folder. */
#ifndef SPC_PROGRAMS_VOCABULARY_H
#define SPC_PROGRAMS_VOCABULARY_H

#include "config/plant.h"

const struct spc_vocabulary *spc_rule_vocabulary(void);

#endif
