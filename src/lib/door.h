/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The way in and out of the library: whatever happens inside, the host goes on. */
#ifndef INITSCOPE_LIB_DOOR_H
#define INITSCOPE_LIB_DOOR_H

#include <stddef.h>

#include "initscope.h"
#include "initscope/error.h"

/* What is done inside. */
typedef initscope_status ins_door_body(void *arguments, ins_error *error);

/* Called when the body was broken off, for want of memory or for a fault: what it allocated is
 * lost, and what it holds must be released. */
typedef void ins_door_rescue(void *arguments);

/* Runs the body and keeps the first line of its error for initscope_error. */
initscope_status ins_door(ins_door_body *body, ins_door_rescue *rescue, void *arguments);

/* GSL's error handler, which ends the process unless the host has set another, is off in between;
 * one thread at a time. What is broken off in between ends it as well. */
void ins_door_quiet_gsl(void);
void ins_door_restore_gsl(void);

/* A structure that begins with its size: what the caller's header has of it, the rest 0. INS_USAGE
 * when something is set that this library does not know. */
ins_status ins_door_take(void *to, size_t known, const void *from, const char *what,
                         ins_error *error);

/* Fills in a structure of the caller's, of which as much is written as its size says. */
ins_status ins_door_give(void *to, size_t known, const void *from, const char *what,
                         ins_error *error);

const char *ins_door_error(void);

#endif
