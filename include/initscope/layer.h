/* The table of layer kinds: one row each. A new kind is one row here, and one in the theory for
 * what is expected of it; everybody else knows layers only through their rows.
 *
 * A network is a list of layers, each of which reads earlier ones; the first is its input. A layer
 * turns what it reads into its output (rows, units), rows being those of the current pass. */
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
enum { INS_LAYER_INPUTS = 2, INS_LAYER_TENSORS = 2 };

typedef struct ins_layer_kind ins_layer_kind;
typedef struct ins_layer ins_layer;

/* A layer of a design. */
typedef struct ins_layer_plan {
    const ins_layer_kind *kind;
    ins_choice choice; /* of the kind's parameters, or a row of the table it chooses from; its label
                          is NULL where it was not parsed from text */
    size_t input[INS_LAYER_INPUTS];  /* the layers it reads: their indices, below its own */
    size_t inputs[INS_LAYER_INPUTS]; /* their units */
    size_t units;                    /* of its output; 0: its inputs do not fit together */
    size_t number;  /* of its first matrix; without one, of the last in the list before it, or 0 */
    size_t follows; /* the matrix it has, its last, or that what it reads follows; 0: none, or what
                       it reads are several layers */
    size_t readers; /* inputs of later layers that it is */
    bool learns;    /* it or a layer before it has something to learn */
} ins_layer_plan;

/* A tensor that a layer learns. */
typedef struct ins_learned {
    const char *name; /* "W": what files are called by */
    ins_tensor_place place;
    double start;   /* of a scale, which no initializer fills: its elements before training */
    size_t count;   /* elements; this and the rest only in a network */
    real *value;    /* (units, inputs) of its place */
    real *gradient; /* the same: of the mean loss */
    real *state;    /* (slots, count) of the optimizer */
} ins_learned;

/* A layer of a network. */
struct ins_layer {
    const ins_layer_plan *plan;
    size_t tensors;
    ins_learned *tensor; /* (tensors) */
    void *state;         /* of the kind's own type */
    bool uniform;        /* products must round all units alike */
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
    /* The shape rule: units from choice and inputs; 0 when these do not fit together. */
    size_t (*units)(const ins_layer_plan *plan);
    /* From here on NULL says that there is nothing to do, or nothing of the kind. tensors fills
     * list from units and inputs: name; units, inputs, fan_in, fan_out and role of the place;
     * start. A bias follows its matrix. Returns the number of tensors. */
    size_t (*tensors)(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
    size_t state_size;
    /* Carves what the layer needs beside result and delta, and fills in state, unless that is NULL:
     * then bytes are counted. */
    void (*buffers)(ins_layer *layer, size_t capacity, ins_carver *carver);
    /* Before a training: begins the random streams of seed. */
    void (*reset)(ins_layer *layer, uint32_t seed);
    /* Whether all its units are the same. */
    bool (*symmetric)(const ins_layer *layer);
    /* What reads a layer has both passes. */
    void (*forward)(ins_layer *layer, size_t rows, bool training);
    /* From delta and the last forward pass: the gradients, averaged over rows, and in_delta. */
    void (*backward)(ins_layer *layer, size_t rows);
};

extern const ins_entries ins_layer_kinds; /* rows are ins_layer_kind */

#endif
