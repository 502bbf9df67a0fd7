/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How residual branches start, one row each. */
#include <config.h>

#include "initscope/residual.h"

#include <math.h>

static bool is_last(ins_tensor_place place)
{
    return place.position == place.matrices;
}

static double zero_last(ins_tensor_place place)
{
    return is_last(place) ? 0 : 1;
}

/* Of m matrices the last is 0, the others shrink so that the m - 1 of them together do as
 * L^(-1/2). */
static double fixup(ins_tensor_place place)
{
    const double matrices = (double)place.matrices;
    return is_last(place) ? 0 : pow((double)place.blocks, -1 / (2 * matrices - 2));
}

static double depth_scaled(ins_tensor_place place)
{
    return is_last(place) ? 1 / sqrt((double)place.blocks) : 1;
}

static double factor_zero(const double *p)
{
    (void)p;
    return 0;
}

static double factor_given(const double *p)
{
    return p[0];
}

static const ins_residual_start rows[] = {
    {.entry = {.name = "none", .formula = "the weights as the initializers draw them"}},
    {.entry = {.name = "zero_last",
               .formula = "the last matrix of each branch starts at 0: each block as the identity",
               .source = "Zhang et al. 2019; Goyal et al. 2017"},
     .weight = zero_last},
    {.entry = {.name = "zero_gamma",
               .formula = "gamma of the last norm of each branch starts at 0: each block as the "
                          "identity",
               .source = "Goyal et al. 2017; torchvision zero_init_residual"},
     .zero_norm = true},
    {.entry = {.name = "skipinit",
               .formula = "x + s f(x), one s a block, learned, from 0",
               .source = "De & Smith 2020"},
     .factors = INS_FACTORS_ONE,
     .factor = factor_zero},
    {.entry = {.name = "rezero",
               .formula = "x + s f(x), one s a block, learned, from 0; what skipinit is without "
                          "norms",
               .source = "Bachlechner et al. 2020"},
     .factors = INS_FACTORS_ONE,
     .factor = factor_zero},
    {.entry = {.name = "layerscale",
               .formula = "x + s f(x), an s for each channel, learned, from e",
               .source = "Touvron et al. 2021",
               .parameters = {{.name = "e",
                               .fallback = 1e-4,
                               .minimum = -1e6,
                               .maximum = 1e6,
                               .nameless = true,
                               .meaning = "start of s; 1e-5 in timm"}}},
     .factors = INS_FACTORS_CHANNELS,
     .factor = factor_given},
    {.entry = {.name = "fixup",
               .formula = "of m matrices in each of L branches the last starts at 0, the others "
                          "times L^(-1/(2m-2)); the output's weights at 0",
               .source = "Zhang et al. 2019"},
     .weight = fixup,
     .zero_output = true},
    {.entry = {.name = "depth_scaled",
               .formula = "the last matrix of each of L branches times 1/sqrt(L)",
               .source = "Radford et al. 2019"},
     .weight = depth_scaled},
};

const ins_entries ins_residual_starts = {
    .kind = "residual-start",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};

double ins_residual_weight(const ins_choice *start, ins_tensor_place place)
{
    if (start == NULL || place.block == 0 || place.position == 0) return 1;
    const ins_residual_start *row = (const ins_residual_start *)start->entry;
    return row->weight != NULL ? row->weight(place) : 1;
}
