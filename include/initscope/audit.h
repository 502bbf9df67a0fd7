/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that others made: which rule drew them, how far they have moved since, what of them is
 * equal or zero, and what theory makes of their variances. Arrays in, origins and the vote of a
 * network out; no file is read here. */
#ifndef INITSCOPE_AUDIT_H
#define INITSCOPE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/entry.h"
#include "initscope/text.h"

/* --- What is given ---------------------------------------------------------------------------- */

enum { INS_WEIGHTS_DIMENSIONS = 8 };

/* One tensor, in C order. Its name, of foreign origin, tells what it is: see ins_audit_add. */
typedef struct ins_weights {
    const char *name; /* "layer1.0.conv1.weight", "dense/kernel:0" */
    size_t dimensions, shape[INS_WEIGHTS_DIMENSIONS];
    const float *narrow; /* (product of shape); NULL: wide is given */
    const double *wide;
} ins_weights;

/* Which end of a shape is the units: PyTorch has (out, in, window), Keras (window, in, out). */
typedef enum ins_layout {
    INS_LAYOUT_AUTO, /* by the name; where it does not tell, whichever is likelier */
    INS_LAYOUT_TORCH,
    INS_LAYOUT_KERAS,
    INS_LAYOUTS
} ins_layout;

extern const char *const ins_layout_names[INS_LAYOUTS + 1]; /* "auto", ...; NULL ends the list */

/* --- What is found of a tensor ---------------------------------------------------------------- */

typedef enum ins_kernel_kind {
    INS_KERNEL_DENSE,
    INS_KERNEL_CONV,
    INS_KERNEL_RECURRENT, /* gates stacked */
    INS_KERNEL_ATTENTION, /* queries, keys and values stacked, or one of them */
    INS_KERNEL_EMBEDDING,
    INS_KERNELS
} ins_kernel_kind;

extern const char *const ins_kernel_names[INS_KERNELS];

typedef enum ins_family {
    INS_FAMILY_NONE, /* no law of those known, or too few elements to tell */
    INS_FAMILY_CONSTANT,
    INS_FAMILY_IDENTITY, /* or of a kernel the identity at its centre */
    INS_FAMILY_SPARSE,
    INS_FAMILY_ORTHOGONAL, /* or of a kernel an orthogonal matrix at its centre */
    INS_FAMILY_UNIFORM,
    INS_FAMILY_NORMAL,
    INS_FAMILY_TRUNCATED, /* a normal truncated at two standard deviations */
    INS_FAMILY_NONFINITE, /* elements that are no numbers: nothing else is said */
    INS_FAMILIES
} ins_family;

extern const char *const ins_family_names[INS_FAMILIES];

/* What may be said of a tensor. */
typedef enum ins_standing {
    INS_STANDING_NOTHING, /* fewer than 16 elements, or some that are not finite */
    INS_STANDING_DRAWN,  /* a rule without free parameter fits: Kolmogorov-Smirnov p >= 0.01, and of
                            the  rule that the network is sure of 0.01 over its tensors */
    INS_STANDING_FITTED, /* a law with a scale of its own fits, and no rule */
    INS_STANDING_BEGAN,  /* it began by the rule that the network voted for, and has moved */
    INS_STANDING_TRAINED, /* no law */
    INS_STANDING_MADE     /* constant, identity, sparse or orthogonal: by its structure */
} ins_standing;

enum { INS_ALSO = 8 };

typedef struct ins_origin {
    const char *name;
    ins_kernel_kind kind;
    size_t dimensions, shape[INS_WEIGHTS_DIMENSIONS];
    size_t units;           /* all of a stack */
    double fan_in, fan_out; /* of one matrix of a stack; NAN: an embedding sums nothing */
    ins_family family;
    ins_standing standing;
    /* As `initscope run --init` takes it: the likeliest, and at the end of the audit, where rules
     * within 3 nats of it are of one likelihood, that of the network. NULL: no rule. */
    const char *rule;
    const char *also[INS_ALSO]; /* other rules within 3 nats, the likeliest first; NULL ends them */
    double scale;   /* standard deviation of the law; gain of identity and orthogonal; the constant;
                       sd of the elements of sparse that are not 0 */
    double trained; /* how far it has moved, in lengths of what it began as; 0: that is not seen */
    double p; /* Kolmogorov-Smirnov, of the rule as it draws; NAN, at the end of the audit, where
                 it is not said to have */
    double duplicate_pairs; /* pairs of units whose weights are equal, and not all 0 */
    double zero_units;      /* units whose weights are all 0 */
    double nonfinite;       /* elements */
    double square;          /* mean of W^2 */
    /* E[z^2] of the layer over E[z^2] = 1 of the one before, and the same of E[delta^2] on the way
     * back, with the activation between. NAN: not dense, not a convolution. */
    double forward_gain, backward_gain;
} ins_origin;

/* --- What is found of a network --------------------------------------------------------------- */

typedef struct ins_vote {
    size_t tensors;             /* that have a law, and so a vote */
    const char *rule;           /* NULL: nobody voted */
    const char *source;         /* "PyTorch 1.0 to 2.9, nn.Linear, nn.Conv" */
    const char *also[INS_ALSO]; /* rules of the same likelihood, within 3 nats; NULL ends them */
    const char *next;           /* the first rule beyond; NULL: none */
    double log_odds;            /* to next */
    bool certain; /* they are above 20, and rule explains more than half of the tensors */
    size_t drawn; /* tensors drawn by rule */
    size_t began; /* that began as it, and have moved */
    size_t other; /* of another rule or law */
    double moved; /* median of how far those that were drawn by it, or began so; NAN: none */
    size_t made;  /* tensors that have a structure in place of a law */
    size_t biases, norms; /* tensors that are no weights */
    size_t layers;        /* dense and convolutional ones, behind each other as they were added */
    double forward, backward; /* product over layers of their gains, at the sizes that they see */
    bool symmetric;           /* some matrix, no embedding, has equal units that are not 0 */
    bool nonfinite;
} ins_vote;

/* --- The audit of one network ----------------------------------------------------------------- */

typedef struct ins_audit ins_audit;

/* activation is a choice from ins_activations, and must outlive the audit. */
ins_audit *ins_audit_new(ins_layout layout, const ins_choice *activation);
void ins_audit_free(ins_audit *audit); /* NULL is fine */

/* Looks at one tensor. Names are taken apart at '.', '/' and ':'. One of less than two dimensions,
 * or that is a bias or belongs to a norm by its name, is counted and no more. Time is bounded: laws
 * are compared on at most 20000 elements and tested on 100000, orthogonality on 64 vectors; the
 * rest is one pass. The tensor is not needed afterwards. */
void ins_audit_add(ins_audit *audit, const ins_weights *weights);

/* When all were added, once: the vote, which settles what single tensors left open. A tensor that
 * disagrees with all others costs their rule at most 1000 nats. "Began as" is claimed where the
 * vote is certain and distribution functions of tensor and moved rule are within 0.05; a tensor of
 * less than 4096 elements, of a network that has moved, is not said to be drawn by another rule.
 * Strings live as long as the audit. */
ins_vote ins_audit_end(ins_audit *audit);

/* In the order in which they were added. */
size_t ins_audit_count(const ins_audit *audit);
const ins_origin *ins_audit_at(const ins_audit *audit, size_t index);

/* --- What is said of it ----------------------------------------------------------------------- */

/* "drawn by he_normal", "began as torch_default, moved about 0.1", "trained: no law". */
void ins_origin_say(const ins_origin *origin, ins_text *out);

/* Lines of the network, each with its newline: the vote, what depth makes of the gains, what was
 * not looked at. */
void ins_vote_say(const ins_vote *vote, const char *activation, ins_text *out);

/* A row of CSV for each origin; file is of foreign origin. */
extern const ins_column ins_audit_columns[];
void ins_origin_row(const ins_origin *origin, const char *file, ins_text *out);

#endif
