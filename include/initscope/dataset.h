/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set: read, split as scikit-learn's train_test_split, scaled. */
#ifndef INITSCOPE_DATASET_H
#define INITSCOPE_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/arrays.h"
#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/reading.h"
#include "initscope/samples.h"
#include "initscope/text.h"

typedef struct ins_dataset {
    const char *path;
    ins_task task;    /* not INS_TASK_AUTO */
    size_t rows;      /* those of a test set included */
    size_t test_rows; /* the last ones are a test set of their own; 0: there is none */
    size_t features;
    size_t classes;   /* 0: there are none */
    size_t targets;   /* numbers of a row to be predicted; 0: the class is */
    double *x;        /* (rows, features); NAN: missing, to be filled in after the split */
    int32_t *y;       /* (rows) of classes, 0 .. classes - 1; else NULL */
    double *target;   /* (rows, targets) of numbers; NULL also where x itself is the target */
    size_t *category; /* (features) the columns that one column of texts became share a number
                         from 1 on; 0: a number */
    const char **feature_names; /* (features) */
    const char **class_names;   /* (classes), in order: numerically if every label is a number, else
                                   bytewise */
    const char **target_names;  /* (targets) */
    const char *label_name;     /* of several, with commas */
    unsigned long long hash;    /* of all that training sees, names included: identifies the data in
                                   experiment.ini and on resume */
    ins_text warnings;          /* one per line, without the program's name */
    ins_arena *arena;           /* owns the names */
} ins_dataset;

/* INS_DATA on a bad file, with one line a column and cause, and the option that helps; INS_USAGE
 * when there is no such column. Features must fit float32. */
ins_status ins_dataset_read(const ins_reading *reading, ins_dataset *dataset, ins_error *error);

/* The arrays' numbers become the data set's, and are gone from them. Of the reading, label, path
 * and task count. */
ins_status ins_dataset_of_arrays(ins_arrays *arrays, const ins_reading *reading,
                                 ins_dataset *dataset, ins_error *error);
void ins_dataset_free(ins_dataset *dataset);

typedef enum ins_scaling { INS_SCALE_NONE, INS_SCALE_STANDARD, INS_SCALE_MINMAX } ins_scaling;
extern const char *const ins_scaling_names[]; /* NULL-terminated, indexed by ins_scaling */

/* One row of features.csv: a feature over the training rows, before and after scaling (population
 * variance). */
typedef struct ins_feature {
    double mean, variance, minimum, maximum, scaled_mean, scaled_variance;
} ins_feature;

typedef struct ins_prepared {
    ins_samples train, test; /* views; where nothing is held out, test is train */
    ins_feature *features;   /* (features) */
    real *x;                 /* what the views are of */
    int32_t *label;
    real *number; /* NULL also where x is meant */
} ins_prepared;

/* How rows are held out, and how all are scaled. */
typedef struct ins_preparation {
    double test_fraction; /* 0: the training rows are the test rows; without effect where the data
                             have a test set of their own */
    uint32_t split_seed;
    ins_scaling scaling;
} ins_preparation;

/* order (rows): the permutation of RandomState(seed); the first ceil(rows * fraction) are the test
 * rows, the others, in this order, the training rows. Returns the number of test rows. */
size_t ins_split(size_t rows, double fraction, uint32_t seed, size_t *order);

/* Splits, fills in what is missing with the mean of the training rows (of categories the most
 * frequent), scales features as chosen and numbers to be predicted to mean 0 and variance 1, all
 * fitted on the training rows only. Warnings go to dataset->warnings: features that are constant,
 * and scaled to 0; classes without a training row; test rows too few to decide anything. So that no
 * second copy of the data is needed, the samples are made in the memory of the data set's x, y and
 * target, which are NULL afterwards. INS_DATA, and the dataset as it was, when a side of the split
 * would be empty or there is only one thing to predict in the training rows. */
ins_status ins_prepare(ins_dataset *dataset, const ins_preparation *how, ins_prepared *prepared,
                       ins_error *error);
/* As ins_prepare, but of a copy of the rows: the data set stays as it is, and threads may share it.
 * Warnings are appended to warnings; NULL: nobody is told. */
ins_status ins_prepare_copy(const ins_dataset *dataset, const ins_preparation *how,
                            ins_prepared *prepared, ins_text *warnings, ins_error *error);

/* INS_DATA when ins_prepare would refuse that split. */
ins_status ins_split_check(const ins_dataset *dataset, const ins_preparation *how,
                           ins_error *error);

void ins_prepared_free(ins_prepared *prepared);

/* Of samples with labels the class of most rows, the first one on ties; *rows of them are its. */
size_t ins_most_frequent_class(const ins_samples *samples, size_t *rows);

#endif
