/* What reaches the weights: their gradients by layer. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "initscope/csv.h"
#include "lines.h"
#include "phrases.h"

static double variance_at(const ins_study *study, size_t arm, size_t layer, ins_tensor tensor)
{
    return ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                        (ins_site){.epoch = study->start, .layer = layer, .tensor = tensor})
        .interval.mean;
}

/* Of the first hidden layer over that of the last. */
static double total(const ins_study *study, size_t arm, ins_tensor tensor)
{
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    if (hidden < 2) return NAN;
    return variance_at(study, arm, 1, tensor) / variance_at(study, arm, hidden, tensor);
}

/* The error changes by more than the threshold over the depth, the weight gradients by less than
 * half as many orders of magnitude. */
static bool is_levelled(const ins_study *study, size_t arm)
{
    double delta = fabs(log(total(study, arm, INS_DELTA)));
    double gradient = fabs(log(total(study, arm, INS_GRADIENT)));
    return delta > log(ins_threshold_of(INS_THRESHOLD_TOTAL)) && gradient < delta / 2;
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *levelled = ins_no_arms(flow), *steep = ins_no_arms(flow);
    size_t known = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        levelled[a] = is_levelled(part->study, a);
        double change = fabs(log(total(part->study, a, INS_GRADIENT)));
        known += isfinite(change);
        steep[a] = change > log(ins_threshold_of(INS_THRESHOLD_TOTAL));
    }
    size_t level = ins_count_arms(part, levelled);
    if (level > 0) {
        return ins_flow_format(flow,
                               "The error of %s changes from layer to layer, %s weight gradients "
                               "hardly do",
                               ins_say_arms(flow, levelled, level > 2 ? 1 : 2),
                               level == 1 ? "its" : "their");
    }
    if (ins_count_arms(part, steep) > 0) {
        return ins_flow_format(flow,
                               "With %s the weight gradients of the layers differ by a factor of "
                               "more than %s",
                               ins_say_arms(flow, steep, 2),
                               ins_say(flow, ins_threshold_of(INS_THRESHOLD_TOTAL)));
    }
    return known > 0 ? "All hidden layers get weight gradients of a similar size"
                     : "How far the layers move";
}

/* The two halves of the product, with the numbers of the arm in which they cancel best. */
static const char *cancellation(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t shown = part->study->arms;
    double most = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        double delta = fabs(log(total(part->study, a, INS_DELTA)));
        if (!is_levelled(part->study, a) || delta <= most) continue;
        most = delta;
        shown = a;
    }
    if (shown == part->study->arms) {
        return "In this run no initializer shows it strongly: the error changes little over the "
               "depth, or the gradients change with it.";
    }
    return ins_flow_format(
        flow,
        "So it is with %s: from the last hidden layer to the first Var δ changes by a factor of "
        "%s, that of the gradient by %s, because Var z has changed by %s on the way forward. "
        "Equal is not the same as large: all layers may get the same tiny gradient.",
        part->prose[shown], ins_say(flow, total(part->study, shown, INS_DELTA)),
        ins_say(flow, total(part->study, shown, INS_GRADIENT)),
        ins_say(flow, 1 / total(part->study, shown, INS_PREACTIVATION)));
}

typedef struct duo {
    size_t panels, points;
    size_t *arm;   /* (panels) */
    double *value; /* (panels, 2, points) */
    double minimum, maximum;
} duo;

/* Arms with something to draw, each relative to its last hidden layer. */
static duo duo_of(ins_flow *flow)
{
    static const ins_tensor tensors[] = {INS_DELTA, INS_GRADIENT};
    const ins_study *study = flow->part->study;
    size_t hidden = study->layers > 1 ? study->layers - 1 : 1;
    duo out = {.points = hidden, .minimum = 0.5, .maximum = 2};
    out.arm = ins_arena_get(flow->arena, study->arms, sizeof *out.arm, "figure");
    out.value = ins_arena_get(flow->arena, ins_multiply(study->arms, 2 * hidden, "figure"),
                              sizeof *out.value, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        size_t found = 0;
        for (size_t i = 0; i < 2 * hidden; i++) {
            double unit =
                variance_at(study, a, ins_hidden_layers(&study->arm[a]), tensors[i / hidden]);
            size_t layer = i % hidden + 1;
            double value = layer > ins_hidden_layers(&study->arm[a])
                               ? (double)NAN
                               : variance_at(study, a, layer, tensors[i / hidden]) / unit;
            out.value[out.panels * 2 * hidden + i] = value;
            if (!isfinite(value)) continue;
            found++;
            out.minimum = fmin(out.minimum, value);
            out.maximum = fmax(out.maximum, value);
        }
        if (found > 2) out.arm[out.panels++] = a;
    }
    return out;
}

static void write_duo(ins_flow *flow, ins_figure *figure, const duo *of)
{
    ins_csv_text(&figure->data, "layer");
    for (size_t p = 0; p < of->panels; p++) {
        const char *name = flow->part->name[of->arm[p]];
        ins_csv_name(&figure->data, ins_flow_format(flow, "%s delta", name));
        ins_csv_name(&figure->data, ins_flow_format(flow, "%s gradient", name));
    }
    ins_csv_end_row(&figure->data);
    for (size_t l = 0; l < of->points; l++) {
        ins_csv_integer(&figure->data, (long long)l + 1);
        for (size_t i = 0; i < 2 * of->panels; i++) {
            ins_figure_value(figure, of->value[i * of->points + l]);
        }
        ins_csv_end_row(&figure->data);
    }
}

static void draw_duo(ins_flow *flow, const duo *of, double height)
{
    const ins_part *part = flow->part;
    ins_multiples grid = ins_multiples_of(of->panels, height, 3.2);
    ins_figure *figure = ins_flow_figure(flow, "duo", "weight-gradients",
                                         "Error signal and weight gradient by layer, epoch 0.",
                                         ins_multiples_height(&grid));
    const char **names = ins_arena_get(flow->arena, of->panels, sizeof *names, "figure");
    unsigned *colour = ins_arena_get(flow->arena, of->panels, sizeof *colour, "figure");
    unsigned *ink = ins_arena_get(flow->arena, of->panels, sizeof *ink, "figure");
    for (size_t p = 0; p < of->panels; p++) {
        names[p] = ins_multiples_name(flow, &grid, of->panels, part->name[of->arm[p]]);
        colour[p] = part->colour[of->arm[p]];
        ink[p] = part->ink[of->arm[p]];
    }
    ins_axis x = ins_axis_whole(flow->arena, 1, (long long)of->points, 5);
    ins_axis y = ins_axis_log(flow->arena, of->minimum, of->maximum);
    ins_axis_thin(&y, height < 26 ? 4 : 6);
    double margin = fmax(0.08, 0.03 * (double)of->points);
    x.low = 1 - margin;
    x.high = (double)of->points + margin;
    ins_multiples_write(&grid, figure, of->panels);
    ins_axis_write(&x, figure, "X");
    ins_axis_write(&y, figure, "Y");
    ins_figure_words(figure, "X_TITLE", "hidden layer");
    ins_figure_words(figure, "Y_TITLE",
                     "Relative to the last hidden layer, log scale: Var δ (solid, "
                     "coloured), variance of the gradient (dashed, grey)");
    ins_figure_names(figure, "NAME", names, of->panels);
    ins_figure_colours(figure, "COLOR", colour, of->panels);
    ins_figure_colours(figure, "TEXT", ink, of->panels);
    write_duo(flow, figure, of);
    ins_flow_caption(flow, figure,
                     "Geometric means over seeds at epoch 0, read from right to left. Where the "
                     "dashed curve is flat all layers get gradients of one size, whatever happens "
                     "to δ. The first layer’s gradients carry the inputs, whose scale the "
                     "initializer does not choose. Initializers without a signal have no panel.");
}

static ins_cell gain_cell(ins_flow *flow, ins_interval gain)
{
    ins_text text = {0};
    if (gain.n == 0) return (ins_cell){.text = "–"};
    ins_prose_interval(&text, gain);
    ins_cell cell = {.text = ins_flow_escape(flow, text.data)};
    ins_text_free(&text);
    return cell;
}

static void table(ins_flow *flow)
{
    enum { COLUMNS = 6 };
    static const ins_table_column column[COLUMNS] = {
        {"Initializer", 40, INS_LEFT},      {"δ: gain to the input", 41, INS_RIGHT},
        {"gradient: gain", 36, INS_RIGHT},  {"theory", 14, INS_RIGHT},
        {"δ, first / last", 22, INS_RIGHT}, {"gradient", 17, INS_RIGHT}};
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        ins_cell *row = cell + a * COLUMNS;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        row[1] = gain_cell(flow, part->analysis->arm[a].signal[INS_BACKWARD].gain);
        row[2] = gain_cell(flow, ins_gain(study, a, INS_GRADIENT, INS_BACKWARD));
        row[3].text = ins_say(flow, ins_theory_gain(study, a, INS_GRADIENT, INS_BACKWARD));
        row[4].text = ins_say(flow, total(study, a, INS_DELTA));
        row[5].text = ins_say(flow, total(study, a, INS_GRADIENT));
    }
    ins_table_layout layout = {.column = column,
                               .columns = COLUMNS,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_table(flow, &layout);
}

/* What two hidden layers or more are needed for. */
static void by_layer(ins_flow *flow, const duo *both)
{
    static const char *const formulas[] = {"Var ∂loss/∂W_{l}  =  E[δ_{l}^{2}] · E[a_{l−1}^{2}]"};
    const ins_part *part = flow->part;
    ins_flow_paragraph(
        flow,
        ins_flow_format(flow,
                        "The gradient of a weight is the error above it times the activation below "
                        "it. With an initializer whose signals fade at the same rate both ways, a "
                        "layer near the input has a small error but large activations, and the two "
                        "cancel. %s",
                        cancellation(flow)));
    ins_flow_formula(flow, formulas, 1);
    double rows = 6.4 * (double)part->study->arms, caption = 14, moves = 60 + rows;
    double least = both->panels <= 4 ? 34 : both->panels <= 16 ? 22 : 13, most = 56;
    double height = ins_multiples_fit(flow, both->panels, 1, caption + rows + moves, 0, most);
    if (height < least || part->many) { /* what follows takes a page of its own */
        height =
            ins_multiples_fit(flow, both->panels, 1, part->many ? 4 : caption + rows, least, most);
    }
    draw_duo(flow, both, height);
    table(flow);
}

void ins_page_gradients(ins_flow *flow, const ins_page *page)
{
    duo both = duo_of(flow);
    ins_flow_title(flow, page->kicker, title_of(flow));
    if (both.panels > 0) by_layer(flow, &both);
    if (flow->part->study->epochs > 1) ins_draw_moving(flow);
}
