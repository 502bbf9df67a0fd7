/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Populations of cells: forward in both rows, backward in the first. */
#include <config.h>

#include "population.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/memory.h"

#include "process.h"

/* Units times steps and rows at most, and units at most and at least. */
#define MOST_NUMBERS ((size_t)1 << 19)
#define MOST_UNITS ((size_t)1 << 14)
#define LEAST_UNITS ((size_t)1 << 9)

enum { ROWS = 2 };

static const char what[] = "a population of cells";

struct ins_population {
    ins_cell_start start;
    const ins_field *inputs;
    size_t units, steps, processes;
    ins_gate gate[INS_GATES];     /* of the processes */
    size_t like[INS_GATES];       /* the first process with the same covariances */
    double *bias[INS_GATES];      /* (units) the mean of a gate, and what chrono adds */
    ins_process *of[INS_GATES];   /* times are steps, and in each of them rows */
    double *h, *c;                /* (steps + 1, ROWS, units); the first is 0 */
    double *candidate;            /* (units) */
    double *a[INS_GATES];         /* (units) activations of the gates */
    double *sum[INS_GATES][ROWS]; /* (units) of z over the steps */
    double *sees[INS_GATES];      /* (steps, units) backward */
    ins_draws *draws;
    ins_steps *steps_made;
};

static double *numbers(size_t count, size_t units)
{
    return ins_allocate(ins_multiply(count, units, what), sizeof(double), what);
}

static double *state_at(const ins_population *p, double *states, size_t step, size_t row)
{
    return states + (step * ROWS + row) * p->units;
}

/* --- Beginning -------------------------------------------------------------------------------- */

static size_t units_for(size_t steps)
{
    const size_t room = MOST_NUMBERS / (steps * ROWS);
    if (room > MOST_UNITS) return MOST_UNITS;
    return room > LEAST_UNITS ? room : LEAST_UNITS;
}

/* A gate that is made of two has two processes. */
static void set_gates(ins_population *p)
{
    const ins_cell_kind *cell = p->start.cell;
    const size_t last = cell->gates - 1;
    memcpy(p->gate, p->start.gate, sizeof p->gate);
    p->processes = cell->gates;
    if (cell->split) {
        const ins_gate made = p->start.gate[last];
        p->gate[last] = p->start.gate[last + 1];
        p->gate[last].input = 0;
        p->gate[last].recurrent = made.recurrent;
        p->gate[last].own = made.own;
        p->gate[last + 1] = made;
        p->gate[last + 1].recurrent = p->gate[last + 1].own = 0;
        p->processes++;
    }
}

/* What chrono adds: log U(1, horizon - 1), whose strata are the units. */
static double chrono(const ins_population *p, size_t gate, size_t unit)
{
    if (!(p->start.horizon > 2)) return 0;
    const double share = ((double)unit + 0.5) / (double)p->units;
    const double kept = log1p((p->start.horizon - 2) * share);
    if (gate == p->start.cell->keeps) return kept;
    return gate == p->start.cell->takes ? -kept : 0;
}

static void begin_gate(ins_population *p, size_t k)
{
    const ins_gate *gate = &p->gate[k];
    p->of[k] = ins_process_new(p->units, p->steps * ROWS);
    p->bias[k] = numbers(1, p->units);
    p->sees[k] = numbers(p->steps, p->units);
    for (size_t i = 0; i < p->units; i++) p->bias[k][i] = gate->bias + chrono(p, k, i);
    p->a[k] = numbers(1, p->units);
    for (size_t r = 0; r < ROWS; r++) p->sum[k][r] = numbers(1, p->units);
    for (p->like[k] = 0; p->like[k] < k; p->like[k]++) {
        const ins_gate *other = &p->gate[p->like[k]];
        if (other->input == gate->input && other->recurrent == gate->recurrent &&
            other->bias_variance == gate->bias_variance)
            break;
    }
}

static ins_population *begin(const ins_cell_start *start, const ins_field *inputs, uint32_t seed)
{
    ins_population *p = ins_allocate(1, sizeof *p, what);
    p->start = *start;
    p->inputs = inputs;
    p->steps = inputs->positions;
    p->units = units_for(p->steps);
    p->draws = ins_draws_new(p->units, seed);
    p->h = numbers((p->steps + 1) * ROWS, p->units);
    p->c = numbers((p->steps + 1) * ROWS, p->units);
    p->candidate = numbers(1, p->units);
    p->steps_made = ins_steps_new(p->steps, start->cell->gates);
    p->steps_made->output = ins_field_new(p->steps);
    set_gates(p);
    for (size_t k = 0; k < p->processes; k++) begin_gate(p, k);
    return p;
}

void ins_population_free(ins_population *p)
{
    if (p == NULL) return;
    for (size_t k = 0; k < p->processes; k++) {
        ins_process_free(p->of[k]);
        free(p->bias[k]);
        free(p->a[k]);
        free(p->sees[k]);
        for (size_t r = 0; r < ROWS; r++) free(p->sum[k][r]);
    }
    ins_draws_free(p->draws);
    ins_steps_free(p->steps_made);
    free(p->h);
    free(p->c);
    free(p->candidate);
    free(p);
}

ins_steps *ins_population_steps(ins_population *p)
{
    return p->steps_made;
}

/* --- Forward ---------------------------------------------------------------------------------- */

/* Of a process at a step and a row with all times before and itself. */
static void find_covariance(const ins_population *p, const ins_gate *gate, size_t t, size_t row,
                            double *covariance)
{
    const ins_field *h = p->steps_made->output;
    for (size_t time = 0; time <= t * ROWS + row; time++) {
        const size_t s = time / ROWS;
        const double *x = time % ROWS == row ? p->inputs->same : p->inputs->other;
        covariance[time] = gate->input * x[t * p->steps + s] + gate->bias_variance;
        if (s == 0) continue;
        const double *before = time % ROWS == row ? h->same : h->other;
        covariance[time] += gate->recurrent * before[(t - 1) * p->steps + s - 1];
    }
}

/* z of a process, from what was drawn. */
static void add_own(const ins_population *p, size_t k, const double *x, const double *before,
                    double *z)
{
    const double own = p->gate[k].own;
    for (size_t i = 0; i < p->units; i++) z[i] = x[i] + p->bias[k][i];
    for (size_t i = 0; own != 0 && i < p->units; i++) z[i] += own * before[i];
}

/* z of all gates, (processes, units). */
static void draw_gates(ins_population *p, size_t t, size_t row, double *covariance, double *z)
{
    for (size_t k = 0; k < p->processes; k++) {
        const double *x;
        if (p->like[k] < k) {
            x = ins_process_draw_like(p->of[k], p->of[p->like[k]], p->draws);
        } else {
            find_covariance(p, &p->gate[k], t, row, covariance);
            x = ins_process_draw(p->of[k], covariance, p->draws);
        }
        add_own(p, k, x, state_at(p, p->h, t, row), z + k * p->units);
    }
}

static ins_cell_step step_of(const ins_population *p, size_t t, size_t row, const double *z)
{
    ins_cell_step s = {.units = p->units,
                       .activation = p->start.activation,
                       .before = state_at(p, p->h, t, row),
                       .before_c = state_at(p, p->c, t, row),
                       .h = state_at(p, p->h, t + 1, row),
                       .c = state_at(p, p->c, t + 1, row),
                       .candidate = p->candidate};
    for (size_t k = 0; k < p->processes; k++) {
        s.z[k] = z + k * p->units;
        s.a[k] = p->a[k];
        s.sees[k] = p->sees[k] + t * p->units;
    }
    return s;
}

/* E[a], E[a^2] and E[a'^2] of what gates are: s (1 - s) and 1 - t^2. */
static void add_activations(ins_population *p, size_t k, const double *z)
{
    const ins_choice *inner = p->start.cell->activation[k];
    const ins_choice *phi = inner != NULL ? inner : p->start.activation;
    const ins_activation *row = (const ins_activation *)phi->entry;
    const double share = 1 / ((double)(p->units * p->steps) * ROWS);
    ins_gate_steps *gate = &p->steps_made->gate[k];
    for (size_t i = 0; i < p->units; i++) {
        const double a = p->a[k][i];
        double slope = inner == NULL              ? row->slope(z[i], phi->value)
                       : inner == &ins_inner_tanh ? 1 - a * a
                                                  : a * (1 - a);
        gate->mean += share * a;
        gate->mean_square += share * a * a;
        gate->slope_square += share * slope * slope;
    }
}

/* The gates as they are recorded, of which both rows are looked at. */
static void add_gates(ins_population *p, size_t t, size_t row, const double *z)
{
    ins_steps *steps = p->steps_made;
    for (size_t k = 0; k < steps->gates; k++) {
        const double *own = k == p->start.cell->made ? p->candidate : z + k * p->units;
        steps->gate[k].square[t] += ins_mean_product(own, own, p->units) / ROWS;
        for (size_t i = 0; i < p->units; i++) {
            p->sum[k][row][i] += own[i] / (double)p->steps;
            steps->gate[k].z.mean += own[i] / ((double)(p->units * p->steps) * ROWS);
        }
        add_activations(p, k, own);
    }
}

/* What h at a step has to do with all before and itself. */
static void add_output(ins_population *p, size_t t)
{
    ins_steps *steps = p->steps_made;
    ins_field *out = steps->output;
    const size_t n = p->units;
    const double *a = state_at(p, p->h, t + 1, 0), *b = state_at(p, p->h, t + 1, 1);
    for (size_t s = 0; s <= t; s++) {
        const double *c = state_at(p, p->h, s + 1, 0), *d = state_at(p, p->h, s + 1, 1);
        out->same[t * p->steps + s] = out->same[s * p->steps + t] =
            (ins_mean_product(a, c, n) + ins_mean_product(b, d, n)) / 2;
        out->other[t * p->steps + s] = out->other[s * p->steps + t] =
            (ins_mean_product(a, d, n) + ins_mean_product(b, c, n)) / 2;
    }
    for (size_t i = 0; i < n; i++) out->mean[t] += (a[i] + b[i]) / (2 * (double)n);
    for (size_t r = 0; r < ROWS; r++) {
        const double *state = state_at(p, p->c, t + 1, r);
        steps->state[t] += ins_mean_product(state, state, n) / ROWS;
    }
}

/* The means over steps and pairs of them, from the sums of each unit. */
static void finish_gates(ins_population *p)
{
    ins_steps *steps = p->steps_made;
    for (size_t k = 0; k < steps->gates; k++) {
        ins_numbers *z = &steps->gate[k].z;
        const double *a = p->sum[k][0], *b = p->sum[k][1];
        for (size_t t = 0; t < p->steps; t++)
            z->square += steps->gate[k].square[t] / (double)p->steps;
        z->pairs = (ins_mean_product(a, a, p->units) + ins_mean_product(b, b, p->units)) / 2;
        z->other_pairs = ins_mean_product(a, b, p->units);
    }
}

/* Of the same gate in two rows at the same step. */
static void add_other(ins_population *p, const double *one, const double *other)
{
    ins_steps *steps = p->steps_made;
    for (size_t k = 0; k < steps->gates; k++)
        steps->gate[k].z.other_square +=
            ins_mean_product(one + k * p->units, other + k * p->units, p->units) / (double)p->steps;
}

ins_population *ins_population_new(const ins_cell_start *start, const ins_field *inputs,
                                   uint32_t seed)
{
    ins_population *p = begin(start, inputs, seed);
    double *covariance = numbers(1, p->steps * ROWS);
    double *z = numbers(ROWS * INS_GATES, p->units);
    for (size_t t = 0; t < p->steps; t++) {
        for (size_t row = 0; row < ROWS; row++) {
            double *own = z + row * INS_GATES * p->units;
            draw_gates(p, t, row, covariance, own);
            const ins_cell_step s = step_of(p, t, row, own);
            start->cell->forward(&s);
            add_gates(p, t, row, own);
            if (start->cell->made < INS_GATES)
                memcpy(own + start->cell->made * p->units, p->candidate, p->units * sizeof *own);
        }
        add_other(p, z, z + INS_GATES * p->units);
        add_output(p, t);
    }
    finish_gates(p);
    free(z);
    free(covariance);
    return p;
}

/* --- Backward --------------------------------------------------------------------------------- */

/* What U sees of a recorded gate, and W. */
static size_t of_input(const ins_population *p, size_t gate)
{
    return p->start.cell->split && gate + 1 == p->start.cell->gates ? gate + 1 : gate;
}

static double *seen_at(const ins_population *p, size_t process, size_t step)
{
    return p->sees[process] + step * p->units;
}

/* What has arrived at a step and all that follow it into passed, for the step before: the sum of
 * W's gain times the products of what it sees. */
static void find_passed(ins_population *p, size_t t, double *passed)
{
    ins_steps *steps = p->steps_made;
    const ins_field *x = p->inputs, *h = steps->output;
    const double pairs = (double)p->steps * (double)p->steps;
    memset(passed + t, 0, (p->steps - t) * sizeof *passed);
    for (size_t k = 0; k < p->processes; k++) {
        const bool made_of_two = k == steps->gates;
        ins_gate_steps *gate = &steps->gate[made_of_two ? k - 1 : k];
        for (size_t s = t; s < p->steps; s++) {
            const double mean = ins_mean_product(seen_at(p, k, t), seen_at(p, k, s), p->units);
            const double both = s > t ? 2 * mean : mean;
            passed[s] += p->gate[k].recurrent * mean;
            if (!made_of_two && t > 0)
                gate->recurrent_gradient += both * h->same[(t - 1) * p->steps + s - 1];
            if (k != of_input(p, made_of_two ? k - 1 : k)) continue;
            gate->input_gradient += both * x->same[t * p->steps + s];
            gate->delta_pairs += both / pairs;
            if (s == t) gate->delta[t] = mean;
        }
    }
}

/* The arriving process runs from the last step to the first. */
static void find_arriving(const ins_population *p, const ins_arriving *arriving, size_t t,
                          const double *passed, double *covariance)
{
    for (size_t s = t; s < p->steps; s++) {
        covariance[p->steps - 1 - s] = ins_arriving_pair(arriving, t, s);
        if (s + 1 < p->steps) covariance[p->steps - 1 - s] += passed[s + 1];
    }
}

/* What W = own I gives back, at the step before. */
static void add_own_back(const ins_population *p, size_t t, double *arriving)
{
    for (size_t k = 0; t + 1 < p->steps && k < p->processes; k++) {
        const double own = p->gate[k].own, *sees = seen_at(p, k, t + 1);
        for (size_t i = 0; own != 0 && i < p->units; i++) arriving[i] += own * sees[i];
    }
}

void ins_population_backward(ins_population *p, const ins_arriving *arriving)
{
    ins_process *back = ins_process_new(p->units, p->steps);
    double *covariance = numbers(2, p->steps), *passed = covariance + p->steps;
    double *z = numbers(INS_GATES + 3, p->units);
    double *carried = z + INS_GATES * p->units, *whole = carried + p->units;
    double *all = whole + p->units;
    for (size_t t = p->steps; t-- > 0;) {
        find_arriving(p, arriving, t, passed, covariance);
        for (size_t k = 0; k < p->processes; k++)
            add_own(p, k, p->of[k]->x + t * ROWS * p->units, state_at(p, p->h, t, 0),
                    z + k * p->units);
        const double *drawn = ins_process_draw(back, covariance, p->draws);
        memcpy(all, drawn, p->units * sizeof *all);
        add_own_back(p, t, all);
        ins_cell_step s = step_of(p, t, 0, z);
        s.arriving = all;
        s.carried = carried;
        s.whole = whole;
        p->start.cell->backward(&s);
        p->steps_made->carried[t] = ins_mean_product(whole, whole, p->units);
        find_passed(p, t, passed);
    }
    free(z);
    free(covariance);
    ins_process_free(back);
}
