/* A simple recurrent layer before training, z_t = U x_t + W h_{t-1} + b, h_t = phi(z_t), in closed
 * form. Of independent W with mean 0, Gaussian or orthogonal, z is a Gaussian process over the
 * steps although every step has the same W (Chen, Pennington & Schoenholz 2018):
 *
 *   E[z_t z_s] = recurrent E[phi(z_{t-1}) phi(z_{s-1})] + input E[x_t x_s] + bias_variance
 *   D_t = arriving_t + recurrent E[phi'(z_{t+1})^2] D_{t+1},  E[delta_t^2] = E[phi'(z_t)^2] D_t
 *
 * W = I is none of these: see ins_identity_relu, and population.h for inputs of any kind. */
#ifndef INITSCOPE_RECURRENCE_H
#define INITSCOPE_RECURRENCE_H

#include "initscope/entry.h"

#include "steps.h"
#include "transfer.h"

typedef struct ins_recurrence {
    const ins_choice *activation;
    ins_gate gate; /* its bias has the mean 0 */
    ins_field *z;
    ins_transfer *slopes;
    ins_steps *steps; /* one gate */
} ins_recurrence;

/* inputs: of x, whose positions are the steps; at least one. activation must outlive it. Released
 * with ins_recurrence_free. */
ins_recurrence ins_recurrence_forward(const ins_choice *activation, const ins_gate *gate,
                                      const ins_field *inputs);
void ins_recurrence_free(ins_recurrence *layer);

/* Fills in what goes back. */
void ins_recurrence_backward(ins_recurrence *layer, const ins_field *inputs,
                             const ins_arriving *arriving);

/* Where the inputs are the same at all steps, so are the slopes, and W multiplies itself: of units
 * of a finite number the gradient's square is larger than D_1 by about this factor after so many
 * steps, exp(0.7 steps^2 / units) for tanh; measured 1.3 (1024 units, 20 steps) to 260 (64, 20). Of
 * inputs that are independent from step to step it is 1 within 5 percent. */
double ins_recurrence_excess(size_t steps, size_t units);

/* W = I, ReLU, no bias (Le, Jaitly & Hinton 2015), inputs that are independent from step to step
 * and input E[x^2] = v: h is a random walk reflected at 0. E[h_t^2] = v S(t), S(t) = t/2 +
 * (1/2 pi) sum over j, k >= 1, j + k <= t of (j k)^-1/2 (Spitzer 1956). */
double ins_identity_square(size_t step);

/* The same: E[delta_t^2] / E[e^2] of what arrives at the last of steps, t = 1 .. steps: the
 * probability that the walk is not at 0 from t on, sum over m < t of u_m u_{steps - m},
 * u_m = binomial(2m, m) / 4^m; u_steps of the first (Sparre Andersen 1954). */
double ins_identity_delta(size_t step, size_t steps);

#endif
