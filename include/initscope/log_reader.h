/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads CSV logs, whoever wrote them, into columns. Columns are found by name; extra ones are
 * ignored. A column "step" stands for "epoch" where that one is absent. */
#ifndef INITSCOPE_LOG_READER_H
#define INITSCOPE_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/memory.h"

/* The columns of one file, in the order of its ins_log_table. */
typedef struct ins_table {
    ins_log_file file;
    size_t rows;
    size_t columns;
    double **number; /* [column][row], NAN for empty or nan; NULL for a text or an absent column */
    const char ***text; /* [column][row], interned: equal texts are the same pointer; NULL for a
                           number or an absent column */
    bool steps;         /* the column "epoch" is called "step" in the file */
    ins_arena *arena;   /* owns the texts */
} ins_table;

/* Reads directory/file; where a journal tells how much of it is whole runs, so much, and then, if
 * running, the whole moments of the runs under way, whose numbers come after, of status running. A
 * missing file is INS_OK with *present false; a bad one is INS_DATA. */
ins_status ins_table_read(const char *directory, ins_log_file file, bool running, ins_table *table,
                          bool *present, ins_error *error);

/* The same without cells of the columns that are of no use to the caller, a list that INS_NO_COLUMN
 * ends: they are checked, and absent from the table. */
ins_status ins_table_read_without(const char *directory, ins_log_file file, bool running,
                                  const ins_column_id *useless, ins_table *table, bool *present,
                                  ins_error *error);

/* Frees the cells of a column, which is absent from then on. Its texts stay with the table. */
void ins_table_drop(ins_table *table, ins_column_id column);

/* Keeps those who add runs to the directory waiting until ins_log_release, so that its files belong
 * together; where that cannot be had within seconds it is done without. */
int ins_log_hold(const char *directory);
void ins_log_release(int hold);

/* INS_DATA when the directory is a part of an experiment, which tells nothing of the whole. */
ins_status ins_log_check_whole(const char *directory, ins_error *error);

void ins_table_free(ins_table *table);

/* The cells of a column of the table's own file; NULL when the file that was read does not have it.
 */
const double *ins_table_numbers(const ins_table *table, ins_column_id column);
const char *const *ins_table_texts(const ins_table *table, ins_column_id column);

/* The value of a key of environment.csv or experiment.ini as read into memory: NULL when absent. */
typedef struct ins_pairs {
    size_t count;
    const char **key, **value;
    ins_arena *arena;
} ins_pairs;
ins_status ins_pairs_read_csv(const char *path, ins_pairs *pairs, bool *present, ins_error *error);
ins_status ins_pairs_read_ini(const char *path, ins_pairs *pairs, bool *present, ins_error *error);
const char *ins_pairs_get(const ins_pairs *pairs, const char *key);
void ins_pairs_free(ins_pairs *pairs);

#endif
