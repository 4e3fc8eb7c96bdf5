/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fuzz target is one function: bytes in, and whatever they are, no crash
 * and no broken promise.  libFuzzer calls it, or corpus_main.c does. */
#ifndef SPC_TESTS_FUZZ_H
#define SPC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
