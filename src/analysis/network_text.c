/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks the text of a network, layer by layer, counts multiplied out.
 *
 *     list = item { "," item } ;   item = [ COUNT "x" ] unit ;
 *     unit = WIDTH | "(" list ")" | NAME [ "(" arguments ")" ] [ "@" NAME ] */
#include <config.h>

#include "network_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/text.h"

/* Beyond these a text is not looked at further: it is nobody's network. */
enum { MOST_STEPS = 20000, MOST_DEPTH = 32, MOST_PLACES = 1024 };

typedef struct walker {
    ins_network_facts facts;
    size_t weights;       /* layers of weights so far */
    size_t steps, blocks; /* layers so far; residual blocks around this place */
    bool failed, after_activation;
    bool map;                                      /* places are known */
    size_t axes;                                   /* 2: rows and columns; 1: a sequence */
    size_t places[2];                              /* along each axis; 1 where there is none */
    double t[2][MOST_PLACES], before[MOST_PLACES]; /* what is left of the second moment, by place */
    ins_text_layer *layer; /* (most) layers of weights so far, NULL: they are not asked for */
    size_t layers, most;
    bool open, activated; /* the last of them is what stands here, or its activation */
    bool begins, ends;    /* a residual block begins here; one ended just before */
    bool pure, pooled;    /* nothing but that and max pools lies since then; and such a pool */
} walker;

/* One layer: its name, and its arguments as text. */
typedef struct layer {
    const char *name, *arguments;
    size_t name_length, arguments_length;
} layer;

static bool is_named(const layer *of, const char *name)
{
    return strlen(name) == of->name_length && strncmp(name, of->name, of->name_length) == 0;
}

/* The argument at a place, or by its name; its length, 0: it is not given. */
static size_t argument_of(const layer *of, size_t place, const char *name, const char **argument)
{
    const char *at = of->arguments, *end = at + of->arguments_length;
    for (size_t i = 0; at < end; i++) {
        size_t length = 0, depth = 0;
        for (; at + length < end && (depth > 0 || at[length] != ','); length++) {
            depth += at[length] == '(';
            depth -= at[length] == ')' && depth > 0;
        }
        const char *equals = memchr(at, '=', length);
        bool by_name = equals != NULL && (size_t)(equals - at) == strlen(name) &&
                       strncmp(at, name, strlen(name)) == 0;
        if (by_name || (equals == NULL && i == place)) {
            *argument = by_name ? equals + 1 : at;
            return length - (size_t)(*argument - at);
        }
        at += length + (at + length < end);
    }
    return 0;
}

/* "3" and "3x5"; of an axis. fallback: it is not given. 0: no number. */
static size_t size_of(const layer *of, size_t place, const char *name, size_t axis, size_t fallback)
{
    const char *argument;
    size_t length = argument_of(of, place, name, &argument), number = 0, i = 0;
    if (length == 0) return fallback;
    const char *times = memchr(argument, 'x', length);
    if (times != NULL && axis == 1) {
        length -= (size_t)(times + 1 - argument);
        argument = times + 1;
    }
    for (; i < length && isdigit((unsigned char)argument[i]) && number < MOST_STEPS; i++)
        number = 10 * number + (size_t)(argument[i] - '0');
    return number;
}

/* --- Maps ------------------------------------------------------------------------- */

static void take_input(walker *w, const layer *of)
{
    size_t first = size_of(of, 0, "", 0, 0), second = size_of(of, 1, "", 0, 0);
    w->axes = size_of(of, 2, "", 0, 0) > 0 ? 2 : 1;
    w->places[0] = first;
    w->places[1] = w->axes == 2 ? second : 1;
    w->map = first > 0 && second > 0 && first <= MOST_PLACES && w->places[1] <= MOST_PLACES;
    for (size_t axis = 0; axis < 2 && w->map; axis++)
        for (size_t i = 0; i < w->places[axis]; i++) w->t[axis][i] = 1;
}

/* Each place becomes the mean over the taps of those that are within bounds. */
static void pad_axis(walker *w, size_t axis, size_t kernel, size_t stride)
{
    double *t = w->t[axis], *before = w->before;
    size_t places = w->places[axis];
    size_t out = (places + stride - 1) / stride;
    size_t covered = (out - 1) * stride + kernel;
    size_t pad = covered > places ? (covered - places) / 2 : 0;
    memcpy(before, t, places * sizeof *t);
    for (size_t i = 0; i < out; i++) {
        t[i] = 0;
        for (size_t u = 0; u < kernel; u++) {
            size_t at = i * stride + u;
            if (at >= pad && at - pad < places) t[i] += before[at - pad] / (double)kernel;
        }
    }
}

static bool is_padded(const layer *of)
{
    const char *argument;
    size_t length = argument_of(of, 3, "pad", &argument);
    return length == 0 || strncmp(argument, "same", length) == 0;
}

static double mean_of(const double *t, size_t places)
{
    double sum = 0;
    for (size_t i = 0; i < places; i++) sum += t[i];
    return sum / (double)places;
}

/* What is behind cannot be told any more. */
static void lose(walker *w)
{
    w->map = false;
    if (w->facts.convolutions == 0) w->facts.border = NAN;
}

static void take_convolution(walker *w, const layer *of, size_t kernel_place)
{
    bool padded = is_padded(of);
    for (size_t axis = 0; axis < w->axes && w->map; axis++) {
        size_t kernel = size_of(of, kernel_place, "kernel", axis, 0);
        size_t stride = size_of(of, 2, "stride", axis, 1);
        size_t *places = &w->places[axis];
        if (kernel == 0 || stride == 0 || kernel > MOST_PLACES || (!padded && kernel > *places)) {
            lose(w);
            return;
        }
        if (axis == 0) w->facts.rows = *places;
        if (axis == 1) w->facts.columns = *places;
        size_t out = padded ? (*places + stride - 1) / stride : (*places - kernel) / stride + 1;
        if (padded) pad_axis(w, axis, kernel, stride);
        *places = out;
    }
    if (!w->map) return;
    if (w->axes == 1) w->facts.columns = 1;
    w->facts.convolutions += padded;
    if (w->facts.convolutions > 0)
        w->facts.border = mean_of(w->t[0], w->places[0]) * mean_of(w->t[1], w->places[1]);
}

static void take_pool(walker *w, const layer *of)
{
    for (size_t axis = 0; axis < w->axes && w->map; axis++) {
        size_t window = size_of(of, 0, "kernel", axis, 0);
        if (window == 0 || window > w->places[axis]) {
            lose(w);
            return;
        }
        size_t out = w->places[axis] / window;
        for (size_t i = 0; i < out; i++) w->t[axis][i] = mean_of(w->t[axis] + i * window, window);
        w->places[axis] = out;
    }
}

/* --- Layers of weights ------------------------------------------------------------- */

/* A number, where it stands alone. */
static double number_of(const layer *of, size_t place, const char *name, double fallback)
{
    const char *argument;
    double value;
    size_t length = argument_of(of, place, name, &argument);
    if (length == 0) return fallback;
    return ins_parse_number(argument, length, &value) == INS_NUMBER_FINITE ? value : (double)NAN;
}

static bool is_norm(const layer *of)
{
    return is_named(of, "bn") || is_named(of, "ln") || is_named(of, "rms") || is_named(of, "gn");
}

/* Of these not every one is one layer of the logs. */
static bool is_unknown(const layer *of)
{
    static const char *const names[] = {"rnn",   "lstm", "gru",      "attention",
                                        "embed", "tied", "positions"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_named(of, names[i])) return true;
    return false;
}

static bool has_weights(const layer *of)
{
    return is_named(of, "dense") || is_named(of, "conv") || is_named(of, "depthwise") ||
           isdigit((unsigned char)of->name[0]);
}

/* Behind this place stands something else than the last layer of weights. */
static void close_layer(walker *w)
{
    w->open = w->pure = w->pooled = false;
}

static void add_weights(walker *w, const layer *of)
{
    bool depthwise = is_named(of, "depthwise");
    if (w->layers == w->most) {
        w->failed = true;
        return;
    }
    w->layer[w->layers++] =
        (ins_text_layer){.groups = depthwise              ? 0
                                   : is_named(of, "conv") ? number_of(of, 4, "groups", 1)
                                                          : 1,
                         .multiplier = depthwise ? number_of(of, 3, "multiplier", 1) : 1,
                         .pooled = w->pure && w->pooled,
                         .eps = NAN};
    w->open = w->pure = true;
    w->pooled = false;
    w->activated = isdigit((unsigned char)of->name[0]); /* a width has its activation */
}

static void take_weights(walker *w, const layer *of)
{
    static const double keras_eps = 1e-3;
    if (w->layer == NULL) return;
    w->failed = w->failed || is_unknown(of);
    if (w->failed) return;
    if (has_weights(of)) {
        add_weights(w, of);
    } else if (is_named(of, "maxpool")) {
        w->open = false;
        w->pooled = w->pure;
    } else if (is_named(of, "bn") && w->open) {
        w->layer[w->layers - 1].eps = number_of(of, 0, "eps", keras_eps);
        w->layer[w->layers - 1].eps_of_activation = w->activated;
        close_layer(w);
    } else if (is_norm(of) || is_named(of, "meanpool") || is_named(of, "gmean") ||
               is_named(of, "gmax") || is_named(of, "input")) {
        close_layer(w);
    } else if (!is_named(of, "flatten")) {
        w->activated = true;
        w->pure = w->pure && !w->pooled; /* an activation behind the pool was not recorded */
    }
}

/* --- Walking ------------------------------------------------------------------------ */

/* These change neither what the next layer is behind nor the map. */
static bool is_passed_over(const layer *of)
{
    return is_named(of, "dropout") || is_named(of, "alpha_dropout");
}

static void take_norm(walker *w, const layer *of)
{
    static const char *const names[] = {"bn", "ln", "rms", "gn"};
    static const double keras_momentum = 0.99;
    if (!is_norm(of)) return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!is_named(of, names[i])) continue;
        bool other = w->facts.normalized && w->facts.norm != names[i];
        w->facts.norm = other ? NULL : names[i];
    }
    w->facts.normalized = true;
    if (!is_named(of, "bn")) return;
    double momentum = number_of(of, 1, "momentum", keras_momentum);
    w->facts.momentum = w->facts.batch_norm ? fmax(w->facts.momentum, momentum) : momentum;
    w->facts.batch_norm = true;
}

static void take_positions(walker *w, const layer *of)
{
    static const char *const kinds[] = {"sine", "learned"};
    const char *argument;
    size_t length = argument_of(of, 0, "kind", &argument);
    w->weights += has_weights(of) || (is_unknown(of) && !is_named(of, "positions"));
    if (!is_named(of, "positions") || w->weights != 1) return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (length == strlen(kinds[i]) && strncmp(argument, kinds[i], length) == 0)
            w->facts.positions = kinds[i];
}

static void take_attention(walker *w, const layer *of)
{
    const char *argument;
    size_t length = argument_of(of, 1, "causal", &argument);
    if (!is_named(of, "attention")) return;
    w->facts.attention = true;
    w->facts.causal = w->facts.causal || (length == 3 && strncmp(argument, "yes", length) == 0);
}

/* Where it stands about the residual blocks. */
static void place_norm(walker *w, const layer *of)
{
    w->facts.norms_first = w->facts.norms_first || (is_norm(of) && w->begins);
    w->facts.norms_last = w->facts.norms_last || (is_norm(of) && w->ends);
    w->begins = w->ends = false;
}

static void take_layer(walker *w, const layer *of)
{
    bool outside = w->blocks == 0;
    w->failed = w->failed || ++w->steps > MOST_STEPS;
    if (w->failed || is_passed_over(of)) return;
    take_weights(w, of);
    take_norm(w, of);
    take_positions(w, of);
    take_attention(w, of);
    place_norm(w, of);
    w->facts.batch_norms += outside && is_named(of, "bn");
    w->facts.late_norms += outside && is_named(of, "ln") && w->after_activation;
    /* A width is a dense layer with its activation. */
    w->after_activation =
        is_named(of, "act") || is_named(of, "relu") || isdigit((unsigned char)of->name[0]);
    if (is_named(of, "input")) take_input(w, of);
    if (!outside || !w->map) return;
    if (is_named(of, "conv")) take_convolution(w, of, 1);
    if (is_named(of, "depthwise")) take_convolution(w, of, 0);
    if (is_named(of, "maxpool") || is_named(of, "meanpool")) take_pool(w, of);
    if (is_named(of, "flatten") || is_named(of, "gmean") || is_named(of, "gmax")) w->map = false;
}

/* The matching bracket of the one at text; the end of the text: there is none. */
static const char *closing(const char *text, const char *end)
{
    size_t depth = 0;
    for (; text < end; text++) {
        depth += *text == '(';
        if (*text == ')' && --depth == 0) return text;
    }
    return end;
}

static void walk(walker *w, const char *text, const char *end, size_t depth);

static void take_unit(walker *w, const char *text, const char *end, size_t depth)
{
    const char *open = memchr(text, '(', (size_t)(end - text));
    layer of = {.name = text, .name_length = (size_t)((open != NULL ? open : end) - text)};
    const char *at = memchr(text, '@', of.name_length);
    if (at != NULL) of.name_length = (size_t)(at - text);
    if (open != NULL) {
        const char *close = closing(open, end);
        of.arguments = open + 1;
        of.arguments_length = (size_t)(close - open) - (close > open);
    }
    if (of.name_length == 0 && open != NULL) {
        walk(w, of.arguments, of.arguments + of.arguments_length, depth + 1);
        return;
    }
    if (of.name_length == 0) return;
    if (open == NULL || !is_named(&of, "res")) {
        take_layer(w, &of);
        return;
    }
    w->facts.blocks = true;
    w->blocks++;
    w->begins = true;
    close_layer(w);
    walk(w, of.arguments, of.arguments + of.arguments_length, depth + 1);
    close_layer(w);
    w->blocks--;
    w->begins = false;
    w->ends = true;
}

static void walk(walker *w, const char *text, const char *end, size_t depth)
{
    if (depth > MOST_DEPTH) w->failed = true;
    while (text < end && !w->failed) {
        size_t length = 0, inside = 0, digits = 0, times = 1;
        for (; text + length < end && (inside > 0 || text[length] != ','); length++) {
            inside += text[length] == '(';
            inside -= text[length] == ')' && inside > 0;
        }
        const char *unit = text, *last = text + length;
        while (digits < length && digits < 6 && isdigit((unsigned char)text[digits])) digits++;
        if (digits > 0 && digits < length && text[digits] == 'x') {
            times = strtoul(text, NULL, 10);
            unit = text + digits + 1;
        }
        for (size_t i = 0; i < times && unit < last && !w->failed; i++)
            take_unit(w, unit, last, depth);
        text = last + (last < end);
    }
}

/* Behind "NAME=". */
static const char *list_of(const char *network)
{
    size_t length = strcspn(network, "=(,");
    return network[length] == '=' ? network + length + 1 : network;
}

/* The walker after its way through a text, to be freed. */
static walker *walk_through(const char *network, ins_text_layer *layers, size_t most)
{
    walker *w = ins_allocate(1, sizeof *w, "a network");
    const char *list = list_of(network);
    w->facts.border = w->facts.momentum = NAN;
    w->layer = layers;
    w->most = most;
    walk(w, list, list + strlen(list), 0);
    return w;
}

ins_network_facts ins_network_facts_of(const char *network)
{
    ins_network_facts none = {.border = NAN, .momentum = NAN};
    if (network == NULL || *network == '\0') return none;
    walker *w = walk_through(network, NULL, 0);
    ins_network_facts facts = w->facts;
    facts.known = !w->failed;
    if (w->failed) facts.border = NAN;
    free(w);
    return facts;
}

size_t ins_network_layers_of(const char *network, ins_text_layer *out, size_t most)
{
    if (network == NULL || *network == '\0') return 0;
    walker *w = walk_through(network, out, most);
    size_t layers = w->failed ? 0 : w->layers;
    free(w);
    return layers;
}

bool ins_network_texts_alike(const char *a, const char *b)
{
    for (a = list_of(a), b = list_of(b);; a++, b++) {
        a += strspn(a, "0123456789");
        b += strspn(b, "0123456789");
        if (*a != *b) return false;
        if (*a == '\0') return true;
    }
}
