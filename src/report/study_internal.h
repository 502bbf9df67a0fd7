/* What the files of the study share: the tables as read, and where each row belongs. */
#ifndef STUDY_INTERNAL_H
#define STUDY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "row_map.h"

#include "initscope/memory.h"
#include "initscope/study.h"

struct ins_study_index {
    ins_arena *arena;
    ins_table epochs, layers;
    ins_row_map epoch_rows; /* run * epochs + epoch, to the row of epochs.csv */
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
    size_t runs;
    found_run *run;
    row_place *epochs, *layers; /* one a row of the two tables */
} found_rows;

void ins_found_rows_free(found_rows *found);

/* study_runs.c: which runs there are, and to which one every row belongs. INS_DATA. */
ins_status ins_study_find_rows(const ins_study *study, found_rows *found, ins_error *error);

/* study_arms.c: fills arm, arms, layers, index->has and run[].arm; run[] is (found->runs). */
void ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found);

#endif
