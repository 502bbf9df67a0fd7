/* How the pre-activations are spread in each layer: ridgelines from the recorded histograms. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "initscope/csv.h"
#include "layered.h"
#include "lines.h"
#include "phrases.h"

enum { MOST_BINS = 400 };

/* The pre-activations of a layer, all seeds together, on the bins of the first one. */
typedef struct density {
    size_t bins;
    double lower, upper;
    double count[MOST_BINS];
    double total;
} density;

/* Which bin of the density holds x; beyond the ends the first and the last. */
static size_t bin_of(const density *d, double x)
{
    double share = (x - d->lower) / (d->upper - d->lower) * (double)d->bins;
    if (!(share > 0)) return 0;
    return share >= (double)d->bins ? d->bins - 1 : (size_t)share;
}

static void add_run(density *d, const ins_study *study, size_t run, ins_epoch_index epoch,
                    size_t layer)
{
    ins_site z = {run, epoch, layer, INS_PREACTIVATION};
    size_t bins = ins_study_histogram(study, z, NULL, 0);
    if (bins == 0) return;
    ins_bin *bin = ins_allocate(bins, sizeof *bin, "a histogram");
    ins_study_histogram(study, z, bin, bins);
    if (d->bins == 0 && bin[0].lower < bin[bins - 1].upper) {
        d->bins = bins < MOST_BINS ? bins : MOST_BINS;
        d->lower = bin[0].lower;
        d->upper = bin[bins - 1].upper;
    }
    for (size_t i = 0; i < bins && d->bins > 0; i++) {
        if (!(bin[i].count > 0)) continue;
        d->count[bin_of(d, (bin[i].lower + bin[i].upper) / 2)] += bin[i].count;
        d->total += bin[i].count;
    }
    free(bin);
}

static density density_of(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer)
{
    density d = {0};
    for (size_t s = 0; s < study->arm[arm].runs; s++) {
        add_run(&d, study, study->arm[arm].run[s], epoch, layer);
    }
    return d;
}

/* The share in the first and the last bin, which also count what lies beyond them. */
static double beyond(const density *d)
{
    if (d->bins < 3 || d->total <= 0) return NAN;
    return (d->count[0] + d->count[d->bins - 1]) / d->total;
}

/* The share in the bins beside 0. */
static double needle(const density *d)
{
    if (d->bins < 3 || d->total <= 0) return NAN;
    size_t middle = bin_of(d, 0);
    double count = d->count[middle] + (middle > 0 ? d->count[middle - 1] : 0);
    return count / d->total;
}

/* The largest of the inner bins. */
static double peak(const density *d)
{
    double most = 0;
    for (size_t i = 1; i + 1 < d->bins; i++) most = fmax(most, d->count[i]);
    return most;
}

static size_t hidden_of(const ins_study *study)
{
    return study->layers > 1 ? study->layers - 1 : 1;
}

/* Epochs with histograms of z: the first and the last. */
static size_t epochs_of(const ins_study *study, ins_epoch_index epoch[2])
{
    size_t count = 0;
    for (size_t e = 0; e < study->epochs; e++) {
        bool found = false;
        for (size_t a = 0; a < study->arms && !found; a++) {
            found = density_of(study, a, ins_epoch_at(e), 1).total > 0;
        }
        if (!found) continue;
        epoch[count > 0] = ins_epoch_at(e);
        count += count < 2;
    }
    return count;
}

bool ins_has_distributions(const ins_part *part)
{
    ins_epoch_index epoch[2];
    return epochs_of(part->study, epoch) > 0;
}

typedef struct ridges {
    ins_epoch_index epoch;
    size_t layers, bins;
    const size_t *layer;
    density *of; /* (arms, layers) */
    double lower, upper;
} ridges;

static ridges ridges_of(ins_flow *flow, ins_epoch_index epoch, size_t most)
{
    const ins_study *study = flow->part->study;
    ridges out = {.epoch = epoch};
    out.layer = ins_choose(flow, 1, hidden_of(study), most, &out.layers);
    out.of = ins_arena_get(flow->arena, ins_multiply(study->arms, out.layers, "figure"),
                           sizeof *out.of, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 0; l < out.layers; l++) {
            density *d = &out.of[a * out.layers + l];
            if (out.layer[l] <= ins_hidden_layers(&study->arm[a])) {
                *d = density_of(study, a, epoch, out.layer[l]);
            }
            if (out.bins != 0 || d->bins < 3) continue;
            out.bins = d->bins;
            out.lower = d->lower;
            out.upper = d->upper;
        }
    }
    return out;
}

static bool is_drawn(const ridges *of, size_t k)
{
    return of->of[k].bins == of->bins && peak(&of->of[k]) > 0;
}

static void write_data(ins_flow *flow, ins_figure *figure, const ridges *of)
{
    const ins_study *study = flow->part->study;
    double width = (of->upper - of->lower) / (double)of->bins;
    ins_csv_text(&figure->data, "z");
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 0; l < of->layers; l++) {
            ins_csv_name(&figure->data,
                         ins_flow_format(flow, "%s layer %zu", flow->part->name[a], of->layer[l]));
        }
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 1; i + 1 < of->bins; i++) {
        ins_figure_value(figure, of->lower + ((double)i + 0.5) * width);
        for (size_t k = 0; k < study->arms * of->layers; k++) {
            const density *d = &of->of[k];
            ins_figure_value(figure, is_drawn(of, k) ? d->count[i] / peak(d) : (double)NAN);
        }
        ins_csv_end_row(&figure->data);
    }
}

static ins_axis z_axis(ins_flow *flow, const ridges *of)
{
    const double places[] = {of->lower, 0, of->upper};
    ins_axis axis = {.low = of->lower, .high = of->upper};
    for (size_t i = 0; i < 3; i++) {
        if (i == 1 && !(of->lower < 0 && of->upper > 0)) continue;
        axis.position[axis.tics] = places[i];
        axis.label[axis.tics++] =
            ins_flow_format(flow, "%s%.3g", places[i] < 0 ? "−" : "", fabs(places[i]));
    }
    return axis;
}

static void write_labels(ins_flow *flow, ins_figure *figure, const ridges *of)
{
    const ins_study *study = flow->part->study;
    size_t count = study->arms * of->layers;
    const char **layers = ins_arena_get(flow->arena, of->layers, sizeof *layers, "figure");
    const char **ends = ins_arena_get(flow->arena, count, sizeof *ends, "figure");
    for (size_t l = 0; l < of->layers; l++) layers[l] = ins_flow_format(flow, "%zu", of->layer[l]);
    for (size_t k = 0; k < count; k++) {
        double share = beyond(&of->of[k]);
        ends[k] = share >= 0.005 ? ins_flow_format(flow, "%.0f%%", 100 * share) : "";
    }
    double *drawn = ins_arena_get(flow->arena, count, sizeof *drawn, "figure");
    for (size_t k = 0; k < count; k++) drawn[k] = is_drawn(of, k);
    ins_figure_numbers(figure, "DRAWN", drawn, count);
    ins_figure_count(figure, "LAYERS", of->layers);
    ins_figure_names(figure, "LAYER", layers, of->layers);
    ins_figure_names(figure, "BEYOND", ends, count);
}

static const char *caption_of(ins_flow *flow, const ridges *of)
{
    bool selected = of->layers < hidden_of(flow->part->study);
    return ins_flow_format(
        flow,
        "All seeds together, %zu bins from %s to %s, each ridge over its own largest bin; the "
        "first "
        "layer on top%s. At the right of a ridge: the share in the end bins or beyond them, which "
        "is not drawn.",
        of->bins, ins_say(flow, of->lower), ins_say(flow, of->upper),
        selected ? ", a selection of the layers" : "");
}

static void draw(ins_flow *flow, const ridges *of, const char *name, double panel_height,
                 const char *caption)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t arms = study->arms;
    ins_multiples grid = ins_multiples_of(arms, panel_height, 5.4);
    ins_figure *figure =
        ins_flow_figure(flow, "ridges", name, "Distribution of the pre-activations by layer.",
                        ins_multiples_height(&grid));
    const char **names = ins_arena_get(flow->arena, arms, sizeof *names, "figure");
    for (size_t a = 0; a < arms; a++)
        names[a] = ins_multiples_name(flow, &grid, arms, part->name[a]);
    ins_axis x = z_axis(flow, of);
    ins_multiples_write(&grid, figure, arms);
    ins_axis_write(&x, figure, "X");
    ins_figure_words(figure, "Y_TITLE",
                     ins_flow_format(flow, "z by hidden layer at epoch %lld",
                                     ins_epoch_number(study, of->epoch)));
    ins_figure_names(figure, "NAME", names, arms);
    ins_figure_colours(figure, "COLOR", part->colour, arms);
    ins_figure_colours(figure, "TEXT", part->ink, arms);
    write_labels(flow, figure, of);
    write_data(flow, figure, of);
    ins_flow_caption(flow, figure, caption);
}

static double last_layer(const ins_study *study, size_t arm, ins_epoch_index epoch,
                         double (*share)(const density *))
{
    density d = density_of(study, arm, epoch, ins_hidden_layers(&study->arm[arm]));
    return share(&d);
}

static const char *title_of(ins_flow *flow, ins_epoch_index epoch)
{
    const ins_part *part = flow->part;
    bool *thin = ins_no_arms(flow), *wide = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        thin[a] = last_layer(part->study, a, epoch, needle) > 0.9;
        wide[a] = last_layer(part->study, a, epoch, beyond) > 0.1;
    }
    size_t thins = ins_count_arms(part, thin), wides = ins_count_arms(part, wide);
    if (thins > 0 && wides > 0) {
        return ins_flow_format(flow, "%s shrink%s to a needle at 0; %s run%s off the scale",
                               ins_capital(flow, ins_say_arms(flow, thin, 2)),
                               thins == 1 ? "s" : "", ins_say_arms(flow, wide, 2),
                               wides == 1 ? "s" : "");
    }
    if (thins > 0) {
        return ins_flow_format(flow, "%s shrink%s to a needle at 0",
                               ins_capital(flow, ins_say_arms(flow, thin, 3)),
                               thins == 1 ? "s" : "");
    }
    if (wides > 0) {
        return ins_flow_format(flow, "%s run%s off the scale",
                               ins_capital(flow, ins_say_arms(flow, wide, 3)),
                               wides == 1 ? "s" : "");
    }
    return "The distributions keep their shape through the layers";
}

static void table(ins_flow *flow, const ins_epoch_index *epoch, size_t epochs)
{
    enum { COLUMNS = 7 };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    static const char *const what[] = {"beyond, first", "last", "kurtosis, last"};
    ins_table_column column[COLUMNS] = {{"Initializer", 50, INS_LEFT}};
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    size_t columns = 1;
    for (size_t e = 0; e < epochs; e++) {
        for (size_t k = 0; k < 3; k++) {
            column[columns++] =
                (ins_table_column){k == 0 ? ins_flow_format(flow, "epoch %lld: first",
                                                            ins_epoch_number(study, epoch[e]))
                                          : what[k],
                                   k == 0   ? 24
                                   : k == 1 ? 14
                                            : 22,
                                   INS_RIGHT};
        }
    }
    for (size_t a = 0; a < study->arms; a++) {
        size_t last = ins_hidden_layers(&study->arm[a]);
        ins_cell *row = cell + a * columns;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        for (size_t e = 0; e < epochs; e++) {
            density first = density_of(study, a, epoch[e], 1);
            density end = density_of(study, a, epoch[e], last);
            ins_seeds kurtosis = ins_seeds_at(
                study, a, INS_GEOMETRIC, INS_LAYERS_KURTOSIS,
                (ins_site){.epoch = epoch[e], .layer = last, .tensor = INS_PREACTIVATION});
            row[1 + 3 * e].text = ins_say_percent(flow, beyond(&first));
            row[2 + 3 * e].text = ins_say_percent(flow, beyond(&end));
            row[3 + 3 * e].text = ins_say(flow, kurtosis.interval.mean);
        }
    }
    ins_table_layout layout = {.column = column,
                               .columns = columns,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "Mass in the end bins or beyond, first and last hidden layer");
    ins_flow_table(flow, &layout);
    ins_flow_note(flow, "Kurtosis of z in the last hidden layer: 3 for a normal distribution, more "
                        "for heavy tails, as when the variance differs from sample to sample.");
}

void ins_page_distributions(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_epoch_index epoch[2] = {{0}};
    size_t epochs = epochs_of(part->study, epoch), arms = part->study->arms;
    ins_flow_title(flow, page->kicker, title_of(flow, epoch[0]));
    ins_flow_paragraph(
        flow,
        "Variances tell the width of a distribution, its shape tells more. A needle at 0 is a "
        "vanished signal; a ridge that runs off both ends is an exploding one; a lump on one "
        "side of 0 is a layer whose units agree, of which a ReLU passes all or nothing. A good "
        "initializer gives every layer about the same hill.");
    size_t figures = part->many ? 1 : epochs;
    double below = 28 + 6.4 * (double)arms; /* the table, where it finds room */
    double height = ins_multiples_fit(flow, arms, figures, arms <= 4 ? below : 2,
                                      arms <= 4    ? 34
                                      : arms <= 16 ? 20
                                                   : 13,
                                      90);
    size_t most = height > 60 ? 12 : height > 30 ? 8 : 5;
    ridges start = ridges_of(flow, epoch[0], most);
    draw(flow, &start, "distributions", height, caption_of(flow, &start));
    if (figures > 1) {
        ridges end = ridges_of(flow, epoch[1], most);
        draw(flow, &end, "distributions-end", height, "The same after training.");
    }
    if (ins_flow_left(flow) >= below) table(flow, epoch, epochs);
}
