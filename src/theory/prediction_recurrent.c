/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers: the simple one in closed form, gated ones and the identity by a population. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"

#include "population.h"
#include "prediction_rows.h"
#include "promises.h"
#include "recurrence.h"

/* Of the population: its draws are always the same. */
enum { SEED = 1 };

struct ins_recurring {
    ins_field *inputs;
    ins_cell_start start;
    ins_recurrence closed;      /* of a simple layer without the identity; else its z is NULL */
    ins_population *population; /* of the others */
    ins_steps *steps;           /* of either */
    bool went_back;             /* deltas are known */
};

void ins_recurring_free(ins_recurring *recurring)
{
    if (recurring == NULL) return;
    ins_population_free(recurring->population);
    if (recurring->closed.z != NULL) ins_recurrence_free(&recurring->closed);
    ins_field_free(recurring->inputs);
    free(recurring);
}

/* Of deltas only where they are known. */
void ins_recurring_tell(const ins_recurring *recurring, size_t number, ins_step_listener *listener,
                        void *context)
{
    const ins_steps *steps = recurring->steps;
    for (size_t k = 0; k < steps->gates; k++) {
        listener(context, number + k, "preactivation", steps->gate[k].square, steps->steps);
        if (recurring->went_back)
            listener(context, number + k, "delta", steps->gate[k].delta, steps->steps);
    }
    listener(context, number, "state", steps->state, steps->steps);
}

/* --- Promises --------------------------------------------------------------------------------- */

/* Starts of the bias of a forget gate: of all its units, or chrono for so many steps. */
static const struct {
    const char *name;
    double bias;
    bool chrono;
} forget_starts[] = {{"0", 0, false}, {"1", 1, false}, {"chrono", 0, true}};

static void set_forgetting(const ins_stage *s, ins_cell_start *start)
{
    const size_t keeps = start->cell->keeps, takes = start->cell->takes;
    if (s->forget == NULL || takes >= start->cell->gates) return;
    start->gate[keeps].bias = NAN;
    for (size_t i = 0; i < sizeof forget_starts / sizeof forget_starts[0]; i++) {
        if (strcmp(forget_starts[i].name, s->forget->entry->name) != 0) continue;
        start->gate[keeps].bias = forget_starts[i].bias;
        start->gate[keeps].bias_variance = 0;
        if (!forget_starts[i].chrono) continue;
        start->horizon = s->forget->value[0];
        start->gate[takes].bias = start->gate[takes].bias_variance = 0;
    }
}

static bool is_identity(const ins_choice *choice)
{
    return strcmp(choice->entry->name, "identity") == 0;
}

/* A matrix of a gate into its gains, and what is predicted of it. */
static void set_matrix(const ins_stage *s, ins_tensor_place place, ins_gate *gate,
                       ins_layer_prediction *out)
{
    const bool own = place.role == INS_ROLE_RECURRENT;
    const ins_choice *choice = own ? s->recurrent : s->weight;
    const ins_initializer *row = ins_initializer_of(choice);
    const double factor = ins_promised_factor(s, choice, place), units = (double)place.units;
    if (s->prescribed > 0) place.prescribed = 1 / sqrt(place.fan_in);
    out->fan_in = place.fan_in;
    out->multiplier = 1;
    if (own && is_identity(choice)) {
        const double mean = factor * row->mean(choice->value, place);
        gate->own = factor * choice->value[0];
        out->weight = ins_around(mean, gate->own * gate->own / units);
        return;
    }
    const double variance = factor * factor * ins_promised_variance(choice, place);
    out->weight = ins_centred(variance);
    *(own ? &gate->recurrent : &gate->input) = place.fan_in * variance;
}

/* A bias into those of its gate: W h of a GRU's candidate has one of its own. */
static void set_bias(const ins_stage *s, ins_tensor_place w, ins_tensor_place b,
                     ins_cell_start *start, ins_layer_prediction *out)
{
    const bool own = w.role == INS_ROLE_RECURRENT;
    const bool inner = own && start->cell->split && w.gate + 1 == start->cell->gates;
    const ins_promise promised = ins_promised_bias(own ? s->recurrent : s->weight, w, s->bias, b);
    ins_gate *gate = &start->gate[inner ? w.gate + 1 : w.gate];
    gate->bias += promised.mean;
    gate->bias_variance += promised.variance;
    out->bias = ins_around(promised.mean, promised.variance + promised.mean * promised.mean);
}

/* Whether all that is needed is promised. */
static bool is_known(const ins_cell_start *start)
{
    double sum = 0;
    for (size_t k = 0; k < INS_GATES; k++) {
        const ins_gate *gate = &start->gate[k];
        sum += gate->input + gate->recurrent + gate->own + gate->bias + gate->bias_variance;
    }
    return isfinite(sum);
}

static ins_cell_start start_of(const ins_stage *s)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(s->plan, list);
    ins_cell_start start = {.cell = ins_cell_kind_of(s->plan->kind->entry.name),
                            .activation = s->plan->kind->inside(s->plan, &list[0].place)};
    ins_tensor_place matrix = {0};
    ins_layer_prediction *out = s->numbered;
    for (size_t t = 0; t < tensors; t++) {
        const ins_tensor_place place = list[t].place;
        if (!ins_role_is_matrix(place.role)) {
            set_bias(s, matrix, place, &start, out);
            continue;
        }
        matrix = place;
        out = s->numbered + (place.layer - s->plan->number);
        set_matrix(s, place, &start.gate[place.gate], out);
    }
    set_forgetting(s, &start);
    return start;
}

/* --- Forward ---------------------------------------------------------------------------------- */

static bool is_simple(const ins_cell_start *start)
{
    return start->cell->gates == 1 && start->gate[0].own == 0 && start->gate[0].bias == 0;
}

static ins_recurring *recurring_of(const ins_stage *s, const ins_cell_start *start)
{
    ins_recurring *made = ins_allocate(1, sizeof *made, "a recurrent layer of the theory");
    made->inputs = ins_field_copy(s->in[0]->field);
    made->start = *start;
    if (is_simple(start)) {
        made->closed = ins_recurrence_forward(start->activation, &start->gate[0], made->inputs);
        made->steps = made->closed.steps;
    } else {
        made->population = ins_population_new(&made->start, made->inputs, SEED);
        made->steps = ins_population_steps(made->population);
    }
    return made;
}

static void show_gates(const ins_stage *s, const ins_steps *steps)
{
    const double rows = (double)s->inputs->rows;
    for (size_t k = 0; k < steps->gates; k++) {
        const ins_gate_steps *gate = &steps->gate[k];
        const ins_numbers *z = &gate->z;
        ins_layer_prediction *out = s->numbered + k;
        const double between = z->pairs / rows + z->other_pairs * (1 - 1 / rows);
        out->preactivation = ins_around(z->mean, z->square);
        out->activation = ins_around(gate->mean, gate->mean_square);
        out->signal = ins_centred(ins_not_below_zero(z->square - between));
        out->slope_square = gate->slope_square;
        if (!s->design->layer[s->plan->input[0]].shown)
            out->input = ins_around(s->in[0]->mean, s->in[0]->square);
    }
}

/* A vector is h of the last step. */
static void show_output(const ins_stage *s, const ins_field *h)
{
    if (ins_has_positions(s->plan)) {
        ins_signal_settle(s, ins_field_copy(h));
        return;
    }
    const size_t last = h->positions * h->positions - 1;
    s->at->square = h->same[last];
    s->at->distance = ins_not_below_zero(h->same[last] - h->other[last]);
    s->at->mean = h->mean[h->positions - 1];
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
}

void ins_recurrent_predict_forward(const ins_stage *s)
{
    const ins_cell_start start = start_of(s);
    ins_forget_forward(s);
    if (s->in[0]->field == NULL || !is_known(&start)) return;
    s->at->lengths = 0;
    s->at->recurring = recurring_of(s, &start);
    show_gates(s, s->at->recurring->steps);
    show_output(s, s->at->recurring->steps->output);
}

/* --- Backward --------------------------------------------------------------------------------- */

/* The share of the root of two steps' squares that their product has on average, from that of the
 * mean square: deltas of early steps may be far smaller than those of the last ones. */
static double alike_of_steps(const double *at, size_t steps, double alike)
{
    double roots = 0, squares = 0;
    for (size_t t = 0; t < steps; t++) {
        roots += sqrt(at[t]);
        squares += at[t];
    }
    const double pairs = roots * roots - squares;
    const double share = pairs > 0 ? alike * squares * ((double)steps - 1) / pairs : 0;
    return fmax(fmin(share, 1), -1);
}

/* What the layers behind pass to h of each step; false: it is not known. */
static bool find_arriving(const ins_stage *s, size_t steps, double *at, double *alike)
{
    const ins_back *back = &s->at->back;
    if (ins_has_positions(s->plan)) {
        if (back->at == NULL) return false;
        memcpy(at, back->at, steps * sizeof *at);
        *alike = alike_of_steps(at, steps, back->alike);
    } else {
        at[steps - 1] = ins_back_whole(back, s->at->square);
        *alike = 0;
    }
    double sum = *alike;
    for (size_t t = 0; t < steps; t++) sum += at[t];
    return isfinite(sum);
}

static void go_back(ins_recurring *recurring, const ins_arriving *arriving)
{
    if (recurring->population != NULL)
        ins_population_backward(recurring->population, arriving);
    else
        ins_recurrence_backward(&recurring->closed, recurring->inputs, arriving);
    recurring->went_back = true;
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum / (double)count;
}

static void show_deltas(const ins_stage *s, const ins_steps *steps)
{
    for (size_t k = 0; k < steps->gates; k++) {
        ins_layer_prediction *input = s->numbered + k, *own = input + steps->gates;
        input->delta = ins_centred(mean_of(steps->gate[k].delta, steps->steps));
        input->gradient = ins_centred(steps->gate[k].input_gradient);
        own->gradient = ins_centred(steps->gate[k].recurrent_gradient);
    }
}

/* To x of each step by U of all gates. */
static void pass_back(const ins_stage *s, const ins_steps *steps)
{
    double gain[INS_GATES], *to = ins_stage_numbers(s, steps->steps), pairs = 0;
    const double units = (double)s->plan->shape.channels, count = (double)steps->steps;
    for (size_t k = 0; k < steps->gates; k++) {
        gain[k] = units * s->numbered[k].weight.variance;
        pairs += gain[k] * steps->gate[k].delta_pairs;
    }
    ins_steps_pass_back(steps, gain, to);
    const double square = mean_of(to, steps->steps);
    const double product = count > 1 ? (pairs * count - square) / (count - 1) : square;
    *s->back = (ins_back){.at = to, .alike = square > 0 ? product / square : 0};
}

void ins_recurrent_predict_backward(const ins_stage *s)
{
    ins_recurring *recurring = s->at->recurring;
    ins_forget_backward(s);
    if (recurring == NULL) return;
    ins_steps *steps = recurring->steps;
    double *at = ins_stage_numbers(s, steps->steps), alike;
    if (!find_arriving(s, steps->steps, at, &alike)) return;
    go_back(recurring, &(ins_arriving){at, alike});
    show_deltas(s, steps);
    pass_back(s, steps);
}
