/* Curves of layers over epochs. */
#include <config.h>

#include "layered.h"

#include <math.h>

#include "initscope/csv.h"
#include "lines.h"
#include "phrases.h"

enum { MOST_LAYERS = 6, MOST_EPOCHS = 100, ENOUGH_EPOCHS = 40 };

size_t *ins_choose(ins_flow *flow, size_t first, size_t last, size_t most, size_t *count)
{
    size_t all = last >= first ? last - first + 1 : 0;
    *count = all < most ? all : most;
    size_t *chosen = ins_arena_get(flow->arena, *count, sizeof *chosen, "figure");
    for (size_t i = 0; i < *count; i++) {
        double share = *count > 1 ? (double)i / (double)(*count - 1) : 0;
        chosen[i] = first + (size_t)lround(share * (double)(all - 1));
    }
    return chosen;
}

ins_epoch_index *ins_choose_epochs(ins_flow *flow, size_t most, size_t *count)
{
    const size_t *place = ins_choose(flow, 0, flow->part->study->epochs - 1, most, count);
    ins_epoch_index *chosen = ins_arena_get(flow->arena, *count, sizeof *chosen, "figure");
    for (size_t i = 0; i < *count; i++) chosen[i] = ins_epoch_at(place[i]);
    return chosen;
}

ins_layered ins_layered_new(ins_flow *flow, size_t first_layer, ins_layered_value value)
{
    const ins_study *study = flow->part->study;
    ins_layered out = {.reference = NAN};
    out.layer = ins_choose(flow, first_layer, study->layers, MOST_LAYERS, &out.layers);
    out.epoch =
        ins_choose_epochs(flow, flow->part->many ? ENOUGH_EPOCHS : MOST_EPOCHS, &out.epochs);
    size_t cells = ins_multiply(study->arms, out.layers * out.epochs, "figure");
    out.value = ins_arena_get(flow->arena, cells, sizeof *out.value, "figure");
    double *cell = out.value;
    for (size_t a = 0; a < study->arms; a++)
        for (size_t l = 0; l < out.layers; l++)
            for (size_t e = 0; e < out.epochs; e++)
                *cell++ = value(flow, a, out.epoch[e], out.layer[l]);
    return out;
}

bool ins_layered_range(ins_flow *flow, const ins_layered *layered, double *minimum, double *maximum)
{
    size_t cells = flow->part->study->arms * layered->layers * layered->epochs;
    *minimum = *maximum = NAN;
    for (size_t i = 0; i < cells; i++) {
        if (!isfinite(layered->value[i])) continue;
        *minimum = fmin(*minimum, layered->value[i]);
        *maximum = fmax(*maximum, layered->value[i]);
    }
    return !isnan(*minimum);
}

/* Pale to dark, t from 0 (input) to 1 (output). */
static unsigned shade(double t)
{
    static const double pale[3] = {0x45, 0x8B, 0xBF}, dark[3] = {0x08, 0x2A, 0x5C};
    unsigned rgb = 0;
    for (size_t i = 0; i < 3; i++) {
        rgb = rgb << 8 | (unsigned)lround(pale[i] + t * (dark[i] - pale[i]));
    }
    return rgb;
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_layered *layered)
{
    const ins_study *study = flow->part->study;
    ins_csv_text(&figure->data, "epoch");
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 0; l < layered->layers; l++) {
            ins_csv_name(&figure->data, ins_flow_format(flow, "%s layer %zu", flow->part->name[a],
                                                        layered->layer[l]));
        }
    }
    ins_csv_end_row(&figure->data);
    for (size_t e = 0; e < layered->epochs; e++) {
        ins_csv_integer(&figure->data, ins_epoch_number(study, layered->epoch[e]));
        for (size_t i = 0; i < study->arms * layered->layers; i++) {
            ins_figure_value(figure, layered->value[i * layered->epochs + e]);
        }
        ins_csv_end_row(&figure->data);
    }
}

static double last_value(const ins_layered *layered, size_t arm, size_t layer)
{
    const double *value = layered->value + (arm * layered->layers + layer) * layered->epochs;
    double last = NAN;
    for (size_t e = 0; e < layered->epochs; e++) {
        if (isfinite(value[e])) last = value[e];
    }
    return last;
}

/* Where the layers' numbers stand at the right of each panel, in millimetres below its top; NaN
 * where a layer has no curve. */
static void write_labels(ins_flow *flow, ins_figure *figure, const ins_layered *layered,
                         const ins_multiples *grid)
{
    const ins_study *study = flow->part->study;
    size_t n = layered->layers;
    double *places = ins_arena_get(flow->arena, study->arms * n, sizeof *places, "figure");
    const char **names = ins_arena_get(flow->arena, n, sizeof *names, "figure");
    unsigned *colours = ins_arena_get(flow->arena, n, sizeof *colours, "figure");
    unsigned *inks = ins_arena_get(flow->arena, n, sizeof *inks, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        double drawn[MOST_LAYERS];
        size_t count = 0;
        for (size_t l = 0; l < n; l++) {
            double share = ins_axis_share(&layered->vertical, last_value(layered, a, l));
            if (!isnan(share)) drawn[count++] = grid->height * (1 - fmin(fmax(share, 0), 1));
        }
        ins_dodge(drawn, count, 2.5, 0.5, grid->height - 0.5);
        for (size_t l = 0, d = 0; l < n; l++) {
            bool has = !isnan(last_value(layered, a, l));
            places[a * n + l] = has ? drawn[d++] : (double)NAN;
        }
    }
    for (size_t l = 0; l < n; l++) {
        names[l] = ins_layer_name(flow, layered->layer[l]);
        double t = n > 1 ? (double)l / (double)(n - 1) : 1;
        colours[l] = shade(t);
        inks[l] = shade(0.4 + 0.6 * t); /* what is pale for a line is too pale for a number */
    }
    ins_figure_numbers(figure, "LABEL_Y", places, study->arms * n);
    ins_figure_names(figure, "LAYER", names, n);
    ins_figure_colours(figure, "SHADE", colours, n);
    ins_figure_colours(figure, "SHADE_TEXT", inks, n);
}

/* Arms none of whose curves has two points. */
static void write_alone(ins_flow *flow, ins_figure *figure, const ins_layered *layered)
{
    size_t arms = flow->part->study->arms, n = layered->epochs;
    double *alone = ins_arena_get(flow->arena, arms, sizeof *alone, "figure");
    for (size_t a = 0; a < arms; a++) {
        for (size_t l = 0; l < layered->layers; l++) {
            const double *value = layered->value + (a * layered->layers + l) * n;
            alone[a] = fmax(alone[a], ins_figure_alone(value, n, 1));
        }
    }
    ins_figure_numbers(figure, "ALONE", alone, arms);
}

ins_figure *ins_layered_draw(ins_flow *flow, const ins_layered *layered, const char *name,
                             const char *title, double panel_height)
{
    const ins_study *study = flow->part->study;
    ins_multiples grid = ins_multiples_of(study->arms, panel_height, 5);
    ins_figure *figure = ins_flow_figure(flow, "layered", name, title, ins_multiples_height(&grid));
    const char **names = ins_arena_get(flow->arena, study->arms, sizeof *names, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        names[a] = ins_multiples_name(flow, &grid, study->arms, flow->part->name[a]);
    }
    ins_axis epochs =
        ins_axis_whole(flow->arena, study->epoch[0], study->epoch[study->epochs - 1], 4);
    ins_axis vertical = layered->vertical;
    ins_axis_thin(&vertical, panel_height < 26 ? 4 : 6);
    ins_multiples_write(&grid, figure, study->arms);
    ins_axis_write(&epochs, figure, "X");
    ins_axis_write(&vertical, figure, "Y");
    ins_figure_count(figure, "Y_LOG", layered->vertical.log);
    ins_figure_words(figure, "Y_TITLE", layered->y_title);
    ins_figure_number(figure, "REFERENCE", layered->reference);
    ins_figure_names(figure, "NAME", names, study->arms);
    ins_figure_colours(figure, "TEXT", flow->part->ink, study->arms);
    ins_figure_count(figure, "LAYERS", layered->layers);
    write_alone(flow, figure, layered);
    write_labels(flow, figure, layered, &grid);
    write_data(flow, figure, layered);
    return figure;
}
