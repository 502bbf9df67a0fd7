/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of weight initializers: one row each. */
#ifndef INITSCOPE_INITIALIZER_H
#define INITSCOPE_INITIALIZER_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/entry.h"
#include "initscope/law.h"
#include "initscope/real.h"

/* What a tensor is to its layer. */
typedef enum ins_role {
    INS_ROLE_WEIGHT,    /* a matrix on what the layer reads */
    INS_ROLE_RECURRENT, /* a matrix on the layer's own output one step before */
    INS_ROLE_TABLE,     /* a matrix of which one column is taken: of a token, or of a position */
    INS_ROLE_BIAS,
    INS_ROLE_SCALE /* a factor or an offset that has a start of its own */
} ins_role;

static inline bool ins_role_is_matrix(ins_role role)
{
    return role == INS_ROLE_WEIGHT || role == INS_ROLE_RECURRENT || role == INS_ROLE_TABLE;
}

/* Where in a network a tensor is: all that an initializer may look at. A matrix is (units, inputs);
 * fan_in of its elements meet in an element of the output, and fan_out of them read an element of
 * the input. A bias is (units, 1) with fan_in = fan_out = units, as in Keras. */
typedef struct ins_tensor_place {
    size_t units, inputs;
    double fan_in, fan_out;
    size_t layer; /* the number of the matrix that it is or belongs to, from 1; 0: there is none */
    bool output;  /* of the last layer */
    ins_role role;
    const char *part; /* of a layer of several matrices which one: "q", "rf"; NULL: it is the only
                         one */
    bool inner;       /* it reads what the matrices of its layer before it made */
    size_t heads;     /* of attention; 0 elsewhere */
    const struct ins_layer_kind *kind; /* of its layer; NULL where there is no network */
    size_t taps, groups;    /* of a kernel: inputs are (taps, channels of a group); 0 elsewhere */
    size_t gate, gates;     /* of recurrent layers: the how-manieth gate, from 0, of how many; gates
                               is 0 elsewhere */
    size_t axes, kernel[2]; /* its window: taps is their product */
    size_t centre;          /* the tap at the position itself */
    size_t block, blocks;   /* the residual block that it is in, from 1, 0: in none; of how many in
                               the network */
    size_t position, matrices; /* among those of the block's branch, from 1; 0: in no branch */
    bool last_norm;            /* it belongs to the last norm of a branch */
    double prescribed;  /* standard deviation that was found for this very matrix; 0: none was */
    const real *mirror; /* (inputs, units) the matrix as far from the input as this one is from the
                           output, filled by now; NULL: there is none, or of another shape */
} ins_tensor_place;

typedef struct ins_initializer {
    ins_entry entry;
    /* What the row promises of an element, p being the parameters: its own oracle. variance NAN:
     * depends on data. */
    double (*mean)(const double *p, ins_tensor_place place);
    double (*variance)(const double *p, ins_tensor_place place);
    double (*kurtosis)(
        const double *p,
        ins_tensor_place place); /* fourth standardised moment; NAN: constant or not promised */
    /* Fills w (units, inputs) from rng. INS_USAGE when the place is impossible for this row. */
    ins_status (*fill)(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                       ins_error *error);
    /* Of independent elements the law, of which all of the above follows; a row that knows
     * recurrent layers may have another one for their kernels. NULL: they are not. */
    ins_law (*law)(const double *p, ins_tensor_place place);
    /* The rest is NULL for most rows. Fills the bias b (units) of a layer whose W has this place,
     * in place of the bias initializer. */
    ins_status (*fill_bias)(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *b,
                            ins_error *error);
    /* What fill_bias promises of an element, its mean being 0. NULL: nothing. */
    double (*bias_variance)(const double *p, ins_tensor_place place);
    /* After the fill, layer by layer from the input: given the standard deviation of the layer's
     * preactivation on the probe batch and the number of adaptations so far, the factor to multiply
     * W by; 1 ends the layer. */
    double (*adapt)(const double *p, double deviation, size_t tries);
    /* The row is for the edge of chaos: its only parameter is sigma_b, and sigma_w^2 = fan_in
     * Var(W), which depends on the run's activation, is filled in behind it, at
     * value[INS_CRITICAL_WEIGHT], by the experiment room. Until then it is 0, and the row promises
     * nothing. */
    bool critical;
    bool prescribed; /* the deviation is that of the place: without one the row promises nothing */
    bool as_saved;   /* the elements are final: a residual start changes none */
    bool centred;    /* all taps of a kernel but the one at the centre are 0 */
    bool recurrent;  /* the row knows recurrent layers: it fills their kernels on the layer's own
                        output and the biases of all gates, whatever the factors of these are */
    bool packed;     /* a recurrent kernel is one gate's part of a draw of all gates */
    const ins_choice *forget; /* start of the biases of forget gates, of a row that knows recurrent
                                 layers; NULL: as of the other gates */
    /* Gamma of a norm is N(1, gamma_deviation^2). */
    double gamma_deviation;
    /* What W x of the last layer is multiplied by, and the learning rate of a tensor, be it matrix,
     * bias or scale, by an optimizer whose steps do, or do not, grow with the gradient. NULL: 1. */
    double (*multiplier)(const double *p, ins_tensor_place place);
    double (*rate)(const double *p, ins_tensor_place place, bool adaptive);
    bool tied; /* the matrix is the transpose of its mirror: variance promises nothing */
} ins_initializer;

enum { INS_CRITICAL_BIAS, INS_CRITICAL_WEIGHT };

extern const ins_entries ins_initializers; /* rows are ins_initializer */

#endif
