/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors, and the end of the program, turned into statuses. */
#include <config.h>

#include "door.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_errno.h>

static _Thread_local char last[INS_ERROR_WIDTH];
static _Thread_local jmp_buf way_out;
static _Thread_local bool quiet;

static pthread_mutex_t gsl_mutex = PTHREAD_MUTEX_INITIALIZER;
static gsl_error_handler_t *handler_of_host;

static void leap(const char *line)
{
    snprintf(last, sizeof last, "%s", line);
    longjmp(way_out, 1);
}

initscope_status ins_door(ins_door_body *body, ins_door_rescue *rescue, void *arguments)
{
    if (setjmp(way_out) != 0) {
        ins_set_rescue(NULL);
        ins_door_restore_gsl();
        if (rescue != NULL) rescue(arguments);
        return INITSCOPE_INTERNAL;
    }
    ins_error error = {0};
    ins_set_rescue(leap);
    const initscope_status status = body(arguments, &error);
    ins_set_rescue(NULL);
    snprintf(last, sizeof last, "%s", error.count > 0 ? error.line[0] : "");
    return status;
}

void ins_door_quiet_gsl(void)
{
    pthread_mutex_lock(&gsl_mutex);
    quiet = true;
    handler_of_host = gsl_set_error_handler_off();
}

void ins_door_restore_gsl(void)
{
    if (!quiet) return;
    gsl_set_error_handler(handler_of_host);
    quiet = false;
    pthread_mutex_unlock(&gsl_mutex);
}

ins_status ins_door_take(void *to, size_t known, const void *from, const char *what,
                         ins_error *error)
{
    enum { MOST = 4096 };
    size_t size = 0;
    if (from != NULL) memcpy(&size, from, sizeof size);
    if (size < sizeof size || size > MOST)
        return ins_error_add(error, INS_USAGE, "%s: its size is none (got \"%zu\")", what, size);
    memset(to, 0, known);
    memcpy(to, from, size < known ? size : known);
    for (size_t i = known; i < size; i++)
        if (((const unsigned char *)from)[i] != 0)
            return ins_error_add(error, INS_USAGE,
                                 "%s: has members that this library does not know", what);
    return INS_OK;
}

ins_status ins_door_give(void *to, size_t known, const void *from, const char *what,
                         ins_error *error)
{
    size_t size = 0;
    if (to != NULL) memcpy(&size, to, sizeof size);
    if (size < sizeof size || size > known)
        return ins_error_add(error, INS_USAGE, "%s: its size is none (got \"%zu\")", what, size);
    memcpy((char *)to + sizeof size, (const char *)from + sizeof size, size - sizeof size);
    return INS_OK;
}

const char *ins_door_error(void)
{
    return last;
}
