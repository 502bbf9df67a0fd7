/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope.h - write the logs that `initscope report` reads, from any program.
 *
 *     cc train.c $(pkg-config --cflags --libs initscope)
 *
 * A LOG is a directory. It holds RUNS: one training each, told apart by initializer, seed and any
 * further factors. A run has LAYERS, declared once, and MOMENTS (an epoch or a step); at a moment
 * TENSORS are handed over, and their statistics are computed, by the code that `initscope run`
 * itself uses, and written. The tensors are not kept.
 *
 * Status. Every function but the first two returns an initscope_status, 0 when it did what it says;
 * initscope_error() then tells the rest in one line. Nothing here prints, exits, raises a signal,
 * installs a handler, changes the locale, the rounding, GSL's error handler or the threads of BLAS.
 *
 * Ownership. Whatever a function is given it has copied, or is done with, when it returns. Handles
 * are freed by initscope_end and initscope_close, whatever these return; NULL is fine.
 *
 * Threads. A log may be used by many threads; one run by one thread at a time. Processes may add
 * runs to one directory at the same time. After fork() the child may not use the parent's handles:
 * it gets INITSCOPE_USAGE.
 *
 * Versions. Functions are never removed or changed within libinitscope.so.1, new ones may come.
 * Structures begin with their size: {.size = sizeof(initscope_layer), ...}. Members that the
 * caller's header did not have count as 0, and 0 always means "not given", but where NAN is said.
 * Of one that is filled in, at most its size is written. Enumerations may grow: treat an unknown
 * status as a failure. */
#ifndef INITSCOPE_H
#define INITSCOPE_H

#include <stddef.h>
#include <stdint.h>

#define INITSCOPE_VERSION 20000 /* 2.0.0, of this header; initscope_version() is the library's */

#if defined __GNUC__ && !defined INITSCOPE_STATIC
#define INITSCOPE_API __attribute__((visibility("default")))
#else
#define INITSCOPE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct initscope_log initscope_log;
typedef struct initscope_run initscope_run;

typedef enum initscope_status {
    INITSCOPE_OK = 0,       /* the first five are the exit statuses of the program */
    INITSCOPE_INTERNAL = 1, /* memory, or a fault of ours: the handle takes no more */
    INITSCOPE_USAGE = 2,    /* an argument, or the order of calls: nothing was done */
    INITSCOPE_DATA = 3,     /* what is in the directory is not what it should be */
    INITSCOPE_OUTPUT = 4,   /* not written; what was complete before still is */
    INITSCOPE_DONE = 64     /* initscope_begin: such a run is complete already */
} initscope_status;

/* --- The library ------------------------------------------------------------------------------ */

INITSCOPE_API int initscope_version(void); /* 20000 */

/* Why the last call of this thread failed: "WHERE: WHAT (got \"VALUE\")", without newline, valid
 * until the thread's next call. Never NULL. */
INITSCOPE_API const char *initscope_error(void);

/* --- A log ------------------------------------------------------------------------------------ */

typedef enum initscope_mode {
    INITSCOPE_ADD,    /* make the directory, or add runs to the log that is there */
    INITSCOPE_NEW,    /* it must not exist or be empty; it appears whole, at initscope_close */
    INITSCOPE_REPLACE /* as NEW, and what is there is removed when the new one is complete */
} initscope_mode;

/* INITSCOPE_OUTPUT when the directory cannot be made, holds something else, or is being written by
 * one that opened it as NEW. *log is NULL on failure. */
INITSCOPE_API initscope_status initscope_open(const char *directory, initscope_mode mode,
                                              initscope_log **log);

/* A line of environment.csv ("framework", "PyTorch 2.4"), or of experiment.ini for the keys title,
 * note, time ("epoch" or "step"), loss ("cross_entropy" or any name), score ("accuracy" or any
 * name). Given again: the later value. */
INITSCOPE_API initscope_status initscope_note(initscope_log *log, const char *key,
                                              const char *value);

/* Ends the runs that were not ended as INITSCOPE_INTERRUPTED. With NEW, publishes. */
INITSCOPE_API initscope_status initscope_close(initscope_log *log);

/* --- A run ------------------------------------------------------------------------------------ */

/* keys and values are parallel and end with a NULL key. "initializer" and "seed" are always there
 * ("default" and 0 when not given); activation, hidden, optimizer, learning_rate, dropout,
 * weight_decay and batch go to runs.csv; any other key is a factor of its own (factors.csv). Runs
 * that agree in all but the seed are one arm of the report.
 * INITSCOPE_DONE, and *run is NULL, when the log has a complete run of the same keys and values:
 * there is nothing to train. A broken-off one of them is replaced. */
INITSCOPE_API initscope_status initscope_begin(initscope_log *log, const char *const *keys,
                                               const char *const *values, initscope_run **run);

typedef struct initscope_layer {
    size_t size;       /* sizeof(initscope_layer) */
    const char *name;  /* "layer1.0.conv1": unique in the run */
    const char *kind;  /* "dense" (NULL), "conv", "recurrent", "attention", "embedding", "norm",
                          "other" */
    const char *block; /* what it is a part of: "layer1.0"; NULL: none */
    const char *activation; /* what its output goes through: "relu", a name of `initscope list
                               activations`; NULL: none */
    const int *inputs;      /* the layers it is given, 0 is the network's input; NULL: the one
                               before */
    size_t input_count;
    int64_t units, fan_in, fan_out, parameters;
    unsigned flags; /* INITSCOPE_FROZEN */
} initscope_layer;

enum { INITSCOPE_FROZEN = 1 }; /* training does not change it */

/* *number is 1, 2, ... in the order of the calls; 0 is the network's input, which need not be
 * declared. All layers are declared before the first tensor of the run. units of 0: those of the
 * first tensor that tells. */
INITSCOPE_API initscope_status initscope_layer_add(initscope_run *run, const initscope_layer *layer,
                                                   int *number);

/* What of a moment is wanted besides moments. A spectrum is cubic in the width: of weights with
 * more than 2048 singular values there is none unless INITSCOPE_EVERY_SPECTRUM is there as well. */
enum {
    INITSCOPE_SYMMETRY = 1,   /* needs weight; bias and activation where there are */
    INITSCOPE_HISTOGRAMS = 2, /* of weight, preactivation, activation, delta, gradient */
    INITSCOPE_SPECTRUM = 4,   /* of weight */
    INITSCOPE_NO_UPDATE = 8,  /* spare the copy of the weights from which the update is taken */
    INITSCOPE_EVERY_SPECTRUM = 16
};

typedef struct initscope_moment {
    size_t size;
    int64_t time; /* epoch or step, larger than the moment's before; 0: nothing was updated yet */
    int64_t updates;                                       /* of the optimizer so far */
    double train_loss, train_score, test_loss, test_score; /* NAN: not known */
    double gradient_norm;                                  /* NAN: that of the gradients given */
    unsigned record;
} initscope_moment;

/* Nothing known; NAN is that of <math.h>. */
#define INITSCOPE_MOMENT_INIT                                                               \
    {                                                                                       \
        sizeof(initscope_moment), 0, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN, \
            (double)NAN, 0                                                                  \
    }

/* Tensors that follow belong to this moment, until the next or the end of the run. What was before
 * is on the disk (not yet published) when it returns. */
INITSCOPE_API initscope_status initscope_at(initscope_run *run, const initscope_moment *moment);

/* --- Tensors ---------------------------------------------------------------------------------- */

typedef enum initscope_role {
    INITSCOPE_WEIGHT, /* units x fan_in: a unit's slice is what comes in to it */
    INITSCOPE_BIAS,
    INITSCOPE_PREACTIVATION, /* what the layer puts out, on the probe batch */
    INITSCOPE_ACTIVATION,    /* the same after the activation function */
    INITSCOPE_DELTA,         /* d loss_i / d preactivation of each sample's own loss: of a mean loss
                                the gradient times the rows of the batch */
    INITSCOPE_GRADIENT,      /* d mean loss / d weight */
    INITSCOPE_UPDATE,        /* given by those who do not give the weight at every moment */
    INITSCOPE_INPUT,         /* what the layer is given; of layer 0 the network's input. Not needed
                                where that is the activation of the one layer in `inputs` */
    INITSCOPE_STREAM         /* the sum at the end of a residual block, whose last layer this is */
} initscope_role;

typedef enum initscope_dtype {
    INITSCOPE_F32,
    INITSCOPE_F64,
    INITSCOPE_F16,
    INITSCOPE_BF16
} initscope_dtype;

/* Memory of this machine's CPU, in its byte order. */
typedef struct initscope_array {
    size_t size;
    const void *data;
    initscope_dtype dtype;
    int ndim; /* 0 to 16 */
    const int64_t *shape;
    const int64_t *strides; /* in elements, may be 0 or negative; NULL: C order */
    int unit_axis;          /* the axis that counts units; -1 the last: 0 of a PyTorch weight, 1 of
                               (N, C, H, W), -1 of (N, T, C) and of a Keras kernel */
} initscope_array;

/* Once for each layer and role at a moment; in any order. No element is changed. Elements that are
 * not finite are counted, never an error. */
INITSCOPE_API initscope_status initscope_tensor(initscope_run *run, int layer, initscope_role role,
                                                const initscope_array *array);

/* --- The end ---------------------------------------------------------------------------------- */

typedef enum initscope_outcome {
    INITSCOPE_COMPLETED,
    INITSCOPE_DIVERGED,    /* numbers that are not finite */
    INITSCOPE_INTERRUPTED, /* kept, and replaced by the next run of the same factors */
    INITSCOPE_DISCARD      /* no trace is left */
} initscope_outcome;

/* The run is in the log, as a whole, when it returns INITSCOPE_OK. */
INITSCOPE_API initscope_status initscope_end(initscope_run *run, initscope_outcome outcome);

/* --- Without a log ---------------------------------------------------------------------------- */

typedef struct initscope_statistics { /* the columns of layers.csv */
    size_t size;
    double units, count, mean, variance, within_unit_variance, between_unit_variance, second_moment;
    double skewness, kurtosis, minimum, maximum, zero_fraction, nonfinite;
} initscope_statistics;

INITSCOPE_API initscope_status initscope_measure(const initscope_array *array,
                                                 initscope_statistics *statistics);

/* --- Weights of others --------------------------------------------------------------------------
 */

/* Which initializer drew them: what `initscope audit` says of files, of arrays. Weights are added
 * one after the other, in the order of the network; at the end the network votes, which settles
 * what single weights left open. Texts live until the audit is closed. */
typedef struct initscope_audit initscope_audit;

typedef enum initscope_layout {
    INITSCOPE_LAYOUT_AUTO,  /* by the name; where it does not tell, whichever is likelier */
    INITSCOPE_LAYOUT_TORCH, /* (out, in, window...) */
    INITSCOPE_LAYOUT_KERAS  /* (window..., in, out) */
} initscope_layout;

/* activation: between the layers, for their gains; a name of `initscope list activations`, NULL:
 * relu. */
INITSCOPE_API initscope_status initscope_audit_open(initscope_layout layout, const char *activation,
                                                    initscope_audit **audit);

/* name: as the framework has it ("layer1.0.conv1.weight", "dense/kernel:0"); it tells what the
 * tensor is, so that biases and norms are counted and no more. unit_axis is not looked at. */
INITSCOPE_API initscope_status initscope_audit_add(initscope_audit *audit, const char *name,
                                                   const initscope_array *weight);

typedef struct initscope_vote { /* the network */
    size_t size;
    size_t tensors;   /* weights that voted */
    const char *rule; /* "he_normal", a row of `initscope list initializers`; "": nobody voted */
    const char *also; /* rules of the same likelihood, separated by blanks */
    double log_odds;  /* to the next rule */
    int certain;      /* they are above 20 */
    size_t drawn, began, other; /* weights drawn by the rule, begun as it and moved, neither */
    double forward, backward;   /* products of the layers' gains */
    int symmetric;              /* some matrix has equal units that are not 0 */
    int nonfinite;
    size_t origins;   /* weights of which initscope_audit_get tells */
    const char *said; /* all of it as lines */
} initscope_vote;

/* Nothing can be added any more. vote may be NULL. */
INITSCOPE_API initscope_status initscope_audit_end(initscope_audit *audit, initscope_vote *vote);

typedef struct initscope_origin { /* one weight; texts that are longer end in "..." */
    size_t size;
    char rule[64];     /* "he_normal", a row of `initscope list initializers`; "" when none fits */
    char also[192];    /* others that fit as well, separated by blanks */
    char family[16];   /* uniform, normal, truncated, orthogonal, sparse, constant, identity; "" */
    double scale;      /* standard deviation of the law, gain, or the constant */
    double trained;    /* how far it has moved since, in lengths of what it began as */
    double p;          /* Kolmogorov-Smirnov, of the rule without free parameter; NAN: not tested */
    double duplicates; /* pairs of equal units that are not 0 */
    double zero_units, nonfinite;
    double units, fan_in, fan_out;      /* fans NAN: an embedding sums nothing */
    double forward_gain, backward_gain; /* NAN: neither dense nor a convolution */
    char kind[16];                      /* dense, conv, recurrent, attention, embedding */
    char said[256]; /* "drawn by he_normal", "began as glorot_uniform, moved about 0.1",
                       "trained: no law" */
    char name[256];
} initscope_origin;

/* Of a weight alone, whose unit_axis counts: without a network that votes. */
INITSCOPE_API initscope_status initscope_guess(const initscope_array *weight, double fan_in,
                                               double fan_out, initscope_origin *origin);

/* After initscope_audit_end, in the order in which they were added. INITSCOPE_USAGE beyond the
 * last.
 */
INITSCOPE_API initscope_status initscope_audit_get(const initscope_audit *audit, size_t index,
                                                   initscope_origin *origin);

INITSCOPE_API initscope_status initscope_audit_close(initscope_audit *audit); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
