/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets share. A target is a file with one LLVMFuzzerTestOneInput; libFuzzer calls
 * it with what it invents, replay.c with the committed inputs of corpus/TARGET.
 *
 * An input is text in which \xHH stands for a byte and every other byte for itself, so that the
 * corpora can be read and compared as text whatever bytes they stand for. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes that the input stands for, with a NUL behind them; release with ins_text_free(). */
ins_text fuzz_bytes(const uint8_t *data, size_t size);

/* "SCRATCH/name", SCRATCH being a directory that is removed at the end. Valid until the next call.
 */
const char *fuzz_path(const char *name);

/* Writes bytes to fuzz_path(name), and returns it. */
const char *fuzz_file(const char *name, const char *bytes, size_t length);

/* Makes SCRATCH/logs a run directory: the bytes after a line "== NAME", up to the next such line,
 * are the file NAME, one of a log or experiment.ini. Returns its path. */
const char *fuzz_logs(const uint8_t *data, size_t size);

/* Ends the program, loudly, when a promise is broken. */
void fuzz_expect(int holds, const char *promise);

#endif
