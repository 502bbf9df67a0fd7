/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is known by: its initializer, its seed, and the factors in which it may differ from
 * others. Runs that agree in all but the seed are one arm. */
#ifndef INITSCOPE_RUN_IDENTITY_H
#define INITSCOPE_RUN_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/error.h"
#include "initscope/log_writer.h"

typedef struct ins_run_factor {
    const char *name, *value;
} ins_run_factor;

typedef struct ins_run_identity {
    const char *initializer;
    uint32_t seed;
    const ins_run_factor *factor; /* (factors): of runs.csv those that have a column there, of
                                     factors.csv all others */
    size_t factors;
} ins_run_identity;

/* INS_USAGE when a name is empty, comes twice or is a column of runs.csv that is no factor; when a
 * value is no number where that column has numbers; when a name or value has control characters. */
ins_status ins_run_identity_check(const ins_run_identity *identity, ins_error *error);

/* How far it came: NAN for what is not known. */
typedef struct ins_run_figures {
    const char *status; /* completed, diverged, interrupted */
    size_t epoch, updates;
    double train_loss, train_accuracy, test_loss, test_accuracy, train_score, test_score;
} ins_run_figures;

/* The row of runs.csv of a run of that number. */
void ins_run_identity_row(const ins_run_identity *identity, size_t run,
                          const ins_run_figures *state, ins_text *out);

/* The rows of factors.csv. */
void ins_run_identity_factors(const ins_run_identity *identity, size_t run, ins_text *out);

/* Whether the log in directory has a run of this identity that came to its end. */
ins_status ins_run_identity_find(const ins_run_identity *identity, const char *directory,
                                 bool *found, ins_error *error);

#endif
