/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table as asked, and then as the options that help would have it. */
#include <config.h>

#include "initscope/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array_files.h"
#include "build.h"

/* Rounds of options that help: each can uncover what the one before hid. */
enum { ROUNDS = 4 };

static const char *becomes(const ins_plan *plan, size_t column, ins_arena *arena)
{
    switch (plan->use[column]) {
    case INS_USE_NOTHING:
        return "left out";
    case INS_USE_FEATURE:
        if (plan->column[column].counts) return "row counter";
        return plan->column[column].kind == INS_KIND_BOOLEANS ? "0 and 1" : "feature";
    case INS_USE_ONEHOT:
        return ins_arena_format(arena, "%zu columns", plan->category_count[column]);
    case INS_USE_TARGET:
        return plan->task == INS_TASK_NUMBERS ? "target" : "label";
    case INS_USE_REFUSED:
        return "refused";
    }
    return "";
}

static void describe(const ins_sheet *t, const ins_plan *plan, ins_survey *survey)
{
    ins_arena *arena = survey->arena;
    survey->rows = t->rows;
    survey->columns = t->columns;
    survey->column = ins_arena_get(arena, t->columns, sizeof *survey->column, "columns");
    for (size_t j = 0; j < t->columns; j++) {
        const ins_surveyed *of = &plan->column[j];
        survey->column[j] =
            (ins_survey_column){.name = ins_arena_format(arena, "%s", t->column[j].name),
                                .type = ins_column_kind_names[of->kind],
                                .missing = of->missing.count,
                                .different = ins_count_different(t, j),
                                .mean = of->mean,
                                .deviation = of->deviation,
                                .minimum = of->minimum,
                                .maximum = of->maximum,
                                .becomes = becomes(plan, j, arena)};
    }
}

static ins_names copy_names(const ins_names *names, ins_arena *arena)
{
    const char **item = ins_arena_get(arena, names->count + 1, sizeof *item, "names");
    for (size_t i = 0; i < names->count; i++)
        item[i] = ins_arena_copy(arena, names->item[i], strlen(names->item[i]));
    return (ins_names){names->count, item};
}

/* The plan's remedies outlive its table. */
static void remedy(ins_survey *survey, const ins_plan *plan)
{
    survey->remedied = plan->remedied;
    survey->remedied.drop = copy_names(&plan->remedied.drop, survey->arena);
}

/* Asks for what helps until nothing is in the way. */
static void build_remedied(ins_sheet *table, ins_survey *survey)
{
    for (int round = 0; round < ROUNDS && !survey->readable; round++) {
        ins_plan plan;
        ins_error problems = {0};
        const ins_reading asked = survey->remedied;
        survey->readable = ins_plan_make(table, &asked, &plan, &problems) == INS_OK;
        remedy(survey, &plan);
        if (survey->readable) ins_dataset_build(table, &plan, &survey->dataset);
        ins_plan_free(&plan);
    }
}

/* Where the first line may be one or the other, most tables have a header. */
static ins_status read_table(ins_survey *survey, ins_sheet *table, ins_error *error)
{
    ins_error unheard = {0};
    ins_status status = ins_sheet_read(&survey->remedied, table, error);
    if (status == INS_OK || survey->remedied.header != INS_HEADER_AUTO) return status;
    survey->remedied.header = INS_HEADER_YES;
    if (ins_sheet_read(&survey->remedied, table, &unheard) != INS_OK) *table = (ins_sheet){0};
    return status;
}

static ins_survey_column describe_numbers(const double *x, size_t rows, size_t stride)
{
    ins_survey_column c = {
        .type = "number", .different = SIZE_MAX, .minimum = x[0], .maximum = x[0]};
    const double n = (double)rows;
    double sum = 0, square = 0;
    for (size_t i = 0; i < rows; i++) {
        const double value = x[i * stride];
        sum += (value - x[0]) / n;
        square += (value - x[0]) * (value - x[0]) / n;
        c.minimum = fmin(c.minimum, value);
        c.maximum = fmax(c.maximum, value);
    }
    c.mean = x[0] + sum;
    c.deviation = sqrt(fmax(0, square - sum * sum));
    return c;
}

ins_status ins_survey_of_arrays(ins_arrays *arrays, const ins_reading *reading, ins_survey *survey,
                                ins_error *error)
{
    const size_t features = arrays->features, targets = arrays->targets;
    *survey = (ins_survey){.remedied = *reading, .arena = ins_arena_new()};
    survey->rows = arrays->rows;
    survey->column =
        ins_arena_get(survey->arena, features + targets, sizeof *survey->column, "columns");
    for (size_t j = 0; j < features; j++)
        survey->column[j] = describe_numbers(arrays->x + j, arrays->rows, features);
    for (size_t k = 0; k < targets; k++)
        survey->column[features + k] = describe_numbers(arrays->y + k, arrays->rows, targets);
    const ins_status status = ins_dataset_of_arrays(arrays, reading, &survey->dataset, error);
    if (status != INS_OK) return status;
    survey->readable = true;
    survey->columns = features + targets;
    const ins_dataset *d = &survey->dataset;
    for (size_t j = 0; j < features; j++) {
        survey->column[j].name = d->feature_names[j];
        survey->column[j].becomes = "feature";
    }
    for (size_t k = 0; k < targets; k++) {
        ins_survey_column *c = &survey->column[features + k];
        c->name = targets == 1 ? "y" : ins_arena_format(survey->arena, "y%zu", k + 1);
        c->becomes = d->task == INS_TASK_CLASSES   ? "label"
                     : d->task == INS_TASK_NUMBERS ? "target"
                                                   : "left out";
    }
    return INS_OK;
}

static ins_status survey_arrays(const ins_reading *reading, ins_survey *survey, ins_error *error)
{
    ins_arrays arrays;
    ins_reading without;
    ins_status status = ins_array_files_take(reading, &arrays, &without, error);
    if (status != INS_OK) return status;
    status = ins_survey_of_arrays(&arrays, &without, survey, error);
    survey->remedied = *reading;
    ins_arrays_free(&arrays);
    return status;
}

ins_status ins_survey_make(const ins_reading *reading, ins_survey *survey, ins_error *error)
{
    ins_sheet table = {0};
    ins_plan plan;
    *survey = (ins_survey){.remedied = *reading};
    if (ins_is_array_file(reading->path)) return survey_arrays(reading, survey, error);
    survey->arena = ins_arena_new();
    ins_status status = read_table(survey, &table, error);
    if (status != INS_OK && table.columns == 0) return status;
    const ins_reading asked = survey->remedied;
    status = ins_status_first(status, ins_plan_make(&table, &asked, &plan, error));
    describe(&table, &plan, survey);
    remedy(survey, &plan);
    ins_plan_free(&plan);
    build_remedied(&table, survey);
    ins_sheet_free(&table);
    return status;
}

void ins_survey_free(ins_survey *survey)
{
    if (survey->readable) ins_dataset_free(&survey->dataset);
    ins_arena_free(survey->arena);
    *survey = (ins_survey){0};
}
