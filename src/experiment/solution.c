/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Scales that keep size or signal, with what they reach. */
#include <config.h>

#include "initscope/solution.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "initscope/forecast.h"
#include "initscope/gaussian.h"
#include "initscope/memory.h"
#include "initscope/size.h"

static double tenfold(double slope)
{
    return slope > 1 + 1e-9 ? log(10) / log(slope) : INFINITY;
}

static ins_solved_layer solved(const ins_design *design, const ins_layer_plan *plan,
                               const ins_tensor_place *place, const ins_layer_prediction *of,
                               ins_keep keep)
{
    const ins_choice *phi = ins_design_activation(design, place->layer);
    ins_solved_layer layer = {.place = *place,
                              .solved = plan->kind->matrix == NULL,
                              .deviation = sqrt(of->weight.variance),
                              .kept = of->preactivation.second_moment,
                              .reachable = INFINITY,
                              .slope = plan->kind->matrix == NULL ? 1 : (double)NAN};
    ins_text name = {0};
    ins_matrix_name(plan, place, &name);
    snprintf(layer.name, sizeof layer.name, "%s", name.data);
    ins_text_free(&name);
    const double q = of->preactivation.second_moment;
    if (phi != NULL && layer.solved && !isnan(q)) {
        const ins_expectation at = ins_expect(phi, q);
        layer.kept = of->activation.second_moment;
        layer.slope = q * at.square_growth / at.square;
        if (isinf(ins_size_at(phi, 1))) layer.reachable = ins_size_reached(phi);
    }
    if (keep == INS_KEEP_SIGNAL) {
        layer.kept = of->signal.second_moment;
        layer.reachable = INFINITY;
    }
    layer.tenfold = tenfold(layer.slope);
    return layer;
}

static void fill(const ins_design *design, const ins_layer_prediction *of, ins_keep keep,
                 ins_solution *solution)
{
    for (size_t i = 0; i < design->layers; i++) {
        ins_learned list[INS_LAYER_TENSORS];
        const size_t tensors = ins_plan_tensors(&design->layer[i], list);
        for (size_t t = 0; t < tensors; t++) {
            const size_t number = list[t].place.layer;
            if (!ins_role_is_matrix(list[t].place.role)) continue;
            solution->layer[number - 1] =
                solved(design, &design->layer[i], &list[t].place, &of[number - 1], keep);
        }
    }
}

ins_solution ins_solution_new(const ins_trial *trial, const ins_samples *samples,
                              const ins_inputs *inputs, ins_keep keep)
{
    const ins_choice preserving = {.entry = ins_entry_find(&ins_initializers, "preserving"),
                                   .value = {(double)keep}};
    ins_trial prescribed = *trial;
    prescribed.init = prescribed.first = prescribed.output = &preserving;
    ins_design design = ins_trial_layers(&prescribed, samples);
    ins_forecast forecast = ins_forecast_new(&prescribed, samples, inputs);
    ins_solution solution = {.layers = design.depth};
    solution.layer = ins_allocate(design.depth, sizeof *solution.layer, "a solution");
    fill(&design, forecast.layer, keep, &solution);
    ins_forecast_free(&forecast);
    ins_design_free(&design);
    return solution;
}

void ins_solution_free(ins_solution *solution)
{
    free(solution->layer);
    *solution = (ins_solution){0};
}
