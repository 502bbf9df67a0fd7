/* What every layer of a network is expected to show before training: the mean-field recursion with
 * the real widths and the promises of the initializers. */
#ifndef INITSCOPE_PREDICTION_H
#define INITSCOPE_PREDICTION_H

#include <stddef.h>

#include "initscope/entry.h"

/* A layer's shape and its elements' variances, which must have mean 0; NAN where that is not so or
 * nothing is promised: what depends on them is then NAN too. An initializer that rescales W to the
 * data promises the variance of the preactivation instead, else NAN; then weight_variance is what
 * that takes. */
typedef struct ins_theory_layer {
    double fan_in, units;
    double weight_variance, bias_variance;
    double preactivation_variance;
} ins_theory_layer;

/* A dense layer from choices of ins_initializers; a row that fills the bias itself may promise
 * something of it. */
ins_theory_layer ins_theory_layer_of(const ins_choice *weight, const ins_choice *bias,
                                     size_t inputs, size_t units);

typedef struct ins_moment_pair {
    double second_moment, variance;
} ins_moment_pair;

/* Means over initializations, units and samples. gradient is for one sample: a mean over n samples
 * has 1/n of it if they are independent, and more, up to all of it, the more alike they are. */
typedef struct ins_layer_prediction {
    ins_moment_pair weight;        /* W_l */
    ins_moment_pair bias;          /* b_l */
    ins_moment_pair preactivation; /* z_l: fan_in Var(W_l) E[a_{l-1}^2] + Var(b_l) */
    ins_moment_pair activation;    /* a_l; of the last layer: class probabilities */
    ins_moment_pair delta; /* d loss / d z_l: units_{l+1} Var(W_{l+1}) E[phi'^2] E[delta_{l+1}^2] */
    ins_moment_pair gradient; /* d loss / d W_l: E[delta_l^2] E[a_{l-1}^2] */
    double slope_square;      /* E[phi'(z_l)^2]; 1 for the last layer */
} ins_layer_prediction;

/* layer and out (count), count >= 1; the last layer is the softmax, its units are the classes.
 * input is the second moment of the inputs, mean over features and samples. Preactivations are
 * taken for Gaussian and weights for independent of deltas; samples of unequal length are taken for
 * equal. Returns the expected cross-entropy. */
double ins_predict(const ins_choice *activation, double input, const ins_theory_layer *layer,
                   size_t count, ins_layer_prediction *out);

#endif
