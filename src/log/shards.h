/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The shards of an experiment, read as far as a merge needs them. */
#ifndef INITSCOPE_SHARDS_H
#define INITSCOPE_SHARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

#include "log_internal.h"

typedef struct ins_part {
    char *place; /* the directory, or its staging directory where that is what there is */
    ins_identity identity;
    ins_journal_line *line; /* (lines), the first one that of a journal without trials */
    size_t lines;
} ins_part;

/* Where the rows of a trial are: behind what line - 1 of the part vouches for. */
typedef struct ins_trial_place {
    size_t trial, part, line;
} ins_trial_place;

typedef struct ins_parts {
    size_t count, trials; /* trials of the experiment */
    ins_part *part;
    size_t places;
    ins_trial_place *place; /* (places), by trial */
} ins_parts;

/* Reads them and holds them against each other. With partial those that are not there are left out.
 * INS_DATA as ins_merge, but for what is missing. The caller frees parts in any case. */
ins_status ins_parts_read(const char *const *directory, size_t directories, bool partial,
                          ins_parts *parts, ins_error *error);

/* A line each: which trials are missing, and which shards are the cause. Nothing: all are there. */
void ins_parts_missing(const ins_parts *parts, ins_text *lines);

void ins_parts_free(ins_parts *parts);

#endif
