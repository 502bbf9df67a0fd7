/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of network.csv and factors.csv: what the layers of a trial's network are, and the
 * factors that runs.csv has no column for. */
#include <config.h>

#include "network_table.h"

#include <stdlib.h>

#include "initscope/log_row.h"
#include "initscope/memory.h"

static bool has_matrix(const ins_layer_plan *plan)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(plan, list);
    return tensors > 0 && ins_role_is_matrix(list[0].place.role);
}

/* Marks the matrices that make the output of a layer: its last, of a recurrent one those on its
 * input; of the input 0. */
static void mark_outputs(const ins_layer_plan *plan, bool *source)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(plan, list);
    if (plan->kind->inside == NULL) source[plan->follows] = true;
    for (size_t t = 0; plan->kind->inside != NULL && t < tensors; t++)
        if (list[t].place.role == INS_ROLE_WEIGHT) source[list[t].place.layer] = true;
}

/* Marks the matrices, by their numbers, whose outputs reach the layer at index without passing
 * another one; 0 is the input. Layers read earlier ones. */
static void mark_sources(const ins_design *design, size_t index, bool *source)
{
    bool *read = ins_allocate(index + 1, sizeof *read, "sources of a layer");
    read[index] = true;
    for (size_t i = index + 1; i-- > 0;) {
        const ins_layer_plan *plan = &design->layer[i];
        if (!read[i]) continue;
        if (i < index && (has_matrix(plan) || plan->kind->reads == 0))
            mark_outputs(plan, source);
        else
            for (size_t k = 0; k < plan->kind->reads; k++) read[plan->input[k]] = true;
    }
    free(read);
}

/* "0", "3 5"; of a recurrent matrix those that make what it reads, its own layer's output. */
static void add_inputs(const ins_design *design, size_t index, ins_role role, ins_text *out)
{
    bool *source = ins_allocate(design->depth + 1, sizeof *source, "sources of a layer");
    if (role == INS_ROLE_RECURRENT)
        mark_outputs(&design->layer[index], source);
    else
        mark_sources(design, index, source);
    for (size_t l = 0; l <= design->depth; l++)
        if (source[l]) ins_text_add_format(out, out->length > 0 ? " %zu" : "%zu", l);
    free(source);
}

/* The name of the sum that ends the block; "" outside of one. */
static const char *block_of(const ins_design *design, const ins_layer_plan *plan)
{
    for (size_t i = 0; plan->block > 0 && i < design->layers; i++) {
        const ins_layer_plan *sum = &design->layer[i];
        if (sum->block == plan->block && sum->kind->reads > 1) return sum->name;
    }
    return "";
}

static void add_layer(const ins_design *design, const ins_trial *trial, size_t index,
                      const ins_tensor_place *place, size_t parameters, ins_text *out)
{
    const ins_layer_plan *plan = &design->layer[index];
    const ins_choice *phi = ins_design_activation(design, place->layer);
    ins_text inputs = {0};
    ins_text name = {0};
    if (place->inner)
        for (size_t l = plan->number; l < place->layer; l++)
            ins_text_add_format(&inputs, l > plan->number ? " %zu" : "%zu", l);
    else
        add_inputs(design, index, place->role, &inputs);
    ins_matrix_name(plan, place, &name);
    ins_row row = ins_row_begin(out, INS_LOG_NETWORK);
    ins_row_integer(&row, INS_NETWORK_RUN, (long long)trial->run);
    ins_row_integer(&row, INS_NETWORK_LAYER, (long long)place->layer);
    ins_row_text(&row, INS_NETWORK_NAME, name.data);
    ins_row_text(&row, INS_NETWORK_KIND, plan->kind->family);
    ins_row_text(&row, INS_NETWORK_BLOCK, block_of(design, plan));
    ins_row_text(&row, INS_NETWORK_ACTIVATION, phi != NULL ? phi->label : "");
    ins_row_text(&row, INS_NETWORK_INPUTS, inputs.data);
    ins_row_integer(&row, INS_NETWORK_UNITS, (long long)place->units);
    ins_row_integer(&row, INS_NETWORK_FAN_IN, (long long)place->fan_in);
    ins_row_integer(&row, INS_NETWORK_FAN_OUT, (long long)place->fan_out);
    ins_row_integer(&row, INS_NETWORK_PARAMETERS, (long long)parameters);
    ins_row_integer(&row, INS_NETWORK_TRAINABLE, 1);
    ins_row_end(&row);
    ins_text_free(&inputs);
    ins_text_free(&name);
}

void ins_network_rows(const ins_design *design, const ins_trial *trial, ins_text *out)
{
    for (size_t i = 0; i < design->layers; i++) {
        ins_learned list[INS_LAYER_TENSORS];
        const size_t tensors = ins_plan_tensors(&design->layer[i], list);
        for (size_t t = 0, end; t < tensors; t = end) {
            const ins_tensor_place *place = &list[t].place;
            size_t parameters = place->units * place->inputs;
            for (end = t + 1; end < tensors && list[end].place.layer == place->layer; end++)
                parameters += list[end].place.units * list[end].place.inputs;
            if (ins_role_is_matrix(place->role))
                add_layer(design, trial, i, place, parameters, out);
        }
    }
}

void ins_factor_rows_of(const ins_trial *trial, const ins_settings *settings, ins_text *out)
{
    const struct {
        const char *name;
        const ins_choices *levels;
        const ins_choice *level;
    } factors[] = {{"residual_init", &settings->residual_init, trial->residual},
                   {"recurrent_init", &settings->recurrent_init, trial->recurrent},
                   {"forget_bias", &settings->forget_bias, trial->forget}};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        if (factors[i].levels->count == 1) continue;
        ins_row row = ins_row_begin(out, INS_LOG_FACTORS);
        ins_row_integer(&row, INS_FACTORS_RUN, (long long)trial->run);
        ins_row_text(&row, INS_FACTORS_FACTOR, factors[i].name);
        ins_row_text(&row, INS_FACTORS_VALUE, factors[i].level->label);
        ins_row_end(&row);
    }
}
