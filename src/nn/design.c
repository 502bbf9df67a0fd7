/* Designs: lists of layers. */
#include <config.h>

#include "initscope/design.h"

#include <stdlib.h>

#include "initscope/memory.h"

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
        list[t].place.layer = plan->number + matrices - (matrices > 0);
    }
    return count;
}

size_t ins_design_add(ins_design *design, const ins_layer_kind *kind, const ins_choice *choice,
                      const size_t *input)
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
        plan->inputs[i] = read->units;
        plan->learns |= read->learns;
        read->readers++;
    }
    plan->units = kind->units(plan);
    const size_t tensors = ins_plan_tensors(plan, list);
    for (size_t t = 0; t < tensors; t++) matrices += ins_role_is_matrix(list[t].place.role);
    plan->learns |= tensors > 0;
    plan->number = design->depth + (matrices > 0);
    design->depth += matrices;
    if (matrices > 0)
        plan->follows = design->depth;
    else if (kind->reads == 1)
        plan->follows = design->layer[input[0]].follows;
    return index;
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
ins_tensor_place ins_design_place(const ins_design *design, size_t number)
{
    const size_t found = first_with(design, number);
    ins_learned list[INS_LAYER_TENSORS];
    for (size_t i = found > 0 ? found - 1 : 0; i <= found && i < design->layers; i++) {
        const size_t tensors = ins_plan_tensors(&design->layer[i], list);
        for (size_t t = 0; t < tensors; t++) {
            if (list[t].place.layer == number && ins_role_is_matrix(list[t].place.role))
                return list[t].place;
        }
    }
    return (ins_tensor_place){0};
}

/* Appends a layer that reads the last one; choice NULL: of one parameter with this value. */
static void append(ins_design *design, const char *name, double value, const ins_choice *choice)
{
    const ins_layer_kind *kind = (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);
    const ins_choice own = {.entry = &kind->entry, .value = {value}};
    const size_t last = design->layers - 1;
    ins_design_add(design, kind, choice != NULL ? choice : &own, &last);
}

ins_design ins_perceptron_design(const ins_perceptron *perceptron)
{
    ins_design design = {.loss = perceptron->loss};
    append(&design, "input", (double)perceptron->inputs, NULL);
    for (size_t i = 0; i < perceptron->hidden_count; i++) {
        append(&design, "dense", (double)perceptron->hidden[i], NULL);
        append(&design, "activation", 0, perceptron->activation);
        if (perceptron->dropout > 0) append(&design, "dropout", perceptron->dropout, NULL);
    }
    append(&design, "dense", (double)perceptron->outputs, NULL);
    return design;
}
