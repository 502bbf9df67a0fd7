/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share. Functions that return int: 0, or -1 with errno. */
#ifndef INITSCOPE_BASE_FILE_INTERNAL_H
#define INITSCOPE_BASE_FILE_INTERNAL_H

#include <stddef.h>

#include <sys/types.h>

#include "initscope/error.h"
#include "initscope/text.h"

/* read(), taken up again after a signal. */
ssize_t ins_file_read_some(int file, char *bytes, size_t size);

int ins_file_sync(int file);
int ins_path_sync(const char *path, int flags); /* flags: further ones of open() */
int ins_parent_sync(const char *path);          /* the directory that holds path */

#endif
