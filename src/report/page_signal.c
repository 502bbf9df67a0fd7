/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Size, signal and error by layer before training, with what theory predicts, and the totals. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"
#include "initscope/thresholds.h"

/* Networks that are no chain and have several layers to show. */
static bool has_graphs(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++) {
        const ins_arm *arm = &tell->study->arm[a];
        size_t shown = 0;
        for (size_t l = 1; l <= ins_tell_hidden(tell, a); l++) {
            ins_site at = {arm->run[0], tell->study->start, l, INS_PREACTIVATION};
            shown +=
                ins_has_product(arm, l) && !isnan(ins_number(tell->study, INS_LAYERS_VARIANCE, at));
        }
        if (!arm->chain && shown >= 2) return true;
    }
    return false;
}

bool ins_signal_applies(const ins_tell *tell)
{
    return ins_is_recorded(tell->study->start) && !tell->sweep &&
           (ins_tell_has_depth(tell) || has_graphs(tell));
}

static ins_seeds seeds_of(const ins_tell *tell, size_t arm, ins_quantity quantity, size_t layer)
{
    return ins_quantity_over_seeds(tell->study, arm, quantity, tell->study->start, layer);
}

/* What theory.csv predicts of the quantity; NAN: nothing. */
static double predicted(const ins_tell *tell, size_t arm, ins_quantity quantity, size_t layer)
{
    static const ins_tensor tensors[] = {[INS_QUANTITY_SIZE] = INS_PREACTIVATION,
                                         [INS_QUANTITY_SIGNAL] = INS_SIGNAL,
                                         [INS_QUANTITY_ERROR] = INS_DELTA};
    ins_site at = {
        .run = tell->study->arm[arm].run[0], .layer = layer, .tensor = tensors[quantity]};
    ins_column_id column =
        quantity == INS_QUANTITY_SIGNAL ? INS_THEORY_VARIANCE : INS_THEORY_SECOND_MOMENT;
    return ins_number(tell->study, column, at);
}

/* Size and signal differ by more than the threshold somewhere. */
static bool is_apart(const ins_tell *tell, size_t arm)
{
    for (size_t l = 1; l <= ins_tell_hidden(tell, arm); l++) {
        double size = seeds_of(tell, arm, INS_QUANTITY_SIZE, l).interval.mean;
        double signal = seeds_of(tell, arm, INS_QUANTITY_SIGNAL, l).interval.mean;
        if (size / signal > ins_threshold_of(INS_THRESHOLD_SIZE_APART)) return true;
    }
    return false;
}

static void add_series(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm,
                       ins_quantity quantity, ins_series_kind kind, bool theory)
{
    const ins_mark *mark = ins_tell_mark(tell, arm);
    static const char *const names[] = {"size", "signal", "error"};
    ins_series *series = ins_mark_series(
        chart, panel, theory ? kind : ins_curve_kind(tell, arm, kind),
        INS_TELL("%s %s%s", mark->name, names[quantity], theory ? " theory" : ""), mark);
    for (size_t l = 1; l <= ins_tell_hidden(tell, arm); l++) {
        if (theory) {
            ins_add_predicted(tell, arm, chart, series, (double)l,
                              predicted(tell, arm, quantity, l));
            continue;
        }
        if (!ins_has_product(&tell->study->arm[arm], l)) continue;
        ins_seeds seeds = seeds_of(tell, arm, quantity, l);
        bool told = seeds.interval.n > 0 || seeds.zeros > 0 || seeds.infinite > 0;
        if (!told) continue; /* a layer without rows ends no curve */
        ins_series_add(chart, series, ins_seeds_point((double)l, &seeds));
    }
    if (kind == INS_SERIES_LINE && !panel->title_is_arm)
        ins_name_curve(tell, chart, panel, series, mark->name);
}

static void fill_panel(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm, bool error)
{
    if (error) {
        add_series(tell, chart, panel, arm, INS_QUANTITY_ERROR, INS_SERIES_THEORY, true);
        add_series(tell, chart, panel, arm, INS_QUANTITY_ERROR, INS_SERIES_LINE, false);
        return;
    }
    bool apart = is_apart(tell, arm);
    add_series(tell, chart, panel, arm, INS_QUANTITY_SIGNAL, INS_SERIES_THEORY, true);
    add_series(tell, chart, panel, arm, INS_QUANTITY_SIGNAL, INS_SERIES_LINE, false);
    if (apart) add_series(tell, chart, panel, arm, INS_QUANTITY_SIZE, INS_SERIES_SIZE, false);
}

/* Every other block has a band behind it. */
static void add_blocks(ins_tell *tell, ins_chart *chart, ins_panel *panel)
{
    enum { BAND = 0xF0F3F6 };
    ins_layer_block block[INS_MOST_BLOCKS];
    size_t count = ins_layer_blocks(tell, 1, tell->study->layers - 1, block, INS_MOST_BLOCKS);
    if (count < 2 || count > INS_MOST_BLOCKS || !panel->x.names) return;
    ins_series *bands = ins_panel_series(chart, panel, INS_SERIES_TILES, "blocks", BAND, BAND);
    for (size_t b = 0; b < count; b += 2)
        ins_series_add(chart, bands,
                       (ins_point){.x = (double)block[b].first - 0.5,
                                   .y = (double)block[b].last + 0.5,
                                   .lower = panel->y.low,
                                   .upper = panel->y.high,
                                   .colour = BAND});
}

static void finish_panel(ins_tell *tell, ins_chart *chart, ins_panel *panel)
{
    double low, high;
    panel->x = ins_layers_axis(tell, 1, tell->study->layers > 1 ? tell->study->layers - 1 : 1);
    panel->x_title = "hidden layer";
    if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
    panel->y = ins_axis_log(tell->arena, low, high);
    add_blocks(tell, chart, panel);
}

/* Whether a tensor of the arm was measured before training, and not only listed. */
static bool is_measured(const ins_tell *tell, size_t arm, ins_tensor tensor)
{
    const ins_arm *of = &tell->study->arm[arm];
    for (size_t s = 0; s < of->runs; s++)
        for (size_t l = 1; l <= ins_tell_hidden(tell, arm); l++) {
            const ins_site at = {of->run[s], tell->study->start, l, tensor};
            if (!isnan(ins_number(tell->study, INS_LAYERS_VARIANCE, at))) return true;
        }
    return false;
}

/* Arms of which nothing is drawn though it was measured. */
static const char *absent(ins_tell *tell, bool error)
{
    bool *none = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *none, "names");
    size_t count = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        size_t drawn = 0;
        for (size_t l = 1; l <= ins_tell_hidden(tell, a); l++)
            drawn +=
                seeds_of(tell, a, error ? INS_QUANTITY_ERROR : INS_QUANTITY_SIGNAL, l).interval.n >
                0;
        none[a] = drawn == 0 && is_measured(tell, a, error ? INS_DELTA : INS_PREACTIVATION);
        count += none[a];
    }
    if (count == 0) return "";
    return INS_TELL(" Not drawn: %s, whose %s is 0 in every layer, or rounding.",
                    ins_tell_text(tell, ins_say_arms(tell->arena, none, tell->study->arms, 6)),
                    error ? "error" : "signal");
}

/* Signal and error side by side, of the arms that shown says. */
static bool draw_together(ins_tell *tell, const char *name, const bool *shown, const char *caption)
{
    ins_chart *chart =
        ins_chart_new(tell->arena, name, "Signal, size and error by layer", INS_SHAPE_NORMAL);
    chart->across = 2;
    for (int error = 0; error < 2; error++) {
        ins_panel *panel = ins_chart_panel(chart, error ? "Error: second moment of delta"
                                                        : "Signal: variance of z between rows");
        panel->labels_left = error != 0;
        for (size_t a = 0; a < tell->study->arms; a++)
            if (shown[a]) fill_panel(tell, chart, panel, a, error != 0);
        finish_panel(tell, chart, panel);
    }
    if (ins_chart_prune(chart) == 0) return false;
    ins_add_chart(tell->document, chart, caption);
    return true;
}

void ins_draw_worked(ins_tell *tell, size_t lost, size_t kept)
{
    bool *shown = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *shown, "names");
    shown[lost] = shown[kept] = true;
    size_t layers = ins_tell_hidden(tell, lost);
    const char *lost_name = ins_mark_text(tell->document, ins_tell_arm(tell, lost));
    const char *kept_name = ins_mark_text(tell->document, ins_tell_arm(tell, kept));
    ins_interval forward = tell->analysis->arm[lost].total[INS_FORWARD].interval;
    ins_interval backward = tell->analysis->arm[lost].total[INS_BACKWARD].interval;
    draw_together(
        tell, "reading", shown,
        INS_TELL(
            "Two networks of %s, before training. Left, read from the input on: with %s the "
            "last layer has %s of the first one's signal, with %s %s. Right, read from the output "
            "back: of the error %s arrives, and %s. Bands: from the smallest to the largest seed; "
            "dashed: theory.",
            ins_say_count(tell->arena, layers, "hidden layer"), lost_name,
            forward.n > 0 ? ins_tell_mean(tell, forward) : "nothing", kept_name,
            ins_tell_mean(tell, tell->analysis->arm[kept].total[INS_FORWARD].interval),
            backward.n > 0 ? ins_tell_mean(tell, backward) : "nothing",
            ins_tell_mean(tell, tell->analysis->arm[kept].total[INS_BACKWARD].interval)));
}

/* Of what is drawn as theory, and why there is none of the error where an output layer starts as
 * the transpose of another: the way back goes through the numbers of the way forward. */
static const char *theory_text(const ins_tell *tell, bool error)
{
    const char *output = ins_tell_entry(tell, "output-init");
    bool tied = output != NULL && strstr(output, "tied") != NULL;
    if (!ins_study_has_file(tell->study, INS_LOG_THEORY)) return "";
    if (!error || !tied) return " Dashed: what mean-field theory predicts.";
    return " Dashed: what mean-field theory predicts; of the error nothing where the output layer "
           "starts as the transpose of another, for the way back goes through the same numbers.";
}

/* Between layers of some network stands what has no row. */
static bool has_unlisted(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->study->arm[a].unlisted) return true;
    return false;
}

/* Why there are points, and marks in the place of dashes. */
static const char *points_text(const ins_tell *tell)
{
    if (!has_graphs(tell)) return "";
    if (has_unlisted(tell))
        return " Points without a line: layers between which values change by more than the "
               "activation function, as in norms that have no row; no total is formed of them.";
    return ins_study_has_file(tell->study, INS_LOG_THEORY)
               ? " Points and crosses without a line: layers of networks that are no chain."
               : " Points without a line: layers of networks that are no chain.";
}

/* Few arms in two panels; many in a panel each, with the others in grey. */
static void draw(ins_tell *tell)
{
    const ins_study *study = tell->study;
    bool together = tell->colours > 0 && study->arms <= tell->colours;
    if (together) {
        bool *shown = ins_arena_get(tell->arena, study->arms + 1, sizeof *shown, "names");
        for (size_t a = 0; a < study->arms; a++) shown[a] = true;
        draw_together(
            tell, "signal", shown,
            INS_TELL("Signal read from the input on, error from the output back. Geometric "
                     "means over seeds, bands from the smallest to the largest seed; thin "
                     "line and open points: the size, where it is more than twice the "
                     "signal.%s%s%s%s",
                     theory_text(tell, true), points_text(tell), absent(tell, false),
                     absent(tell, true)));
        return;
    }
    for (int error = 0; error < 2; error++) {
        ins_chart *chart = ins_chart_new(tell->arena, error ? "error" : "signal",
                                         error ? "Error by layer" : "Signal and size by layer",
                                         INS_SHAPE_MULTIPLE);
        chart->shadows = true;
        for (size_t i = 0; i < ins_tell_shown(tell); i++) {
            size_t a = ins_tell_shown_arm(tell, i);
            ins_panel *panel = ins_chart_panel(chart, ins_tell_mark(tell, a)->name);
            ins_mark_panel(panel, ins_tell_mark(tell, a));
            panel->title_is_arm = true;
            fill_panel(tell, chart, panel, a, error != 0);
            finish_panel(tell, chart, panel);
        }
        ins_share_axis(chart, true);
        for (size_t i = 0; i < chart->panels.count; i++)
            ins_axis_thin(&((ins_panel *const *)chart->panels.items)[i]->y, 5);
        if (ins_chart_prune(chart) == 0) continue;
        ins_add_chart(
            tell->document, chart,
            INS_TELL("%s by hidden layer, before training; the other initializers in "
                     "grey.%s%s%s%s",
                     error ? "Error: second moment of delta" : "Signal: variance of z between rows",
                     theory_text(tell, error != 0), points_text(tell), absent(tell, error != 0),
                     ins_tell_shown_text(tell)));
    }
}

static bool is_known(const ins_arm_judgement *arm)
{
    return arm->grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN &&
           arm->grade[INS_BACKWARD] != INS_GRADE_NOT_KNOWN;
}

/* Some network is a chain, of which totals are known. */
static bool has_chains(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->study->arm[a].chain && is_known(&tell->analysis->arm[a])) return true;
    return false;
}

/* --- The totals beside theory ---------------------------------------------------------- */

static double predicted_total(const ins_tell *tell, size_t arm, ins_direction direction)
{
    size_t hidden = ins_tell_hidden(tell, arm);
    ins_quantity quantity = direction == INS_FORWARD ? INS_QUANTITY_SIGNAL : INS_QUANTITY_ERROR;
    double first = predicted(tell, arm, quantity, 1), last = predicted(tell, arm, quantity, hidden);
    return direction == INS_FORWARD ? last / first : first / last;
}

/* Measured over predicted, as a factor. */
static const char *factor_text(const ins_tell *tell, size_t arm, ins_direction direction)
{
    ins_interval total = tell->analysis->arm[arm].total[direction].interval;
    double theory = predicted_total(tell, arm, direction);
    if (total.n == 0 || !isfinite(theory) || !(theory > 0)) return "–";
    ins_interval ratio = {total.n, total.mean / theory, total.lower / theory, total.upper / theory};
    return ins_tell_interval(tell, ratio, false);
}

static void write_totals(ins_tell *tell)
{
    static const ins_table_column column[] = {{"Initializer", INS_LEFT, 0, false},
                                              {"Forward total", INS_LEFT, 0, false},
                                              {"predicted", INS_LEFT, 0, false},
                                              {"measured / predicted", INS_LEFT, 0, false},
                                              {"Backward total", INS_LEFT, 0, false},
                                              {"predicted", INS_LEFT, 0, false},
                                              {"measured / predicted", INS_LEFT, 0, false},
                                              {"Alikeness", INS_RIGHT, 0, false}};
    enum { COLUMNS = sizeof column / sizeof column[0] };
    if (!ins_study_has_file(tell->study, INS_LOG_THEORY) || !has_chains(tell)) return;
    ins_table_block *table = ins_add_table(tell->document, column, COLUMNS, ins_tell_shown(tell));
    for (size_t i = 0; i < table->rows; i++) {
        size_t a = ins_tell_shown_arm(tell, i);
        const ins_arm_judgement *of = &tell->analysis->arm[a];
        ins_cell *name = ins_table_cell(table, i, 0);
        name->text = ins_mark_text(tell->document, ins_tell_arm(tell, a));
        name->mark = ins_tell_arm(tell, a);
        for (int d = 0; d < INS_DIRECTIONS; d++) {
            ins_cell *cell = ins_table_cell(table, i, 1 + 3 * (size_t)d);
            double theory = predicted_total(tell, a, (ins_direction)d);
            cell[0].text = of->grade[d] == INS_GRADE_NONE
                               ? "none"
                               : ins_tell_interval(tell, of->total[d].interval, false);
            cell[1].text =
                isfinite(theory) ? ins_tell_mean(tell, (ins_interval){1, theory, NAN, NAN}) : "–";
            cell[2].text = factor_text(tell, a, (ins_direction)d);
        }
        ins_table_cell(table, i, COLUMNS - 1)->text = ins_tell_mean(tell, of->alikeness.interval);
    }
    table->note = INS_TELL(
        "Alikeness: mean correlation of two probe rows' z in the last hidden layer. A theory "
        "of infinite width knows no spread over seeds; the factor measured over predicted "
        "says how far this width is from it. Initializers whose first pass is the same "
        "network up to a factor are one observation.%s",
        ins_tell_shown_text(tell));
}

/* Who keeps both, of those of whom both are known. */
static const char *title_of(ins_tell *tell)
{
    size_t keeps = 0, known = 0, depth = 0;
    bool *which = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *which, "names");
    for (size_t a = 0; a < tell->study->arms; a++) {
        keeps += which[a] = ins_has_verdict(&tell->analysis->arm[a], INS_VERDICT_PRESERVING);
        known += is_known(&tell->analysis->arm[a]);
        size_t layers = ins_hidden_products(&tell->study->arm[a]);
        if (layers > depth) depth = layers;
    }
    const char *layers = ins_say_count(tell->arena, depth, "hidden layer");
    if (known == 0) return INS_TELL("Before training, over %s", layers);
    if (keeps == 0)
        return known > 1 ? INS_TELL("None keeps signal and error over %s", layers)
                         : INS_TELL("Signal and error do not both last over %s", layers);
    if (keeps == tell->study->arms && keeps > 1)
        return INS_TELL("All keep signal and error over %s", layers);
    const char *names = ins_tell_text(tell, ins_say_arms(tell->arena, which, tell->study->arms, 3));
    return INS_TELL("%s %s signal and error over %s", names, keeps == 1 ? "keeps" : "keep", layers);
}

void ins_write_signal(ins_tell *tell)
{
    ins_section_begin(tell->document, "signal", "Signal", title_of(tell), false);
    draw(tell);
    if (!tell->book) write_totals(tell);
}
