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

struct ins_study_index {
    ins_arena *arena;
    placed_table file[INS_LOG_FILES]; /* of the files that ins_number knows; empty for the rest */
    bool *has;                        /* (arms, INS_TENSORS) */
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
    long long epoch;
} row_place;

typedef struct found_rows {
    bool by_number; /* runs are known by their numbers, else by initializer and seed */
    size_t runs;
    found_run *run;
    row_place *epochs, *layers; /* one a row of the two tables */
} found_rows;

/* A factor of the runs: its column of runs.csv, its name, and the printf format of a value of it
 * beside others. */
typedef struct factor_row {
    ins_column_id column;
    const char *name, *phrase;
} factor_row;

enum {
    FACTOR_ACTIVATION,
    FACTOR_HIDDEN,
    FACTOR_OPTIMIZER,
    FACTOR_LEARNING_RATE,
    FACTOR_DROPOUT,
    FACTOR_WEIGHT_DECAY,
    FACTOR_BATCH,
    FACTORS
};

extern const factor_row ins_factor_rows[FACTORS];

/* phrase with the value in the place of its %s. */
const char *ins_factor_text(ins_arena *arena, const char *phrase, const char *value);

/* study_numbers.c: the key of a site in the files that distinguish all of it. */
uint64_t ins_place_key(const ins_study *study, ins_site site);

/* False unless the value of a cell is a whole number in this range. */
bool ins_is_whole(double value, double minimum, double maximum);

/* Doubles count exactly from minus this number to it. */
#define WHOLE_LIMIT 9007199254740992.0

/* INS_TENSORS: there is none of that name. */
ins_tensor ins_tensor_of(const char *name);

void ins_found_rows_free(found_rows *found);

/* study_runs.c: which runs there are, and to which one every row belongs. INS_DATA. */
ins_status ins_study_find_rows(const ins_study *study, found_rows *found, ins_error *error);

/* study_arms.c: fills arm, arms, layers, index->has and run[].arm; run[] is (found->runs). */
void ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found);

/* study_optional.c: reads the optional files, and groups their rows once runs and epochs are known.
 */
ins_status ins_study_read_optional(ins_study *study, ins_error *error);
void ins_study_group_optional(ins_study *study, bool by_number);

#endif
