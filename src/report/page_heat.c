/* The variance of the pre-activations over layers and epochs. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "initscope/csv.h"
#include "layer_axis.h"
#include "layered.h"
#include "lines.h"
#include "phrases.h"

enum { MOST_TILES = 60 }; /* epochs drawn */

static ins_seeds tile(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer)
{
    return ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                        (ins_site){.epoch = epoch, .layer = layer, .tensor = INS_PREACTIVATION});
}

static double variance_at(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer)
{
    return tile(flow->part->study, arm, epoch, layer).interval.mean;
}

/* Its only layer where there is no hidden one. */
static size_t last_hidden(const ins_study *study, size_t arm)
{
    const ins_arm *of = &study->arm[arm];
    return of->layers > 1 ? ins_hidden_layers(of) : of->layers;
}

/* How many orders of magnitude the last hidden layer's variance is away from 1. */
static double distance(const ins_study *study, size_t arm, ins_epoch_index epoch)
{
    ins_seeds point = tile(study, arm, epoch, last_hidden(study, arm));
    if (point.interval.n == 0) return point.zeros > 0 ? (double)INFINITY : (double)NAN;
    return fabs(log10(point.interval.mean));
}

/* Epoch of the last recorded row of an arm's own, or the first of all. */
static ins_epoch_index last_of(const ins_study *study, size_t arm)
{
    ins_epoch_index last = ins_last_epoch(study);
    while (ins_epoch_place(last) > 0 &&
           tile(study, arm, last, 1).interval.n + tile(study, arm, last, 1).zeros == 0) {
        last = ins_epoch_before(last);
    }
    return last;
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    bool *mended = ins_no_arms(flow), *still = ins_no_arms(flow), *moved = ins_no_arms(flow);
    for (size_t a = 0; a < study->arms; a++) {
        double before = distance(study, a, ins_epoch_at(0)),
               after = distance(study, a, last_of(study, a));
        mended[a] = before >= 1 && after < 1;
        still[a] = before >= 1 && after >= 1;
        moved[a] = before < 1 && after >= 1;
    }
    size_t mends = ins_count_arms(part, mended), stays = ins_count_arms(part, still);
    size_t moves = ins_count_arms(part, moved);
    const char *stay = ins_flow_format(flow, "%s stay%s out of scale", ins_say_arms(flow, still, 2),
                                       stays == 1 ? "s" : "");
    const char *mend = ins_flow_format(flow, "Training brings the signal of %s back to scale",
                                       ins_say_arms(flow, mended, 2));
    const char *move = ins_flow_format(flow, "raining moves the signal of %s out of scale",
                                       ins_say_arms(flow, moved, 2));
    if (mends > 0 && stays > 0) return ins_flow_format(flow, "%s; %s", mend, stay);
    if (mends > 0 && moves > 0) return ins_flow_format(flow, "%s; t%s", mend, move);
    if (mends > 0) return mend;
    if (stays > 0 && moves > 0) {
        return ins_flow_format(flow, "%s; t%s", ins_capital(flow, stay), move);
    }
    if (stays > 0) return ins_capital(flow, stay);
    if (moves > 0) return ins_flow_format(flow, "T%s", move);
    return "The signal stays within a factor of ten of variance 1 throughout";
}

static double edge(const ins_study *study, const ins_epoch_index *epoch, size_t count, size_t i,
                   bool right)
{
    double here = (double)ins_epoch_number(study, epoch[i]);
    if (right) {
        double step = i + 1 < count ? (double)ins_epoch_number(study, epoch[i + 1]) - here
                      : i > 0       ? here - (double)ins_epoch_number(study, epoch[i - 1])
                                    : 1;
        return here + step / 2;
    }
    return i > 0 ? edge(study, epoch, count, i - 1, true)
                 : here - (edge(study, epoch, count, i, true) - here);
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_epoch_index *epoch,
                       size_t count)
{
    static const char *const columns[] = {"epoch", "layer", "x_low", "x_high", "y_low", "y_high"};
    const ins_study *study = flow->part->study;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        ins_csv_text(&figure->data, columns[c]);
    }
    for (size_t a = 0; a < study->arms; a++) {
        ins_csv_name(&figure->data, flow->part->name[a]);
        ins_csv_name(&figure->data, ins_flow_format(flow, "%s zero", flow->part->name[a]));
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < count; i++) {
        for (size_t l = 1; l <= study->layers; l++) {
            ins_csv_integer(&figure->data, ins_epoch_number(study, epoch[i]));
            ins_csv_integer(&figure->data, (long long)l);
            ins_figure_value(figure, edge(study, epoch, count, i, false));
            ins_figure_value(figure, edge(study, epoch, count, i, true));
            ins_figure_value(figure, (double)l - 0.5);
            ins_figure_value(figure, (double)l + 0.5);
            for (size_t a = 0; a < study->arms; a++) {
                ins_seeds point = tile(study, a, epoch[i], l);
                if (point.interval.n == 0) {
                    ins_csv_empty(&figure->data);
                } else {
                    ins_figure_value(figure, log10(point.interval.mean));
                }
                if (point.interval.n == 0 && point.zeros > 0) {
                    ins_csv_integer(&figure->data, 1);
                } else {
                    ins_csv_empty(&figure->data);
                }
            }
            ins_csv_end_row(&figure->data);
        }
    }
}

/* Tics of the layers: each when there are few, the first, some and the last otherwise. */
static ins_axis layer_axis(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    ins_layer_axis layers = {
        .first = 1, .last = study->layers, .first_name = "1", .steps = 5, .crowd = 0.1};
    if (study->layers > 1) layers.last_name = ins_layer_name(flow, study->layers);
    return ins_layer_axis_tics(flow->arena, &layers);
}

static void heat_maps(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t count;
    const ins_epoch_index *epoch = ins_choose_epochs(flow, MOST_TILES, &count);
    size_t arms = study->arms;
    double height_of_panels = ins_multiples_fit(
        flow, arms, 1, part->many ? 18 : 36 + 6.4 * (double)arms, arms <= 8 ? 34 : 12, 72);
    ins_multiples grid = ins_multiples_of(study->arms, height_of_panels, 3.2);
    double height = ins_multiples_height(&grid) + 12;
    ins_figure *figure =
        ins_flow_figure(flow, "heat", "signal-over-time",
                        "Variance of the pre-activations by layer and epoch.", height);
    const char **names = ins_arena_get(flow->arena, study->arms, sizeof *names, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        names[a] = ins_multiples_name(flow, &grid, arms, part->name[a]);
    }
    ins_axis x = ins_axis_whole(flow->arena, study->epoch[0], study->epoch[study->epochs - 1], 4);
    ins_axis y = layer_axis(flow);
    ins_axis_thin(&y, height_of_panels < 20 ? 3 : 8);
    x.low = edge(study, epoch, count, 0, false);
    x.high = edge(study, epoch, count, count - 1, true);
    ins_multiples_write(&grid, figure, study->arms);
    ins_axis_write(&x, figure, "X");
    ins_axis_write(&y, figure, "Y");
    ins_figure_count(figure, "LAYERS", study->layers);
    ins_figure_number(figure, "BAR_LEFT", 50);
    ins_figure_number(figure, "BAR_TOP", height - 8.6);
    ins_figure_words(figure, "Y_TITLE", "Variance of the pre-activations z by layer and epoch");
    ins_figure_words(figure, "Z_TITLE", "Var z");
    ins_figure_names(figure, "NAME", names, study->arms);
    ins_figure_colours(figure, "TEXT", part->ink, study->arms);
    write_data(flow, figure, epoch, count);
    ins_flow_caption(
        flow, figure,
        ins_flow_format(
            flow,
            "Geometric mean over %s; one scale for all panels, whose ends stand for all "
            "that lies beyond. Blue and orange stay apart under the common "
            "deficiencies of colour vision.%s",
            ins_say_seeds(flow),
            count < study->epochs ? " Some recorded epochs are left out." : ""));
}

static const char *number_cell(ins_flow *flow, ins_seeds point)
{
    if (point.interval.n > 0) return ins_say(flow, point.interval.mean);
    return point.zeros > 0 ? "0" : "–";
}

/* Epochs 0, 1, 2, 5, 10, 20, 50, ... as far as recorded, and the last. */
static size_t table_epochs(const ins_study *study, ins_epoch_index out[8])
{
    static const long long wanted[] = {0, 1, 2, 5, 10, 20, 50, 100, 200, 500};
    size_t count = 0;
    ins_epoch_index last = ins_last_epoch(study);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && count < 7; i++) {
        ins_epoch_index epoch = ins_epoch_of(study, wanted[i]);
        if (ins_is_recorded(epoch) && !ins_same_epoch(epoch, last)) out[count++] = epoch;
    }
    out[count++] = last;
    return count;
}

static void numbers(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    ins_epoch_index epoch[8];
    size_t epochs = table_epochs(study, epoch), columns = epochs + 1;
    double width = epochs > 6 ? 15.5 : 18;
    ins_table_column *column = ins_arena_get(flow->arena, columns, sizeof *column, "table");
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * columns, sizeof *cell, "table");
    column[0] =
        (ins_table_column){"Var z at epoch", INS_TEXT_WIDTH - width * (double)epochs, INS_LEFT};
    for (size_t e = 0; e < epochs; e++) {
        column[e + 1] = (ins_table_column){
            ins_flow_format(flow, "%lld", ins_epoch_number(study, epoch[e])), width, INS_RIGHT};
    }
    for (size_t a = 0; a < study->arms; a++) {
        cell[a * columns].text = ins_flow_escape(flow, part->name[a]);
        for (size_t e = 0; e < epochs; e++) {
            cell[a * columns + e + 1].text =
                number_cell(flow, tile(study, a, epoch[e], last_hidden(study, a)));
        }
    }
    ins_table_layout table = {.column = column,
                              .columns = columns,
                              .rows = study->arms,
                              .cell = cell,
                              .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, ins_same_depth(study)
                               ? ins_flow_format(flow, "The last hidden layer, %zu, in numbers",
                                                 last_hidden(study, 0))
                               : "The last hidden layer in numbers");
    ins_flow_table(flow, &table);
}

/* The same as curves, where a shallow network leaves room for them. */
static void curves(ins_flow *flow)
{
    const double least = 24, most = 48;
    const ins_study *study = flow->part->study;
    double minimum, maximum, height = ins_multiples_fit(flow, study->arms, 1, 2, 0, most);
    if (height < least) return;
    ins_layered layered = ins_layered_new(flow, 1, variance_at);
    if (!ins_layered_range(flow, &layered, &minimum, &maximum)) return;
    layered.vertical = ins_axis_log(flow->arena, fmin(minimum, 1), fmax(maximum, 1));
    layered.reference = 1;
    layered.y_title = "Variance of the pre-activations z, log scale";
    ins_figure *figure =
        ins_layered_draw(flow, &layered, "signal-curves",
                         "Variance of the pre-activations by layer over epochs.", height);
    ins_flow_caption(flow, figure,
                     "The same as curves, one a layer, pale near the input and dark at the output. "
                     "Dashed: variance 1.");
}

void ins_page_heat(ins_flow *flow, const ins_page *page)
{
    ins_flow_title(flow, page->kicker, title_of(flow));
    const ins_study *study = flow->part->study;
    const char *left = ins_is_recorded(study->start)
                           ? "the network as it was initialized"
                           : ins_flow_format(flow, "epoch %lld, the first that was recorded",
                                             ins_epoch_number(study, ins_epoch_at(0)));
    ins_flow_paragraph(
        flow,
        ins_flow_format(
            flow,
            "Each tile is one layer at one recorded epoch; its colour is the variance of the "
            "pre-activations. White is variance 1, orange is larger, blue is smaller, grey is "
            "exactly 0, and hatched means that no finite number was recorded. The left edge of a "
            "panel is %s; what happens to the right of it is training’s doing.",
            left));
    heat_maps(flow);
    numbers(flow);
    curves(flow);
}
