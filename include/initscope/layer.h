/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of layer kinds: one row each. A new kind is one row here, and one in the theory for
 * what is expected of it; everybody else knows layers only through their rows.
 *
 * A network is a list of layers, each of which reads earlier ones; the first is its input. A layer
 * turns what it reads into its output, rows being those of the current pass.
 *
 * A row is (positions, channels), channels fastest: a map of height x width positions, a sequence
 * of steps, or a vector of one position. What the literature calls a unit is a channel. */
#ifndef INITSCOPE_LAYER_H
#define INITSCOPE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/carver.h"
#include "initscope/entry.h"
#include "initscope/initializer.h"
#include "initscope/real.h"

/* The most layers that one reads, and the most tensors that one learns, of all rows. */
enum { INS_LAYER_INPUTS = 2, INS_LAYER_TENSORS = 12, INS_LAYER_NAME = 48 };

typedef struct ins_shape {
    size_t axes;      /* 0: a vector, 1: a sequence, 2: a map */
    size_t extent[2]; /* steps, or height and width; 1 beyond axes */
    size_t channels;  /* 0: there is no such shape */
} ins_shape;

static inline ins_shape ins_vector(size_t channels)
{
    return (ins_shape){.extent = {1, 1}, .channels = channels};
}

static inline size_t ins_positions(ins_shape shape)
{
    return shape.extent[0] * shape.extent[1];
}

static inline bool ins_same_shape(ins_shape a, ins_shape b)
{
    return a.axes == b.axes && a.extent[0] == b.extent[0] && a.extent[1] == b.extent[1] &&
           a.channels == b.channels;
}

/* "8x8x16", "28x28", "64" */
void ins_shape_add(ins_shape shape, ins_text *out);

/* Where a layer looks from the position i of its output along an axis: at i stride - before and the
 * size - 1 positions after it, as far as they are inside of what it reads. */
typedef struct ins_window {
    size_t size[2], stride[2], before[2];
} ins_window;

/* What a forward pass is for. */
typedef enum ins_pass {
    INS_PASS_TRAIN, /* masks are drawn, moving averages move */
    INS_PASS_TEST,  /* what was learned is used */
    INS_PASS_PROBE  /* no masks; statistics of rows are their own, and nothing is changed */
} ins_pass;

typedef struct ins_layer_kind ins_layer_kind;
typedef struct ins_layer ins_layer;

/* A layer of a design. */
typedef struct ins_layer_plan {
    const ins_layer_kind *kind;
    ins_choice choice; /* of the kind's parameters, or a row of the table it chooses from; its label
                          is NULL where it was not parsed from text */
    size_t input[INS_LAYER_INPUTS];    /* the layers it reads: their indices, below its own */
    ins_shape reads[INS_LAYER_INPUTS]; /* their shapes */
    ins_shape shape;                   /* of its output */
    size_t inputs[INS_LAYER_INPUTS];   /* elements of a row of what it reads */
    size_t units;                      /* of its output; 0: its inputs do not fit together */
    size_t number;  /* of its first matrix; without one, of the last in the list before it, or 0 */
    size_t follows; /* the matrix it has, its last, or that what it reads follows; 0: none, or what
                       it reads are several layers */
    size_t readers; /* inputs of later layers that it is */
    bool activated; /* an activation stands between the matrix that it follows and what it gives */
    bool shown;     /* it gives what is recorded already: the input, or a matrix' activation */
    bool learns;    /* it or a layer before it has something to learn */
    bool output;    /* it is the last one */
    char name[INS_LAYER_NAME]; /* "conv3": its own after @, or its kind and the how-manieth of it */
    const ins_choice *weights; /* initializer of its matrices; NULL: that of the network */
    const ins_choice *recurrent; /* the same of those on its own output one step before */
    const ins_choice *forget;    /* start of its forget gate's bias, a row of ins_forget_biases;
                                    NULL: that of the network */
    const ins_choice *start;     /* of the residual block that it is in or ends; NULL: none */
    size_t block, blocks;        /* the residual block that it is in or ends, from 1, 0: in none; of
                                    how many in the network */
    size_t position, matrices; /* of its first matrix among those of the block's branch, from 1, of
                                  how many; 0: in no branch */
    bool last_norm;            /* the last one of a branch */
    size_t factors;            /* that a residual sum learns: 0, 1 or its channels */
    double factor;             /* their start */
} ins_layer_plan;

/* A tensor that a layer learns. */
typedef struct ins_learned {
    const char *name; /* "W": what files are called by */
    ins_tensor_place place;
    double start;   /* of a scale, which no initializer fills: its elements before training */
    size_t count;   /* elements; this and the rest only in a network */
    real *value;    /* (units, inputs) of its place; a kernel's inputs are (taps, channels) */
    real *gradient; /* the same: of the mean loss */
    real *state;    /* (slots, count) of the optimizer */
    double rate;    /* factor of the learning rate */
} ins_learned;

/* What a matrix is called in the logs: by its layer, and by itself where it is one of several,
 * "lstm1.i". Appends to out. */
void ins_matrix_name(const ins_layer_plan *plan, const ins_tensor_place *place, ins_text *out);

/* The shape of a matrix as PyTorch lays it out: (units, inputs), of a kernel (units, channels of a
 * group, window), of a table (rows, units). Returns its dimensions. */
enum { INS_MATRIX_DIMENSIONS = 4 };
size_t ins_matrix_shape(const ins_tensor_place *place, size_t shape[INS_MATRIX_DIMENSIONS]);

/* Whether its elements have another order there, and that order from here or (inward) to here. */
bool ins_matrix_is_permuted(const ins_tensor_place *place);
void ins_matrix_permute(const ins_tensor_place *place, const real *from, real *to, bool inward);

/* What one of several matrices of a layer has read and made in the last passes: (rows, positions,
 * channels), the channels being its inputs, or its units. */
typedef struct ins_matrix_pass {
    const real *input, *preactivation, *delta; /* NULL: it has no z of its own */
    const real *activation;                    /* of a matrix inside; else that of the layer */
    size_t steps;                              /* of a recurrent layer; 0: it has none */
    const real *state;                         /* what the layer remembers; NULL: not shown here */
} ins_matrix_pass;

/* How much each position of a sequence looked at the others in the last forward pass. Of each pair
 * of a query, the slower one, and a key that it sees: (heads, rows, pairs). */
typedef struct ins_attention_pass {
    size_t heads; /* 0: nothing is looked at */
    size_t positions;
    bool causal;       /* query i sees the keys 0 .. i, else all */
    const real *logit; /* what the softmax is of, less its mean over the keys of a query */
    const real *share; /* of the query's sum */
} ins_attention_pass;

static inline size_t ins_attention_pairs(const ins_attention_pass *pass)
{
    const size_t positions = pass->positions;
    return pass->causal ? positions * (positions + 1) / 2 : positions * positions;
}

/* A layer of a network. */
struct ins_layer {
    const ins_layer_plan *plan;
    size_t tensors;
    ins_learned *tensor; /* (tensors) */
    void *state;         /* of the kind's own type */
    real *scratch;       /* that all layers share */
    bool uniform;        /* products must round all units alike */
    double multiplier;   /* of W x of the last layer */
    bool claimed;        /* one of its readers writes its delta; those of the others are added */
    const real *in[INS_LAYER_INPUTS]; /* (rows, inputs) what it reads, in the last forward pass */
    const real *output;               /* (rows, units) of the last forward pass: mostly result */
    real *result;                     /* (capacity, units) */
    real *delta;                      /* (capacity, units): d loss of a row / d output; NULL where
                                         there is nothing to learn */
    real *in_delta[INS_LAYER_INPUTS]; /* (capacity, inputs): where backward writes the same of what
                                         it reads; NULL where nobody asks */
};

struct ins_layer_kind {
    ins_entry entry;
    const ins_entries *choices; /* the table that a layer's choice is from; NULL: entry itself */
    size_t reads;               /* layers; 0: the input of the network */
    bool in_place;              /* backward may find in_delta[0] and delta in the same memory */
    bool activates;             /* its output is the activation of the matrix before it */
    bool passes;                /* but in training, its output is what it reads */
    bool linear;                /* a linear map of what it reads */
    bool couples;               /* in training its rows see each other */
    bool norm;                  /* it gives its input a scale of its own: gamma and beta */
    bool tokens;                /* it reads numbers of the columns of its matrix */
    const char *family;         /* the word of network.csv for its matrices; NULL: it has none */
    /* The shape rule, from choice and what is read; no shape, and why, when these do not fit
     * together. */
    ins_shape (*shape)(const ins_layer_plan *plan, ins_text *problem);
    /* From here on NULL says that there is nothing to do, or nothing of the kind. Without a window
     * an output looks at its own position. */
    ins_window (*window)(const ins_layer_plan *plan);
    /* Fills list from units and inputs: name; units, inputs, fan_in, fan_out and role of the place;
     * start. A bias follows its matrix. Returns the number of tensors. */
    size_t (*tensors)(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
    size_t state_size;
    /* Carves what the layer needs beside result and delta, and fills in state, unless that is NULL:
     * then bytes are counted. */
    void (*buffers)(ins_layer *layer, size_t capacity, ins_carver *carver);
    /* Elements of scratch that a pass of so many rows needs; SIZE_MAX: they cannot be counted. */
    size_t (*scratch)(const ins_layer_plan *plan, size_t capacity);
    /* Before a training: begins the random streams of seed, and the moving averages. */
    void (*reset)(ins_layer *layer, uint32_t seed);
    /* Whether all its units are the same. */
    bool (*symmetric)(const ins_layer *layer);
    /* Of a layer of several matrices what that at place did, maybe in scratch; NULL: what the layer
     * did. */
    ins_matrix_pass (*matrix)(const ins_layer *layer, size_t rows, const ins_tensor_place *place);
    ins_attention_pass (*attention)(const ins_layer *layer);
    /* What reads a layer has both passes. */
    void (*forward)(ins_layer *layer, size_t rows, ins_pass pass);
    /* From delta and the last forward pass: the gradients, averaged over rows, and in_delta. */
    void (*backward)(ins_layer *layer, size_t rows);
    /* Of a kind that has its matrices inside, so that its output is not the z of one of them: the
     * activation behind this one, NULL where it is added to the z of another. Training passes do
     * not keep what its matrices made. */
    const ins_choice *(*inside)(const ins_layer_plan *plan, const ins_tensor_place *place);
};

extern const ins_entries ins_layer_kinds; /* rows are ins_layer_kind */

#endif
