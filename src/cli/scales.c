/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What `initscope theory --solve` prints: a table of scales, and the same as lines of code. */
#include <config.h>

#include <math.h>
#include <stdio.h>

#include "cli.h"

static const char *number(double value, ins_arena *arena)
{
    if (isnan(value)) return "";
    if (isinf(value)) return "-";
    return ins_arena_format(arena, "%.4g", value);
}

static void print_table(const ins_solution *solution, const char *kept, ins_arena *arena)
{
    ins_listing listing = {.columns = 8};
    ins_listing_add(&listing, arena,
                    (const char *[]){"layer", "name", "fan_in", "sd", "sd sqrt(fan_in)", kept,
                                     "slope chi", "tenfold error after"});
    for (size_t i = 0; i < solution->layers; i++) {
        const ins_solved_layer *of = &solution->layer[i];
        const char *cells[] = {
            ins_arena_format(arena, "%zu", of->place.layer),
            of->name,
            ins_arena_format(arena, "%.0f", of->place.fan_in),
            isnan(of->deviation) ? "not predicted" : ins_arena_format(arena, "%.6g", of->deviation),
            number(of->deviation * sqrt(of->place.fan_in), arena),
            number(of->kept, arena),
            number(of->slope, arena),
            isinf(of->tenfold) ? "-" : ins_arena_format(arena, "%.1f layers", of->tenfold)};
        ins_listing_add(&listing, arena, cells);
    }
    ins_listing_print(&listing);
}

/* Where no scale makes it 1. */
static void print_reach(const ins_solution *solution, const char *activation)
{
    for (size_t i = 0; i < solution->layers; i++) {
        const double most = solution->layer[i].reachable;
        if (!isfinite(most)) continue;
        printf("No scale keeps the size of %s at 1: with any it stays below %.4g. These keep the "
               "preactivation's at 1.\n",
               activation, most * (1 + 1e-6));
        return;
    }
}

/* Layers of several matrices keep sizes by what their parts do together. */
static void print_unsolved(const ins_solution *solution)
{
    for (size_t i = 0; i < solution->layers; i++) {
        if (solution->layer[i].solved) continue;
        puts("Matrices of attention and of recurrent layers are not solved for: fan_in times their "
             "variance is 1.");
        return;
    }
}

/* One line a layer that was solved for: before the layer's name, where the name stands in the
 * code; before the number; behind it; before the name, where it is a comment. */
static const struct {
    const char *framework, *before, *number, *behind, *comment;
} lines[] = {
    {"PyTorch", "torch.nn.init.normal_(", ".weight, std=", ")", NULL},
    {"Keras", NULL, "kernel_initializer=keras.initializers.RandomNormal(stddev=", "),", "  # "},
    {"Flax", NULL, "kernel_init=flax.linen.initializers.normal(stddev=", "),", "  # "},
};

static void print_lines(const ins_solution *solution)
{
    for (size_t f = 0; f < sizeof lines / sizeof lines[0]; f++) {
        printf("\n# %s\n", lines[f].framework);
        for (size_t i = 0; i < solution->layers; i++) {
            const ins_solved_layer *of = &solution->layer[i];
            if (isnan(of->deviation) || !of->solved) continue;
            if (lines[f].before != NULL) printf("%s%s", lines[f].before, of->name);
            printf("%s%.6g%s", lines[f].number, of->deviation, lines[f].behind);
            if (lines[f].comment != NULL) printf("%s%s", lines[f].comment, of->name);
            putchar('\n');
        }
    }
}

void ins_solution_print(const ins_solution *solution, const ins_choice *activation, ins_keep keep,
                        ins_arena *arena)
{
    const bool size = keep == INS_KEEP_SIZE;
    printf("%s, %s\n", activation->label, size ? "size kept" : "signal kept");
    print_table(solution, size ? "size" : "signal", arena);
    print_reach(solution, activation->label);
    print_unsolved(solution);
    print_lines(solution);
}
