/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures of a run, each from the rows of its logs. */
#include <config.h>

#include "initscope/measure.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/chance.h"
#include "initscope/csv.h"
#include "initscope/thresholds.h"
#include "initscope/trend.h"

#include "network_text.h"

static ins_site site(size_t run, ins_epoch_index epoch, size_t layer, ins_tensor tensor)
{
    return (ins_site){.run = run, .epoch = epoch, .layer = layer, .tensor = tensor};
}

/* --- Quantities ----------------------------------------------------------------- */

/* Foreign logs may leave the second moment out. */
static double second_moment(const ins_study *study, ins_site at)
{
    double moment = ins_number(study, INS_LAYERS_SECOND_MOMENT, at);
    if (!isnan(moment)) return moment;
    double mean = ins_number(study, INS_LAYERS_MEAN, at);
    return ins_number(study, INS_LAYERS_VARIANCE, at) + (isnan(mean) ? 0 : mean * mean);
}

static double within(const ins_study *study, ins_site at)
{
    double within = ins_number(study, INS_LAYERS_WITHIN_UNIT_VARIANCE, at);
    return isnan(within) ? ins_number(study, INS_LAYERS_VARIANCE, at) : within;
}

double ins_quantity_at(const ins_study *study, ins_quantity quantity, size_t run,
                       ins_epoch_index epoch, size_t layer)
{
    if (quantity == INS_QUANTITY_ERROR) {
        double error = second_moment(study, site(run, epoch, layer, INS_DELTA));
        double resolution = ins_resolution(study, run, epoch);
        return error < resolution ? 0 : error;
    }
    ins_site at = site(run, epoch, layer, layer == 0 ? INS_ACTIVATION : INS_PREACTIVATION);
    return quantity == INS_QUANTITY_SIZE ? second_moment(study, at) : within(study, at);
}

typedef struct place {
    ins_quantity quantity;
    ins_epoch_index epoch;
    size_t layer;
} place;

static double quantity_of(const ins_study *study, size_t run, const void *context)
{
    const place *at = context;
    return ins_quantity_at(study, at->quantity, run, at->epoch, at->layer);
}

ins_seeds ins_quantity_over_seeds(const ins_study *study, size_t arm, ins_quantity quantity,
                                  ins_epoch_index epoch, size_t layer)
{
    return ins_over_seeds(study, arm, INS_GEOMETRIC, quantity_of, &(place){quantity, epoch, layer});
}

double ins_resolution(const ins_study *study, size_t run, ins_epoch_index epoch)
{
    size_t output = study->arm[study->run[run].arm].layers;
    double rms = sqrt(second_moment(study, site(run, epoch, output, INS_DELTA)));
    return pow((double)FLT_EPSILON * rms, 2);
}

double ins_alikeness(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    double size = ins_quantity_at(study, INS_QUANTITY_SIZE, run, epoch, layer);
    double signal = ins_quantity_at(study, INS_QUANTITY_SIGNAL, run, epoch, layer);
    return size > 0 && isfinite(size) ? 1 - signal / size : (double)NAN;
}

static const ins_arm *arm_of(const ins_study *study, size_t run)
{
    return &study->arm[study->run[run].arm];
}

/* What a layer is given: recorded for itself, or as the activation of the one layer that it reads.
 */
static double given(const ins_study *study, size_t run, size_t layer)
{
    size_t from = ins_only_input(arm_of(study, run), layer);
    double own = second_moment(study, site(run, study->start, layer, INS_INPUT));
    if (!isnan(own) || from == SIZE_MAX) return own;
    return second_moment(study, site(run, study->start, from, INS_ACTIVATION));
}

double ins_own_gain(const ins_study *study, size_t run, size_t layer)
{
    double z = second_moment(study, site(run, study->start, layer, INS_PREACTIVATION));
    double x = given(study, run, layer);
    return x > 0 ? z / x : (double)NAN;
}

double ins_expected_gain(const ins_study *study, size_t run, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(arm_of(study, run), layer);
    ins_site weight = site(run, study->start, layer, INS_WEIGHT),
             bias = site(run, study->start, layer, INS_BIAS);
    double x = given(study, run, layer), b = second_moment(study, bias);
    double fan_in = of != NULL && of->fan_in > 0 ? of->fan_in
                                                 : ins_number(study, INS_LAYERS_COUNT, weight) /
                                                       ins_number(study, INS_LAYERS_UNITS, weight);
    if (!(x > 0) || (of != NULL && of->kind == INS_KIND_RECURRENT)) return NAN;
    return fan_in * ins_number(study, INS_LAYERS_VARIANCE, weight) + (isnan(b) ? 0 : b / x);
}

double ins_own_error_gain(const ins_study *study, size_t run, size_t layer)
{
    const ins_arm *arm = arm_of(study, run);
    size_t from = ins_only_input(arm, layer);
    if (from == SIZE_MAX || from == 0 || !ins_is_only_reader(arm, layer, from)) return NAN;
    double own = second_moment(study, site(run, study->start, layer, INS_DELTA));
    double back = second_moment(study, site(run, study->start, from, INS_DELTA));
    return own > 0 ? back / own : (double)NAN;
}

static double own_gain_of(const ins_study *study, size_t run, const void *context)
{
    return ins_own_gain(study, run, *(const size_t *)context);
}

static double own_error_gain_of(const ins_study *study, size_t run, const void *context)
{
    return ins_own_error_gain(study, run, *(const size_t *)context);
}

static double expected_gain_of(const ins_study *study, size_t run, const void *context)
{
    return ins_expected_gain(study, run, *(const size_t *)context);
}

ins_seeds ins_expected_gain_over_seeds(const ins_study *study, size_t arm, size_t layer)
{
    return ins_over_seeds(study, arm, INS_GEOMETRIC, expected_gain_of, &layer);
}

ins_seeds ins_own_gain_over_seeds(const ins_study *study, size_t arm, ins_direction direction,
                                  size_t layer)
{
    return ins_over_seeds(study, arm, INS_GEOMETRIC,
                          direction == INS_FORWARD ? own_gain_of : own_error_gain_of, &layer);
}

ins_gains ins_gains_of_arm(const ins_study *study, size_t arm, ins_direction direction)
{
    ins_gains out = {.mean = NAN, .least = NAN, .most = NAN};
    double sum = 0;
    for (size_t l = 1; l <= study->arm[arm].layers; l++) {
        ins_seeds gain = ins_own_gain_over_seeds(study, arm, direction, l);
        if (!ins_has_product(&study->arm[arm], l)) continue;
        out.none += gain.interval.n == 0 && gain.zeros > 0;
        if (gain.interval.n == 0) continue;
        sum += log(gain.interval.mean);
        out.layers++;
        out.least = fmin(out.least, gain.interval.mean);
        out.most = fmax(out.most, gain.interval.mean);
    }
    if (out.layers > 0) out.mean = exp(sum / (double)out.layers);
    return out;
}

double ins_stream_at(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    return second_moment(study, site(run, epoch, layer, INS_STREAM));
}

/* --- The data -------------------------------------------------------------------- */

static double fact(const ins_pairs *pairs, const char *key)
{
    const char *text = ins_pairs_get(pairs, key);
    double value;
    return text != NULL && ins_parse_number(text, strlen(text), &value) == INS_NUMBER_FINITE
               ? value
               : (double)NAN;
}

static bool says_yes(const ins_study *study, const char *key)
{
    const char *text = ins_pairs_get(&study->environment, key);
    return text != NULL && strcmp(text, "yes") == 0;
}

/* Logs of 1.0 know the test share of the class that is most frequent in training. */
static void facts_of_classes(const ins_study *study, ins_facts *facts)
{
    double test = fmax(fact(&study->environment, "largest_test_share"),
                       fact(&study->environment, "majority_share"));
    double train = fact(&study->environment, "largest_train_share"), guess = 1 / facts->classes;
    double p = ins_threshold_of(INS_THRESHOLD_LEARNED_P);
    if (isnan(guess) || isnan(test)) return;
    facts->chance = fmax(guess, test);
    facts->train_chance = fmax(guess, isnan(train) ? test : train);
    if (facts->chance < 1) facts->few_rows = (double)ins_rows_to_decide(facts->chance, p);
}

/* p value of an R^2 above 0, which is at most the square of the correlation of prediction and
 * target, as if it were that: a test that errs on the side of no correlation. A mean over targets
 * spreads less than one target's does. */
static double correlation_p(double score, double rows)
{
    return ins_correlation_p(sqrt(score), rows > 0 ? (size_t)rows : 0);
}

static void facts_of_numbers(const ins_study *study, ins_facts *facts)
{
    double barely = ins_threshold_of(INS_THRESHOLD_BARELY_R2), rows = 3;
    /* Above 0 where targets are constant, which the mean meets exactly. */
    facts->chance = fmax(0, fact(&study->environment, "test_constant_score"));
    facts->train_chance = fmax(0, fact(&study->environment, "train_constant_score"));
    facts->constant_loss = fact(&study->environment, "train_constant_loss");
    while (!(correlation_p(barely, rows) < ins_threshold_of(INS_THRESHOLD_LEARNED_P))) rows++;
    facts->few_rows = rows;
}

/* The program's own logs know their classes from the data; logs of 1.0 do not name the loss. What
 * others count as classes is believed where their loss is that of classes. */
static double classes_of(const ins_study *study, bool *cross_entropy)
{
    const char *loss = ins_pairs_get(&study->experiment, "loss");
    double own = fact(&study->environment, "classes");
    *cross_entropy = loss != NULL ? strcmp(loss, "cross_entropy") == 0 : !isnan(own);
    if (!isnan(own) || !*cross_entropy) return own;
    return fact(&study->experiment, "classes");
}

ins_facts ins_facts_of(const ins_study *study)
{
    bool cross_entropy;
    double classes = classes_of(study, &cross_entropy);
    ins_facts facts = {.score = ins_score_of(study),
                       .cross_entropy = cross_entropy,
                       .classes = classes,
                       .targets = fact(&study->environment, "targets"),
                       .features = fact(&study->environment, "features"),
                       .input_rank = fact(&study->environment, "input_rank"),
                       .train_rows = fact(&study->environment, "train_rows"),
                       .test_rows = fact(&study->environment, "test_rows"),
                       .chance = NAN,
                       .train_chance = NAN,
                       .constant_loss = NAN,
                       .few_rows = NAN,
                       .autoencoder = says_yes(study, "autoencoder"),
                       .test_is_train = says_yes(study, "test_is_train"),
                       .given_test_set = says_yes(study, "given_test_set")};
    if (facts.cross_entropy) facts.constant_loss = log(facts.classes);
    if (facts.score.kind == INS_SCORE_ACCURACY) facts_of_classes(study, &facts);
    if (facts.score.kind == INS_SCORE_R2) facts_of_numbers(study, &facts);
    return facts;
}

double ins_directions_needed(const ins_facts *facts)
{
    /* Logs of 1.0 know how many features there are, of which none may be another's copy. */
    double own = isnan(facts->input_rank) ? facts->features : facts->input_rank;
    bool numbers = facts->score.kind == INS_SCORE_R2;
    double answer = numbers ? facts->targets : facts->classes - 1;
    if (isnan(answer) || isnan(own)) return NAN;
    /* A squared error weighs directions by their variance: the first of many carry most of it. */
    return fmin(answer, own * ins_threshold_of(numbers ? INS_THRESHOLD_OWN_RANK_R2
                                                       : INS_THRESHOLD_OWN_RANK));
}

/* --- A run ------------------------------------------------------------------------ */

static size_t hidden_of(const ins_study *study, size_t run)
{
    return ins_hidden_layers(&study->arm[study->run[run].arm]);
}

/* A quantity by hidden layer: of a layer without a row it is not known, and the way leads on from
 * the one before it. */
typedef struct course {
    double *value; /* (hidden) */
    bool *there;   /* (hidden) the layer has a row */
    size_t hidden, reached;
    size_t first, last; /* that have one */
} course;

static void find_ends(course *of)
{
    of->reached = of->first = of->last = 0;
    for (size_t i = 0; i < of->hidden; i++) {
        if (!of->there[i]) continue;
        if (of->reached++ == 0) of->first = i;
        of->last = i;
    }
}

/* Departure from a line over the layers and the steepest step of ln of a quantity; none where a
 * value is 0. */
static void shape_of(const course *of, double *departure, size_t *steepest)
{
    double *ln = ins_allocate(of->hidden, sizeof *ln, "layers"),
           *x = ins_allocate(of->hidden, sizeof *x, "layers");
    double largest = 0;
    bool drawn = of->reached >= 2;
    size_t count = 0;
    for (size_t i = 0; i < of->hidden; i++) {
        if (!of->there[i]) continue;
        ln[count] = log(of->value[i]);
        x[count] = (double)i;
        drawn = drawn && isfinite(ln[count++]);
    }
    *departure = drawn ? ins_departure_from_line(x, ln, count) : (double)NAN;
    *steepest = 0;
    for (size_t i = 1; drawn && i < count; i++) {
        if (fabs(ln[i] - ln[i - 1]) <= largest) continue;
        largest = fabs(ln[i] - ln[i - 1]);
        *steepest = (size_t)x[i] + 1;
    }
    free(ln);
    free(x);
}

/* A tensor of a layer holds numbers beyond the range of floating point. */
static bool overflows(const ins_study *study, size_t run, size_t layer, ins_tensor tensor)
{
    return ins_number(study, INS_LAYERS_NONFINITE, site(run, study->start, layer, tensor)) > 0;
}

/* Nothing stays nothing, whatever it is compared with; what leaves the range of numbers on the way
 * from one end to the other has no bound. */
static double total_of(double from, double to, bool overflow)
{
    if (overflow) return INFINITY;
    return to == 0 ? 0 : to / from;
}

/* An output layer of zeros lets no error in at the start, and the first update opens it: that says
 * nothing of the layers before it. */
static bool starts_shut(const ins_study *study, size_t run)
{
    size_t output = study->arm[study->run[run].arm].layers;
    return second_moment(study, site(run, study->start, output, INS_WEIGHT)) == 0;
}

/* What the output layer reads is what the last hidden layer puts out, and not a sum with it. */
static bool speaks_for_the_end(const ins_arm *arm)
{
    size_t hidden = ins_hidden_layers(arm);
    const ins_graph_layer *last = ins_layer_at(arm, hidden);
    if (arm->chain || last == NULL) return arm->chain;
    return last->block[0] == '\0' && ins_has_product(arm, hidden) &&
           ins_only_input(arm, arm->layers) == hidden;
}

/* Dense layers and convolutions that follow each other, without a block and without a norm, as the
 * network's text tells, or what was measured: what one passes on is what the next is given, pooling
 * apart. */
static bool is_plain(const ins_arm *arm)
{
    bool told = arm->network != NULL && *arm->network != '\0';
    ins_network_facts facts = ins_network_facts_of(arm->network);
    bool plain = facts.known && !facts.normalized && !facts.blocks;
    if (told ? !plain : !arm->direct) return false;
    for (size_t l = 1; l <= arm->layers; l++) {
        const ins_graph_layer *of = ins_layer_at(arm, l);
        bool product = of != NULL && (of->kind == INS_KIND_DENSE || of->kind == INS_KIND_CONV);
        if (!product || of->block[0] != '\0' || ins_only_input(arm, l) != l - 1) return false;
    }
    return true;
}

/* Product of the layers' own gains from the second hidden one on, and of what the activations
 * before them pass on. */
static double product_of_gains(const ins_study *study, size_t run, size_t hidden)
{
    double product = 1;
    for (size_t l = 2; l <= hidden; l++) {
        double z = second_moment(study, site(run, study->start, l - 1, INS_PREACTIVATION));
        double a = second_moment(study, site(run, study->start, l - 1, INS_ACTIVATION));
        product *= ins_own_gain(study, run, l) * (isnan(a) ? 1 : a / z);
    }
    return hidden >= 2 ? product : (double)NAN;
}

static course course_of(const ins_study *study, size_t run, ins_quantity quantity, double *value,
                        bool *there)
{
    ins_tensor tensor = quantity == INS_QUANTITY_ERROR ? INS_DELTA : INS_PREACTIVATION;
    course of = {.value = value, .there = there, .hidden = hidden_of(study, run)};
    for (size_t l = 1; l <= of.hidden; l++) {
        value[l - 1] = ins_quantity_at(study, quantity, run, study->start, l);
        there[l - 1] = !isnan(value[l - 1]) || overflows(study, run, l, tensor);
    }
    find_ends(&of);
    return of;
}

static void measure_totals(const ins_study *study, size_t run, ins_run_measure *out)
{
    size_t hidden = hidden_of(study, run), unused;
    double *value = ins_allocate((hidden + 1) * INS_QUANTITIES, sizeof *value, "layers");
    bool *there = ins_allocate((hidden + 1) * INS_QUANTITIES, sizeof *there, "layers");
    course of[INS_QUANTITIES];
    for (unsigned q = 0; q < INS_QUANTITIES; q++)
        of[q] = course_of(study, run, (ins_quantity)q, value + q * hidden, there + q * hidden);
    const course *size = &of[INS_QUANTITY_SIZE], *signal = &of[INS_QUANTITY_SIGNAL],
                 *error = &of[INS_QUANTITY_ERROR];
    out->total[INS_FORWARD] = out->total[INS_BACKWARD] = out->size_total = NAN;
    const ins_arm *arm = arm_of(study, run);
    if (!arm->chain && is_plain(arm))
        out->total[INS_FORWARD] = product_of_gains(study, run, hidden);
    if (arm->chain && signal->reached >= 2) {
        bool overflow = overflows(study, run, signal->last + 1, INS_PREACTIVATION);
        out->total[INS_FORWARD] =
            total_of(signal->value[signal->first], signal->value[signal->last], overflow);
        out->size_total = total_of(size->value[signal->first], size->value[signal->last], overflow);
    }
    if (arm->chain && error->reached >= 2 && !starts_shut(study, run)) {
        bool overflow = overflows(study, run, error->first + 1, INS_DELTA) &&
                        !overflows(study, run, error->last + 1, INS_DELTA);
        out->total[INS_BACKWARD] =
            total_of(error->value[error->last], error->value[error->first], overflow);
    }
    const course *by_direction[] = {[INS_FORWARD] = signal, [INS_BACKWARD] = error};
    for (int d = 0; d < INS_DIRECTIONS; d++) {
        out->reached[d] = by_direction[d]->reached;
        out->steps[d] = by_direction[d]->last - by_direction[d]->first;
        shape_of(by_direction[d], &out->departure[d], &out->steepest[d]);
    }
    shape_of(size, &out->size_departure, &unused);
    if (!arm->chain) {
        out->departure[INS_FORWARD] = out->departure[INS_BACKWARD] = out->size_departure = NAN;
        out->steepest[INS_FORWARD] = out->steepest[INS_BACKWARD] = 0;
    }
    out->alikeness =
        speaks_for_the_end(arm) ? ins_alikeness(study, run, study->start, hidden) : (double)NAN;
    out->input_alikeness = ins_alikeness(study, run, study->start, 0);
    free(there);
    free(value);
}

static bool is_zero(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    return second_moment(study, site(run, epoch, layer, INS_WEIGHT)) == 0;
}

/* The layers of its block before a layer; their number. */
static size_t before_in_block(const ins_arm *arm, size_t layer)
{
    const ins_graph_layer *last = ins_layer_at(arm, layer);
    size_t count = 0;
    while (last != NULL && layer - count > 1) {
        const ins_graph_layer *of = ins_layer_at(arm, layer - count - 1);
        if (of == NULL || last->block[0] == '\0' || strcmp(of->block, last->block) != 0) break;
        count++;
    }
    return count;
}

/* The branch that a layer ends brings nothing: its weights alone are 0, or the stream is as it was
 * before. */
static bool adds_nothing(const ins_study *study, size_t run, size_t layer, size_t before)
{
    size_t others = before_in_block(arm_of(study, run), layer), zeros = 0;
    for (size_t i = 1; i <= others; i++) zeros += is_zero(study, run, study->start, layer - i);
    if (zeros > 0) return false; /* it never will */
    if (is_zero(study, run, study->start, layer)) return true;
    double here = ins_stream_at(study, run, study->start, layer);
    double there = before > 0 ? ins_stream_at(study, run, study->start, before) : (double)NAN;
    return fabs(here / there - 1) <= (double)FLT_EPSILON;
}

/* Over the later half of the blocks: the first ones stand on what the stem gives. */
static void measure_stream(const ins_study *study, size_t run, ins_run_measure *out)
{
    const size_t *layer;
    size_t blocks = ins_streams(study, study->run[run].arm, &layer), nothing = 0;
    out->stream_growth = out->stream_linear = NAN;
    for (size_t b = 0; b < blocks; b++)
        nothing += adds_nothing(study, run, layer[b], b > 0 ? layer[b - 1] : 0);
    /* Of the first block it may not be known what it reads. */
    size_t unknown = blocks > 1 && !adds_nothing(study, run, layer[0], 0);
    out->identity = blocks > 0 && nothing + unknown == blocks;
    if (blocks < 2) return;
    size_t first = (blocks - 1) / 2, steps = blocks - 1 - first;
    double from = ins_stream_at(study, run, study->start, layer[first]);
    double to = ins_stream_at(study, run, study->start, layer[blocks - 1]);
    out->stream_growth = pow(to / from, 1 / (double)steps);
    out->stream_linear = pow((double)(blocks + 1) / (double)(first + 2), 1 / (double)steps);
}

/* The last count of a run may be older than its last row elsewhere. */
static double symmetry(const ins_study *study, ins_column_id column, size_t run,
                       ins_epoch_index epoch, size_t layer)
{
    bool end = ins_same_epoch(epoch, study->run[run].last_layers);
    double value = ins_number(study, column, site(run, epoch, layer, 0));
    while (end && isnan(value) && ins_is_recorded(epoch)) {
        epoch = ins_epoch_before(epoch);
        value = ins_number(study, column, site(run, epoch, layer, 0));
    }
    return value;
}

/* Where units were not counted: bitwise the same mean weight and mean response. */
static bool looks_equal(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    ins_site w = site(run, epoch, layer, INS_WEIGHT),
             z = site(run, epoch, layer, INS_PREACTIVATION);
    return ins_number(study, INS_LAYERS_UNITS, w) > 1 &&
           ins_number(study, INS_LAYERS_BETWEEN_UNIT_VARIANCE, w) == 0 &&
           ins_number(study, INS_LAYERS_BETWEEN_UNIT_VARIANCE, z) == 0;
}

static double share_of_dead(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    return symmetry(study, INS_SYMMETRY_DEAD_UNITS, run, epoch, layer) /
           symmetry(study, INS_SYMMETRY_UNITS, run, epoch, layer);
}

/* Equal units say nothing of a layer that training leaves as it is, nor of one that ends a branch
 * and is 0 still: it comes apart with the first update. */
static bool is_exempt(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer)
{
    const ins_arm *arm = arm_of(study, run);
    const ins_graph_layer *of = ins_layer_at(arm, layer), *next = ins_layer_at(arm, layer + 1);
    if (of == NULL || of->frozen) return of != NULL;
    bool ends = of->block[0] != '\0' && (next == NULL || strcmp(next->block, of->block) != 0);
    return ends && is_zero(study, run, epoch, layer);
}

static void measure_units(const ins_study *study, size_t run, ins_run_measure *out)
{
    size_t hidden = hidden_of(study, run);
    ins_epoch_index start = study->start, last = study->run[run].last_layers;
    const ins_arm *arm = arm_of(study, run);
    out->rank = speaks_for_the_end(arm)
                    ? symmetry(study, INS_SYMMETRY_EFFECTIVE_RANK, run, start, hidden)
                    : (double)NAN;
    out->narrowest = out->least_rank = out->dead_start = out->dead_end = out->saturated = NAN;
    out->distinct = out->units = NAN;
    double most_dead = -1;
    for (size_t l = 1; l <= hidden; l++) {
        if (!ins_has_product(arm, l)) continue;
        const ins_graph_layer *of = ins_layer_at(arm, l);
        bool activated = of == NULL || of->activation == NULL || of->activation[0] != '\0';
        double units = symmetry(study, INS_SYMMETRY_UNITS, run, last, l);
        double distinct = symmetry(study, INS_SYMMETRY_DISTINCT_UNITS, run, last, l);
        out->narrowest = fmin(out->narrowest, symmetry(study, INS_SYMMETRY_UNITS, run, start, l));
        double at_start = share_of_dead(study, run, start, l),
               at_end = share_of_dead(study, run, last, l);
        out->counted = out->counted || !isnan(distinct);
        bool known = !isnan(distinct) && !isnan(units);
        if (is_exempt(study, run, last, l)) continue;
        out->duplicates += known ? units > 1 && distinct < units : looks_equal(study, run, last, l);
        if (known && (isnan(out->distinct) || distinct / units < out->distinct / out->units)) {
            out->distinct = distinct;
            out->units = units;
            out->least_distinct = l;
        }
        double rank = symmetry(study, INS_SYMMETRY_EFFECTIVE_RANK, run, last, l);
        double dead = symmetry(study, INS_SYMMETRY_DEAD_UNITS, run, last, l);
        bool several = units - (isnan(dead) ? 0 : dead) > 1;
        if (several && rank > 0 && !(rank >= out->least_rank)) {
            out->least_rank = rank;
            out->alike_layer = l;
        }
        if (!activated) continue;
        out->dead_start = fmax(out->dead_start, at_start);
        out->dead_end = fmax(out->dead_end, at_end);
        if (fmax(at_start, at_end) > most_dead) {
            most_dead = fmax(at_start, at_end);
            out->dead_layer = l;
        }
        for (size_t i = 0; i < 2; i++) {
            ins_site at = site(run, i == 0 ? start : last, l, INS_ACTIVATION);
            double share = ins_number(study, INS_LAYERS_SATURATED_FRACTION, at);
            if (isnan(share) || share <= out->saturated) continue;
            out->saturated = share;
            out->saturated_layer = l;
        }
    }
}

/* A recurrent kernel by which units read one unit at most, as the identity, gives them nothing in
 * common. */
static bool keeps_apart(const ins_study *study, const ins_graph_layer *of, ins_site weight,
                        double inputs)
{
    double zeros = ins_number(study, INS_LAYERS_ZERO_FRACTION, weight) * inputs;
    return of != NULL && of->kind == INS_KIND_RECURRENT && round(zeros) >= inputs - 1;
}

/* Over the inputs of a unit a common part of its weights adds up like fan_in times the mean, what
 * differs like the root of fan_in times the deviation. A mean within its own error is none. */
static void measure_centre(const ins_study *study, size_t run, ins_run_measure *out)
{
    for (size_t l = 1; l <= hidden_of(study, run); l++) {
        if (!ins_has_product(arm_of(study, run), l)) continue;
        ins_site weight = site(run, study->start, l, INS_WEIGHT);
        double count = ins_number(study, INS_LAYERS_COUNT, weight);
        double inputs = count / ins_number(study, INS_LAYERS_UNITS, weight);
        double share = fabs(ins_number(study, INS_LAYERS_MEAN, weight)) /
                       sqrt(ins_number(study, INS_LAYERS_VARIANCE, weight));
        if (keeps_apart(study, ins_layer_at(arm_of(study, run), l), weight, inputs)) continue;
        bool sure = share * sqrt(count) > ins_threshold_of(INS_THRESHOLD_STANDARD_ERRORS);
        if (!sure || !isfinite(share) || !(share * sqrt(inputs) > out->off_centre)) continue;
        out->off_centre = share * sqrt(inputs);
        out->centre_layer = l;
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How far a layer's weights go in one update, in relation to what they are: the distance between
 * two recorded epochs over the updates between them. */
static void measure_pace(const ins_study *study, size_t run, ins_run_measure *out)
{
    size_t layers = study->arm[study->run[run].arm].layers, count = 0;
    double *pace = ins_allocate(layers * study->epochs + 1, sizeof *pace, "updates");
    ins_epoch_index before = INS_NOT_RECORDED;
    const ins_arm *arm = arm_of(study, run);
    for (size_t e = 0; e < study->epochs; e++) {
        ins_epoch_index now = ins_epoch_at(e);
        double updates = ins_number(study, INS_EPOCHS_UPDATES, site(run, now, 0, 0));
        if (isnan(updates)) continue;
        double between = updates - ins_number(study, INS_EPOCHS_UPDATES, site(run, before, 0, 0));
        for (size_t l = 1; l <= layers && ins_is_recorded(before) && between > 0; l++) {
            const ins_graph_layer *of = ins_layer_at(arm, l);
            if (!ins_has_product(arm, l) || (of != NULL && of->frozen)) continue;
            double moved = sqrt(second_moment(study, site(run, now, l, INS_UPDATE)));
            double weight = sqrt(second_moment(study, site(run, before, l, INS_WEIGHT)));
            double share = moved / weight / between;
            if (isfinite(share)) pace[count++] = share;
        }
        before = now;
        out->updates = updates;
    }
    qsort(pace, count, sizeof *pace, ascending);
    out->pace = count == 0       ? (double)NAN
                : count % 2 == 1 ? pace[count / 2]
                                 : (pace[count / 2 - 1] + pace[count / 2]) / 2;
    free(pace);
}

/* How far a score is from that of the best constant answer, 0, to a perfect one, 1: of numbers the
 * R^2 of those targets that are not constant. */
static double way_of(double score, double chance)
{
    return (score - chance) / (1 - chance);
}

/* The score is told from that of the best constant answer. */
static bool beyond_chance(const ins_facts *facts, double score, double rows, double chance)
{
    double way = way_of(score, chance);
    double p = facts->score.kind == INS_SCORE_ACCURACY
                   ? ins_binomial_at_least((size_t)llround(score * rows), (size_t)rows, chance)
               : way > 0 ? correlation_p(way, rows)
                         : 1;
    return p < ins_threshold_of(INS_THRESHOLD_LEARNED_P);
}

/* What no test tells from nothing is nothing, unless the rows are too few to tell an R^2 of this
 * size. */
static ins_learning unlearned_of(const ins_run_measure *run, const ins_facts *facts)
{
    if (facts->score.kind != INS_SCORE_R2) return INS_DID_NOT_LEARN;
    double way =
        fmin(way_of(run->score, facts->chance), way_of(run->train_score, facts->train_chance));
    bool large = way >= ins_threshold_of(INS_THRESHOLD_BARELY_R2);
    return large ? INS_LEARNING_UNDECIDED : INS_DID_NOT_LEARN;
}

static ins_learning learning_of(const ins_run_measure *run, const ins_facts *facts)
{
    bool numbers = facts->score.kind == INS_SCORE_R2;
    if (!run->trained || isnan(facts->chance) || isnan(facts->test_rows))
        return INS_LEARNING_UNKNOWN;
    if (run->diverged) return INS_DID_NOT_LEARN;
    if (isnan(run->score)) return INS_LEARNING_UNKNOWN;
    if (!numbers && !(facts->test_rows >= facts->few_rows)) return INS_LEARNING_UNDECIDED;
    bool train = isnan(run->train_score) || isnan(facts->train_rows) ||
                 beyond_chance(facts, run->train_score, facts->train_rows, facts->train_chance);
    if (!train || !beyond_chance(facts, run->score, facts->test_rows, facts->chance))
        return unlearned_of(run, facts);
    double way = way_of(run->score, facts->chance);
    double barely = ins_threshold_of(numbers ? INS_THRESHOLD_BARELY_R2 : INS_THRESHOLD_BARELY);
    return way < barely ? INS_BARELY_LEARNED : INS_LEARNED;
}

static void measure_outcome(const ins_study *study, size_t run, const ins_facts *facts,
                            ins_run_measure *out)
{
    ins_epoch_index last = study->run[run].last;
    ins_site end = site(run, last, 0, 0);
    out->diverged = study->run[run].diverged;
    out->trained = ins_is_recorded(last) && ins_epoch_number(study, last) > 0;
    out->score = ins_number(study, facts->score.test, end);
    out->train_score = ins_number(study, facts->score.train, end);
    out->train_loss = ins_number(study, INS_EPOCHS_TRAIN_LOSS, end);
    out->initial_loss = ins_number(study, INS_EPOCHS_TRAIN_LOSS, site(run, study->start, 0, 0));
    out->learning = learning_of(out, facts);
}

const ins_run_measure *ins_measure_runs(const ins_study *study, const ins_facts *facts,
                                        ins_arena *arena)
{
    ins_run_measure *runs = ins_arena_get(arena, study->runs + 1, sizeof *runs, "measures");
    for (size_t r = 0; r < study->runs; r++) {
        runs[r].updates = NAN;
        measure_totals(study, r, &runs[r]);
        measure_stream(study, r, &runs[r]);
        measure_units(study, r, &runs[r]);
        measure_centre(study, r, &runs[r]);
        measure_pace(study, r, &runs[r]);
        runs[r].sequence = ins_measure_sequence(study, r);
        measure_outcome(study, r, facts, &runs[r]);
    }
    return runs;
}

/* --- Of an arm --------------------------------------------------------------------- */

double ins_target_of(const ins_facts *facts)
{
    return facts->chance + ins_threshold_of(INS_THRESHOLD_TARGET) * (1 - facts->chance);
}

ins_passage ins_passage_of_arm(const ins_study *study, const ins_facts *facts, size_t arm)
{
    const ins_arm *of = &study->arm[arm];
    double target = ins_target_of(facts);
    double *first = ins_allocate(of->runs + 1, sizeof *first, "epochs");
    for (size_t s = 0; s < of->runs; s++) {
        first[s] = INFINITY;
        for (size_t e = study->epochs; e-- > 0;) {
            ins_site at = site(of->run[s], ins_epoch_at(e), 0, 0);
            bool there = ins_number(study, facts->score.test, at) >= target;
            if (there && !study->run[of->run[s]].diverged) first[s] = (double)study->epoch[e];
        }
    }
    double last = study->epochs > 0 ? (double)study->epoch[study->epochs - 1] : 0;
    ins_passage passage = ins_first_passage(first, of->runs, last);
    free(first);
    return passage;
}

double ins_factor_number(const ins_study *study, size_t run, ins_column_id column)
{
    const double *number = ins_table_numbers(&study->runs_table, INS_RUNS_RUN);
    const double *value = ins_table_numbers(&study->runs_table, column);
    for (size_t r = 0; number != NULL && value != NULL && r < study->runs_table.rows; r++)
        if (number[r] == (double)study->run[run].number) return value[r];
    return NAN;
}

/* Shapes do not change: whichever epoch was recorded first tells them. */
double ins_units(const ins_study *study, size_t arm, size_t layer)
{
    return ins_number(study, INS_LAYERS_UNITS,
                      site(study->arm[arm].run[0], ins_epoch_at(0), layer, INS_WEIGHT));
}
