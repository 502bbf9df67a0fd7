/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradients of a network in double against central differences, on every parameter. */
#ifndef GRADIENT_CHECK_H
#define GRADIENT_CHECK_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "network_fixture.h"

/* What the loss is taken in: a probe, or a test. */
static ins_pass pass_of_loss = INS_PASS_PROBE;

static inline double mean_loss(ins_network *net, const ins_samples *samples)
{
    ins_network_forward(net, samples->x, samples->rows, pass_of_loss);
    return compared(net, targets_of(samples)).loss / (double)samples->rows;
}

/* d loss / d w by Richardson's extrapolation of two central differences: error of order h^4. */
static inline double difference(ins_network *net, const ins_samples *samples, real *w, double h)
{
    const double start = *w;
    double slope[2];

    for (int i = 0; i < 2; i++) {
        const double step = h * (i + 1);
        *w = start + step;
        slope[i] = mean_loss(net, samples);
        *w = start - step;
        slope[i] = (slope[i] - mean_loss(net, samples)) / (2 * step);
    }
    *w = start;
    return (4 * slope[0] - slope[1]) / 3;
}

/* The error of the difference itself is about the rounding of a loss of 1 over h. */
static inline bool is_near(double gradient, double expected, double scale, double h)
{
    return fabs(gradient - expected) <= 1e-6 * fmax(fabs(expected), 1e-3 * scale) + 1e-15 / h;
}

/* Every parameter of a tensor; returns the largest gradient, so that the caller can see that the
 * test was about something. */
static inline double check_tensor(ins_network *net, const ins_samples *samples, real *w,
                                  const real *gradient, size_t n, double scale, const char *what)
{
    double largest = 0;

    for (size_t i = 0; i < n; i++) {
        double expected = difference(net, samples, w + i, 1e-5);
        bool near = is_near(gradient[i], expected, scale, 1e-5);
        if (!near) { /* the largest of a window may have changed on the way */
            expected = difference(net, samples, w + i, 1e-6);
            near = is_near(gradient[i], expected, scale, 1e-6);
        }
        ck_assert_msg(near, "%s: parameter %zu: %.12g, by differences %.12g", what, i, gradient[i],
                      expected);
        largest = fmax(largest, fabs(gradient[i]));
    }
    return largest;
}

/* The offset of the keys of attention: it adds the same to all logits of a query, which softmax
 * does not see. */
static inline bool is_unseen(const ins_learned *tensor)
{
    const ins_tensor_place *place = &tensor->place;
    return place->role == INS_ROLE_BIAS && place->part != NULL && strcmp(place->part, "k") == 0;
}

/* What a test of a tensor is about. The more tokens have in common the less queries and keys
 * decide.
 */
static inline double least_gradient(const ins_learned *tensor)
{
    return tensor->place.heads > 0 && !tensor->place.inner ? 1e-8 : 1e-5;
}

/* Every tensor. What is small beside the largest gradient of its matrix need not agree as well. */
static inline void check_gradients(ins_network *net, const ins_samples *samples, const char *what)
{
    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(net, &tensors);
    double scale = 0;

    for (size_t t = 0; t < tensors; t++) {
        const size_t n = tensor[t].count;
        real *gradient = malloc(n * sizeof *gradient);
        mean_loss(net, samples);
        ins_network_backward(net, targets_of(samples));
        memcpy(gradient, tensor[t].gradient, n * sizeof *gradient);
        if (ins_role_is_matrix(tensor[t].place.role)) {
            scale = 0;
            for (size_t i = 0; i < n; i++) scale = fmax(scale, fabs(gradient[i]));
        }
        const double largest =
            check_tensor(net, samples, tensor[t].value, gradient, n, scale, what);
        if (is_unseen(&tensor[t]))
            ck_assert_double_lt(largest, 1e-14);
        else
            ck_assert_msg(largest > least_gradient(&tensor[t]), "%s: tensor %zu has no gradient",
                          what, t);
        free(gradient);
    }
}

#endif
