/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of the library share: fault.c says what it is for. */
#ifndef INITSCOPE_FAULT_H
#define INITSCOPE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum { MEMORY, OPEN, LIST, READ, WRITE, SYNC, RENAME, CLOSE, MAKE, CUT, START, KINDS, ANY = KINDS };

/* The C library's function. */
#define REAL(name) ((__typeof__(&name))fault_real(#name))
void *fault_real(const char *name);

/* Counts a call; true when it is to fail, with errno set. path may be NULL: then it is that of
 * file. */
bool fault_due(int kind, const char *function, const char *path, int file);

/* How much of a read or write of size bytes is to be done. */
size_t fault_part(size_t size);

/* The path of an open file, into out. */
const char *fault_path(int file, char out[4097]);

/* What a call that succeeded changed, for the simulation of a loss of power. */
void fault_trace(const char *what, int directory, const char *path, const char *name);

/* The directory of path got another entry. */
void fault_trace_parent(int directory, const char *path);

#endif
