/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the study share: the tables as read, and where each row belongs. */
#ifndef STUDY_INTERNAL_H
#define STUDY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "row_map.h"

#include "initscope/memory.h"
#include "initscope/study.h"

/* A file of which every row is about a place. In epochs.csv and layers.csv no two rows share one;
 * in the optional files they may, and the rows of one place are a group. */
typedef struct placed_table {
    ins_table table;
    ins_row_map place; /* the place's key to the number of its row or group */
    size_t groups;
    uint32_t *start; /* (groups + 1) into row; NULL: there are no groups */
    uint32_t *row;   /* row numbers, in the order of the file within a group */
} placed_table;

/* A factor of the runs, of runs.csv or of factors.csv. */
typedef struct recorded_factor {
    ins_column_id column;      /* of runs.csv; INS_NO_COLUMN: of factors.csv */
    const char *name, *phrase; /* phrase: printf format of a value of it beside others */
    const char **level; /* (arms) a value as recorded, of networks its label; "": not known */
} recorded_factor;

struct ins_study_index {
    ins_arena *arena;
    placed_table file[INS_LOG_FILES]; /* of the files that ins_number knows; empty for the rest */
    bool *has;                        /* (arms, INS_TENSORS) */
    size_t factors;
    const recorded_factor *factor; /* (factors) */
    size_t *streams;               /* (arms + 1) where the streams of an arm begin in stream */
    size_t *stream;                /* layers */
};

/* The columns by which a file says what a row is about; INS_NO_COLUMN: it does not distinguish it.
 */
typedef struct place_columns {
    ins_column_id run, initializer, seed, epoch, layer, tensor;
} place_columns;

extern const place_columns ins_place_columns[INS_LOG_FILES];

/* A run as it was found, before arms are known. */
typedef struct found_run {
    long long number, seed;
    bool seeded;             /* a seed was given */
    const char *initializer; /* NULL: no file tells */
    size_t runs_row;         /* its row of runs.csv; ROW_NONE */
} found_run;

/* Where a row of epochs.csv or layers.csv belongs. */
typedef struct row_place {
    uint32_t run; /* UINT32_MAX: the row is left out */
    uint32_t layer;
    ins_tensor tensor;
    int32_t epoch;
} row_place;

typedef struct found_rows {
    bool by_number; /* runs are known by their numbers, else by initializer and seed */
    size_t runs;
    found_run *run;
    row_place *epochs, *layers; /* one a row of the two tables */
} found_rows;

/* phrase with the value in the place of its %s. */
const char *ins_factor_text(ins_arena *arena, const char *phrase, const char *value);

/* study_numbers.c: the key of a site in the files that distinguish all of it, below so many. */
uint64_t ins_place_key(const ins_study *study, ins_site site);
uint64_t ins_place_keys(const ins_study *study);

/* False unless the value of a cell is a whole number in this range. */
bool ins_is_whole(double value, double minimum, double maximum);

/* Time steps beyond it are left out. */
enum { INS_MOST_TIME_STEPS = 100000 };

/* Doubles count exactly from minus this number to it. */
#define WHOLE_LIMIT 9007199254740992.0

/* INS_TENSORS: there is none of that name. Of steps.csv an ins_step_tensor takes its place. */
ins_tensor ins_tensor_of(ins_log_file file, const char *name);

void ins_found_rows_free(found_rows *found);

/* study_runs.c: which runs there are, and to which one every row belongs. INS_DATA. */
ins_status ins_study_find_rows(const ins_study *study, found_rows *found, ins_error *error);

/* study_unfinished.c: takes runs that have not ended out of found, and lists them in the study.
 * INS_DATA: all of them. */
ins_status ins_study_set_aside(ins_study *study, found_rows *found, ins_error *error);

/* study_arms.c: a column of runs.csv by which arms may differ. */
bool ins_is_factor_column(ins_column_id column);

/* study_factors.c: the factors of factors.csv by run. */
typedef struct named_factors {
    size_t count;
    const char **name;   /* (count) in the order in which they first stand */
    const char ***value; /* (count) of (found->runs); NULL: not told */
} named_factors;
ins_status ins_study_named_factors(const ins_study *study, const found_rows *found,
                                   named_factors *named, ins_error *error);

/* study_factors.c: a network's text as a label: "cnn" of "cnn=conv(16,3),..."; a shape as it is. */
const char *ins_network_label(ins_arena *arena, const char *network);

/* "64,64,64" as "3x64" and "128,64" as "128-64": a label's commas separate factors. */
const char *ins_shape_label(ins_arena *arena, const char *hidden);

/* The text is the hidden layers of a chain of dense layers: "20x256", "128,4x64". */
bool ins_is_shape(const char *network);

/* study_arms.c: fills arm, arms, layers, index->has, index->factor and run[].arm; run[] is
 * (found->runs). */
ins_status ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found,
                               ins_error *error);

/* study_graph.c: fills what network.csv tells of the arms, whose runs are numbered. */
ins_status ins_study_read_graph(const ins_study *study, ins_arm *arm, const ins_run *run,
                                const found_rows *found, ins_error *error);

/* study_norms.c: chains between whose layers something else than their activation changes values
 * are none. */
void ins_study_break_chains(ins_study *study);

/* study_graph.c: fills index->streams and index->stream. */
void ins_study_list_streams(ins_study *study, const ins_run *run, const found_rows *found);

/* A problem of one cell. Physical lines are not known any more here: data rows are counted. */
void ins_study_bad_cell(ins_error *error, const ins_study *study, ins_log_file file, size_t row,
                        const char *what, double value);

/* The column that a file cannot be without; false: it is not there, which is told. */
bool ins_study_has_column(const ins_study *study, ins_column_id column, ins_error *error);

/* study_optional.c: reads the optional files, and groups their rows once runs and epochs are known.
 */
ins_status ins_study_read_optional(ins_study *study, ins_error *error);
void ins_study_group_optional(ins_study *study, bool by_number);

#endif
