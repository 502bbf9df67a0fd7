/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a table take the place of its cells, which are at least as many, unless
 * categories become columns. */
#include <config.h>

#include "build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t count_features(const ins_sheet *t, const ins_plan *plan)
{
    size_t features = 0;
    for (size_t j = 0; j < t->columns; j++) {
        if (plan->use[j] == INS_USE_FEATURE) features++;
        if (plan->use[j] == INS_USE_ONEHOT) features += plan->category_count[j];
    }
    return features;
}

static void name_features(const ins_sheet *t, const ins_plan *plan, ins_dataset *d)
{
    size_t feature = 0, group = 0;
    d->feature_names =
        ins_arena_get(d->arena, d->features, sizeof *d->feature_names, "column names");
    d->category = ins_arena_get(d->arena, d->features, sizeof *d->category, "columns");
    for (size_t j = 0; j < t->columns; j++) {
        if (plan->use[j] == INS_USE_FEATURE) {
            d->category[feature] = 0;
            d->feature_names[feature++] = t->column[j].name;
        }
        if (plan->use[j] != INS_USE_ONEHOT) continue;
        group++;
        for (size_t k = 0; k < plan->category_count[j]; k++) {
            d->category[feature] = group;
            d->feature_names[feature++] =
                ins_arena_format(d->arena, "%s=%s", t->column[j].name, plan->categories[j][k]);
        }
    }
}

/* "y", "a, b": what is predicted. */
static void name_label(const ins_sheet *t, const ins_plan *plan, ins_dataset *d)
{
    ins_text all = {0};
    if (plan->task == INS_TASK_INPUTS) {
        d->label_name = INS_LABEL_INPUTS;
        d->target_names = d->feature_names;
        return;
    }
    d->target_names =
        ins_arena_get(d->arena, plan->targets, sizeof *d->target_names, "column names");
    for (size_t i = 0; i < plan->targets; i++) {
        d->target_names[i] = t->column[plan->target[i]].name;
        ins_text_add_format(&all, "%s%s", i > 0 ? ", " : "", d->target_names[i]);
    }
    d->label_name = ins_arena_copy(d->arena, all.data, all.length);
    ins_text_free(&all);
}

static int by_text(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *)entry);
}

/* The features of a row, x (features). */
static void fill_row(const ins_sheet *t, const ins_plan *plan, size_t row, double *x)
{
    const double *cell = t->cell + row * t->columns;
    char number[INS_NUMBER_SIZE];
    for (size_t j = 0; j < t->columns; j++) {
        if (plan->use[j] == INS_USE_FEATURE) {
            const char *text = isnan(cell[j]) ? ins_sheet_text(t, row, j, number) : NULL;
            *x++ = text != NULL ? ins_boolean_value(text) : isnan(cell[j]) ? (double)NAN : cell[j];
        }
        if (plan->use[j] != INS_USE_ONEHOT) continue;
        const char *text = ins_sheet_text(t, row, j, number);
        const char **found = text != NULL
                                 ? bsearch(text, plan->categories[j], plan->category_count[j],
                                           sizeof(const char *), by_text)
                                 : NULL;
        for (size_t k = 0; k < plan->category_count[j]; k++)
            *x++ = text == NULL ? (double)NAN : found == plan->categories[j] + k;
    }
}

/* The classes of the rows that count; number (texts of the column): of each text, or -1. */
static void number_classes(const ins_sheet *t, const ins_plan *plan, size_t column, ins_dataset *d,
                           int32_t *number)
{
    const ins_labels *texts = &t->column[column].texts;
    ins_labels classes = {0};
    for (size_t k = 0; k < texts->count; k++) number[k] = -1;
    for (size_t i = 0; i < t->rows; i++) {
        if (plan->left_out[i]) continue;
        const uint32_t k = ins_cell_text(t->cell[i * t->columns + column]);
        if (number[k] < 0)
            number[k] = (int32_t)ins_labels_find(&classes, texts->name[k], strlen(texts->name[k]),
                                                 d->arena);
    }
    int32_t *rank = ins_allocate(classes.count, sizeof *rank, "class names");
    ins_labels_sort(&classes, rank, t->path, &d->warnings);
    for (size_t k = 0; k < texts->count; k++)
        if (number[k] >= 0) number[k] = rank[number[k]];
    free(rank);
    d->classes = classes.count;
    d->class_names = ins_arena_get(d->arena, d->classes, sizeof *d->class_names, "class names");
    memcpy(d->class_names, classes.name, d->classes * sizeof *d->class_names);
    ins_labels_free(&classes);
}

static void fill_classes(const ins_sheet *t, const ins_plan *plan, ins_dataset *d)
{
    const size_t column = plan->target[0];
    int32_t *number = ins_allocate(t->column[column].texts.count, sizeof *number, "class names");
    number_classes(t, plan, column, d, number);
    d->y = ins_allocate(d->rows, sizeof *d->y, "the labels");
    for (size_t i = 0, row = 0; i < t->rows; i++)
        if (!plan->left_out[i])
            d->y[row++] = number[ins_cell_text(t->cell[i * t->columns + column])];
    free(number);
}

static void fill_targets(const ins_sheet *t, const ins_plan *plan, ins_dataset *d)
{
    d->targets = plan->targets;
    d->target =
        ins_allocate(ins_multiply(d->rows, d->targets, "the data"), sizeof *d->target, "the data");
    double *target = d->target;
    for (size_t i = 0; i < t->rows; i++)
        for (size_t k = 0; !plan->left_out[i] && k < plan->targets; k++)
            *target++ = ins_sheet_number(t, i, plan->target[k]);
}

/* In the memory of the cells where they fit: what is written lies behind what is still read. */
static void fill_features(ins_sheet *t, const ins_plan *plan, ins_dataset *d)
{
    const bool in_place = d->features <= t->columns;
    double *x = in_place ? t->memory
                         : ins_reserve(ins_multiply(d->rows, d->features, "the data"), sizeof *x,
                                       "the data");
    double *row = ins_allocate(d->features, sizeof *row, "a row");
    for (size_t i = 0, kept = 0; i < t->rows; i++) {
        if (plan->left_out[i]) continue;
        fill_row(t, plan, i, row);
        memcpy(x + kept++ * d->features, row, d->features * sizeof *x);
    }
    free(row);
    if (in_place) t->memory = NULL;
    d->x = ins_reallocate(x, d->rows * d->features, sizeof *x, "the data");
}

static size_t count_foreign(const char *const *names, size_t count)
{
    size_t foreign = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = names[i];
        size_t left = strlen(name), length;
        while (left > 0 && (length = ins_utf8_length(name, left)) > 0)
            name += length, left -= length;
        foreign += left > 0;
    }
    return foreign;
}

/* Bytes that are no text are kept, and no page can show them. */
static void warn_of_foreign_names(ins_dataset *d)
{
    const size_t foreign = count_foreign(d->feature_names, d->features) +
                           count_foreign(d->class_names, d->classes) +
                           count_foreign(&d->label_name, 1);
    if (foreign > 0)
        ins_text_add_line(&d->warnings, "%s: names that are not UTF-8, kept as they are: %zu",
                          d->path, foreign);
}

static unsigned long long hash_names(unsigned long long hash, const char *const *names,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++) hash = ins_hash(hash, names[i], strlen(names[i]) + 1);
    return hash;
}

void ins_dataset_hash(ins_dataset *d)
{
    unsigned long long hash = INS_HASH_START;
    hash = ins_hash(hash, d->x, d->rows * d->features * sizeof *d->x);
    if (d->y != NULL) hash = ins_hash(hash, d->y, d->rows * sizeof *d->y);
    if (d->target != NULL)
        hash = ins_hash(hash, d->target, d->rows * d->targets * sizeof *d->target);
    hash = hash_names(hash, d->feature_names, d->features);
    hash = hash_names(hash, d->class_names, d->classes);
    d->hash = hash_names(hash, &d->label_name, 1);
}

void ins_dataset_build(ins_sheet *table, const ins_plan *plan, ins_dataset *dataset)
{
    ins_dataset d = {.path = table->path,
                     .task = plan->task,
                     .rows = plan->rows,
                     .features = count_features(table, plan),
                     .arena = table->arena,
                     .warnings = table->warnings};
    if (plan->warnings.data != NULL) ins_text_add(&d.warnings, plan->warnings.data);
    name_features(table, plan, &d);
    name_label(table, plan, &d);
    if (d.task == INS_TASK_CLASSES) fill_classes(table, plan, &d);
    if (d.task == INS_TASK_NUMBERS) fill_targets(table, plan, &d);
    if (d.task == INS_TASK_INPUTS) d.targets = d.features;
    fill_features(table, plan, &d);
    warn_of_foreign_names(&d);
    ins_dataset_hash(&d);
    table->arena = NULL;
    table->warnings = (ins_text){0};
    *dataset = d;
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
