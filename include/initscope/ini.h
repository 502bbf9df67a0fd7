/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* INI files on inih: key = value (or key: value), no sections, # or ; comments at the start of a
 * line. " ;" in a line starts a comment, too. An indented line continues the value of the line
 * before it, joined with a blank. */
#ifndef INITSCOPE_INI_H
#define INITSCOPE_INI_H

#include <stddef.h>

#include "initscope/error.h"

/* Called for every pair, with the line of its key. Problems are added to error; reading goes on. */
typedef void (*ins_ini_handler)(void *context, const char *key, const char *value, size_t line,
                                ins_error *error);

/* Reads path. Problems (no file, a section, a line without '=', a NUL byte, a line above 64 KiB, a
 * file above 1 MiB) have the given status and start with "PATH:LINE". The status may also be of
 * a problem that the handler added. */
ins_status ins_ini_read(const char *path, ins_ini_handler handler, void *context, ins_status status,
                        ins_error *error);

#endif
