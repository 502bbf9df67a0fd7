/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs made layer by layer, and those of perceptrons, which have no text. */
#ifndef PERCEPTRON_H
#define PERCEPTRON_H

#include <check.h>

#include "initscope/design.h"

/* Appends a layer that fits what it reads. */
static inline size_t add_layer(ins_design *design, const ins_layer_kind *kind,
                               const ins_choice *choice, const size_t *input)
{
    ins_text problem = {0};
    const size_t index = ins_design_add(design, kind, choice, input, &problem);

    ck_assert_msg(design->layer[index].units > 0, "%s", problem.data);
    return index;
}

/* Dense, activation and, where its rate is not 0, dropout for each of hidden (hidden_count), then a
 * dense layer for the loss. */
typedef struct perceptron {
    size_t inputs, outputs;
    const ins_loss *loss;
    size_t hidden_count;
    const size_t *hidden;
    const ins_choice *activation;
    double dropout; /* rate */
} perceptron;

static inline void append_layer(ins_design *design, const char *name, double value,
                                const ins_choice *choice)
{
    const ins_layer_kind *kind = (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);
    const ins_choice own = {.entry = &kind->entry, .value = {value}};
    const size_t last = design->layers - 1;

    ins_design_add(design, kind, choice != NULL ? choice : &own, &last, NULL);
}

/* Its design, but for the members that follow loss. The caller frees it. */
static inline ins_design perceptron_design(const perceptron *p)
{
    ins_design design = {.loss = p->loss};

    append_layer(&design, "input", (double)p->inputs, NULL);
    for (size_t i = 0; i < p->hidden_count; i++) {
        append_layer(&design, "dense", (double)p->hidden[i], NULL);
        append_layer(&design, "act", 0, p->activation);
        if (p->dropout > 0) append_layer(&design, "dropout", p->dropout, NULL);
    }
    append_layer(&design, "dense", (double)p->outputs, NULL);
    return design;
}

#endif
