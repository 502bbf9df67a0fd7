/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs: lists of layers. */
#include <config.h>

#include "initscope/design.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/residual.h"

void ins_design_free(ins_design *design)
{
    free(design->layer);
    design->layer = NULL;
    design->layers = design->depth = 0;
}

size_t ins_plan_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    const size_t count = plan->kind->tensors != NULL ? plan->kind->tensors(plan, list) : 0;
    size_t matrices = 0;
    for (size_t t = 0; t < count; t++) {
        matrices += ins_role_is_matrix(list[t].place.role);
        list[t].place.kind = plan->kind;
        list[t].place.output = plan->output;
        list[t].place.block = plan->block;
        list[t].place.blocks = plan->blocks;
        list[t].place.matrices = plan->matrices;
        list[t].place.last_norm = plan->last_norm;
        if (plan->position > 0 && matrices > 0)
            list[t].place.position = plan->position + matrices - 1;
        list[t].place.layer = plan->number + matrices - (matrices > 0);
    }
    return count;
}

/* Whether the activation of a matrix, the first one that follows it, is before the layer at index.
 * Numbers never fall along the list. */
static bool has_activation(const ins_design *design, size_t number, size_t index)
{
    for (size_t i = index; i > 0 && design->layer[i - 1].number >= number; i--) {
        const ins_layer_plan *plan = &design->layer[i - 1];
        if (plan->kind->activates && plan->follows == number) return true;
    }
    return false;
}

size_t ins_design_add(ins_design *design, const ins_layer_kind *kind, const ins_choice *choice,
                      const size_t *input, ins_text *problem)
{
    const size_t index = design->layers++;
    ins_learned list[INS_LAYER_TENSORS];
    size_t matrices = 0;
    if ((index & (index - 1)) == 0) /* full at 0, 1, 2, 4, 8, ... */
        design->layer = ins_reallocate(design->layer, index > 0 ? 2 * index : 1,
                                       sizeof *design->layer, "layers");
    ins_layer_plan *plan = &design->layer[index];
    *plan = (ins_layer_plan){.kind = kind, .choice = *choice};
    for (size_t i = 0; i < kind->reads; i++) {
        ins_layer_plan *read = &design->layer[input[i]];
        plan->input[i] = input[i];
        plan->reads[i] = read->shape;
        plan->inputs[i] = read->units;
        plan->learns |= read->learns;
        read->readers++;
    }
    plan->shape = kind->shape(plan, problem);
    if (__builtin_mul_overflow(plan->shape.extent[0], plan->shape.extent[1], &plan->units) ||
        __builtin_mul_overflow(plan->units, plan->shape.channels, &plan->units)) {
        ins_text_add(problem, "its elements cannot be counted");
        plan->units = 0;
    }
    const size_t tensors = ins_plan_tensors(plan, list);
    for (size_t t = 0; t < tensors; t++) matrices += ins_role_is_matrix(list[t].place.role);
    plan->learns |= tensors > 0;
    plan->number = design->depth + (matrices > 0);
    design->depth += matrices;
    if (matrices > 0)
        plan->follows = kind->inside == NULL ? design->depth : 0;
    else if (kind->reads == 1)
        plan->follows = design->layer[input[0]].follows;
    const ins_layer_plan *read = kind->reads > 0 ? &design->layer[input[0]] : NULL;
    plan->activated = matrices == 0 && kind->reads == 1 && (kind->activates || read->activated);
    plan->shown = kind->reads == 0 || (kind->passes && read->shown) ||
                  (kind->activates && plan->follows > 0 && !read->activated &&
                   !has_activation(design, plan->follows, index));
    return index;
}

bool ins_design_is_chain(const ins_design *design)
{
    for (size_t i = 1; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        const bool dense =
            plan->kind->tensors != NULL && !plan->kind->norm && plan->kind->inside == NULL;
        if (plan->kind->reads != 1 || plan->input[0] + 1 != i || plan->shape.axes > 0 ||
            !(dense || plan->shown))
            return false;
    }
    return true;
}

/* The first layer whose number is not below this one; layers when there is none. Numbers never fall
 * along the list. */
static size_t first_with(const ins_design *design, size_t number)
{
    size_t low = 0, high = design->layers;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (design->layer[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A matrix that is not the first of its layer is in the one before. */
static const ins_layer_plan *find_matrix(const ins_design *design, size_t number,
                                         ins_tensor_place *place)
{
    const size_t found = first_with(design, number);
    ins_learned list[INS_LAYER_TENSORS];
    for (size_t i = found > 0 ? found - 1 : 0; i <= found && i < design->layers; i++) {
        const size_t tensors = ins_plan_tensors(&design->layer[i], list);
        for (size_t t = 0; t < tensors; t++) {
            *place = list[t].place;
            if (place->layer == number && ins_role_is_matrix(place->role)) return &design->layer[i];
        }
    }
    *place = (ins_tensor_place){0};
    return NULL;
}

ins_tensor_place ins_design_place(const ins_design *design, size_t number)
{
    ins_tensor_place place;
    find_matrix(design, number, &place);
    return place;
}

const ins_choice *ins_design_activation(const ins_design *design, size_t number)
{
    ins_tensor_place place;
    const ins_layer_plan *inside = find_matrix(design, number, &place);
    if (inside != NULL && inside->kind->inside != NULL) return inside->kind->inside(inside, &place);
    for (size_t i = 0; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        if (plan->follows == number && plan->kind->activates && plan->shown) return &plan->choice;
    }
    return NULL;
}

/* A design being made. */
typedef struct maker {
    ins_design *design;
    const ins_details *details;
    size_t *kinds; /* (ins_layer_kinds.count): named layers of each so far */
    size_t blocks; /* begun so far */
    ins_text problem;
    size_t failed; /* the layer that has it */
} maker;

static const ins_layer_kind *kind_named(const char *name)
{
    return (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);
}

static size_t index_of(const ins_layer_kind *kind)
{
    return (size_t)(kind - (const ins_layer_kind *)ins_layer_kinds.rows);
}

/* False when it does not fit. */
static bool append(maker *m, const ins_layer_kind *kind, const ins_choice *choice,
                   const char *label, const size_t *input, size_t *last)
{
    *last = ins_design_add(m->design, kind, choice, input, &m->problem);
    ins_layer_plan *plan = &m->design->layer[*last];
    if (label != NULL)
        snprintf(plan->name, sizeof plan->name, "%s", label);
    else
        snprintf(plan->name, sizeof plan->name, "%s%zu", kind->entry.name,
                 ++m->kinds[index_of(kind)]);
    if (plan->units > 0) return true;
    m->failed = *last;
    return false;
}

/* One of one parameter. */
static bool append_number(maker *m, const char *name, double value, const char *label, size_t *last)
{
    const ins_layer_kind *kind = kind_named(name);
    const ins_choice choice = {.entry = &kind->entry, .value = {value}};
    return append(m, kind, &choice, label, last, last);
}

static bool append_list(maker *m, ins_elements list, size_t *last);

/* The layers from first on that are in no block yet are this one's. Those of the branch count. */
static void mark_block(maker *m, size_t first, size_t block, const ins_choice *start, bool branch)
{
    const ins_design *design = m->design;
    ins_layer_plan *norm = NULL;
    size_t matrices = 0;
    for (size_t i = first; i < design->layers; i++) {
        ins_layer_plan *plan = &design->layer[i];
        if (plan->block > 0) continue;
        ins_learned list[INS_LAYER_TENSORS];
        const size_t tensors = ins_plan_tensors(plan, list);
        plan->block = block;
        plan->start = start;
        if (!branch) continue;
        plan->position = matrices + 1;
        for (size_t t = 0; t < tensors; t++) matrices += ins_role_is_matrix(list[t].place.role);
        if (plan->kind->norm) norm = plan;
    }
    for (size_t i = first; i < design->layers; i++) {
        if (design->layer[i].block == block) design->layer[i].matrices = matrices;
    }
    if (norm != NULL) norm->last_norm = true;
}

/* The sum, and what it learns. */
static void end_block(maker *m, ins_layer_plan *sum, size_t block, const ins_choice *start)
{
    sum->block = block;
    sum->start = start;
    if (start == NULL) return;
    const ins_residual_start *row = (const ins_residual_start *)start->entry;
    if (row->factors == INS_FACTORS_ONE) sum->factors = 1;
    if (row->factors == INS_FACTORS_CHANNELS) sum->factors = sum->shape.channels;
    if (row->factor != NULL) sum->factor = row->factor(start->value);
    m->design->zero_output |= row->zero_output;
    sum->learns |= sum->factors > 0;
}

static bool append_block(maker *m, const ins_element *element, size_t *last)
{
    const size_t block = ++m->blocks;
    const ins_choice *start = element->start.entry != NULL ? &element->start : m->details->residual;
    size_t end[INS_LAYER_INPUTS] = {*last, *last}, first = m->design->layers;
    if (!append_list(m, element->skip, &end[0])) return false;
    mark_block(m, first, block, start, false);
    first = m->design->layers;
    if (!append_list(m, element->body, &end[1])) return false;
    mark_block(m, first, block, start, true);
    if (!append(m, element->kind, &element->choice, element->label, end, last)) return false;
    end_block(m, &m->design->layer[*last], block, start);
    return true;
}

static bool append_element(maker *m, const ins_element *element, size_t *last)
{
    const bool factor = element->choice.entry == &element->kind->entry && element->kind->activates;
    if (element->kind->reads > 1) return append_block(m, element, last);
    if (!append(m, element->kind, factor ? m->details->activation : &element->choice,
                element->label, last, last))
        return false;
    ins_layer_plan *plan = &m->design->layer[*last];
    if (element->weights.entry != NULL) plan->weights = &element->weights;
    if (element->recurrent.entry != NULL) plan->recurrent = &element->recurrent;
    if (element->forget.entry != NULL) plan->forget = &element->forget;
    if (element->kind->activates && m->details->dropout > 0)
        return append_number(m, "dropout", m->details->dropout, NULL, last);
    return true;
}

static bool append_list(maker *m, ins_elements list, size_t *last)
{
    for (size_t i = 0; i < list.count; i++)
        if (!append_element(m, list.item[i], last)) return false;
    return true;
}

/* The first layer, whose sides are the features. */
static bool append_input(maker *m, ins_elements *list, size_t *last)
{
    const size_t features = m->details->inputs;
    if (list->count == 0 || list->item[0]->kind != kind_named("input"))
        return append_number(m, "input", (double)features, NULL, last);
    const ins_element *first = list->item[0];
    list->item++;
    list->count--;
    if (!append(m, first->kind, &first->choice, first->label, NULL, last)) return false;
    if (m->design->layer[*last].units == features) return true;
    ins_text_add_format(&m->problem, "%zu features, but the data have %zu",
                        m->design->layer[*last].units, features);
    m->failed = *last;
    return false;
}

static bool append_output(maker *m, size_t *last)
{
    const ins_layer_plan *end = &m->design->layer[*last];
    if (end->shape.axes == 0) {
        const bool fits = append_number(m, "dense", (double)m->details->outputs, "output", last);
        m->design->layer[*last].output = true;
        return fits;
    }
    ins_text_add(&m->problem, "the network ends in ");
    ins_shape_add(end->shape, &m->problem);
    ins_text_add(&m->problem, ": add gmean or flatten");
    m->failed = *last;
    return false;
}

ins_status ins_design_make(const ins_blueprint *blueprint, const ins_details *details,
                           const char *where, ins_design *design, ins_error *error)
{
    ins_design made = {.loss = details->loss};
    maker m = {.design = &made, .details = details};
    ins_elements list = blueprint->layers;
    ins_status status = INS_OK;
    size_t last = 0;
    m.kinds = ins_allocate(ins_layer_kinds.count, sizeof *m.kinds, "kinds of layers");
    if (append_input(&m, &list, &last) && append_list(&m, list, &last) &&
        append_output(&m, &last)) {
        for (size_t i = 0; i < made.layers; i++) made.layer[i].blocks = m.blocks;
        *design = made;
    } else {
        char display[INS_DISPLAY_SIZE];
        status = ins_error_add(error, INS_USAGE, "%s: %s: %s (got \"%s\")", where,
                               made.layer[m.failed].name, m.problem.data,
                               ins_display(display, blueprint->label, strlen(blueprint->label)));
        ins_design_free(&made);
    }
    ins_text_free(&m.problem);
    free(m.kinds);
    return status;
}
