/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the rows of the activation table bend. Rows that are not here are analytic on the whole
 * line, with their nearest singularity at least 1 away from it. */
#include <config.h>

#include "initscope/outline.h"

#include <math.h>
#include <string.h>

typedef struct outline_row {
    const char *name;
    ins_outline outline;
    bool scaled; /* the scale is the activation's parameter, where that is below 1 */
} outline_row;

static const outline_row table[] = {
    {"linear", {.scale = 1, .homogeneous = true}, false},
    {"relu", {.kinks = 1, .scale = 1, .homogeneous = true}, false},
    {"leaky_relu", {.kinks = 1, .scale = 1, .homogeneous = true}, false},
    {"elu", {.kinks = 1, .scale = 1}, false},
    {"selu", {.kinks = 1, .scale = 1}, false},
    {"celu", {.kinks = 1, .scale = 1}, true},
    {"softsign", {.kinks = 1, .scale = 1}, false},
    {"hard_tanh", {.kinks = 2, .kink = {-1, 1}, .scale = 1}, false},
    {"hard_sigmoid", {.kinks = 2, .kink = {-3, 3}, .scale = 1}, false},
    {"relu6", {.kinks = 2, .kink = {0, 6}, .scale = 1}, false},
    {"sin", {.scale = 1, .periodic = true}, false},
};

ins_outline ins_outline_of(const ins_choice *activation)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, activation->entry->name) != 0) continue;
        ins_outline outline = table[i].outline;
        if (table[i].scaled) outline.scale = fmin(outline.scale, activation->value[0]);
        return outline;
    }
    return (ins_outline){.scale = 1};
}
