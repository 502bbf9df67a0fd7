/* Reads a data set: the table, the plan for it, and what it is built of. */
#include <config.h>

#include "initscope/dataset.h"

#include <stdlib.h>

#include "build.h"

ins_status ins_dataset_read(const ins_reading *reading, ins_dataset *dataset, ins_error *error)
{
    ins_sheet table;
    ins_plan plan;
    ins_error unheard = {0};
    if (error == NULL) error = &unheard;
    ins_status status = ins_sheet_read(reading, &table, error);
    if (status != INS_OK) return status;
    status = ins_plan_make(&table, reading, &plan, error);
    if (status == INS_OK) ins_dataset_build(&table, &plan, dataset);
    ins_plan_free(&plan);
    ins_sheet_free(&table);
    return status;
}

void ins_dataset_free(ins_dataset *dataset)
{
    free(dataset->x);
    free(dataset->y);
    free(dataset->target);
    ins_text_free(&dataset->warnings);
    ins_arena_free(dataset->arena);
    *dataset = (ins_dataset){0};
}
