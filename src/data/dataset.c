/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a data set: the table, the plan for it, and what it is built of. */
#include <config.h>

#include "initscope/dataset.h"

#include <stdlib.h>

#include "array_files.h"
#include "build.h"

static ins_status read_arrays(const ins_reading *reading, ins_dataset *dataset, ins_error *error)
{
    ins_arrays arrays;
    ins_reading without;
    ins_status status = ins_array_files_take(reading, &arrays, &without, error);
    if (status != INS_OK) return status;
    status = ins_dataset_of_arrays(&arrays, &without, dataset, error);
    ins_arrays_free(&arrays);
    return status;
}

ins_status ins_dataset_read(const ins_reading *reading, ins_dataset *dataset, ins_error *error)
{
    ins_sheet table;
    ins_plan plan;
    ins_error unheard = {0};
    if (error == NULL) error = &unheard;
    if (ins_is_array_file(reading->path)) return read_arrays(reading, dataset, error);
    ins_status status = ins_sheet_read(reading, &table, error);
    if (status != INS_OK) return status;
    status = ins_plan_make(&table, reading, &plan, error);
    if (status == INS_OK) ins_dataset_build(&table, &plan, dataset);
    ins_plan_free(&plan);
    ins_sheet_free(&table);
    return status;
}
