/* A classification data set from CSV, its split as scikit-learn's train_test_split, its scaling. */
#ifndef INITSCOPE_DATASET_H
#define INITSCOPE_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/samples.h"
#include "initscope/text.h"

typedef struct ins_dataset {
    const char *path;
    size_t rows, features, classes;
    double *x;                  /* (rows, features) */
    int32_t *y;                 /* (rows), 0 .. classes - 1 */
    const char **feature_names; /* (features) */
    const char **class_names;   /* (classes), in order: numerically if every label is a number, else
                                   bytewise */
    const char *label_name;
    unsigned long long
        hash; /* of x, y and the names: identifies the data in experiment.ini and on resume */
    ins_text warnings; /* one per line, without the program's name */
    ins_arena *arena;  /* owns the names */
} ins_dataset;

/* Reads path. label NULL: the last column; delimiter '\0': detected. INS_DATA on a bad file,
 * INS_USAGE when there is no such column. Features must fit float32. */
ins_status ins_dataset_read(const char *path, const char *label, char delimiter,
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
    ins_samples train, test; /* in one block, the test rows first */
    ins_feature *features;   /* (features) */
} ins_prepared;

/* order (rows): the permutation of RandomState(seed); the first ceil(rows * fraction) are the test
 * rows, the others, in this order, the training rows. Returns the number of test rows. */
size_t ins_split(size_t rows, double fraction, uint32_t seed, size_t *order);

/* Splits and scales; scaling is fitted on the training rows only. A constant feature is scaled to 0
 * with a warning in dataset->warnings, which also tells of classes without a training row. So that
 * no second copy of the data is needed, the samples are made in the memory of dataset->x and
 * dataset->y, which are NULL afterwards. INS_DATA, and the dataset as it was, when a side of the
 * split would be empty or the training rows have one class only. */
ins_status ins_prepare(ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                       ins_scaling scaling, ins_prepared *prepared, ins_error *error);
/* As ins_prepare, but of a copy of the rows: the data set stays as it is, and threads may share it.
 * Warnings are appended to warnings; NULL: nobody is told. */
ins_status ins_prepare_copy(const ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                            ins_scaling scaling, ins_prepared *prepared, ins_text *warnings,
                            ins_error *error);

/* INS_DATA when ins_prepare would refuse that split. */
ins_status ins_split_check(const ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                           ins_error *error);

void ins_prepared_free(ins_prepared *prepared);

#endif
