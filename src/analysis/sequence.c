/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of sequences. */
#include <config.h>

#include "initscope/sequence.h"

#include <math.h>
#include <string.h>

#include "network_text.h"

#include "initscope/thresholds.h"

enum { MOST_CELLS = 64, MOST_LAYERS = 1024 };

/* --- Cells -------------------------------------------------------------------------- */

/* Letters of a layer's name that are those of its cell. */
static size_t cell_letters(const ins_graph_layer *of)
{
    const char *point = strrchr(of->name, '.');
    return point != NULL ? (size_t)(point - of->name) : strlen(of->name);
}

static bool is_same_cell(const ins_graph_layer *a, const ins_graph_layer *b)
{
    if (a == NULL || b == NULL || a->name[0] == '\0') return false;
    size_t letters = cell_letters(a);
    return a->kind == INS_KIND_RECURRENT && b->kind == INS_KIND_RECURRENT &&
           cell_letters(b) == letters && strncmp(a->name, b->name, letters) == 0;
}

static void add_layer(const ins_study *study, size_t arm, size_t layer, ins_step_cell *cell)
{
    ins_site at = {.run = study->arm[arm].run[0], .epoch = study->start, .layer = layer};
    bool gate = false;
    for (unsigned tensor = 0; tensor < INS_STEP_TENSORS; tensor++) {
        size_t steps = ins_study_steps(study, at, (ins_step_tensor)tensor);
        if (steps > cell->steps) cell->steps = steps;
        gate = gate || (steps > 0 && tensor != INS_STEP_STATE);
    }
    cell->gates += gate;
    cell->last = layer;
}

size_t ins_step_cells_of(const ins_study *study, size_t arm, ins_step_cell *cell, size_t most)
{
    const ins_arm *of = &study->arm[arm];
    size_t count = 0;
    for (size_t l = 1; l <= of->layers; l++) {
        ins_step_cell found = {.first = l};
        const ins_graph_layer *first = ins_layer_at(of, l);
        add_layer(study, arm, l, &found);
        while (l < of->layers && is_same_cell(first, ins_layer_at(of, l + 1)))
            add_layer(study, arm, ++l, &found);
        if (found.steps == 0) continue;
        if (count < most) cell[count] = found;
        count++;
    }
    return count;
}

const char *ins_step_cell_name(ins_arena *arena, const ins_arm *arm, const ins_step_cell *cell)
{
    const ins_graph_layer *of = ins_layer_at(arm, cell->first);
    return of == NULL || of->name[0] == '\0' ? ins_layer_name(arena, arm, cell->first)
                                             : ins_arena_copy(arena, of->name, cell_letters(of));
}

bool ins_step_cell_forgets(const ins_arm *arm, const ins_step_cell *cell)
{
    for (size_t l = cell->first; l <= cell->last; l++) {
        const ins_graph_layer *of = ins_layer_at(arm, l);
        if (of != NULL && strcmp(of->name + cell_letters(of), ".f") == 0) return true;
    }
    return false;
}

double ins_step_cell_at(const ins_study *study, size_t run, const ins_step_cell *cell,
                        ins_column_id column, ins_step_tensor tensor, size_t step)
{
    double sum = 0;
    size_t layers = 0;
    ins_site at = {.run = run, .epoch = study->start};
    for (at.layer = cell->first; at.layer <= cell->last; at.layer++) {
        if (isnan(ins_step_number(study, INS_STEPS_SECOND_MOMENT, at, tensor, step))) continue;
        sum += ins_step_number(study, column, at, tensor, step);
        layers++;
    }
    return layers > 0 ? sum / (double)layers : (double)NAN;
}

/* --- Memory -------------------------------------------------------------------------- */

static double error_at(const ins_study *study, size_t run, const ins_step_cell *cell, size_t step)
{
    return ins_step_cell_at(study, run, cell, INS_STEPS_SECOND_MOMENT, INS_STEP_DELTA, step);
}

/* Steps back from the last until the error is below a share of what it is there; between two steps
 * ln is a line. */
static double steps_until(const ins_study *study, size_t run, const ins_step_cell *cell,
                          double share)
{
    double end = error_at(study, run, cell, cell->steps), before = end;
    for (size_t back = 1; back < cell->steps; back++) {
        double here = error_at(study, run, cell, cell->steps - back);
        if (isnan(here)) return NAN;
        if (here < share * end)
            return here > 0 ? (double)back - log(share * end / here) / log(before / here)
                            : (double)back;
        before = here;
    }
    return INFINITY;
}

static void measure_error(const ins_study *study, size_t run, const ins_step_cell *cell,
                          ins_sequence *out)
{
    double end = error_at(study, run, cell, cell->steps);
    if (cell->steps < 2 || !(end > 0)) return;
    out->kept = error_at(study, run, cell, 1) / end;
    out->half = steps_until(study, run, cell, 0.5);
    out->seen = steps_until(study, run, cell, ins_threshold_of(INS_THRESHOLD_MEMORY));
}

static double state_at(const ins_study *study, size_t run, const ins_step_cell *cell, size_t step)
{
    return ins_step_cell_at(study, run, cell, INS_STEPS_SECOND_MOMENT, INS_STEP_STATE, step);
}

/* The first steps stand on what the first inputs give, which may be nothing. */
static void measure_state(const ins_study *study, size_t run, const ins_step_cell *cell,
                          ins_sequence *out)
{
    size_t middle = (cell->steps + 1) / 2;
    if (middle == cell->steps) return;
    double growth =
        pow(state_at(study, run, cell, cell->steps) / state_at(study, run, cell, middle),
            1 / (double)(cell->steps - middle));
    if (isnan(growth) || growth <= out->step_growth) return;
    out->step_growth = growth;
    out->grown = pow(growth, (double)cell->steps - 1);
}

static void measure_steps(const ins_study *study, size_t run, ins_sequence *out)
{
    ins_step_cell cell[MOST_CELLS];
    size_t cells = ins_step_cells_of(study, study->run[run].arm, cell, MOST_CELLS);
    if (cells > MOST_CELLS) cells = MOST_CELLS;
    for (size_t i = 0; i < cells; i++) {
        if (i == 0) {
            out->steps = cell[i].steps;
            measure_error(study, run, &cell[i], out);
        }
        measure_state(study, run, &cell[i], out);
    }
}

/* --- Tokens --------------------------------------------------------------------------- */

static double token_number(const ins_study *study, ins_column_id column, size_t run, size_t layer)
{
    return ins_number(study, column, (ins_site){.run = run, .epoch = study->start, .layer = layer});
}

static size_t layers_with(const ins_study *study, ins_column_id column, size_t arm, size_t *layer,
                          size_t most)
{
    size_t count = 0;
    for (size_t l = 1; l <= study->arm[arm].layers; l++) {
        if (isnan(token_number(study, column, study->arm[arm].run[0], l))) continue;
        if (count < most) layer[count] = l;
        count++;
    }
    return count;
}

size_t ins_token_layers(const ins_study *study, size_t arm, size_t *layer, size_t most)
{
    return layers_with(study, INS_TOKENS_CORRELATION, arm, layer, most);
}

size_t ins_attention_layers(const ins_study *study, size_t arm, size_t *layer, size_t most)
{
    return layers_with(study, INS_TOKENS_SUM_OF_SQUARES, arm, layer, most);
}

/* Rows and positions of z. */
static double values_of(const ins_study *study, size_t run, size_t layer)
{
    ins_site at = {run, study->start, layer, INS_PREACTIVATION};
    return ins_number(study, INS_LAYERS_COUNT, at) / ins_number(study, INS_LAYERS_UNITS, at);
}

double ins_tokens_of(const ins_study *study, size_t run, size_t layer)
{
    size_t output = study->arm[study->run[run].arm].layers;
    double tokens = round(values_of(study, run, layer) / values_of(study, run, output));
    return tokens > 1 ? tokens : (double)NAN;
}

/* Under a causal mask the first token looks at one, the last at all. */
static double uniform_under_mask(double tokens)
{
    const double exact = 10000;
    double sum = 0, upto = fmin(tokens, exact);
    for (double seen = 1; seen <= upto; seen++) sum += 1 / seen;
    return (sum + log(tokens / upto)) / tokens;
}

/* Where no text tells, what is below the least of a causal mask has none. */
double ins_attention_over_uniform(const ins_study *study, size_t run, size_t layer)
{
    const double rounding = 0.99;
    double sum = token_number(study, INS_TOKENS_SUM_OF_SQUARES, run, layer);
    double tokens = ins_tokens_of(study, run, layer), masked = uniform_under_mask(tokens);
    ins_network_facts facts = ins_network_facts_of(study->arm[study->run[run].arm].network);
    bool causal = facts.attention ? facts.causal : sum >= rounding * masked;
    return causal ? sum / masked : sum * tokens;
}

static void measure_tokens(const ins_study *study, size_t run, ins_sequence *out)
{
    size_t layer[MOST_LAYERS], arm = study->run[run].arm;
    size_t count = ins_token_layers(study, arm, layer, MOST_LAYERS);
    if (count > 1 && count <= MOST_LAYERS) {
        out->first_alike = token_number(study, INS_TOKENS_CORRELATION, run, layer[0]);
        out->last_alike = token_number(study, INS_TOKENS_CORRELATION, run, layer[count - 1]);
    }
    count = ins_attention_layers(study, arm, layer, MOST_LAYERS);
    for (size_t i = 0; i < count && i < MOST_LAYERS; i++) {
        double peaked = ins_attention_over_uniform(study, run, layer[i]);
        if (isnan(peaked)) continue;
        out->least_peaked = fmin(out->least_peaked, peaked);
        if (peaked <= out->peaked) continue;
        out->peaked = peaked;
        out->peaked_layer = layer[i];
    }
}

ins_sequence ins_measure_sequence(const ins_study *study, size_t run)
{
    ins_sequence out = {.kept = NAN,
                        .half = NAN,
                        .seen = NAN,
                        .step_growth = NAN,
                        .grown = NAN,
                        .first_alike = NAN,
                        .last_alike = NAN,
                        .peaked = NAN,
                        .least_peaked = NAN};
    if (!ins_is_recorded(study->start)) return out;
    if (ins_study_has_file(study, INS_LOG_STEPS)) measure_steps(study, run, &out);
    if (ins_study_has_file(study, INS_LOG_TOKENS)) measure_tokens(study, run, &out);
    return out;
}
