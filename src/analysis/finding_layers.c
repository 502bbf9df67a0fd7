/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One function a rule, as in finding.c. */
#include <config.h>

#include "finding_layers.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "network_text.h"

#include "initscope/memory.h"
#include "initscope/thresholds.h"

enum { MOST_LAYERS = 1024 };

static ins_seeds start_of(const ins_finder *f, size_t a, ins_column_id column, ins_tensor tensor,
                          size_t layer)
{
    ins_site at = {.epoch = f->study->start, .layer = layer, .tensor = tensor};
    return ins_seeds_at(f->study, a, INS_GEOMETRIC, column, at);
}

static double moment_of(const ins_finder *f, size_t a, ins_tensor tensor, size_t layer)
{
    return start_of(f, a, INS_LAYERS_SECOND_MOMENT, tensor, layer).interval.mean;
}

/* The hidden layers of an arm as its text has them; their number, 0: not those of the logs. */
static size_t layers_of(const ins_finder *f, size_t a, const ins_text_layer **layer)
{
    const ins_arm *arm = &f->study->arm[a];
    ins_text_layer *room = ins_allocate(MOST_LAYERS, sizeof *room, "layers");
    size_t count = ins_network_layers_of(arm->network, room, MOST_LAYERS);
    size_t held = count < MOST_LAYERS ? count : MOST_LAYERS;
    ins_text_layer *of = ins_arena_get(f->arena, held + 1, sizeof *of, "layers");
    memcpy(of, room, held * sizeof *of);
    free(room);
    *layer = of;
    return count > 0 && count == ins_hidden_layers(arm) ? count : 0;
}

/* --- Norms ------------------------------------------------------------------------ */

/* Error of the first layer over that of the last hidden one, which a norm makes grow. */
static double error_total(const ins_finder *f, size_t a)
{
    const ins_arm *of = &f->study->arm[a];
    return moment_of(f, a, INS_DELTA, 1) / moment_of(f, a, INS_DELTA, ins_hidden_layers(of));
}

static bool is_relu(const ins_arm *arm)
{
    return arm->activation != NULL && strcmp(arm->activation, "relu") == 0;
}

/* Norms between ReLUs without skips multiply the error, layer by layer. */
bool ins_find_exploding_norm(ins_finder *f, ins_finding *out)
{
    double worst = 0, factor = ins_threshold_of(INS_THRESHOLD_NORM_FACTOR);
    size_t at = SIZE_MAX, norms = 0;
    bool batch = true;
    for (size_t a = 0; a < f->study->arms; a++) {
        ins_network_facts facts = ins_network_facts_of(f->study->arm[a].network);
        size_t count = facts.batch_norms + facts.late_norms;
        double growth = pow(factor, (double)count);
        f->which[a] = facts.known && !facts.blocks && is_relu(&f->study->arm[a]) &&
                      growth > ins_threshold_of(INS_THRESHOLD_NORM_GROWTH);
        if (!f->which[a] || growth <= worst) continue;
        worst = growth;
        at = a;
        norms = count;
        batch = facts.late_norms == 0;
    }
    if (at == SIZE_MAX) return false;
    double measured = error_total(f, at);
    out->claim = SAY("The error explodes through the norms of %s.", ins_finder_arms(f));
    out->evidence = SAY(
        "%s and ReLU multiply its second moment by %s a layer in theory, over %zu of them by "
        "%s%s. Residual blocks keep it%s.",
        batch ? "Batch norm" : "A norm", ins_say(f->arena, factor), norms, ins_say(f->arena, worst),
        isfinite(measured) ? SAY("; from the last hidden layer of %s to the first it is %s "
                                 "before training",
                                 ins_say_arm(f->arena, at), ins_say(f->arena, measured))
                           : "",
        batch ? "" : ", layer norm before the activation and RMS norm as well");
    return true;
}

/* A norm reads so little that what it adds to a variance counts. */
bool ins_find_norm_eps(ins_finder *f, ins_finding *out)
{
    double least = ins_threshold_of(INS_THRESHOLD_NORM_EPS), eps = NAN, variance = NAN;
    size_t at = SIZE_MAX, where = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_text_layer *layer;
        size_t layers = layers_of(f, a, &layer);
        for (size_t l = 1; l <= layers; l++) {
            const ins_text_layer *of = &layer[l - 1];
            if (!(of->eps > 0)) continue;
            double v = start_of(f, a, INS_LAYERS_WITHIN_UNIT_VARIANCE,
                                of->eps_of_activation ? INS_ACTIVATION : INS_PREACTIVATION, l)
                           .interval.mean;
            bool small = v < of->eps * ins_threshold_of(INS_THRESHOLD_NORM_EPS);
            f->which[a] = f->which[a] || small;
            if (!small || !(v / of->eps < least)) continue;
            least = v / of->eps;
            at = a;
            where = l;
            eps = of->eps;
            variance = v;
        }
    }
    if (at == SIZE_MAX) return false;
    out->claim = SAY("The eps of batch norm is not small%s.", ins_finder_with(f));
    out->evidence =
        SAY("Before training %s of %s brings it a variance of %s, to which eps adds %s: "
            "what it passes on has %s, not 1.",
            ins_finder_layer(f, at, where), ins_say_arm(f->arena, at), ins_say(f->arena, variance),
            ins_say(f->arena, eps), ins_say(f->arena, variance / (variance + eps)));
    return true;
}

/* Dense layers alone: what stands beside a row of a map are rows of it. */
static bool is_dense(const ins_arm *arm)
{
    for (size_t l = 1; l < arm->layers; l++) {
        const ins_graph_layer *of = ins_layer_at(arm, l);
        if (of != NULL && of->kind != INS_KIND_DENSE) return false;
    }
    return true;
}

bool ins_find_norm_rows(ins_finder *f, ins_finding *out)
{
    double least = ins_threshold_of(INS_THRESHOLD_NORM_ROWS);
    size_t at = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *arm = &f->study->arm[a];
        double rows = ins_factor_number(f->study, arm->run[0], INS_RUNS_BATCH);
        f->which[a] = ins_network_facts_of(arm->network).batch_norm && rows > 1 &&
                      rows < ins_threshold_of(INS_THRESHOLD_NORM_ROWS);
        if (!f->which[a] || !(rows < least)) continue;
        least = rows;
        at = a;
    }
    if (at == SIZE_MAX) return false;
    out->claim = SAY("Batches of %s rows are small for batch norm%s.", ins_say(f->arena, least),
                     ins_finder_with(f));
    out->evidence =
        is_dense(&f->study->arm[at])
            ? SAY("A standard deviation over %s rows is off by %s from batch to batch, and every "
                  "unit is divided by it.",
                  ins_say(f->arena, least), ins_say_percent(f->arena, 1 / sqrt(2 * (least - 1))))
            : SAY("Mean and deviation are taken over %s rows; the positions of one row are too "
                  "much alike to stand for others.",
                  ins_say(f->arena, least));
    return true;
}

static double updates_of(const ins_finder *f, size_t a)
{
    double most = NAN;
    for (size_t s = 0; s < f->study->arm[a].runs; s++)
        most = fmax(most, f->of->run[f->study->arm[a].run[s]].updates);
    return most;
}

bool ins_find_moving_average(ins_finder *f, ins_finding *out)
{
    double most = ins_threshold_of(INS_THRESHOLD_MOVING_AVERAGE), limit = most;
    double momentum = NAN, updates = NAN;
    for (size_t a = 0; a < f->study->arms && f->of->trained; a++) {
        ins_network_facts facts = ins_network_facts_of(f->study->arm[a].network);
        double share = pow(facts.momentum, updates_of(f, a));
        f->which[a] = facts.batch_norm && updates_of(f, a) > 0 && share > limit && share < 1;
        if (!f->which[a] || !(share > most)) continue;
        most = share;
        momentum = facts.momentum;
        updates = updates_of(f, a);
    }
    if (isnan(momentum)) return false;
    out->claim = SAY("Test figures use unfinished moving averages%s.", ins_finder_with(f));
    out->evidence = SAY(
        "Those of batch norm keep %s of themselves in an update: after %s updates they still "
        "hold %s of their start, after %s it would be %s.",
        ins_say(f->arena, momentum), ins_say(f->arena, updates), ins_say_percent(f->arena, most),
        ins_say(f->arena, ceil(log(limit) / log(momentum))), ins_say_percent(f->arena, limit));
    return true;
}

/* --- Borders ---------------------------------------------------------------------- */

/* Of kernels whose taps are alike; those that have all in the centre lose nothing. */
static bool has_even_taps(const ins_arm *arm)
{
    static const char *const centred[] = {"delta_orthogonal", "dirac"};
    for (size_t i = 0; i < sizeof centred / sizeof centred[0]; i++)
        if (strncmp(arm->initializer, centred[i], strlen(centred[i])) == 0) return false;
    return true;
}

bool ins_find_border(ins_finder *f, ins_finding *out)
{
    double least = 1;
    ins_network_facts worst = {.border = NAN};
    for (size_t a = 0; a < f->study->arms; a++) {
        ins_network_facts facts = ins_network_facts_of(f->study->arm[a].network);
        f->which[a] = !facts.normalized && !facts.blocks && has_even_taps(&f->study->arm[a]) &&
                      facts.border < ins_threshold_of(INS_THRESHOLD_BORDER);
        if (!f->which[a] || facts.border >= least) continue;
        least = facts.border;
        worst = facts;
    }
    if (isnan(worst.border)) return false;
    bool all = true;
    for (size_t a = 0; a < f->study->arms; a++) all = all && f->which[a];
    const char *map = worst.columns > 1 ? SAY("a map of %zu × %zu", worst.rows, worst.columns)
                                        : SAY("a sequence of %zu", worst.rows);
    out->claim = all ? SAY("Zero padding takes %s of the signal in theory.",
                           ins_say_percent(f->arena, 1 - least))
                     : SAY("With %s zero padding takes %s of the signal in theory.",
                           ins_finder_arms(f), ins_say_percent(f->arena, 1 - least));
    out->evidence =
        SAY("%s, the last on %s, %s %s of what no border would cost. Fewer "
            "layers at this size, pooling, or kernels that have all weight in their centre "
            "(delta_orthogonal) would keep it.",
            ins_say_count(f->arena, worst.convolutions, "convolution"), map,
            worst.convolutions == 1 ? "leaves" : "leave", ins_say_percent(f->arena, least));
    return true;
}

/* --- Fans ------------------------------------------------------------------------- */

/* What Keras' rules count of a layer as its inputs and outputs: of depthwise convolutions the
 * inputs of all channels, of those in groups the outputs of all. Keras 3.5 compute_fans. */
static void count_as_keras(const ins_graph_layer *layer, const ins_text_layer *text, double *fan_in,
                           double *fan_out)
{
    bool depthwise = text->groups == 0;
    *fan_in = layer->fan_in * (depthwise ? layer->units / text->multiplier : 1);
    *fan_out = layer->fan_out * (depthwise ? 1 : text->groups);
}

bool ins_find_fans(ins_finder *f, ins_finding *out)
{
    double most = ins_threshold_of(INS_THRESHOLD_FANS), fan_in = NAN, fan_out = NAN;
    const ins_graph_layer *where = NULL;
    size_t at = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *arm = &f->study->arm[a];
        const ins_text_layer *text;
        size_t layers =
            strncmp(arm->initializer, "keras_default", 13) == 0 ? layers_of(f, a, &text) : 0;
        for (size_t l = 1; l <= layers; l++) {
            const ins_graph_layer *layer = ins_layer_at(arm, l);
            double in, of;
            if (layer == NULL) continue;
            count_as_keras(layer, &text[l - 1], &in, &of);
            double times = (in + of) / (layer->fan_in + layer->fan_out);
            f->which[a] = f->which[a] || times > ins_threshold_of(INS_THRESHOLD_FANS);
            if (!(times > most)) continue;
            most = times;
            at = a;
            where = layer;
            fan_in = in;
            fan_out = of;
        }
    }
    if (at == SIZE_MAX) return false;
    ins_interval gain = ins_own_gain_over_seeds(f->study, at, INS_FORWARD, where->number).interval;
    const char *name = ins_finder_layer(f, at, where->number);
    out->claim = SAY("%s %s %s for more than it is.", ins_finder_arms(f),
                     ins_finder_several(f) ? "take" : "takes", name);
    out->evidence =
        SAY("The rule counts %s inputs and %s outputs of a unit, which has %s and %s%s.",
            ins_say(f->arena, fan_in), ins_say(f->arena, fan_out), ins_say(f->arena, where->fan_in),
            ins_say(f->arena, where->fan_out),
            gain.n > 0
                ? SAY(": before training the own gain of %s is %s, with the true numbers it "
                      "would be %s",
                      name, ins_say_interval(f->arena, gain), ins_say(f->arena, gain.mean * most))
                : "");
    return true;
}

/* --- Pooling ---------------------------------------------------------------------- */

/* Second moment of what a layer reads behind max pooling, over that before the pool. */
static double pool_raises(const ins_finder *f, size_t a, size_t layer)
{
    size_t from = ins_only_input(&f->study->arm[a], layer);
    if (from == SIZE_MAX || from == 0) return NAN;
    return moment_of(f, a, INS_INPUT, layer) / moment_of(f, a, INS_ACTIVATION, from);
}

bool ins_find_pool(ins_finder *f, ins_finding *out)
{
    double most = ins_threshold_of(INS_THRESHOLD_POOL), least = INFINITY;
    size_t at = SIZE_MAX, where = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_text_layer *text;
        size_t layers = layers_of(f, a, &text);
        for (size_t l = 1; l <= layers; l++) {
            double raises = text[l - 1].pooled ? pool_raises(f, a, l) : (double)NAN;
            if (!(raises > ins_threshold_of(INS_THRESHOLD_POOL))) continue;
            f->which[a] = true;
            least = fmin(least, raises);
            if (!(raises > most)) continue;
            most = raises;
            at = a;
            where = l;
        }
    }
    if (at == SIZE_MAX) return false;
    const char *name = ins_finder_layer(f, at, where);
    ins_interval gain = ins_own_gain_over_seeds(f->study, at, INS_FORWARD, where).interval;
    out->claim = SAY("Max pooling raises the signal%s.", ins_finder_with(f));
    out->evidence =
        SAY("Before training the second moment of what %s reads is %s times that before "
            "the pool%s. No initializer does that: the own gain of %s%s, %s, is taken "
            "from behind the pool.",
            name, ins_say(f->arena, most),
            most > 1.01 * least ? SAY(" with %s, and at least %s times elsewhere",
                                      ins_say_arm(f->arena, at), ins_say(f->arena, least))
                                : "",
            name, f->study->arms > 1 ? SAY(" with %s", ins_say_arm(f->arena, at)) : "",
            ins_say(f->arena, gain.mean));
    return true;
}
