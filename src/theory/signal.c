/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What all layers do with what is carried. */
#include <config.h>

#include "signal.h"

#include <math.h>
#include <string.h>

double *ins_stage_numbers(const ins_stage *s, size_t positions)
{
    return ins_arena_get(s->arena, positions, sizeof(double), "positions of the theory");
}

ins_layer_prediction ins_nothing_predicted(void)
{
    const ins_moment_pair none = {NAN, NAN};
    return (ins_layer_prediction){.fan_in = NAN,
                                  .weight = none,
                                  .bias = none,
                                  .preactivation = none,
                                  .activation = none,
                                  .delta = none,
                                  .gradient = none,
                                  .signal = none,
                                  .input = none,
                                  .stream = none,
                                  .logit = none,
                                  .attention = none,
                                  .tokens = none,
                                  .multiplier = 1,
                                  .slope_square = NAN};
}

void ins_forget_forward(const ins_stage *s)
{
    s->at->square = s->at->distance = s->at->lengths = s->at->mean = s->at->within = NAN;
}

void ins_forget_backward(const ins_stage *s)
{
    for (size_t k = 0; k < s->plan->kind->reads; k++) s->back[k] = (ins_back){.gain = NAN};
}

double ins_over_rows(const ins_inputs *inputs, double distance)
{
    return distance * (1 - 1 / (double)inputs->rows);
}

ins_moment_pair ins_signal_tokens(const ins_signal *signal)
{
    if (signal->field == NULL) return (ins_moment_pair){NAN, NAN};
    const double count = (double)signal->field->positions;
    const ins_numbers *n = &signal->numbers;
    const double apart = count > 1 ? (n->square - n->pairs) * count / (count - 1) : 0;
    return (ins_moment_pair){n->square, apart};
}

void ins_signal_settle(const ins_stage *s, ins_field *field)
{
    const ins_numbers n = ins_field_numbers(field);
    const double rows = (double)s->inputs->rows;
    if (!isfinite(n.square + n.pairs + n.other_pairs)) {
        ins_field_free(field);
        ins_forget_forward(s);
        return;
    }
    const double between = n.pairs / rows + n.other_pairs * (1 - 1 / rows);
    s->at->field = field;
    s->at->numbers = n;
    s->at->square = n.square;
    s->at->distance = n.square - n.other_square;
    s->at->mean = n.mean;
    s->at->within = ins_not_below_zero(n.square - between);
}

ins_views ins_signal_views(const ins_layer_plan *plan, const ins_signal *signal)
{
    ins_views views = {signal->mean, signal->square, NAN, signal->distance};
    if (!ins_has_positions(plan)) return views;
    const ins_numbers *n = &signal->numbers;
    const double positions = (double)ins_positions(plan->shape);
    if (positions > 1) views.near = (n->pairs * positions - n->square) / (positions - 1);
    views.apart = n->square - n->other_pairs;
    return views;
}

ins_draws *ins_stage_draws(const ins_stage *s)
{
    if (*s->draws == NULL) *s->draws = ins_draws_new(INS_UNITS, 1);
    return *s->draws;
}

ins_units *ins_stage_units(const ins_stage *s, size_t input)
{
    ins_signal *signal = ins_signal_itself(s->in[input]);
    const ins_layer_plan *plan = &s->design->layer[s->plan->input[input]];
    if (signal->units != NULL) return signal->units;
    if (signal->function == NULL || signal->largest != NULL) {
        const ins_views views = ins_signal_views(plan, s->in[input]);
        signal->units = ins_units_draw(ins_stage_draws(s), &views);
        return signal->units;
    }
    ins_units *before = ins_units_draw(ins_stage_draws(s), &signal->before);
    signal->slopes = ins_stage_numbers(s, INS_UNITS);
    signal->units = ins_units_activate(before, signal->function, signal->slopes).units;
    ins_units_free(before);
    return signal->units;
}

double ins_back_square(const ins_stage *s)
{
    const ins_back *back = &s->at->back;
    if (!ins_has_positions(s->plan)) return back->gain * back->delta;
    if (back->at == NULL) return NAN;
    const size_t positions = ins_positions(s->plan->shape);
    double sum = 0;
    for (size_t p = 0; p < positions; p++) sum += back->at[p];
    return sum / (double)positions;
}

double ins_parameter_of(const ins_choice *choice, const char *name)
{
    const ins_parameter *parameter = choice->entry->parameters;
    for (size_t i = 0; i < INS_PARAMETERS && parameter[i].name != NULL; i++)
        if (strcmp(parameter[i].name, name) == 0) return choice->value[i];
    return NAN;
}
