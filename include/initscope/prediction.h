/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What every layer of a network is expected to show before training: the mean-field recursion with
 * the real widths and the promises of the initializers, along the layers of a design. */
#ifndef INITSCOPE_PREDICTION_H
#define INITSCOPE_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/design.h"
#include "initscope/field.h"
#include "initscope/network.h"

/* What the network is given. */
typedef struct ins_inputs {
    double square;  /* second moment: mean over features and rows, >= 0 */
    double apart;   /* 1 - c in [0, 2], c the correlation of two different rows: their mean product
                       over square; 0: all rows are equal, 1: they are orthogonal */
    double lengths; /* the part of apart that is not one of direction: half the mean squared
                       difference of two rows' root mean squares, over square; 0: all rows have the
                       same length */
    double mean;    /* root mean square of what the features of a row have for their mean */
    size_t rows;    /* over which a unit's variance is taken, >= 1 */
    bool own_targets;       /* the inputs themselves are to be predicted */
    double target_square;   /* second moment of the numbers to be predicted, if these are numbers */
    bool white;             /* positions are independent, whatever the samples are */
    const ins_field *field; /* of inputs that are a map or a sequence; NULL, or of other positions:
                               these are taken for independent */
    const ins_field *tokens; /* of inputs that are tokens: how often two positions have the same
                                one; NULL: all are as likely */
} ins_inputs;

typedef struct ins_moment_pair {
    double second_moment, variance;
} ins_moment_pair;

/* Of a numbered matrix and its layer. Means over initializations, units, samples and positions.
 * gradient is for one sample: a mean over n samples has 1/n of it if they are independent, and
 * more, up to all of it, the more alike they are. Right before a batch norm that is the part of the
 * inputs that varies over its rows and positions: what these have in common meets deltas that sum
 * up to 0. The positions of a kernel add up as far as deltas are alike there and inputs are. NAN
 * where an initializer promises nothing, or a mean that is not 0: what depends on it is then NAN
 * too. */
typedef struct ins_layer_prediction {
    double fan_in;                 /* of W_l */
    ins_moment_pair weight;        /* W_l; what it takes where the row scales W to the data */
    ins_moment_pair bias;          /* b_l */
    ins_moment_pair preactivation; /* z_l: fan_in Var(W_l) E[a_{l-1}^2] + Var(b_l) */
    ins_moment_pair activation;    /* a_l; of the last layer: class probabilities */
    ins_moment_pair delta; /* d loss / d z_l: units_{l+1} Var(W_{l+1}) E[phi'^2] E[delta_{l+1}^2],
                              and, of numbers, what answers to z_l itself */
    ins_moment_pair gradient; /* d loss / d W_l: E[delta_l^2] E[a_{l-1}^2] */
    ins_moment_pair signal;   /* within-unit variance of z_l over the rows: two rows' mean half
                                 squared distance q (1 - c), less its part 1 / rows */
    double multiplier;        /* of E[(W x)^2], by an initializer that multiplies the outputs; 1 */
    double slope_square;      /* E[phi'(z_l)^2]; 1 for the last layer */
    ins_moment_pair input;    /* what W_l reads, if that is no other matrix' activation; else NAN */
    ins_moment_pair stream;   /* the residual sum that ends with the matrix, and its within-unit
                                 variance; NAN: there is none */
    ins_moment_pair logit, attention; /* of the matrix that ends attention: q k / sqrt(d_h) less its
                                         mean over the keys of a query, and the softmax of it */
    ins_moment_pair tokens; /* of the stream where it ends a block, else of what attention gives:
                               the square, and what of it differs between two positions */
} ins_layer_prediction;

/* What the scales of the layers are to keep at 1. */
typedef enum ins_keep {
    INS_KEEP_SIZE,  /* E[a^2] behind the activation, of a layer without one E[z^2] */
    INS_KEEP_SIGNAL /* the signal: within-unit variance of z over the rows */
} ins_keep;

/* Whether the theory has a row for layers of this kind. Of the others it says nothing: NAN from
 * there on. */
bool ins_is_predicted(const ins_layer_kind *kind);

/* out (depth), from the initializers of start. Preactivations are taken for Gaussian and weights
 * for independent of deltas, but for the output that the error of numbers has in it; of rows of
 * unequal length, and of pairs of unequal correlation, the means are walked. Returns the expected
 * loss.
 *
 * Recurrent layers are walked step by step at infinite width, gated ones by a population of units:
 * the same numbers each time, for a second or some. Where inputs are the same at all steps a finite
 * number of units multiplies gradients further, by about exp(0.7 steps^2 / units).
 *
 * Not predicted are maps and sequences of more than INS_FIELD_POSITIONS positions, and what comes
 * after them; the largest of anything but a Gaussian and a rising function of one; sums of which
 * neither part ends in weights that the other has not seen. */
double ins_predict(const ins_design *design, const ins_initialization *start,
                   const ins_inputs *inputs, ins_layer_prediction *out);

/* What a recurrent layer is expected to show at each step: E[x^2], square (steps), of z
 * ("preactivation") and of "delta" of the gate with the matrix of this number, or of what its layer
 * remembers ("state"), in the place of its first gate. square is gone after the call. */
typedef void ins_step_listener(void *context, size_t number, const char *tensor,
                               const double *square, size_t steps);

/* ins_predict, which tells listener, unless that is NULL, of all steps that it has walked. */
double ins_predict_steps(const ins_design *design, const ins_initialization *start,
                         const ins_inputs *inputs, ins_layer_prediction *out,
                         ins_step_listener *listener, void *context);

/* The standard deviations of W, deviation (depth), with which rows that take theirs from the place
 * keep what is to be kept, from the input on: in layers whose initializer is another one they
 * change nothing. A residual branch ends with 1 / blocks in place of 1, so that the stream is at
 * most doubled. Where no scale suffices, E[z^2] is 1; where nothing is known, fan_in Var(W) is. */
void ins_prescribe(const ins_design *design, const ins_initialization *start,
                   const ins_inputs *inputs, ins_keep keep, double *deviation);

#endif
