/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear maps of fields: what a layer does that adds up the positions of a window. */
#ifndef INITSCOPE_FIELD_WINDOWS_H
#define INITSCOPE_FIELD_WINDOWS_H

#include "initscope/field.h"
#include "initscope/layer.h"

/* A layer's windows and what they look at. */
typedef struct ins_windows {
    size_t input[2], output[2];
    ins_window window;
} ins_windows;

ins_windows ins_windows_of(const ins_layer_plan *plan);

static inline size_t ins_window_taps(const ins_windows *w)
{
    return w->window.size[0] * w->window.size[1];
}

/* The position that tap looks at from a position of the output; SIZE_MAX: it is outside. */
size_t ins_window_at(const ins_windows *w, size_t position, size_t tap);

/* Each tap has weights of its own, independent of the others': the sum over taps u of
 * energy[u] x(p + u) x(p' + u), x being 0 outside (Xiao et al. 2018). mean is 0. energy (taps). */
ins_field *ins_field_convolve(const ins_field *in, const ins_windows *w, const double *energy);

/* The mean over the window, which is inside of what it reads. */
ins_field *ins_field_average(const ins_field *in, const ins_windows *w);

#endif
