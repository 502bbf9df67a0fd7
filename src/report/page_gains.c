/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What each layer by itself makes of what it reads, forward and backward: defined in every graph,
 * where the way from the first layer to the last is not one. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"

enum {
    MOST_SETTINGS = 4,
    LEAST_LAYERS = 2, /* one gain is a number of the first page */
    MOST_NAMES = 27,
    MOST_LINES = 40, /* more layers than these are shown by three blocks */
    SHOWN_BLOCKS = 3,
    LOW_ROWS = 18,   /* so many layers have room in a panel of normal height */
    BAND = 0xF0F3F6, /* behind every other block */
    MARK = 0x222222  /* of theory */
};

static ins_seeds gain_of(const ins_tell *tell, size_t arm, ins_direction direction, size_t layer)
{
    const ins_seeds none = {.interval = {0, NAN, NAN, NAN}, .minimum = NAN, .maximum = NAN};
    return ins_has_product(&tell->study->arm[arm], layer)
               ? ins_own_gain_over_seeds(tell->study, arm, direction, layer)
               : none;
}

static double theory_at(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    ins_site at = {.run = tell->study->arm[arm].run[0], .layer = layer, .tensor = tensor};
    return ins_number(tell->study, INS_THEORY_SECOND_MOMENT, at);
}

/* The same of theory.csv, or of what was measured of the weights. What the first layer reads are
 * the inputs, as they were measured. */
static double predicted(const ins_tell *tell, size_t arm, ins_direction direction, size_t layer)
{
    if (!ins_study_has_file(tell->study, INS_LOG_THEORY))
        return direction == INS_FORWARD && ins_has_product(&tell->study->arm[arm], layer)
                   ? ins_expected_gain_over_seeds(tell->study, arm, layer).interval.mean
                   : (double)NAN;
    size_t from = ins_only_input(&tell->study->arm[arm], layer);
    if (direction == INS_BACKWARD)
        return from == SIZE_MAX || from == 0 || isnan(gain_of(tell, arm, direction, layer).minimum)
                   ? (double)NAN
                   : theory_at(tell, arm, INS_DELTA, from) / theory_at(tell, arm, INS_DELTA, layer);
    double read = theory_at(tell, arm, INS_INPUT, layer);
    if (isnan(read) && from != SIZE_MAX && from > 0)
        read = theory_at(tell, arm, INS_ACTIVATION, from);
    if (isnan(read) && from == 0) {
        ins_site inputs = {.epoch = tell->study->start, .layer = 0, .tensor = INS_ACTIVATION};
        read = ins_seeds_at(tell->study, arm, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, inputs)
                   .interval.mean;
    }
    return theory_at(tell, arm, INS_PREACTIVATION, layer) / read;
}

static bool is_shown(const ins_tell *tell, size_t arm)
{
    const ins_arm *of = &tell->study->arm[arm];
    bool told = of->chain && ins_study_has_file(tell->study, INS_LOG_THEORY);
    return !told && (!of->chain || of->listed > 0) &&
           ins_gains_of_arm(tell->study, arm, INS_FORWARD).layers >= LEAST_LAYERS;
}

bool ins_gains_applies(const ins_tell *tell)
{
    if (!ins_is_recorded(tell->study->start)) return false;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (is_shown(tell, a)) return true;
    return false;
}

/* --- The chart ------------------------------------------------------------------------- */

/* Arms that are drawn together, of networks of at most so many layers. */
typedef struct group {
    size_t count, layers;
    size_t arm[INS_GROUP_ARMS];
    const char *label;   /* "" */
    size_t products;     /* layers of the first arm that are one */
    size_t lines, *line; /* (lines) layers, each in a line of its own */
    size_t blocks; /* of which but the first, the middle and the last are left out; 0: none is */
} group;

static const char *block_at(const ins_tell *tell, const group *of, size_t layer)
{
    const ins_graph_layer *at = ins_layer_at(&tell->study->arm[of->arm[0]], layer);
    return at != NULL ? at->block : "";
}

/* The number of the block that the layer in a line is in, from 1; 0: in none. Their number. */
static size_t count_blocks(const ins_tell *tell, const group *of, size_t *number)
{
    size_t blocks = 0;
    for (size_t i = 0; i < of->lines; i++) {
        const char *name = block_at(tell, of, of->line[i]);
        bool same = i > 0 && strcmp(name, block_at(tell, of, of->line[i - 1])) == 0;
        blocks += *name != '\0' && !same;
        number[i] = *name != '\0' ? blocks : 0;
    }
    return blocks;
}

/* Whether a layer is a product that has an output: a recurrent matrix is added to the z of a gate,
 * and has no gain. */
static bool is_line(const ins_tell *tell, size_t arm, size_t layer)
{
    const ins_graph_layer *at = ins_layer_at(&tell->study->arm[arm], layer);
    if (!ins_has_product(&tell->study->arm[arm], layer)) return false;
    return at == NULL || at->kind != INS_KIND_RECURRENT ||
           !isnan(gain_of(tell, arm, INS_FORWARD, layer).minimum) ||
           !isnan(gain_of(tell, arm, INS_BACKWARD, layer).minimum);
}

/* Products of weights; of networks with many of them in blocks, those of three blocks. */
static void choose_lines(const ins_tell *tell, group *of)
{
    of->line = ins_arena_get(tell->arena, of->layers + 1, sizeof *of->line, "layers");
    size_t *number = ins_arena_get(tell->arena, of->layers + 1, sizeof *number, "layers");
    for (size_t l = 1; l <= of->layers; l++)
        if (is_line(tell, of->arm[0], l)) of->line[of->lines++] = l;
    of->products = of->lines;
    size_t blocks = count_blocks(tell, of, number), kept = 0;
    if (of->lines <= MOST_LINES || blocks <= SHOWN_BLOCKS) return;
    for (size_t i = 0; i < of->lines; i++) {
        size_t b = number[i];
        if (b <= 1 || b == blocks / 2 + 1 || b == blocks) of->line[kept++] = of->line[i];
    }
    of->lines = kept;
    of->blocks = blocks;
}

static group group_of(const ins_tell *tell, size_t index)
{
    ins_arm_group of = ins_tell_group(tell, index, false, is_shown);
    group out = {.label = of.label, .count = of.count};
    for (size_t i = 0; i < of.count; i++) {
        size_t layers = tell->study->arm[of.arm[i]].layers;
        out.arm[i] = of.arm[i];
        if (layers > out.layers) out.layers = layers;
    }
    if (of.count > 0) choose_lines(tell, &out);
    return out;
}

/* Of the line of a layer, the arms have so much together. */
static const double thick = 0.76;

/* The middle of an arm's share of it, from 1. */
static double line_of(const group *of, size_t i, size_t line)
{
    return (double)line - thick / 2 + thick * ((double)i + 0.5) / (double)of->count;
}

static void add_bar(ins_chart *chart, ins_series *bars, double from, double to, double top,
                    double bottom)
{
    ins_series_add(chart, bars,
                   (ins_point){.x = fmin(from, to),
                               .y = fmax(from, to),
                               .lower = top,
                               .upper = bottom,
                               .colour = bars->colour});
}

/* A bar from 1 to the gain, in the arm's share of the layer's line. */
static void add_bars(ins_tell *tell, ins_chart *chart, ins_panel *panel, const group *of,
                     ins_direction direction)
{
    for (size_t i = 0; i < of->count; i++) {
        const ins_mark *mark = ins_tell_mark_in_setting(tell, of->arm[i]);
        ins_series *bars = ins_mark_series(chart, panel, INS_SERIES_TILES, mark->name, mark);
        for (size_t k = 1; k <= of->lines; k++) {
            ins_seeds gain = gain_of(tell, of->arm[i], direction, of->line[k - 1]);
            double middle = line_of(of, i, k), half = thick / 2 / (double)of->count;
            if (gain.interval.n > 0)
                add_bar(chart, bars, 1, gain.interval.mean, middle - half, middle + half);
        }
    }
}

static void add_theory(ins_tell *tell, ins_chart *chart, ins_panel *panel, const group *of,
                       ins_direction direction)
{
    for (size_t i = 0; i < of->count; i++) {
        ins_series *marks = ins_panel_series(
            chart, panel, INS_SERIES_THEORY,
            INS_TELL("%s theory", ins_tell_mark_in_setting(tell, of->arm[i])->name), MARK, MARK);
        for (size_t k = 1; k <= of->lines; k++) {
            ins_point point = {.x = predicted(tell, of->arm[i], direction, of->line[k - 1]),
                               .y = line_of(of, i, k),
                               .lower = NAN,
                               .upper = NAN};
            ins_point gap = {.x = point.x, .y = NAN, .lower = NAN, .upper = NAN};
            ins_series_add(chart, marks, point);
            ins_series_add(chart, marks, gap); /* each is a mark of its own */
        }
    }
}

/* Bands behind the blocks, every other one, and their names on the axis of the panel. */
static size_t add_blocks(ins_tell *tell, ins_chart *chart, ins_panel *panel, const group *of,
                         ins_axis *names)
{
    enum { LONGEST = 12 };
    size_t blocks = 0, step = 1;
    ins_series *bands = ins_panel_series(chart, panel, INS_SERIES_TILES, "blocks", BAND, BAND);
    size_t *number = ins_arena_get(tell->arena, of->lines + 1, sizeof *number, "layers");
    blocks = count_blocks(tell, of, number);
    step = blocks / MOST_NAMES + 1;
    for (size_t first = 1, last, block = 0; first <= of->lines; first = last + 1) {
        const char *name = block_at(tell, of, of->line[first - 1]);
        for (last = first; last < of->lines; last++)
            if (number[last] != number[first - 1]) break;
        if (*name == '\0') continue;
        if (block % 2 == 0)
            add_bar(chart, bands, panel->x.low, panel->x.high, (double)first - 0.5,
                    (double)last + 0.5);
        if (block++ % step == 0)
            ins_axis_name(names, (double)(first + last) / 2, ins_short_name(tell, name, LONGEST));
    }
    return blocks;
}

/* Less than half of the layers have a way back of their own: then the errors themselves are shown.
 */
static bool shows_errors(const ins_tell *tell, const group *of)
{
    size_t most = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t layers = ins_gains_of_arm(tell->study, of->arm[i], INS_BACKWARD).layers;
        if (layers > most) most = layers;
    }
    return 2 * most < of->products;
}

static void add_errors(ins_tell *tell, ins_chart *chart, ins_panel *panel, const group *of)
{
    for (size_t i = 0; i < of->count; i++) {
        const ins_mark *mark = ins_tell_mark_in_setting(tell, of->arm[i]);
        ins_series *points = ins_mark_series(chart, panel, INS_SERIES_DOTS, mark->name, mark);
        ins_series *marks = ins_panel_series(chart, panel, INS_SERIES_THEORY,
                                             INS_TELL("%s theory", mark->name), MARK, MARK);
        for (size_t k = 1; k <= of->lines; k++) {
            size_t l = of->line[k - 1];
            ins_seeds error = ins_quantity_over_seeds(tell->study, of->arm[i], INS_QUANTITY_ERROR,
                                                      tell->study->start, l);
            double y = line_of(of, i, k);
            if (error.interval.n > 0)
                ins_series_add(
                    chart, points,
                    (ins_point){.x = error.interval.mean, .y = y, .lower = NAN, .upper = NAN});
            ins_add_predicted(tell, of->arm[i], chart, marks,
                              theory_at(tell, of->arm[i], INS_DELTA, l), y);
        }
    }
}

typedef enum view { VIEW_FORWARD, VIEW_BACKWARD, VIEW_ERRORS } view;

static void add_view(ins_tell *tell, ins_chart *chart, ins_panel *panel, const group *of, view what)
{
    ins_direction direction = what == VIEW_FORWARD ? INS_FORWARD : INS_BACKWARD;
    if (what == VIEW_ERRORS) {
        add_errors(tell, chart, panel, of);
        return;
    }
    add_bars(tell, chart, panel, of, direction);
    add_theory(tell, chart, panel, of, direction);
}

/* The axis of what is shown. A panel that is thrown away measures it: in the real one bands over
 * the whole axis come first, for what is drawn later lies above. */
static ins_axis measure(ins_tell *tell, const group *of, view what)
{
    double low, high;
    ins_chart *trial = ins_chart_new(tell->arena, "gains", "", INS_SHAPE_NORMAL);
    ins_panel *panel = ins_chart_panel(trial, NULL);
    add_view(tell, trial, panel, of, what);
    if (!ins_panel_range(panel, true, true, &low, &high)) low = high = 1;
    ins_axis axis = what == VIEW_ERRORS ? ins_axis_log(tell->arena, low, high)
                                        : ins_axis_log(tell->arena, fmin(low, 1), fmax(high, 1));
    ins_axis_thin(&axis, 6);
    return axis;
}

/* Names beside the lines; where all layers have one, as beside any panel. */
static ins_axis lines_axis(ins_tell *tell, const group *of, double low, double high)
{
    if (of->lines == of->layers)
        return ins_layers_beside(tell, &(ins_some_arms){of->arm, of->count}, low, high, of->layers,
                                 6, MOST_NAMES);
    ins_axis axis = ins_axis_named(low, high);
    size_t step = (of->lines - 1) / MOST_NAMES + 1;
    for (size_t k = 1; k <= of->lines; k += step) {
        const char *name =
            ins_layer_name(tell->arena, &tell->study->arm[of->arm[0]], of->line[k - 1]);
        ins_axis_name(&axis, (double)k, ins_short_name(tell, name, INS_BESIDE_LONGEST));
    }
    return axis;
}

static void draw_panel(ins_tell *tell, ins_chart *chart, const group *of, view what)
{
    static const char *const titles[] = {[VIEW_FORWARD] = "Forward: E z² / E x²",
                                         [VIEW_BACKWARD] = "Backward: E δ² one layer down / E δ²",
                                         [VIEW_ERRORS] = "Error: E δ²"};
    double low = 0.5, high = (double)of->lines + 0.5;
    ins_axis names = ins_axis_named(low, high);
    ins_panel *panel = ins_chart_panel(chart, titles[what]);
    panel->x = measure(tell, of, what);
    panel->down = true;
    panel->vertical = what == VIEW_ERRORS ? (double)NAN : 1;
    size_t blocks = add_blocks(tell, chart, panel, of, &names);
    add_view(tell, chart, panel, of, what);
    panel->y = lines_axis(tell, of, low, high);
    panel->y.low = low;
    panel->y.high = high;
    if (what == VIEW_FORWARD || blocks == 0) return;
    panel->y = names;
    panel->labels_left = true; /* the axis, here of blocks, stands right */
}

/* --- What is said ------------------------------------------------------------------------ */

/* The arms whose layers, on the mean, lose and win most. */
typedef struct ends {
    size_t least, most;
    double low, high;
} ends;

static ends ends_of(const ins_tell *tell)
{
    ends out = {SIZE_MAX, SIZE_MAX, NAN, NAN};
    for (size_t a = 0; a < tell->study->arms; a++) {
        if (!is_shown(tell, a)) continue;
        double mean = ins_gains_of_arm(tell->study, a, INS_FORWARD).mean;
        if (out.least == SIZE_MAX || mean < out.low) out.least = a, out.low = mean;
        if (out.most == SIZE_MAX || mean > out.high) out.most = a, out.high = mean;
    }
    return out;
}

static const char *title_of(ins_tell *tell)
{
    const double same = 1.05;
    ends of = ends_of(tell);
    if (!(of.high > same * of.low))
        return INS_TELL("The own gain of a layer is %s on the mean", ins_say(tell->arena, of.low));
    return INS_TELL(
        "The own gain of a layer, on the mean: from %s, %s, to %s, %s",
        ins_say(tell->arena, of.low), ins_mark_text(tell->document, ins_tell_arm(tell, of.least)),
        ins_say(tell->arena, of.high), ins_mark_text(tell->document, ins_tell_arm(tell, of.most)));
}

/* "From top to bottom of a line: a, b and c." */
static const char *order_text(ins_tell *tell, const group *of)
{
    const char *names[INS_GROUP_ARMS];
    for (size_t i = 0; i < of->count; i++)
        names[i] = ins_mark_text(tell->document, ins_tell_arm_in_setting(tell, of->arm[i]));
    return of->count < 2 ? ""
                         : INS_TELL(" In every line from the top: %s.",
                                    ins_say_list(tell->arena, names, of->count, INS_GROUP_ARMS));
}

/* Places of a unit, as rows of the probe batch times positions. */
static double places_of(const ins_tell *tell, size_t arm, size_t layer)
{
    ins_site at = {tell->study->arm[arm].run[0], tell->study->start, layer, INS_DELTA};
    return ins_number(tell->study, INS_LAYERS_COUNT, at) /
           ins_number(tell->study, INS_LAYERS_UNITS, at);
}

/* " Pooling or stride before output spreads the error over more positions." */
static const char *spread_text(ins_tell *tell, const group *of)
{
    enum { NAMED = 3 };
    const ins_arm *arm = &tell->study->arm[of->arm[0]];
    const char **names = ins_arena_get(tell->arena, of->layers + 1, sizeof *names, "names");
    size_t count = 0;
    for (size_t l = 1; l <= of->layers; l++) {
        if (gain_of(tell, of->arm[0], INS_BACKWARD, l).interval.n == 0) continue;
        double here = places_of(tell, of->arm[0], l);
        if (!(places_of(tell, of->arm[0], ins_only_input(arm, l)) > here)) continue;
        names[count++] = ins_document_escape(tell->document, ins_layer_name(tell->arena, arm, l));
    }
    return count == 0
               ? ""
               : INS_TELL(" Pooling or stride before %s spreads the error over more positions.",
                          ins_say_list(tell->arena, names, count, NAMED));
}

static const char *zeros_text(ins_tell *tell, const group *of)
{
    size_t most = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t none = ins_gains_of_arm(tell->study, of->arm[i], INS_FORWARD).none;
        if (none > most) most = none;
    }
    return most == 0 ? ""
                     : INS_TELL(" %s no bar: the gain is 0, as of branches that start at 0.",
                                most == 1 ? "One layer has" : INS_TELL("%zu layers have", most));
}

static bool has_theory(const ins_tell *tell, const group *of)
{
    for (size_t i = 0; i < of->count; i++)
        for (size_t l = 1; l <= of->layers; l++)
            if (isfinite(predicted(tell, of->arm[i], INS_FORWARD, l))) return true;
    return false;
}

/* Behind a rectifier twice as much has to come out of a product. */
static const char *level_text(const ins_tell *tell, const group *of)
{
    bool rectified = ins_tell_is_own(tell);
    for (size_t i = 0; i < of->count; i++) {
        const ins_arm *arm = &tell->study->arm[of->arm[i]];
        for (size_t l = 1; l <= of->layers; l++) {
            const ins_graph_layer *at = ins_layer_at(arm, l);
            rectified = rectified || (at != NULL && at->activation != NULL &&
                                      strcmp(at->activation, "relu") == 0);
        }
    }
    return rectified ? "behind a ReLU 2 keeps the signal, elsewhere 1"
                     : "1 leaves it as large as it was";
}

static const char *theory_text(const ins_tell *tell, const group *of)
{
    if (!has_theory(tell, of)) return "";
    return ins_study_has_file(tell->study, INS_LOG_THEORY)
               ? " Crosses: theory."
               : " Crosses: fan_{in} Var W + Var b / E x², as of independent weights around 0.";
}

/* What every chart of the page is; said once. */
static const char *key_text(ins_tell *tell, const group *of, bool errors)
{
    return INS_TELL("Left: second moment of z over that of what the layer reads; %s. Right: %s. "
                    "Geometric means over seeds, before training.%s%s%s%s",
                    level_text(tell, of),
                    errors ? "second moment of the error of each layer"
                           : "error of the layer that it reads over its own, where it alone reads "
                             "that one",
                    errors ? "" : spread_text(tell, of), order_text(tell, of),
                    theory_text(tell, of),
                    of->blocks > 0 ? INS_TELL(" Of %zu blocks the first, the middle and the last "
                                              "are shown.",
                                              of->blocks)
                                   : "");
}

static void draw(ins_tell *tell, size_t index, const char **key)
{
    group of = group_of(tell, index);
    if (of.count == 0) return;
    ins_chart *chart = ins_chart_new(tell->arena, "gains", "Own gain of every layer",
                                     of.lines > LOW_ROWS ? INS_SHAPE_HIGH : INS_SHAPE_NORMAL);
    chart->across = 2;
    bool errors = shows_errors(tell, &of);
    draw_panel(tell, chart, &of, VIEW_FORWARD);
    draw_panel(tell, chart, &of, errors ? VIEW_ERRORS : VIEW_BACKWARD);
    if (ins_chart_prune(chart) == 0) return;
    if (*of.label != '\0')
        ins_add_heading(tell->document, ins_document_escape(tell->document, of.label));
    const char *text = key_text(tell, &of, errors);
    bool said = *key != NULL && strcmp(*key, text) == 0;
    ins_add_chart(tell->document, chart,
                  INS_TELL("%s%s", said ? "As the figure before." : text, zeros_text(tell, &of)));
    *key = text;
}

static bool holds(const group *of, size_t arm)
{
    for (size_t i = 0; i < of->count; i++)
        if (of->arm[i] == arm) return true;
    return false;
}

/* The groups of the arms that the title names, and outside of a book others as well. */
static bool is_drawn(const ins_tell *tell, size_t index, size_t drawn)
{
    ends end = ends_of(tell);
    group of = group_of(tell, index);
    if (of.count == 0) return false;
    if (holds(&of, end.least) || holds(&of, end.most)) return true;
    bool all = ins_tell_groups(tell, false) <= MOST_SETTINGS;
    return !tell->book && drawn < (size_t)(all ? MOST_SETTINGS : MOST_SETTINGS - 2);
}

void ins_write_gains(ins_tell *tell)
{
    size_t drawn = 0, groups = ins_tell_groups(tell, false);
    const char *key = NULL;
    ins_section_begin(tell->document, "gains", "Own gains", title_of(tell), false);
    for (size_t s = 0; s < groups; s++) {
        if (!is_drawn(tell, s, drawn)) continue;
        draw(tell, s, &key);
        drawn++;
    }
}
