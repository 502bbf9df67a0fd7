/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the theory carries along the layers of a design, forward and back.
 *
 * A vector has the numbers of its elements, a map or a sequence a field besides, of which the same
 * numbers are means over positions. Forward, weights are independent of what they meet, so sums
 * over many of them are Gaussian with mean 0; an activation's output is not. */
#ifndef INITSCOPE_SIGNAL_H
#define INITSCOPE_SIGNAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "initscope/design.h"
#include "initscope/field.h"
#include "initscope/gaussian.h"
#include "initscope/memory.h"
#include "initscope/network.h"
#include "initscope/prediction.h"

#include "field_numbers.h"
#include "units.h"

/* The way back: E[(d loss / d x)^2] of the elements of a layer's output. Of a vector it is gain
 * delta: delta is that of the next matrix, and gain what the layers between do to it. */
typedef struct ins_back {
    double gain, delta;
    double along;  /* E[x d loss / d x]: of a loss that answers to its own output, what goes back
                      is not independent of x. Maps carry none. */
    bool whole;    /* gain delta has the part along x in it; right behind a matrix it has not */
    double *at;    /* (positions) of a map or a sequence; NULL: not known */
    double alike;  /* the mean product of two positions' over the mean square */
    bool balanced; /* it sums up to 0 over the rows and positions of a unit: there is a norm over
                      them right behind */
    const double *units; /* (INS_UNITS) of units one by one, where that is followed: in parts of
                            the mean; NULL: all the same */
} ins_back;

/* What a recurrent layer is, step by step: of the rows of these kinds. */
typedef struct ins_recurring ins_recurring;
void ins_recurring_free(ins_recurring *recurring); /* NULL is fine */

/* Tells of its steps; number is that of its first matrix. */
void ins_recurring_tell(const ins_recurring *recurring, size_t number, ins_step_listener *listener,
                        void *context);

typedef struct ins_attention_theory ins_attention_theory;
typedef struct ins_signal ins_signal;
struct ins_signal {
    double square;   /* E[x^2] of its elements x */
    double distance; /* E[(x - x')^2] / 2 of those of two rows: square (1 - c) */
    double lengths;  /* the part of it that is left when both point the same way: E[(r - r')^2] / 2
                        of their root mean squares */
    double inward; /* E[x t] of the outputs and the inputs t of the network, where they are alike */
    double mean;   /* E[x] */
    double within; /* variance over the rows and positions, of a unit */
    ins_expectation phi; /* of an activation */
    ins_field *field;    /* NULL: a vector, or not known */
    ins_numbers numbers; /* of the field */

    bool gaussian; /* it is a sum over many weights, at each position */
    size_t fresh;  /* the first of the layers whose weights, independent of all before, make up its
                      terms, with nothing but linear maps after them; 0: there is none */
    /* Of a map the function of a Gaussian field that it is: the activation of the largest of a
     * window. */
    const ins_signal *source; /* the field; NULL: there is none, or it is its own */
    const ins_layer_plan *largest;
    const ins_choice *function;

    /* Units one by one, where an activation after a residual sum asks for them. */
    bool asked;       /* one does */
    ins_signal *same; /* it gives what this one gives, and has the units; NULL: itself */
    ins_views before; /* of an activation: what it reads */
    ins_units *units; /* NULL: not drawn, or freed */
    double *slopes;   /* (INS_UNITS) of an activation of units: phi'^2 */

    double *way;  /* (positions) what its backward pass multiplies by */
    double alike; /* of an activation: what its slopes at two positions have in common */
    double reach; /* of a matrix on a map: see where it is set */
    ins_recurring *recurring;              /* of a recurrent layer: its steps */
    const ins_attention_theory *attention; /* what attention goes back by */
    ins_back back;
    bool claimed; /* one of its readers wrote to back; those of the others are added */
};

/* A layer on its way: its output, what it reads, and the prediction of the matrix that it has or
 * follows. */
typedef struct ins_stage {
    const ins_design *design;
    size_t index; /* of the layer */
    const ins_layer_plan *plan;
    const ins_choice *weight, *bias;    /* initializers */
    const ins_choice *recurrent;        /* of matrices on its own last output */
    const ins_choice *forget;           /* start of its forget gate's bias; NULL: as the others' */
    const ins_inputs *inputs;           /* of the network */
    const ins_layer_prediction *mirror; /* of the matrix whose transpose the weights are; or NULL */
    bool facing;                        /* which is the one just before */
    double prescribed;                  /* deviation of the matrix; 0: its initializer knows */
    ins_signal *at, *in[INS_LAYER_INPUTS];
    ins_back *back; /* (inputs) where the backward pass writes */
    ins_layer_prediction *out;
    ins_layer_prediction *numbered; /* of its first matrix and then of its others; without one, of
                                       the matrix before the end of its block */
    ins_arena *arena;               /* lives as long as the prediction is made */
    ins_draws **draws;              /* NULL at first */
} ins_stage;

/* What rounding has made less than 0; NAN stays. */
static inline double ins_not_below_zero(double x)
{
    return x < 0 ? 0 : x;
}

static inline ins_moment_pair ins_centred(double second_moment)
{
    return (ins_moment_pair){second_moment, second_moment};
}

static inline ins_moment_pair ins_around(double mean, double second_moment)
{
    double variance = second_moment - mean * mean;
    return (ins_moment_pair){second_moment, variance < 0 ? 0 : variance}; /* but for rounding */
}

/* A map or a sequence, whose numbers are in a field, if they are known. */
static inline bool ins_has_positions(const ins_layer_plan *plan)
{
    return plan->shape.axes > 0;
}

/* Lengths are followed as small departures, which grow without end where chi is above 1: beyond
 * this share of the square they are not followed. */
#define INS_SHORTEST 0.05

/* The part of the second moment that is not one of different lengths of rows. */
static inline double ins_signal_shorter(const ins_signal *signal)
{
    return signal->square > 0 ? fmax(1 - signal->lengths / signal->square, INS_SHORTEST) : 1;
}

/* Half the squared difference of root mean squares r, where the square of r grows to after, by
 * growth for each unit of square: d r' / d r = growth r / r'. */
static inline double ins_length_part(double lengths, double square, double after, double growth)
{
    return lengths == 0 ? 0 : lengths * growth * growth * square / after;
}

/* Numbers for each position of what a layer gives. */
double *ins_stage_numbers(const ins_stage *s, size_t positions);

/* Of a matrix that nothing is said of. */
ins_layer_prediction ins_nothing_predicted(void);

/* Nothing is known of what the layer gives, or of what it passes back. */
void ins_forget_forward(const ins_stage *s);
void ins_forget_backward(const ins_stage *s);

/* E[x^2] of a sequence, and what of it differs between two positions; NAN: no field is known. */
ins_moment_pair ins_signal_tokens(const ins_signal *signal);

/* The output's field, which the signal owns from now on, and with it its numbers but for
 * lengths. */
void ins_signal_settle(const ins_stage *s, ins_field *field);

/* Of a layer's output. */
ins_views ins_signal_views(const ins_layer_plan *plan, const ins_signal *signal);

/* The units of what a layer reads, drawn if they are not yet: of an activation those of the
 * Gaussian that it reads, else Gaussian around their mean. */
ins_units *ins_stage_units(const ins_stage *s, size_t input);
ins_draws *ins_stage_draws(const ins_stage *s);

/* Who has the units. */
static inline ins_signal *ins_signal_itself(ins_signal *signal)
{
    return signal->same != NULL ? signal->same : signal;
}

/* Of a vector: the mean over all pairs of rows, those of a row with itself included. */
double ins_over_rows(const ins_inputs *inputs, double distance);

/* Of a vector x with this second moment: E[(d loss / d x)^2] with the part along x, and without. */
static inline double ins_back_whole(const ins_back *back, double square)
{
    const double had = back->gain * back->delta;
    return back->along == 0 || back->whole ? had : had + back->along * back->along / square;
}

static inline double ins_back_rest(const ins_back *back, double square)
{
    const double had = back->gain * back->delta;
    if (back->along == 0 || !back->whole) return had;
    const double rest = had - back->along * back->along / square;
    return rest < 0 ? 0 : rest;
}

/* E[(d loss / d x)^2], the mean over positions. */
double ins_back_square(const ins_stage *s);

/* The value of the parameter of this name; NAN: there is none. */
double ins_parameter_of(const ins_choice *choice, const char *name);

#endif
