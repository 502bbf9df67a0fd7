/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The instrument: tensors in, rows of logs out. It knows no network. Whoever has tensors shows
 * them, layer by layer, at each moment that is to be recorded:
 *
 *     ins_trace_begin(trace, &moment, rows);
 *     ins_trace_show(trace, &layer);      for every layer, in the order in which rows shall stand
 *     ins_trace_end(trace);
 *
 * What is shown is looked at and not kept, but for the weights, of which the next moment's update
 * is taken. What is not shown has no rows. Nothing is changed, no random number is drawn; all
 * buffers are of ins_trace_lay_out, only the text of the rows grows.
 *
 * Each log that is written here is the work of one instrument, a file of src/trace/. */
#ifndef INITSCOPE_TRACE_H
#define INITSCOPE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/carver.h"
#include "initscope/columns.h"
#include "initscope/log_row.h"
#include "initscope/log_writer.h"
#include "initscope/moments.h"
#include "initscope/real.h"
#include "initscope/symmetry.h"

/* Logs of a set: 1u << ins_log_file each. */
typedef uint32_t ins_log_set;
#define INS_EVERY_LOG UINT32_MAX

/* --- What will be shown ------------------------------------------------------ */

/* A layer's weight (units, fan_in); fan_in is 0 where there is none. features: the most that its
 * input and its stream have, which may be more or fewer than its units; 0 where neither is shown.
 */
typedef struct ins_trace_shape {
    size_t units, fan_in, features;
    size_t steps; /* of the sequence, of a gate; 0 elsewhere */
} ins_trace_shape;

/* Nothing larger may be shown. */
typedef struct ins_trace_plan {
    const ins_trace_shape *layer; /* (layers), that of number 0, the network's input, first */
    size_t layers;
    size_t rows; /* of the probe batch, times the positions where units have several */
    size_t bins; /* of a histogram */
    size_t jacobians, jacobian_rows, jacobian_columns; /* at a moment */
    size_t tokens;    /* layers whose tokens are shown at a moment */
    ins_log_set logs; /* those that some moment wants: the others get no buffers */
    bool updates;     /* taken here, from weights that are kept */
} ins_trace_plan;

typedef struct ins_trace ins_trace;

/* In the carver's memory; NULL while that counts. plan may be gone afterwards. */
ins_trace *ins_trace_lay_out(const ins_trace_plan *plan, ins_carver *carver);

/* About the bytes of the rows of a log at that many moments of each, moments being (INS_LOG_FILES):
 * false when they cannot be counted. */
bool ins_trace_text_size(const ins_trace_plan *plan, const size_t *moments, size_t *bytes);

/* --- What is shown ----------------------------------------------------------- */

/* One tensor, contiguous: (length, units) of those that have rows of the probe batch
 * (ins_tensor_table says which), else (units, length). Units that have several positions have a
 * row for each; an input and a stream have units and a length of their own. */
typedef struct ins_trace_tensor {
    const real *x; /* NULL: not shown */
    size_t units, length;
    const ins_bounds *saturation; /* NULL: has no such rule, and the cell stays empty */
    int exponent; /* x holds the elements times 2^-exponent, whose fourth powers would leave the
                     range of double; only where layers.csv alone is written */
} ins_trace_tensor;

/* What the positions of a sequence are behind a layer, and how they looked at each other on the
 * way: of each pair of a query, the slower one, and a key that it sees the share of the key. */
typedef struct ins_trace_tokens {
    const real *x; /* (rows, positions, units); NULL: not shown */
    size_t rows, positions, units;
    size_t heads;      /* 0: they did not */
    bool causal;       /* query i sees the keys 0 .. i, else all */
    const real *share; /* (heads, rows, pairs) */
} ins_trace_tokens;

/* count matrices (rows, columns), made one at a time and only when they are looked at; the elements
 * must stay until the next one is made. */
typedef struct ins_trace_matrices {
    size_t count, rows, columns;
    const double *(*make)(void *context, size_t i);
    void *context;
} ins_trace_matrices;

typedef struct ins_trace_layer {
    size_t number;                                 /* 0: the network's input */
    ins_trace_tensor tensor[INS_RECORDED_TENSORS]; /* an update that is not shown is taken from the
                                             weight and that of the moment before, if planned */
    const ins_output_symmetry *outputs;            /* of an activation that is gone, or, all NAN,
                                                      that nobody saw; NULL: look at the one shown */
    ins_trace_tensor bias_gradient;                /* for the norm of the gradient */
    size_t steps;                                  /* of a gate: the rows of a sample, which stand
                                                      one behind the other; 0: it is none */
    ins_trace_tensor state; /* as a preactivation: what its layer remembers */
    ins_trace_tokens tokens;
    const double *expected_z; /* (steps) second moments that are predicted for this moment, of */
    const double *expected_delta; /* the preactivation, the delta */
    const double *expected_state; /* and the state; NULL: none is */
    ins_trace_matrices jacobian;  /* of the network's outputs by these units */
    bool rectifier;               /* units can be dead: 0 on every row */
} ins_trace_layer;

/* When, and what the caller measured himself. */
typedef struct ins_trace_moment {
    ins_run_labels run;
    size_t epoch, updates;
    double train_loss, test_loss, train_score, test_score; /* NAN: not known */
    double train_accuracy, test_accuracy;                  /* NAN: does not apply */
    double gradient_norm; /* NAN: that of the gradients that are shown, if any is */
    ins_log_set logs;     /* that are wanted now */
} ins_trace_moment;

/* Rows are appended to the files of rows, which must stay until the moment's end. What was not
 * planned ends the program. */
void ins_trace_begin(ins_trace *trace, const ins_trace_moment *moment, ins_log_rows *rows);
void ins_trace_show(ins_trace *trace, const ins_trace_layer *layer);
void ins_trace_end(ins_trace *trace);

/* A moment of which one layer is shown, or, NULL, none, for callers who do not know beforehand what
 * will come: buffers are made for it and are gone afterwards. The logs of the moment say which rows
 * are wanted, that of epochs.csv being one of its own. */
void ins_trace_show_once(const ins_trace_moment *moment, const ins_trace_layer *layer, size_t bins,
                         ins_log_rows *rows);

#endif
