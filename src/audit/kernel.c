/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as PyTorch, Keras, Flax and this program give them. */
#include <config.h>

#include "kernel.h"

#include <ctype.h>
#include <string.h>

const char *const ins_layout_names[] = {"auto", "torch", "keras", NULL};
const char *const ins_kernel_names[] = {"dense", "conv", "recurrent", "attention", "embedding"};

/* --- Names ------------------------------------------------------------------------------------ */

enum { WORD = 64 };

/* The last two parts of a name, in small letters: of "h.0.attn.c_attn.weight" c_attn and weight. */
typedef struct parts {
    char module[WORD], tensor[WORD];
} parts;

static void copy_part(char word[WORD], const char *start, size_t length)
{
    if (length >= WORD) {
        start += length - (WORD - 1);
        length = WORD - 1;
    }
    for (size_t i = 0; i < length; i++) word[i] = (char)tolower((unsigned char)start[i]);
    word[length] = '\0';
}

/* Length of what stands before the last separator within length bytes; *part is behind it. */
static size_t cut(const char *name, size_t length, const char **part, size_t *part_length)
{
    size_t start = length;
    while (start > 0 && !strchr("./:", name[start - 1])) start--;
    *part = name + start;
    *part_length = length - start;
    return start > 0 ? start - 1 : 0;
}

static parts parts_of(const char *name)
{
    parts found = {0};
    const char *part;
    size_t part_length, length = strlen(name);
    if (length > 2 && strcmp(name + length - 2, ":0") == 0) length -= 2; /* TensorFlow's output */
    length = cut(name, length, &part, &part_length);
    copy_part(found.tensor, part, part_length);
    cut(name, length, &part, &part_length);
    copy_part(found.module, part, part_length);
    return found;
}

static bool ends_with(const char *word, const char *end)
{
    const size_t length = strlen(word), size = strlen(end);
    return length >= size && strcmp(word + length - size, end) == 0;
}

static bool begins_with(const char *word, const char *start)
{
    return strncmp(word, start, strlen(start)) == 0;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0) return true;
    return false;
}

/* "bn", "bn1", "ln_f": the word, and no letter behind it. */
static bool is_numbered(const char *word, const char *start)
{
    return begins_with(word, start) && !isalpha((unsigned char)word[strlen(start)]);
}

static bool is_bias(const parts *name)
{
    return begins_with(name->tensor, "bias") || ends_with(name->tensor, "bias") ||
           is_numbered(name->tensor, "b");
}

static bool is_norm_word(const char *word)
{
    return strstr(word, "norm") != NULL || is_numbered(word, "bn") || is_numbered(word, "ln");
}

static bool is_norm(const parts *name)
{
    static const char *const scales[] = {"weight_g", "gamma", "beta", "scale", NULL};
    return is_norm_word(name->module) || is_norm_word(name->tensor) ||
           is_one_of(name->tensor, scales);
}

/* A table of vectors, or a vector that is added: "wte.weight", "pos_embed", "cls_token". */
static bool is_embedding(const parts *name, size_t dimensions)
{
    static const char *const tables[] = {"wte", "wpe", NULL};
    if (strstr(name->tensor, "embed") != NULL || ends_with(name->tensor, "_token")) return true;
    if (dimensions != 2 || strstr(name->module, "proj") != NULL) return false;
    return begins_with(name->module, "embed_") || ends_with(name->module, "embed") ||
           ends_with(name->module, "embedding") || ends_with(name->module, "embeddings") ||
           ends_with(name->module, "emb") || is_one_of(name->module, tables);
}

/* What a matrix is a stack of, if of several. */
static bool is_stack_of_three(const parts *name)
{
    static const char *const modules[] = {"qkv",  "to_qkv",  "c_attn", "query_key_value",
                                          "wqkv", "in_proj", NULL};
    return strcmp(name->tensor, "in_proj_weight") == 0 || is_one_of(name->module, modules);
}

static bool is_multihead(const parts *name)
{
    static const char *const tensors[] = {"in_proj_weight", "q_proj_weight", "k_proj_weight",
                                          "v_proj_weight", NULL};
    return is_one_of(name->tensor, tensors);
}

static bool is_recurrent(const parts *name)
{
    return begins_with(name->tensor, "weight_ih") || begins_with(name->tensor, "weight_hh") ||
           strcmp(name->tensor, "recurrent_kernel") == 0;
}

/* --- Which end is the units ------------------------------------------------------------------- */

typedef enum order { UNITS_FIRST, INPUTS_FIRST, UNKNOWN } order;

/* GPT-2 multiplies from the right with its Conv1D, and copies of it with linear layers: its widths
 * tell which. c_attn makes three of one, c_fc more of less, and c_proj less of more, or the same.
 */
static order order_of_gpt(const parts *name, const size_t *shape)
{
    if (strcmp(name->module, "c_proj") == 0)
        return shape[0] >= shape[1] ? INPUTS_FIRST : UNITS_FIRST;
    return shape[1] >= shape[0] ? INPUTS_FIRST : UNITS_FIRST;
}

static order order_of(const parts *name, const ins_weights *weights, ins_layout layout)
{
    static const char *const gpt[] = {"c_attn", "c_fc", "c_proj", NULL};
    if (layout != INS_LAYOUT_AUTO) return layout == INS_LAYOUT_TORCH ? UNITS_FIRST : INPUTS_FIRST;
    if (ends_with(name->tensor, "kernel")) return INPUTS_FIRST;
    if (is_one_of(name->module, gpt) && weights->dimensions == 2)
        return order_of_gpt(name, weights->shape);
    if (ends_with(name->tensor, "weight") || begins_with(name->tensor, "weight_") ||
        strcmp(name->tensor, "w") == 0)
        return UNITS_FIRST;
    return UNKNOWN;
}

/* --- Fans ------------------------------------------------------------------------------------- */

static size_t product(const size_t *shape, size_t count)
{
    size_t all = 1;
    for (size_t i = 0; i < count; i++) all *= shape[i];
    return all;
}

static void add_fans(ins_kernel *kernel, size_t fan_in, size_t fan_out, size_t state,
                     bool inputs_first)
{
    kernel->fans[kernel->count++] =
        (ins_fans){(double)fan_in, (double)fan_out, (double)state, inputs_first};
}

/* Gates of an LSTM, of a GRU, or none: each by itself, and the stack as one. A matrix on the state
 * has a column for each of its units. */
static void add_gates(ins_kernel *kernel, const parts *name, const size_t *shape, bool inputs_first)
{
    static const size_t gates[] = {4, 3, 1};
    const size_t rows = shape[inputs_first ? 1 : 0], columns = shape[inputs_first ? 0 : 1];
    const bool on_state = !begins_with(name->tensor, "weight_ih");
    for (size_t i = 0; i < sizeof gates / sizeof gates[0]; i++) {
        const size_t units = rows / gates[i];
        if (rows % gates[i] != 0 || (on_state && units != columns)) continue;
        add_fans(kernel, columns, units, units, inputs_first);
        if (gates[i] > 1) add_fans(kernel, columns, rows, units, inputs_first);
    }
    if (kernel->count == 0) add_fans(kernel, columns, rows, rows, inputs_first);
}

/* As torch.nn.init and keras.initializers count: of a convolution in groups the inputs of a group
 * and all units. Depthwise kernels of Keras are (window, inputs, units of each). */
static void add_matrix(ins_kernel *kernel, const ins_weights *weights, bool inputs_first)
{
    const size_t *shape = weights->shape, last = weights->dimensions - 1;
    const size_t taps = product(shape + (inputs_first ? 0 : 2), weights->dimensions - 2);
    const size_t inputs = shape[inputs_first ? last - 1 : 1] * taps;
    const size_t units = shape[inputs_first ? last : 0] * taps;
    add_fans(kernel, inputs, units, inputs, inputs_first);
}

/* Flax's attention has (inputs, heads, units of a head). */
static bool is_by_heads(const parts *name, const ins_weights *weights)
{
    static const char *const modules[] = {"query", "key", "value", NULL};
    return weights->dimensions == 3 && strcmp(name->tensor, "kernel") == 0 &&
           is_one_of(name->module, modules);
}

static void add_all(ins_kernel *kernel, const parts *name, const ins_weights *weights,
                    bool inputs_first)
{
    const size_t *shape = weights->shape;
    const bool matrix = weights->dimensions == 2;
    if (kernel->kind == INS_KERNEL_RECURRENT) {
        add_gates(kernel, name, shape, inputs_first);
    } else if (kernel->kind == INS_KERNEL_ATTENTION && !matrix) {
        add_fans(kernel, shape[0], shape[1] * shape[2], shape[0], inputs_first);
    } else {
        const size_t units = matrix ? shape[inputs_first ? 1 : 0] : 0;
        if (kernel->kind == INS_KERNEL_ATTENTION && is_stack_of_three(name) && units % 3 == 0)
            add_fans(kernel, shape[inputs_first ? 0 : 1], units / 3, shape[inputs_first ? 0 : 1],
                     inputs_first);
        add_matrix(kernel, weights, inputs_first);
    }
}

static ins_kernel_kind kind_of(const parts *name, const ins_weights *weights)
{
    if (is_embedding(name, weights->dimensions)) return INS_KERNEL_EMBEDDING;
    if (is_by_heads(name, weights)) return INS_KERNEL_ATTENTION;
    if (weights->dimensions > 2) return INS_KERNEL_CONV;
    if (is_recurrent(name)) return INS_KERNEL_RECURRENT;
    return is_stack_of_three(name) || is_multihead(name) ? INS_KERNEL_ATTENTION : INS_KERNEL_DENSE;
}

ins_kernel ins_kernel_of(const ins_weights *weights, ins_layout layout)
{
    const parts name = parts_of(weights->name);
    const size_t last = weights->dimensions > 0 ? weights->dimensions - 1 : 0;
    ins_kernel kernel = {.use = INS_USE_WEIGHTS};
    if (is_norm(&name)) kernel.use = INS_USE_NORM;
    if (kernel.use == INS_USE_WEIGHTS && (is_bias(&name) || weights->dimensions < 2))
        kernel.use = INS_USE_BIAS;
    if (kernel.use != INS_USE_WEIGHTS) return kernel;
    kernel.kind = kind_of(&name, weights);
    kernel.multihead = is_multihead(&name);
    if (kernel.kind == INS_KERNEL_EMBEDDING) {
        const size_t width = weights->shape[last];
        add_fans(&kernel, width, product(weights->shape, last), width, false);
        return kernel;
    }
    const order units_are = order_of(&name, weights, layout);
    if (units_are != INPUTS_FIRST) add_all(&kernel, &name, weights, false);
    if (units_are != UNITS_FIRST) add_all(&kernel, &name, weights, true);
    return kernel;
}

/* --- Views ------------------------------------------------------------------------------------ */

ins_view ins_kernel_view(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first)
{
    const size_t *shape = weights->shape, last = weights->dimensions - 1;
    const size_t all = product(shape, weights->dimensions);
    ins_view view = {.narrow = weights->narrow, .wide = weights->wide};
    view.units = shape[inputs_first ? last : 0];
    if (kernel->kind == INS_KERNEL_EMBEDDING) view.units = product(shape, last);
    if (kernel->kind == INS_KERNEL_ATTENTION && last > 1) view.units = shape[1] * shape[2];
    view.inputs = view.units > 0 ? all / view.units : 0;
    view.unit_step = inputs_first ? 1 : view.inputs;
    view.input_step = inputs_first ? view.units : 1;
    return view;
}

size_t ins_kernel_taps(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first)
{
    if (kernel->kind != INS_KERNEL_CONV) return 1;
    return product(weights->shape + (inputs_first ? 0 : 2), weights->dimensions - 2);
}

ins_view ins_kernel_centre(const ins_kernel *kernel, const ins_weights *weights, bool inputs_first)
{
    ins_view view = ins_kernel_view(kernel, weights, inputs_first);
    const size_t taps = ins_kernel_taps(kernel, weights, inputs_first);
    view.inputs /= taps;
    view.offset = taps / 2 * (inputs_first ? view.inputs * view.units : 1);
    if (!inputs_first) view.input_step = taps;
    return view;
}
