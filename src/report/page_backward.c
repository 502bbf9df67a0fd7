/* How the error signal changes on its way back, and how that relates to the way forward. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>

#include "initscope/csv.h"
#include "layer_lines.h"
#include "phrases.h"

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *lost = ins_no_arms(flow), *grown = ins_no_arms(flow), *mute = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        ins_grade grade = ins_grade_of(&of->signal[INS_BACKWARD]);
        lost[a] = grade == INS_GRADE_VANISHES;
        grown[a] = grade == INS_GRADE_EXPLODES;
        mute[a] = of->signal[INS_BACKWARD].silent;
    }
    size_t losses = ins_count_arms(part, lost), mutes = ins_count_arms(part, mute);
    size_t growths = ins_count_arms(part, grown);
    const char *text = NULL;
    if (losses > 0) {
        text = ins_flow_format(flow, "The error signal fades toward the input with %s",
                               ins_say_arms(flow, lost, 2));
    }
    if (growths > 0) {
        text = ins_flow_format(flow, "%s with %s",
                               text != NULL ? ins_flow_format(flow, "%s and grows", text)
                                            : "The error signal grows toward the input",
                               ins_say_arms(flow, grown, 1));
    }
    if (mutes > 0) {
        text = ins_flow_format(
            flow, "%s%s", text != NULL ? text : "No error signal reaches the hidden layers",
            text != NULL
                ? ins_flow_format(flow, "; none comes back with %s", ins_say_arms(flow, mute, 1))
                : ins_flow_format(flow, " with %s", ins_say_arms(flow, mute, 3)));
    }
    return text != NULL ? text : "The error signal reaches every layer";
}

static const double least_side = 50, around = 42; /* of the scatter, mm; its words and axes */

typedef struct cloud {
    double *forward, *backward; /* (runs), NAN: none */
    double minimum, maximum;
    size_t points;
} cloud;

static cloud cloud_of(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    cloud out = {.minimum = 0.5, .maximum = 2};
    out.forward = ins_arena_get(flow->arena, study->runs, sizeof *out.forward, "figure");
    out.backward = ins_arena_get(flow->arena, study->runs, sizeof *out.backward, "figure");
    for (size_t r = 0; r < study->runs; r++) {
        out.forward[r] = ins_run_gain(study, r, INS_PREACTIVATION, INS_FORWARD);
        out.backward[r] = ins_run_gain(study, r, INS_DELTA, INS_BACKWARD);
        if (!isfinite(out.forward[r]) || !isfinite(out.backward[r])) {
            out.forward[r] = out.backward[r] = NAN;
            continue;
        }
        out.minimum = fmin(out.minimum, fmin(out.forward[r], out.backward[r]));
        out.maximum = fmax(out.maximum, fmax(out.forward[r], out.backward[r]));
        out.points++;
    }
    return out;
}

static void write_cloud(ins_flow *flow, ins_figure *figure, const cloud *points)
{
    static const char *const columns[] = {"name", "seed", "forward_gain", "backward_gain", "rgb"};
    const ins_study *study = flow->part->study;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        ins_csv_text(&figure->data, columns[c]);
    }
    ins_csv_end_row(&figure->data);
    for (size_t r = 0; r < study->runs; r++) {
        size_t arm = study->run[r].arm;
        if (isnan(points->forward[r])) continue;
        ins_csv_name(&figure->data, flow->part->name[arm]);
        ins_csv_integer(&figure->data, study->run[r].seed);
        ins_figure_value(figure, points->forward[r]);
        ins_figure_value(figure, points->backward[r]);
        ins_csv_integer(&figure->data, flow->part->colour[arm]);
        ins_csv_end_row(&figure->data);
    }
}

/* The run of an arm whose point lies farthest to the right; SIZE_MAX: it has none. */
static size_t rightmost(const ins_study *study, size_t arm, const cloud *points)
{
    size_t found = SIZE_MAX;
    for (size_t s = 0; s < study->arm[arm].runs; s++) {
        size_t run = study->arm[arm].run[s];
        if (isnan(points->forward[run])) continue;
        if (found == SIZE_MAX || points->forward[run] > points->forward[found]) found = run;
    }
    return found;
}

/* Labels to the right of the panel, each with a line from the right edge of its arm's points. */
static void label_cloud(ins_flow *flow, ins_figure *figure, const cloud *points,
                        const ins_axis *axis, double left, double right, double bottom)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms, n = 0;
    double *x = ins_arena_get(flow->arena, arms, sizeof *x, "figure");
    double *y = ins_arena_get(flow->arena, arms, sizeof *y, "figure");
    double *label = ins_arena_get(flow->arena, arms, sizeof *label, "figure");
    const char **names = ins_arena_get(flow->arena, arms, sizeof *names, "figure");
    unsigned *colour = ins_arena_get(flow->arena, arms, sizeof *colour, "figure");
    unsigned *ink = ins_arena_get(flow->arena, arms, sizeof *ink, "figure");
    for (size_t a = 0; a < arms && !part->many; a++) {
        size_t edge = rightmost(part->study, a, points);
        if (edge == SIZE_MAX) continue;
        double forward = ins_axis_share(axis, points->forward[edge]);
        double backward = ins_axis_share(axis, points->backward[edge]);
        x[n] = left + forward * (right - left) + 1.3;
        y[n] = label[n] = bottom - backward * (bottom - 6);
        names[n] = ins_elide(flow->arena, part->name[a], INS_BOLD, 8.4, 55);
        colour[n] = part->colour[a];
        ink[n++] = part->ink[a];
    }
    ins_dodge(label, n, 4.4, 8, bottom - 2);
    ins_figure_count(figure, "LABELS", n);
    ins_figure_number(figure, "LABEL_X", right + 8);
    ins_figure_names(figure, "NAME", names, n);
    ins_figure_colours(figure, "COLOR", colour, n);
    ins_figure_colours(figure, "TEXT", ink, n);
    ins_figure_numbers(figure, "END_X", x, n);
    ins_figure_numbers(figure, "END_Y", y, n);
    ins_figure_numbers(figure, "LABEL_Y", label, n);
}

/* For networks too shallow for gains: the numbers of each layer. */
static void numbers(ins_flow *flow)
{
    enum { MOST = 3, COLUMNS = 1 + 2 * MOST };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t layers = study->layers < MOST ? study->layers : MOST, columns = 1 + 2 * layers;
    ins_table_column column[COLUMNS] = {{"Initializer", 44, INS_LEFT}};
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * columns, sizeof *cell, "table");
    double width = 126 / (double)(2 * layers);
    for (size_t l = 0; l < layers; l++) {
        column[1 + 2 * l] =
            (ins_table_column){ins_flow_format(flow, "Var δ, layer %zu", l + 1), width, INS_RIGHT};
        column[2 + 2 * l] =
            (ins_table_column){ins_flow_format(flow, "Var gradient, %zu", l + 1), width, INS_RIGHT};
    }
    for (size_t a = 0; a < study->arms; a++) {
        ins_cell *row = cell + a * columns;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        for (size_t l = 0; l < layers; l++) {
            ins_seeds delta = ins_seeds_at(
                study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                (ins_site){.epoch = study->start, .layer = l + 1, .tensor = INS_DELTA});
            ins_seeds gradient = ins_seeds_at(
                study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                (ins_site){.epoch = study->start, .layer = l + 1, .tensor = INS_GRADIENT});
            row[1 + 2 * l].text = delta.interval.n > 0 ? ins_say(flow, delta.interval.mean)
                                  : delta.zeros > 0    ? "0"
                                                       : "–";
            row[2 + 2 * l].text = gradient.interval.n > 0 ? ins_say(flow, gradient.interval.mean)
                                  : gradient.zeros > 0    ? "0"
                                                          : "–";
        }
    }
    ins_table_layout table = {.column = column,
                              .columns = columns,
                              .rows = study->arms,
                              .cell = cell,
                              .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "The error signal and the gradients in numbers");
    ins_flow_table(flow, &table);
    ins_flow_note(flow,
                  "Geometric means over seeds at epoch 0; the last layer is the output. Gains per "
                  "layer need at least two hidden layers with a signal in both directions: no run "
                  "has them, and forward and backward gain are not drawn against each other.");
}

static void scatter(ins_flow *flow)
{
    const double left = 12;
    cloud points = cloud_of(flow);
    if (points.points == 0) {
        numbers(flow);
        return;
    }
    bool alone = ins_flow_room(flow, least_side + around);
    double side = fmin(alone ? 110 : 72, ins_flow_left(flow) - around);
    ins_flow_heading(flow, "One point per run: forward against backward gain");
    ins_figure *figure =
        ins_flow_figure(flow, "scatter", "gains",
                        "Forward and backward gain per layer of every run, epoch 0.", side + 17);
    ins_axis axis = ins_axis_log(flow->arena, points.minimum, points.maximum);
    ins_figure_number(figure, "LEFT", left);
    ins_figure_number(figure, "RIGHT", left + side + 14);
    ins_figure_number(figure, "TOP", 6);
    ins_figure_number(figure, "BOTTOM", side + 6);
    ins_axis_write(&axis, figure, "X");
    ins_axis_write(&axis, figure, "Y");
    label_cloud(flow, figure, &points, &axis, left, left + side + 14, side + 6);
    write_cloud(flow, figure, &points);
    ins_flow_caption(
        flow, figure,
        ins_flow_format(flow,
                        "%zu of %zu runs; the others have no signal in one of the directions. "
                        "Green square: gain between ½ and 2 both ways. On the diagonal as much is "
                        "lost going back as going forward, as happens when fan_in = fan_out; "
                        "unequal widths move a run off it.",
                        points.points, flow->part->study->runs));
}

void ins_page_backward(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow,
        "The variance of δ = ∂loss/∂z of each sample’s own loss: how strongly a layer is told "
        "to change. It is to be read from right (output) to left (input), the way the error "
        "travels. The gradient of a weight is δ times the activation below it, so that a "
        "layer whose δ has a variance of 10^{−12} of the last one’s gets gradients 10^{−6} "
        "as large.");
    ins_layer_lines all =
        ins_layer_lines_of(flow, INS_DELTA, INS_LAYERS_VARIANCE, part->study->start);
    const char *absent = ins_layer_lines_absent(flow, &all);
    double height = fmin(84, ins_flow_left(flow) - 122);
    if (part->many) { /* the scatter on the same page, or on one of its own */
        height = ins_multiples_fit(flow, all.lines->curves, 1, least_side + around + 6, 0, 40);
        if (height < 16) height = ins_multiples_fit(flow, all.lines->curves, 1, 6, 12, 40);
    }
    if (all.lines->curves > 0) {
        double minimum, maximum;
        ins_lines_range(all.lines, true, &minimum, &maximum);
        all.lines->vertical = ins_axis_log(flow->arena, minimum, maximum);
        all.lines->reference = NAN;
        all.lines->y_title = "Variance of δ, log scale";
        all.lines->x_title = "layer  (the error signal travels from right to left)";
        ins_figure *figure =
            ins_lines_draw(flow, all.lines, "backward", "Variance of delta by layer, epoch 0.",
                           height, part->many);
        ins_flow_caption(flow, figure,
                         ins_flow_format(flow,
                                         "Geometric mean over %s (line) and the range of single "
                                         "seeds (band).%s%s",
                                         ins_say_seeds(flow), ins_layer_lines_dashed(&all),
                                         absent));
    } else {
        ins_flow_note(flow, ins_flow_format(flow, "Nothing can be drawn.%s", absent));
    }
    scatter(flow);
}
