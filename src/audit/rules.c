/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of rules. */
#include <config.h>

#include "rules.h"

#include <string.h>

typedef struct rule_row {
    const char *call, *source;
    const char *attention, *embedding; /* NULL: as call */
    bool by_state;
} rule_row;

/* Defaults: torch.nn.Linear, Conv, RNNBase, MultiheadAttention and Embedding, PyTorch 1.0 to 2.9;
 * keras.initializers 2.0 to 3.12; flax.linen. */
static const rule_row rows[] = {
    {"glorot_uniform", "Keras' default; PyTorch's xavier_uniform_", NULL, NULL, false},
    {"glorot_normal", "Keras, Flax", NULL, NULL, false},
    {"xavier_normal", "PyTorch's xavier_normal_", NULL, NULL, false},
    {"he_uniform", "Keras, Flax; PyTorch's kaiming_uniform_", NULL, NULL, false},
    {"he_normal", "Keras, Flax", NULL, NULL, false},
    {"kaiming_normal", "PyTorch's kaiming_normal_", NULL, NULL, false},
    {"kaiming_normal(mode=fan_out)", "torchvision", NULL, NULL, false},
    {"lecun_uniform", "Keras, Flax", NULL, NULL, false},
    {"lecun_normal", "Keras; Flax's default", NULL, NULL, false},
    {"variance_scaling(distribution=untruncated_normal)", "N(0, 1/fan_in)", NULL, NULL, false},
    {"torch_default", "PyTorch's default", "glorot_uniform", "random_normal(stddev=1)", true},
    {"random_normal(stddev=0.02)", "GPT-2, BERT, timm", NULL, NULL, false},
    {"random_normal(stddev=0.01)", "VGG, Fixup", NULL, NULL, false},
    {"random_normal", "Keras' random_normal", NULL, NULL, false},
    {"random_normal(stddev=1)", "N(0, 1)", NULL, NULL, false},
    {"random_uniform", "Keras; its embedding", NULL, NULL, false},
    {"random_uniform(minval=-0.1, maxval=0.1)", "", NULL, NULL, false},
    {"truncated_normal", "Keras' truncated_normal", NULL, NULL, false},
    {"truncated_normal(stddev=0.02)", "BERT by TensorFlow", NULL, NULL, false},
};
_Static_assert(sizeof rows / sizeof rows[0] == INS_RULES, "a row for each rule");

static ins_choice parse(const char *call, ins_arena *arena)
{
    ins_choice choice = {0};
    ins_error error = {0};
    if (call != NULL &&
        ins_choice_parse(&ins_initializers, call, "rule", arena, &choice, &error) != INS_OK)
        ins_die("internal error: %s", error.line[0]);
    return choice;
}

const ins_rule *ins_rules_new(ins_arena *arena)
{
    ins_rule *rules = ins_arena_get(arena, INS_RULES, sizeof *rules, "rules");
    for (size_t i = 0; i < INS_RULES; i++) {
        const rule_row *row = &rows[i];
        rules[i] = (ins_rule){.source = row->source,
                              .choice = parse(row->call, arena),
                              .attention = parse(row->attention, arena),
                              .embedding = parse(row->embedding, arena),
                              .by_state = row->by_state};
        rules[i].call = rules[i].choice.label;
    }
    return rules;
}

ins_law ins_rule_law(const ins_rule *rule, const ins_kernel *kernel, const ins_fans *fans)
{
    const ins_choice *choice = &rule->choice;
    if (kernel->multihead && rule->attention.entry != NULL) choice = &rule->attention;
    if (kernel->kind == INS_KERNEL_EMBEDDING && rule->embedding.entry != NULL)
        choice = &rule->embedding;
    const bool by_state = kernel->kind == INS_KERNEL_RECURRENT && rule->by_state;
    const ins_tensor_place place = {.fan_in = by_state ? fans->state : fans->fan_in,
                                    .fan_out = fans->fan_out};
    return ((const ins_initializer *)choice->entry)->law(choice->value, place);
}
