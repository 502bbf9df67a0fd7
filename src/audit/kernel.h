/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the name and the shape of a tensor tell: whether it is weights, which end is the units, and
 * the fans by which its rule may have counted. */
#ifndef INITSCOPE_AUDIT_KERNEL_H
#define INITSCOPE_AUDIT_KERNEL_H

#include "initscope/audit.h"

/* A matrix (units, inputs) within an array. */
typedef struct ins_view {
    const float *narrow;
    const double *wide;
    size_t units, inputs, unit_step, input_step, offset;
} ins_view;

static inline double ins_view_at(const ins_view *view, size_t unit, size_t input)
{
    const size_t i = view->offset + unit * view->unit_step + input * view->input_step;
    return view->narrow != NULL ? (double)view->narrow[i] : view->wide[i];
}

/* One way to count fans. */
typedef struct ins_fans {
    double fan_in, fan_out;
    double state; /* of a recurrent layer its units, which PyTorch's default counts; else fan_in */
    bool inputs_first; /* it takes the shape as (window, in, out) */
} ins_fans;

enum { INS_MOST_FANS = 8 };

typedef enum ins_use { INS_USE_WEIGHTS, INS_USE_BIAS, INS_USE_NORM } ins_use;

typedef struct ins_kernel {
    ins_use use; /* the rest is of weights only */
    ins_kernel_kind kind;
    bool multihead; /* of PyTorch's MultiheadAttention, which has a default of its own */
    size_t count;
    ins_fans fans[INS_MOST_FANS]; /* the first is taken where no rule tells */
} ins_kernel;

ins_kernel ins_kernel_of(const ins_weights *weights, ins_layout layout);

/* All of the tensor, and of a window its centre alone; taps is the elements of the window. */
ins_view ins_kernel_view(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first);
size_t ins_kernel_taps(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first);
ins_view ins_kernel_centre(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first);

#endif
