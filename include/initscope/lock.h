/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory that one process at a time writes: its file INS_LOCK is held by flock(2) and has the
 * number of the process. */
#ifndef INITSCOPE_LOCK_H
#define INITSCOPE_LOCK_H

#include <stdbool.h>

#include "initscope/error.h"

#define INS_LOCK "lock"

/* Where a report lies in its run directory unless another place is named, and where reports are
 * written in theirs: there they hold their lock. */
#define INS_REPORT_FOLDER "report"
#define INS_REPORT_STAGING "report.unfinished"

/* Takes the lock of the open directory, of which path is the name. *lock is a descriptor that holds
 * it until it is closed; -1: directory and lock have lost their names meanwhile, for whoever held
 * it is ready. INS_OUTPUT when another process holds it, "GUARDED: locked by process N", or when it
 * cannot be taken. */
ins_status ins_lock_take(int directory, const char *path, const char *guarded, int *lock,
                         ins_error *error);

/* Whether some process holds the lock of the directory of that name; 0 for one that is unknown. */
bool ins_lock_is_held(const char *path, long long *process);

/* INS_OUTPUT, "GUARDED: locked by process N", when some process holds the lock of path. */
ins_status ins_lock_check(const char *path, const char *guarded, ins_error *error);

#endif
