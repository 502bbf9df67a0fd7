/* Which units can be told apart, and whether training tells them apart. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>

#include "cells.h"
#include "colour.h"
#include "layered.h"
#include "lines.h"
#include "phrases.h"

/* The smallest over seeds of a column of symmetry.csv; NAN: none. */
static double least_at(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer,
                       ins_column_id column)
{
    ins_site site = {.epoch = epoch, .layer = layer};
    return ins_seeds_at(study, arm, INS_MEAN, column, site).minimum;
}

/* Epochs 0, 1 (or the first recorded one after it) and the last, as far as units were counted. */
static size_t epochs_of(const ins_study *study, ins_epoch_index epoch[3])
{
    size_t count = 0;
    ins_epoch_index last = INS_NOT_RECORDED;
    for (size_t e = 0; e < study->epochs; e++) {
        bool found = false;
        for (size_t a = 0; a < study->arms && !found; a++) {
            found = !isnan(least_at(study, a, ins_epoch_at(e), 1, INS_SYMMETRY_DISTINCT_UNITS));
        }
        if (!found) continue;
        last = ins_epoch_at(e);
        if (count < 2) epoch[count++] = last;
    }
    if (count > 0 && !ins_same_epoch(last, epoch[count - 1])) epoch[count++] = last;
    return count;
}

static void distinct_cell(ins_flow *flow, ins_cells *cells, size_t at, double distinct,
                          double units)
{
    if (isnan(distinct) || isnan(units)) return;
    cells->text[at] = ins_flow_format(flow, "%.0f", distinct);
    bool whole = distinct >= units, single = distinct == 1 && units > 1;
    double share = units > 1 ? (distinct - 1) / (units - 1) : 1;
    cells->rgb[at] = single ? 0xFBE0D8 : ins_mix(0xF6E3C5, 0x1B6A93, whole ? 1 : 0.6 * share);
    cells->ink[at] = single ? INS_RED : share > 0.6 || whole ? INS_WHITE : INS_INK;
}

/* "layer 3" below its column: numbers alone, the title says what they are. */
static void number_columns(ins_flow *flow, ins_cells *cells, const size_t *layer)
{
    for (size_t c = 0; c < cells->columns; c++) cells->column[c] = ins_layer_name(flow, layer[c]);
}

static void distinct_units(ins_flow *flow, const ins_epoch_index *epoch, size_t epochs)
{
    const ins_study *study = flow->part->study;
    size_t columns, most = ins_cells_most(epochs, 3);
    size_t hidden = study->layers > 1 ? study->layers - 1 : 1;
    const size_t *layer = ins_choose(flow, 1, hidden, most, &columns);
    ins_cells cells = ins_cells_new(flow, epochs, columns);
    for (size_t b = 0; b < epochs; b++) {
        cells.block[b] = ins_flow_format(flow, "epoch %lld", ins_epoch_number(study, epoch[b]));
        for (size_t a = 0; a < study->arms; a++) {
            for (size_t c = 0; c < columns; c++) {
                if (layer[c] > ins_hidden_layers(&study->arm[a])) continue;
                distinct_cell(flow, &cells, (b * study->arms + a) * columns + c,
                              least_at(study, a, epoch[b], layer[c], INS_SYMMETRY_DISTINCT_UNITS),
                              least_at(study, a, epoch[b], layer[c], INS_SYMMETRY_UNITS));
            }
        }
    }
    number_columns(flow, &cells, layer);
    cells.x_title = columns < hidden ? "hidden layer (a selection)" : "hidden layer";
    ins_figure *figure = ins_cells_draw(flow, &cells, "distinct-units",
                                        "Units of each hidden layer that can be told apart.");
    ins_flow_caption(
        flow, figure,
        "Each number is the count of units with incoming weights and bias of their "
        "own, the smallest of the seeds; equal means equal to the last bit. Dark blue: "
        "all units of the layer are distinct; red: they are one unit many times over.");
}

/* The hidden layer of an arm with the smallest share of distinct units at an epoch; among equals
 * the last. */
static size_t plainest_layer(const ins_study *study, size_t arm, ins_epoch_index epoch)
{
    size_t found = 1;
    double least = INFINITY;
    for (size_t l = 1; l <= ins_hidden_layers(&study->arm[arm]); l++) {
        double share = least_at(study, arm, epoch, l, INS_SYMMETRY_DISTINCT_UNITS) /
                       least_at(study, arm, epoch, l, INS_SYMMETRY_UNITS);
        if (!(share <= least)) continue;
        least = share;
        found = l;
    }
    return found;
}

/* Mean over seeds of a column of layers.csv or of symmetry.csv, which does not look at the tensor.
 */
static double mean_at(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer,
                      ins_tensor tensor, ins_column_id column)
{
    ins_site site = {.epoch = epoch, .layer = layer, .tensor = tensor};
    return ins_seeds_at(study, arm, INS_MEAN, column, site).interval.mean;
}

static ins_curve_point rank_at(const ins_study *study, size_t arm, ins_epoch_index epoch,
                               size_t layer)
{
    ins_site site = {.epoch = epoch, .layer = layer};
    ins_seeds rank = ins_seeds_at(study, arm, INS_GEOMETRIC, INS_SYMMETRY_EFFECTIVE_RANK, site);
    return (ins_curve_point){rank.interval.mean, rank.minimum, rank.maximum};
}

static void table(ins_flow *flow, ins_epoch_index first, ins_epoch_index last)
{
    enum { COLUMNS = 9 };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    long long start = ins_epoch_number(study, first), end = ins_epoch_number(study, last);
    double again = ins_same_epoch(first, last) ? 0 : 17; /* the same epoch twice says nothing */
    const ins_table_column column[COLUMNS] = {
        {"Initializer", 78 - 2 * again, INS_LEFT},
        {"layer", 12, INS_RIGHT},
        {ins_flow_format(flow, "W, epoch %lld", start), 20, INS_RIGHT},
        {ins_flow_format(flow, "W, %lld", end), again, INS_RIGHT},
        {ins_flow_format(flow, "z, epoch %lld", start), 20, INS_RIGHT},
        {ins_flow_format(flow, "z, %lld", end), again, INS_RIGHT},
        {"|cos|", 14, INS_RIGHT},
        {"rank", 13, INS_RIGHT},
        {"dead", 13, INS_RIGHT}};
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        size_t layer = plainest_layer(study, a, last);
        ins_cell *row = cell + a * COLUMNS;
        const double values[] = {
            mean_at(study, a, first, layer, INS_WEIGHT, INS_LAYERS_BETWEEN_UNIT_VARIANCE),
            mean_at(study, a, last, layer, INS_WEIGHT, INS_LAYERS_BETWEEN_UNIT_VARIANCE),
            mean_at(study, a, first, layer, INS_PREACTIVATION, INS_LAYERS_BETWEEN_UNIT_VARIANCE),
            mean_at(study, a, last, layer, INS_PREACTIVATION, INS_LAYERS_BETWEEN_UNIT_VARIANCE),
            mean_at(study, a, last, layer, INS_ACTIVATION, INS_SYMMETRY_MEAN_ABS_COSINE),
            mean_at(study, a, last, layer, INS_ACTIVATION, INS_SYMMETRY_EFFECTIVE_RANK),
            mean_at(study, a, last, layer, INS_ACTIVATION, INS_SYMMETRY_DEAD_UNITS)};
        row[0].text = ins_flow_escape(flow, part->name[a]);
        row[1].text = ins_flow_format(flow, "%zu", layer);
        for (size_t c = 0; c < sizeof values / sizeof values[0]; c++) {
            row[c + 2] =
                (ins_cell){.text = ins_say(flow, values[c]), .bad = c < 4 && values[c] == 0};
        }
    }
    ins_table_layout layout = {.column = column,
                               .columns = COLUMNS,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "Variance between units");
    ins_flow_table(flow, &layout);
    ins_flow_note(flow,
                  "The variance of the units’ means, of W and of z: exactly 0 is the signature of "
                  "unbroken symmetry. Of the hidden layer with the fewest distinct units at the "
                  "end; |cos| of pairs of weight vectors, effective rank of the outputs and dead "
                  "units are those at the end. Means over seeds.");
}

/* What is the same before training and never parts is only said of networks that were trained. */
static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *stuck = ins_no_arms(flow), *partly = ins_no_arms(flow), *mended = ins_no_arms(flow);
    bool trained = false;
    for (size_t a = 0; a < part->study->arms; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        stuck[a] = of->units.symmetric_layers_end > 0 &&
                   of->units.symmetric_layers_end >= ins_hidden_layers(&part->study->arm[a]);
        partly[a] = of->units.symmetric_layers_end > 0 && !stuck[a];
        mended[a] = of->units.symmetric_layers_start > 0 && of->units.symmetric_layers_end == 0;
        trained = trained || of->outcome.trained;
    }
    const char *text = NULL;
    if (ins_count_arms(part, stuck) > 0) {
        const char *what = trained ? "Identical units stay identical" : "Units start identical";
        text = ins_flow_format(flow, "%s with %s", what, ins_say_arms(flow, stuck, 3));
    }
    if (ins_count_arms(part, partly) > 0) {
        const char *what = trained ? "the tie is broken in some layers only"
                                   : "units start identical in some layers only";
        const char *names = ins_say_arms(flow, partly, 2);
        return text != NULL ? ins_flow_format(flow, "%s; with %s, %s", text, names, what)
                            : ins_flow_format(flow, "With %s, %s", names, what);
    }
    if (text != NULL) return text;
    if (ins_count_arms(part, mended) > 0) {
        return ins_flow_format(flow, "Training tells the identical units of %s apart",
                               ins_say_arms(flow, mended, 3));
    }
    return ins_is_recorded(part->study->start)
               ? "Every unit of every hidden layer is one of a kind from the start"
               : "Every unit of every hidden layer is one of a kind";
}

static void explanation(ins_flow *flow, ins_epoch_index first, ins_epoch_index last)
{
    const ins_part *part = flow->part;
    size_t equal = 0, layers = 0, kept = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        equal += part->analysis->arm[a].units.symmetric_layers_start;
        kept += part->analysis->arm[a].units.symmetric_layers_end;
        layers += ins_hidden_layers(&part->study->arm[a]);
    }
    const char *measured =
        !ins_is_recorded(part->study->start)
            ? ins_flow_format(flow,
                              "Here epoch 0 was not recorded; %zu of %zu hidden layers (over all "
                              "initializers) hold equal units at epoch %lld in every seed.",
                              kept, layers, ins_epoch_number(part->study, last))
        : equal == 0
            ? "Here no hidden layer starts with two equal units."
            : ins_flow_format(flow,
                              "Here %zu of %zu hidden layers (over all initializers) hold equal "
                              "units at epoch %lld in every seed, and %zu of %zu at epoch %lld.",
                              equal, layers, ins_epoch_number(part->study, first), kept, layers,
                              ins_epoch_number(part->study, last));
    ins_flow_paragraph(
        flow, ins_flow_format(
                  flow,
                  "Two units with equal incoming weights and bias compute the same output. If what "
                  "they feed weighs them equally they get the same error, hence the same gradient, "
                  "and any optimizer that works on each weight alone gives them the same update: "
                  "they stay equal for ever, however long the training. %s",
                  measured));
}

static double distinct_at(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer)
{
    return least_at(study, arm, epoch, layer, INS_SYMMETRY_DISTINCT_UNITS);
}

/* All hidden layers are one unit many times over, while the output layer's weights differ. */
static bool is_half_random(const ins_study *study, size_t arm, ins_epoch_index first)
{
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    for (size_t l = 1; l <= hidden; l++) {
        if (distinct_at(study, arm, first, l) != 1 ||
            !(least_at(study, arm, first, l, INS_SYMMETRY_UNITS) > 1))
            return false;
    }
    return hidden > 0 &&
           ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_WITHIN_UNIT_VARIANCE,
                        (ins_site){.epoch = first, .layer = hidden + 1, .tensor = INS_WEIGHT})
                   .interval.n > 0;
}

/* "32 in layer 8, 1 in layers 1 to 7" */
static const char *counts_of(ins_flow *flow, size_t arm, ins_epoch_index epoch)
{
    const ins_study *study = flow->part->study;
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    const char *text = "";
    for (size_t l = 1; l <= hidden;) {
        double distinct = distinct_at(study, arm, epoch, l);
        size_t end = l;
        while (end < hidden && distinct_at(study, arm, epoch, end + 1) == distinct) end++;
        const char *where = end == l ? ins_flow_format(flow, "layer %zu", l)
                                     : ins_flow_format(flow, "layers %zu to %zu", l, end);
        text = ins_flow_format(flow, "%s%s%.0f in %s", text, l > 1 ? ", " : "", distinct, where);
        l = end + 1;
    }
    return text;
}

static bool is_broken(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer)
{
    return distinct_at(study, arm, epoch, layer) > 1;
}

static const char *half_random_outcome(ins_flow *flow, size_t arm, ins_epoch_index last)
{
    const ins_study *study = flow->part->study;
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    for (size_t l = 1; l < hidden; l++) {
        if (is_broken(study, arm, last, l)) {
            return "layers below it too, so that something else than the gradient broke the tie";
        }
    }
    if (is_broken(study, arm, last, hidden)) return "the last hidden layer alone";
    bool mute = ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT,
                             (ins_site){.epoch = last, .layer = hidden, .tensor = INS_GRADIENT})
                    .zeros == study->arm[arm].runs;
    return mute ? "no layer, for the gradient of the last hidden one is exactly 0" : "no layer";
}

static const char derivation[] =
    "The error sent back to unit j of the last hidden layer is φ′(z_{j}) Σ_{k} V_{kj} δ_{k}, with "
    "V the output weights. Where the columns of V differ it differs between the units, and so do "
    "the "
    "gradients of their incoming weights: *one update tells them apart*. One layer down, unit i "
    "receives Σ_{j} W_{ji} δ_{j}. Its units were equal, so were their outputs, and row j of W had "
    "the same gradient δ_{j} a in every column: W_{ji} stays the same for all i, hence the sum, "
    "and "
    "these units are *never* told apart, nor is any layer below. The last hidden layer gains as "
    "many units as its width, all of them functions of a single number.";

/* Equal hidden units below an output layer that is random: what it breaks, and what it cannot.
 * Shown for arms of this kind, those first in which the output layer breaks anything. */
static void half_random(ins_flow *flow, ins_epoch_index first, ins_epoch_index last)
{
    enum { MOST = 2 };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t shown[MOST], count = 0;
    for (int broken = 1; broken >= 0; broken--) {
        for (size_t a = 0; a < study->arms && count < MOST; a++) {
            bool breaks = is_broken(study, a, last, ins_hidden_layers(&study->arm[a]));
            if (is_half_random(study, a, first) && breaks == broken) shown[count++] = a;
        }
    }
    if (count == 0) return;
    ins_flow_heading(flow, "Equal hidden units below a random output layer");
    ins_flow_paragraph(flow, derivation);
    for (size_t i = 0; i < count; i++) {
        ins_flow_item(flow, "·",
                      ins_flow_format(flow,
                                      "*%s*, distinct units at epoch %lld: %s. Told apart: "
                                      "%s.",
                                      part->prose[shown[i]], ins_epoch_number(study, last),
                                      counts_of(flow, shown[i], last),
                                      half_random_outcome(flow, shown[i], last)));
    }
}

/* How many directions the outputs of a layer use: samples that a deep network makes alike leave
 * fewer and fewer. Where the page has room. */
static void ranks(ins_flow *flow, ins_epoch_index first)
{
    const double least = 38, most = 84, around = 26;
    const ins_study *study = flow->part->study;
    size_t points = study->layers > 1 ? study->layers - 1 : 1;
    double minimum, maximum, height = fmin(most, ins_flow_left(flow) - around);
    if (height < least || flow->part->many || points < 2) return;
    double *x = ins_arena_get(flow->arena, points, sizeof *x, "figure");
    for (size_t i = 0; i < points; i++) x[i] = (double)(i + 1);
    ins_lines *lines = ins_lines_new(flow, NULL, x, points, 0);
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t i = 0; i < points; i++) {
            lines->point[a * points + i] = rank_at(study, a, first, i + 1);
        }
    }
    ins_lines_drop_empty(lines, ins_no_arms(flow));
    if (!ins_lines_range(lines, true, &minimum, &maximum)) return;
    lines->horizontal = ins_axis_whole(flow->arena, 1, (long long)points, 8);
    lines->horizontal.low -= 0.03 * (double)points;
    lines->horizontal.high += 0.03 * (double)points;
    lines->vertical = ins_axis_log(flow->arena, fmin(minimum, 1), maximum);
    lines->x_name = "layer";
    lines->x_title = "hidden layer";
    lines->y_title = "Effective rank of the outputs on the probe batch, log scale";
    ins_flow_heading(flow,
                     ins_flow_format(flow, "Distinct units may still say the same, epoch %lld",
                                     ins_epoch_number(study, first)));
    ins_figure *figure = ins_lines_draw(flow, lines, "effective-rank",
                                        "Effective rank of the outputs by layer.", height, false);
    ins_flow_caption(flow, figure,
                     "How many directions the outputs use over the probe rows: geometric mean over "
                     "seeds and range. Where it falls with the depth the layers make all samples "
                     "alike. Layers whose outputs do not vary have rank 0 and no point.");
}

void ins_page_symmetry(ins_flow *flow, const ins_page *page)
{
    ins_epoch_index epoch[3] = {{0}};
    size_t epochs = epochs_of(flow->part->study, epoch);
    ins_flow_title(flow, page->kicker, title_of(flow));
    explanation(flow, epoch[0], epoch[epochs - 1]);
    distinct_units(flow, epoch, epochs);
    table(flow, epoch[0], epoch[epochs - 1]);
    half_random(flow, epoch[0], epoch[epochs - 1]);
    ranks(flow, epoch[0]);
}
