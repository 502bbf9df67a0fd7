/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A single layer without a network: what it reads, passes, and what goes back. */
#ifndef LAYER_FIXTURE_H
#define LAYER_FIXTURE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "initscope/layer.h"
#include "initscope/memory.h"

typedef struct single {
    ins_layer layer;
    ins_layer_plan plan;
    ins_learned tensor[INS_LAYER_TENSORS];
    size_t rows;
    real *in[INS_LAYER_INPUTS], *back[INS_LAYER_INPUTS];
    void *block;
} single;

static ins_arena *layer_arena;

static inline void layer_setup(void)
{
    layer_arena = ins_arena_new();
}

static inline void layer_teardown(void)
{
    ins_arena_free(layer_arena);
}

static inline ins_shape vector_of(size_t channels)
{
    return ins_vector(channels);
}

static inline ins_shape sequence_of(size_t steps, size_t channels)
{
    return (ins_shape){1, {steps, 1}, channels};
}

static inline ins_shape map_of(size_t height, size_t width, size_t channels)
{
    return (ins_shape){2, {height, width}, channels};
}

/* The plan of a call that reads this shape, twice where it reads two. */
static inline ins_layer_plan plan_of(const char *call, ins_shape reads)
{
    ins_error error = {0};
    ins_layer_plan plan = {.learns = true, .readers = 1};

    ck_assert_msg(ins_choice_parse(&ins_layer_kinds, call, "test", layer_arena, &plan.choice,
                                   &error) == INS_OK,
                  "%s", error.line[0]);
    plan.kind = (const ins_layer_kind *)plan.choice.entry;
    for (size_t k = 0; k < plan.kind->reads; k++) {
        plan.reads[k] = reads;
        plan.inputs[k] = ins_positions(reads) * reads.channels;
    }
    return plan;
}

/* The shape rule of a plan; with problem NULL there must be none. */
static inline ins_shape shape_of(const ins_layer_plan *plan, const char *problem)
{
    ins_text why = {0};
    const ins_shape shape = plan->kind->shape(plan, &why);

    if (problem != NULL)
        ck_assert_str_eq(why.data, problem);
    else
        ck_assert_msg(why.length == 0, "%s", why.data);
    ck_assert((shape.channels == 0) == (problem != NULL));
    ins_text_free(&why);
    return shape;
}

static inline void carve_single(single *s, ins_carver *carver)
{
    ins_layer *layer = &s->layer;
    const size_t rows = s->rows;

    layer->state = ins_carve(carver, 1, s->plan.kind->state_size);
    layer->output = layer->result = ins_carve_matrix(carver, rows, s->plan.units, sizeof(real));
    layer->delta = ins_carve_matrix(carver, rows, s->plan.units, sizeof(real));
    for (size_t k = 0; k < s->plan.kind->reads; k++) {
        layer->in[k] = s->in[k] = ins_carve_matrix(carver, rows, s->plan.inputs[k], sizeof(real));
        layer->in_delta[k] = s->back[k] =
            ins_carve_matrix(carver, rows, s->plan.inputs[k], sizeof(real));
    }
    for (size_t t = 0; t < layer->tensors; t++) {
        s->tensor[t].value = ins_carve(carver, s->tensor[t].count, sizeof(real));
        s->tensor[t].gradient = ins_carve(carver, s->tensor[t].count, sizeof(real));
    }
    if (s->plan.kind->buffers != NULL) s->plan.kind->buffers(layer, rows, carver);
    if (s->plan.kind->scratch != NULL)
        layer->scratch = ins_carve(carver, s->plan.kind->scratch(&s->plan, rows), sizeof(real));
}

/* A layer of a plan, for so many rows. Its tensors are at their start, everything else is 0, but
 * what backward has to write is 77. */
static inline single *single_new(ins_layer_plan plan, size_t rows)
{
    single *s = ins_allocate(1, sizeof *s, "a layer");
    ins_carver carver = {0};

    *s = (single){.plan = plan, .rows = rows};
    s->plan.shape = shape_of(&plan, NULL);
    s->plan.units = ins_positions(s->plan.shape) * s->plan.shape.channels;
    s->layer = (ins_layer){.plan = &s->plan, .tensor = s->tensor};
    if (plan.kind->tensors != NULL) s->layer.tensors = plan.kind->tensors(&s->plan, s->tensor);
    for (size_t t = 0; t < s->layer.tensors; t++)
        s->tensor[t].count = s->tensor[t].place.units * s->tensor[t].place.inputs;
    carve_single(s, &carver);
    const size_t counted = carver.used;
    ins_carver_allocate(&carver, "a layer");
    s->block = carver.base;
    carve_single(s, &carver);
    ck_assert_uint_eq(carver.used, counted);
    for (size_t t = 0; t < s->layer.tensors; t++)
        for (size_t i = 0; i < s->tensor[t].count; i++)
            s->tensor[t].value[i] = (real)s->tensor[t].start;
    for (size_t k = 0; k < plan.kind->reads; k++)
        for (size_t i = 0; i < rows * plan.inputs[k]; i++) s->back[k][i] = 77;
    if (plan.kind->reset != NULL) plan.kind->reset(&s->layer, 1);
    return s;
}

static inline single *single_of(const char *call, ins_shape reads, size_t rows)
{
    return single_new(plan_of(call, reads), rows);
}

static inline void single_free(single *s)
{
    free(s->block);
    free(s);
}

static inline void forward(single *s, ins_pass pass)
{
    s->layer.output = s->layer.result;
    s->plan.kind->forward(&s->layer, s->rows, pass);
}

static inline void backward(single *s)
{
    s->plan.kind->backward(&s->layer, s->rows);
}

/* Numbers in [-1, 1), multiples of 1/1024: those of tests/golden/make_layers.py. */
static inline void fill_pattern(real *x, size_t count, uint32_t what)
{
    uint32_t state = what;

    for (size_t i = 0; i < count; i++) {
        state = state * UINT32_C(1664525) + UINT32_C(1013904223);
        x[i] = (real)(state >> 21) / (real)1024 - 1;
    }
}

static inline void fill_around_one(real *x, size_t count, uint32_t what)
{
    fill_pattern(x, count, what);
    for (size_t i = 0; i < count; i++) x[i] = 1 + x[i] / 2;
}

#endif
