/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays become a data set: their columns get numbers for names, and the different numbers of a
 * label are its classes. */
#include <config.h>

#include "initscope/arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/dataset.h"

#include "build.h"

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The different numbers are the classes, in their order. */
static void fill_numbered_classes(const ins_arrays *arrays, ins_dataset *d)
{
    const char *what = "class names";
    double *value = ins_allocate(d->rows, sizeof *value, what);
    memcpy(value, arrays->y, d->rows * sizeof *value);
    qsort(value, d->rows, sizeof *value, by_value);
    for (size_t i = 0; i < d->rows; i++)
        if (i == 0 || value[i] > value[d->classes - 1]) value[d->classes++] = value[i];
    d->class_names = ins_arena_get(d->arena, d->classes, sizeof *d->class_names, what);
    for (size_t k = 0; k < d->classes; k++) {
        char number[INS_NUMBER_SIZE];
        ins_format_number(number, value[k]);
        d->class_names[k] = ins_arena_format(d->arena, "%s", number);
    }
    d->y = ins_allocate(d->rows, sizeof *d->y, "the labels");
    for (size_t i = 0; i < d->rows; i++) {
        const double *found = bsearch(&arrays->y[i], value, d->classes, sizeof *value, by_value);
        d->y[i] = (int32_t)(found - value);
    }
    free(value);
}

static const char **numbered_names(ins_arena *arena, const char *letter, size_t count)
{
    const char **names = ins_arena_get(arena, count, sizeof *names, "column names");
    for (size_t i = 0; i < count; i++)
        names[i] = count == 1 && letter[0] == 'y' ? letter
                                                  : ins_arena_format(arena, "%s%zu", letter, i + 1);
    return names;
}

static ins_task task_of(const ins_arrays *arrays, const ins_reading *reading)
{
    if (ins_reading_wants_inputs(reading)) return INS_TASK_INPUTS;
    if (reading->task != INS_TASK_AUTO) return reading->task;
    return arrays->classes && arrays->targets == 1 ? INS_TASK_CLASSES : INS_TASK_NUMBERS;
}

static ins_status check_arrays(const ins_arrays *arrays, const ins_reading *reading,
                               const ins_dataset *d, ins_error *error)
{
    if (reading->features.count > 0 || reading->drop.count > 0)
        return ins_error_add(error, INS_USAGE,
                             "%s: arrays have no columns to choose from (got \"%s\")", d->path,
                             reading->features.count > 0 ? "--features" : "--drop");
    if (d->task == INS_TASK_CLASSES && arrays->targets > 1)
        return ins_error_add(error, INS_USAGE,
                             "%s: %zu numbers a row are no classes; --loss mse predicts them",
                             d->path, arrays->targets);
    if (d->task == INS_TASK_CLASSES && d->classes < 2)
        return ins_error_add(error, INS_DATA, "%s: all %zu rows have one label (got \"%s\")",
                             d->path, d->rows, d->class_names[0]);
    for (size_t i = 0; i < d->rows * d->features; i++) {
        if (!isfinite((float)d->x[i]))
            return ins_error_add(error, INS_DATA,
                                 "%s: row %zu, number %zu is not finite in float32 (got \"%g\")",
                                 d->path, i / d->features + 1, i % d->features + 1, d->x[i]);
    }
    for (size_t i = 0; d->target != NULL && i < d->rows * d->targets; i++) {
        if (!isfinite((float)d->target[i]))
            return ins_error_add(error, INS_DATA,
                                 "%s: row %zu, target %zu is not finite in float32 (got \"%g\")",
                                 d->path, i / d->targets + 1, i % d->targets + 1, d->target[i]);
    }
    return INS_OK;
}

ins_status ins_dataset_of_arrays(ins_arrays *arrays, const ins_reading *reading,
                                 ins_dataset *dataset, ins_error *error)
{
    ins_dataset d = {.rows = arrays->rows,
                     .test_rows = arrays->test_rows,
                     .features = arrays->features,
                     .task = task_of(arrays, reading),
                     .x = arrays->x,
                     .arena = ins_arena_new()};
    arrays->x = NULL;
    d.path = ins_arena_copy(d.arena, reading->path, strlen(reading->path));
    d.feature_names = numbered_names(d.arena, "x", d.features);
    d.category = ins_arena_get(d.arena, d.features, sizeof *d.category, "columns");
    d.label_name = d.task == INS_TASK_INPUTS ? INS_LABEL_INPUTS : "y";
    if (d.task == INS_TASK_CLASSES && arrays->targets == 1) fill_numbered_classes(arrays, &d);
    if (d.task != INS_TASK_CLASSES) {
        const bool own = d.task == INS_TASK_INPUTS;
        d.targets = own ? d.features : arrays->targets;
        d.target_names = own ? d.feature_names : numbered_names(d.arena, "y", d.targets);
        d.target = own ? NULL : arrays->y;
        if (!own) arrays->y = NULL;
    }
    const ins_status status = check_arrays(arrays, reading, &d, error);
    if (status == INS_OK) {
        ins_dataset_hash(&d);
        *dataset = d;
    } else {
        ins_dataset_free(&d);
    }
    return status;
}

void ins_arrays_free(ins_arrays *arrays)
{
    free(arrays->x);
    free(arrays->y);
    *arrays = (ins_arrays){0};
}
