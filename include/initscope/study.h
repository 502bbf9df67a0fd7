/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory as the report sees it: arms (what is compared), seeds, epochs, layers, and every
 * recorded number by its place. */
#ifndef INITSCOPE_STUDY_H
#define INITSCOPE_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/log_reader.h"
#include "initscope/memory.h"
#include "initscope/text.h"

/* --- The graph --------------------------------------------------------------- */

/* Kinds of layers, as network.csv names them. */
typedef enum ins_logged_kind {
    INS_KIND_DENSE,
    INS_KIND_CONV,
    INS_KIND_RECURRENT,
    INS_KIND_ATTENTION,
    INS_KIND_EMBEDDING,
    INS_KIND_NORM,
    INS_KIND_OTHER, /* and all that are not known, but for those that scale each unit by itself:
                       they are norms */
    INS_LAYER_KINDS
} ins_logged_kind;

/* A numbered layer, as network.csv tells of it. */
typedef struct ins_graph_layer {
    size_t number;
    const char *name; /* "conv3"; "": it has none */
    ins_logged_kind kind;
    const char *block;      /* name of its residual block; "": it stands in none */
    const char *activation; /* "": none follows; NULL: the file does not tell */
    size_t inputs;
    const size_t *input;                       /* (inputs) numbers of the layers that it reads */
    double units, fan_in, fan_out, parameters; /* NAN: not told */
    bool frozen;                               /* training does not change it */
    size_t row;                                /* of network.csv */
} ins_graph_layer;

/* One thing that is compared: an initializer, together with the values of all other factors that
 * vary in the run directory. Arms keep the order of the runs. */
typedef struct ins_arm {
    const char *label; /* "he_normal", or "he_normal, tanh, 20x32" when more factors vary; unique */
    const char *initializer;
    const char *activation, *hidden, *optimizer; /* NULL when runs.csv is absent */
    /* As runs.csv has it, or the shape of the hidden layers, and short; NULL likewise. */
    const char *network, *network_label;
    size_t
        layers; /* recorded layers, the output layer included; 0 when layers.csv has no row of it */
    size_t listed;                /* layers of network.csv */
    const ins_graph_layer *graph; /* (listed) by number */
    bool chain;    /* its layers are dense and in no block, and each reads the one before it */
    bool unlisted; /* between its layers values are changed by more than activations: a norm */
    bool direct;   /* they are seen not to be; of a network that is told as a text neither is set */
    size_t runs;   /* one a seed */
    const size_t *run; /* (runs) indices into ins_study.run, by seed */
} ins_arm;

/* A recorded epoch, known by its place in ins_study.epoch. It is a type of its own so that it is
 * never taken for an epoch's number; left at zero, it is INS_NOT_RECORDED. */
typedef struct ins_epoch_index {
    size_t ordinal; /* from 1; 0: not recorded */
} ins_epoch_index;

#define INS_NOT_RECORDED ((ins_epoch_index){0})

static inline bool ins_is_recorded(ins_epoch_index epoch)
{
    return epoch.ordinal > 0;
}

/* The epoch whose number is ins_study.epoch[place], and back. */
static inline ins_epoch_index ins_epoch_at(size_t place)
{
    return (ins_epoch_index){place + 1};
}

static inline size_t ins_epoch_place(ins_epoch_index epoch)
{
    return epoch.ordinal - 1;
}

/* The one recorded before; before the first, and before none, INS_NOT_RECORDED. */
static inline ins_epoch_index ins_epoch_before(ins_epoch_index epoch)
{
    return (ins_epoch_index){epoch.ordinal > 0 ? epoch.ordinal - 1 : 0};
}

static inline bool ins_same_epoch(ins_epoch_index a, ins_epoch_index b)
{
    return a.ordinal == b.ordinal;
}

typedef struct ins_run {
    long long number; /* the column run */
    long long seed;
    size_t arm;
    bool diverged;
    ins_epoch_index last;        /* of its rows in epochs.csv */
    ins_epoch_index last_layers; /* of its rows in layers.csv */
} ins_run;

/* A run that has not ended. It is in no arm, unless those that are running were asked for. */
typedef enum ins_run_state { INS_RUN_RUNNING, INS_RUN_INTERRUPTED } ins_run_state;

typedef struct ins_unfinished {
    long long number;
    const char *initializer; /* NULL: no file tells */
    long long seed;
    ins_run_state state;
} ins_unfinished;

/* What runs.csv says of a run and its rows in other files do not. */
typedef enum ins_doubt {
    INS_DOUBT_NO_EPOCHS, /* no row in epochs.csv */
    INS_DOUBT_NO_LAYERS, /* no row in layers.csv */
    INS_DOUBT_CUT,       /* its rows in epochs.csv end before it stopped */
    INS_DOUBT_FIGURES,   /* its last row in epochs.csv has other figures, beyond rounding */
    INS_DOUBT_FINITE,    /* diverged, but all that was recorded last is finite */
    INS_DOUBTS
} ins_doubt;

typedef struct ins_doubtful {
    size_t count;
    const size_t *run; /* (count) into ins_study.run */
} ins_doubtful;

typedef struct ins_study {
    const char *directory;
    bool running;     /* runs under way stand in arms, as far as they have come */
    const char *time; /* what an epoch of this study is: "epoch" or "step" */
    size_t arms, runs, epochs;
    const ins_arm *arm;
    const ins_run *run;
    const long long *epoch; /* (epochs) numbers of the recorded epochs, ascending, of all runs
                               together */
    ins_epoch_index start;  /* epoch 0, before any update: the only way to speak of it */
    size_t layers;          /* the most of all arms */
    size_t unfinished_runs; /* an interrupted run that a later one repeats is none of them */
    const ins_unfinished *unfinished;
    const ins_doubtful *doubt;          /* (INS_DOUBTS) */
    ins_pairs experiment, environment;  /* empty when the files are absent */
    ins_table features, outputs, phase; /* rows = 0 when absent */
    ins_table runs_table;               /* rows = 0 when absent */
    ins_text changes; /* a line for each file that is not as the finished run left it */
    struct ins_study_index *index;
} ins_study;

/* Reads directory: epochs.csv and layers.csv are required (INS_DATA), the rest is optional. Of
 * their columns only run (or initializer and seed), epoch, layer, tensor and variance are needed;
 * rows of unknown tensors are left out. factors.csv and network.csv, of which the runs are
 * numbered, are INS_DATA where they contradict runs.csv, themselves, or another run of the same
 * arm. Runs that have not ended are set aside; where no other is left that is INS_DATA. A directory
 * that is replaced meanwhile is read again. error holds no problem. */
ins_status ins_study_read(const char *directory, ins_study *study, ins_error *error);

/* The same, and the runs under way are taken as far as they have come. */
ins_status ins_study_read_running(const char *directory, ins_study *study, ins_error *error);
void ins_study_free(ins_study *study);

/* Adds the changes to out, which may be NULL, each with the directory. */
void ins_study_warn(const ins_study *study, ins_text *out);

/* Where a number stands. run is an index into ins_study.run, layer 0 .. layers. */
typedef struct ins_site {
    size_t run;
    ins_epoch_index epoch;
    size_t layer;
    ins_tensor tensor;
} ins_site;

/* A number of epochs.csv, layers.csv, symmetry.csv, tokens.csv, theory.csv or depth.csv. What the
 * file does not distinguish is not looked at: the tensor for symmetry.csv, all but the run for
 * depth.csv. NAN when there is no such row or its cell is empty. */
double ins_number(const ins_study *study, ins_column_id column, ins_site site);

/* From an epoch's number, INS_NOT_RECORDED when it was not recorded, and back, -1 then. */
ins_epoch_index ins_epoch_of(const ins_study *study, long long number);
long long ins_epoch_number(const ins_study *study, ins_epoch_index epoch);

/* The last epoch that some run recorded. */
ins_epoch_index ins_last_epoch(const ins_study *study);

/* A sentence that names the runs, as markup; NULL: there are none. */
const char *ins_doubt_text(const ins_study *study, ins_doubt doubt, ins_arena *arena);

/* "running", "interrupted": as runs.csv has it. */
const char *ins_run_state_word(ins_run_state state);

/* Hidden layers of an arm: all recorded ones but the last. */
size_t ins_hidden_layers(const ins_arm *arm);

/* What network.csv tells of a layer; NULL: nothing. */
const ins_graph_layer *ins_layer_at(const ins_arm *arm, size_t layer);

/* The number of layers that a layer reads, and which they are: without network.csv the one before
 * it. */
size_t ins_layer_inputs(const ins_arm *arm, size_t layer);
size_t ins_layer_input(const ins_arm *arm, size_t layer, size_t i);

/* The one layer that it reads, SIZE_MAX where it reads none or several; and whether nobody else
 * reads that one. */
size_t ins_only_input(const ins_arm *arm, size_t layer);
bool ins_is_only_reader(const ins_arm *arm, size_t layer, size_t input);

/* It multiplies what it reads by weights: rules about weights and about units hold for it. Without
 * network.csv every layer does. */
bool ins_has_product(const ins_arm *arm, size_t layer);

/* Hidden layers that do. */
size_t ins_hidden_products(const ins_arm *arm);

/* Its name, else its number; of arena. */
const char *ins_layer_name(ins_arena *arena, const ins_arm *arm, size_t layer);

/* Layers that end a residual block with a row of the stream, ascending; their number. */
size_t ins_streams(const ins_study *study, size_t arm, const size_t **layer);

/* True when some run of the arm has a row for this tensor. */
bool ins_study_has(const ins_study *study, size_t arm, ins_tensor tensor);

/* symmetry.csv, histograms.csv, steps.csv, tokens.csv, theory.csv, depth.csv and spectrum.csv are
 * optional, and rows of them that belong to no known run, epoch or layer are left out. True when
 * one is left. */
bool ins_study_has_file(const ins_study *study, ins_log_file file);

/* The bins of a histogram, and singular values (layer 0: of the Jacobian; the tensor is not looked
 * at), in the order of their file, into at most most places; returns how many there are. */
typedef struct ins_bin {
    double lower, upper, count;
} ins_bin;
size_t ins_study_histogram(const ins_study *study, ins_site site, ins_bin *bin, size_t most);
size_t ins_study_spectrum(const ins_study *study, ins_site site, double *value, size_t most);

/* What steps.csv has of a layer at each time step, named as it is written there. */
typedef enum ins_step_tensor {
    INS_STEP_PREACTIVATION,
    INS_STEP_STATE,
    INS_STEP_DELTA,
    INS_STEP_TENSORS
} ins_step_tensor;

/* The last time step of which it has a row, the first being 1; 0: there is none. The tensor of the
 * site is not looked at. */
size_t ins_study_steps(const ins_study *study, ins_site site, ins_step_tensor tensor);

/* A number of steps.csv; NAN when there is no such row or its cell is empty. */
double ins_step_number(const ins_study *study, ins_column_id column, ins_site site,
                       ins_step_tensor tensor, size_t step);

#endif
