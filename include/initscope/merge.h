/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Joins the shards of an experiment to the directory that one process would have written.
 *
 * A shard tells by its identity of what it is a part, and its journal where in its files the rows
 * of each trial lie. They are copied trial by trial, in the order of the trials, through the log
 * writer, so that the result appears whole or not at all, and a merge that was cut short can be
 * resumed. */
#ifndef INITSCOPE_MERGE_H
#define INITSCOPE_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/log_writer.h"
#include "initscope/text.h"

typedef struct ins_merge_terms {
    /* The shards: DIR or, of one that was interrupted, DIR or DIR.partial. */
    const char *const *directory;
    size_t directories;
    const char *output;
    ins_log_policy policy;
    bool partial; /* what is there is enough */
} ins_merge_terms;

typedef struct ins_merge_outcome {
    size_t shards, trials; /* joined */
    ins_text missing;      /* with partial: a line each; the caller frees it */
} ins_merge_outcome;

/* INS_DATA when a directory is no shard, when shards are of different experiments, versions, data
 * or arithmetic, when a trial is in two of them, when trials are missing, unless that is allowed,
 * or when rows are not as they were written. INS_OUTPUT when the output cannot be written. */
ins_status ins_merge(const ins_merge_terms *terms, ins_merge_outcome *outcome, ins_error *error);

#endif
