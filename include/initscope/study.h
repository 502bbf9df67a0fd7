/* A run directory as the report sees it: arms (what is compared), seeds, epochs, layers, and every
 * recorded number by its place. */
#ifndef INITSCOPE_STUDY_H
#define INITSCOPE_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/log_reader.h"

/* One thing that is compared: an initializer, together with the values of all other factors that
 * vary in the run directory. Arms keep the order of the runs. */
typedef struct ins_arm {
    const char *label; /* "he_normal", or "he_normal, tanh, 20x32" when more factors vary; unique */
    const char *initializer;
    const char *activation, *hidden, *optimizer; /* NULL when runs.csv is absent */
    size_t
        layers; /* recorded layers, the output layer included; 0 when layers.csv has no row of it */
    size_t runs;       /* one a seed */
    const size_t *run; /* (runs) indices into ins_study.run, by seed */
} ins_arm;

typedef struct ins_run {
    long long number; /* the column run */
    long long seed;
    size_t arm;
    bool diverged;
    long long last_epoch;    /* of its rows in epochs.csv; -1: none */
    size_t last_index;       /* the same as an index into ins_study.epoch; SIZE_MAX: none */
    size_t last_layer_index; /* of its last epoch in layers.csv; SIZE_MAX: none */
} ins_run;

typedef struct ins_study {
    const char *directory;
    size_t arms, runs, epochs;
    const ins_arm *arm;
    const ins_run *run;
    const long long *epoch; /* (epochs) recorded epochs, ascending, of all runs together */
    size_t layers;          /* the most of all arms */
    ins_pairs experiment, environment; /* empty when the files are absent */
    ins_table features, phase;         /* rows = 0 when absent */
    ins_table runs_table;              /* rows = 0 when absent */
    struct ins_study_index *index;
} ins_study;

/* Reads directory: epochs.csv and layers.csv are required (INS_DATA), the rest is optional. Of
 * their columns only run (or initializer and seed), epoch, layer, tensor and variance are needed;
 * rows of unknown tensors are left out. */
ins_status ins_study_read(const char *directory, ins_study *study, ins_error *error);
void ins_study_free(ins_study *study);

/* A number of layers.csv: run and epoch are indices into the arrays above, layer 0 .. layers,
 * column a numeric column's name such as "variance". NAN when there is no such row or the cell is
 * empty. */
double ins_study_layer(const ins_study *study, size_t run, size_t epoch, size_t layer,
                       ins_tensor tensor, const char *column);

/* A number of epochs.csv, such as "test_accuracy". */
double ins_study_epoch(const ins_study *study, size_t run, size_t epoch, const char *column);

/* The index of an epoch number in ins_study.epoch; SIZE_MAX when it was not recorded. */
size_t ins_study_epoch_index(const ins_study *study, long long epoch);

/* True when some run of the arm has a row for this tensor. */
bool ins_study_has(const ins_study *study, size_t arm, ins_tensor tensor);

/* symmetry.csv, histograms.csv, theory.csv, depth.csv and spectrum.csv are optional, and rows of
 * them that belong to no known run, epoch or layer are left out. True when one is left. */
bool ins_study_has_file(const ins_study *study, ins_log_file file);

/* A number of symmetry.csv, such as "distinct_units", of theory.csv, such as "variance", and of
 * depth.csv, such as "xi_c"; NAN when there is none. */
double ins_study_symmetry(const ins_study *study, size_t run, size_t epoch, size_t layer,
                          const char *column);
double ins_study_theory(const ins_study *study, size_t run, size_t layer, ins_tensor tensor,
                        const char *column);
double ins_study_depth(const ins_study *study, size_t run, const char *column);

/* The bins of a histogram, and singular values (layer 0: of the Jacobian), in the order of their
 * file, into at most most places; returns how many there are. */
typedef struct ins_bin {
    double lower, upper, count;
} ins_bin;
size_t ins_study_histogram(const ins_study *study, size_t run, size_t epoch, size_t layer,
                           ins_tensor tensor, ins_bin *bin, size_t most);
size_t ins_study_spectrum(const ins_study *study, size_t run, size_t epoch, size_t layer,
                          double *value, size_t most);

#endif
