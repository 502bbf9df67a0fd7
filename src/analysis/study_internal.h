/* What the files of the study share: the tables as read, and where each row belongs. */
#ifndef STUDY_INTERNAL_H
#define STUDY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "row_map.h"

#include "initscope/memory.h"
#include "initscope/study.h"

/* An optional file: its rows in groups of the same run, epoch, layer and tensor. */
typedef struct grouped_table {
    ins_table table;
    size_t groups;
    ins_row_map group; /* ins_place_key to the number of a group */
    uint32_t *start;   /* (groups + 1) into row */
    uint32_t *row;     /* row numbers, in the order of the file within a group */
} grouped_table;

struct ins_study_index {
    ins_arena *arena;
    ins_table epochs, layers;
    grouped_table optional[INS_LOG_FILES]; /* of five files; empty for the rest */
    ins_row_map epoch_rows;                /* run * epochs + epoch, to the row of epochs.csv */
    ins_row_map layer_rows; /* the same with layer and tensor, to the row of layers.csv */
    bool *has;              /* (arms, INS_TENSORS) */
};

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
    uint32_t tensor;
    long long epoch;
} row_place;

typedef struct found_rows {
    bool by_number; /* runs are known by their numbers, else by initializer and seed */
    size_t runs;
    found_run *run;
    row_place *epochs, *layers; /* one a row of the two tables */
} found_rows;

/* The key of a place in time and depth. */
static inline uint64_t ins_place_key(const ins_study *study, size_t run, size_t epoch, size_t layer,
                                     size_t tensor)
{
    return (((uint64_t)run * study->epochs + epoch) * (study->layers + 1) + layer) * INS_TENSORS +
           tensor;
}

/* The number of a tensor; INS_TENSORS: there is none of that name. */
size_t ins_tensor_of(const char *name);

void ins_found_rows_free(found_rows *found);

/* study_runs.c: which runs there are, and to which one every row belongs. INS_DATA. */
ins_status ins_study_find_rows(const ins_study *study, found_rows *found, ins_error *error);

/* study_arms.c: fills arm, arms, layers, index->has and run[].arm; run[] is (found->runs). */
void ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found);

/* study_optional.c: reads the optional files, and groups their rows once runs and epochs are known.
 */
ins_status ins_study_read_optional(ins_study *study, ins_error *error);
void ins_study_group_optional(ins_study *study, bool by_number);
void ins_study_free_optional(ins_study *study);

#endif
