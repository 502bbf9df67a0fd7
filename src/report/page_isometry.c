/* How evenly the weights and the whole network stretch their inputs: singular values. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "initscope/csv.h"
#include "initscope/random_matrix.h"
#include "lines.h"
#include "phrases.h"
#include "singular.h"

enum { POINTS = 80 };

/* A hidden layer in the middle, between two hidden layers where there are some. */
static size_t middle_layer(const ins_arm *arm)
{
    return ins_hidden_layers(arm) / 2 + 1;
}

static size_t last_of(const ins_study *study, ins_epoch_index epoch[2])
{
    size_t count = 0;
    for (size_t e = 0; e < study->epochs; e++) {
        bool found = false;
        for (size_t a = 0; a < study->arms && !found; a++) {
            size_t run = study->arm[a].run[0];
            found = ins_study_spectrum(study,
                                       (ins_site){.run = run,
                                                  .epoch = ins_epoch_at(e),
                                                  .layer = middle_layer(&study->arm[a])},
                                       NULL, 0) > 0;
        }
        if (!found) continue;
        epoch[count > 0] = ins_epoch_at(e);
        count += count < 2;
    }
    return count;
}

/* sd W (√fan_in + √units): the largest singular value of independent entries. */
static double edge_of(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer)
{
    ins_site site = {.epoch = epoch, .layer = layer, .tensor = INS_WEIGHT};
    ins_seeds w = ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE, site);
    double variance = w.interval.n > 0 ? w.interval.mean : 0;
    return ins_singular_edges_of(ins_units(study, arm, layer), ins_fan_in(study, arm, layer),
                                 sqrt(variance))
        .upper;
}

typedef struct spectra {
    double start[POINTS], end[POINTS];    /* over the rms at the first epoch */
    double share[POINTS], random[POINTS]; /* of an independent random matrix */
    double low, high;                     /* its ends */
    bool found;
} spectra;

static double root_mean_square(const ins_values *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->count; i++) sum += v->value[i] * v->value[i];
    return sqrt(sum / (double)v->count);
}

static double grid(size_t i)
{
    return ((double)i + 0.5) / POINTS;
}

/* Adds the values of a run at the places of the grid. */
static void add_values(double *sum, const ins_values *v, double unit)
{
    for (size_t i = 0; i < POINTS; i++) {
        sum[i] += v->value[(size_t)(grid(i) * (double)v->count)] / unit;
    }
}

static void mean_spectrum(ins_flow *flow, size_t arm, size_t layer, const ins_epoch_index epoch[2],
                          spectra *out)
{
    const ins_arm *of = &flow->part->study->arm[arm];
    size_t starts = 0, ends = 0;
    for (size_t s = 0; s < of->runs; s++) {
        ins_values start = ins_values_of(flow, of->run[s], epoch[0], layer);
        ins_values end = ins_values_of(flow, of->run[s], epoch[1], layer);
        if (start.count == 0) continue;
        double unit = root_mean_square(&start);
        if (!(unit > 0)) unit = 1; /* all of them are 0 */
        add_values(out->start, &start, unit);
        starts++;
        if (end.count == 0) continue;
        add_values(out->end, &end, unit);
        ends++;
    }
    out->found = starts > 0;
    for (size_t i = 0; i < POINTS; i++) {
        out->start[i] = starts > 0 ? out->start[i] / (double)starts : (double)NAN;
        out->end[i] = ends > 0 && !ins_same_epoch(epoch[0], epoch[1]) ? out->end[i] / (double)ends
                                                                      : (double)NAN;
    }
}

static spectra *spectra_of(ins_flow *flow, const ins_epoch_index epoch[2])
{
    const ins_study *study = flow->part->study;
    spectra *out = ins_arena_get(flow->arena, study->arms, sizeof *out, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        size_t layer = middle_layer(&study->arm[a]);
        double fan_in = ins_fan_in(study, a, layer), units = ins_units(study, a, layer);
        double ratio = fmin(units, fan_in) / fmax(units, fan_in);
        ins_singular_edges edges = ins_singular_edges_of(1, ratio, 1);
        mean_spectrum(flow, a, layer, epoch, &out[a]);
        ins_singular_law(ratio, POINTS, out[a].share, out[a].random);
        out[a].low = edges.lower;
        out[a].high = edges.upper;
    }
    return out;
}

static void write_data(ins_flow *flow, ins_figure *figure, const spectra *of)
{
    static const char *const parts[] = {"first", "last", "random share", "random"};
    size_t arms = flow->part->study->arms;
    ins_csv_text(&figure->data, "share");
    for (size_t a = 0; a < arms; a++) {
        for (size_t i = 0; i < 4; i++) {
            ins_csv_name(&figure->data,
                         ins_flow_format(flow, "%s %s", flow->part->name[a], parts[i]));
        }
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < POINTS; i++) {
        ins_figure_value(figure, grid(i));
        for (size_t a = 0; a < arms; a++) {
            ins_figure_value(figure, of[a].start[i]);
            ins_figure_value(figure, of[a].end[i]);
            ins_figure_value(figure, of[a].share[i]);
            ins_figure_value(figure, of[a].random[i]);
        }
        ins_csv_end_row(&figure->data);
    }
}

static double largest_value(const spectra *of, size_t arms)
{
    double most = 2.2;
    for (size_t i = 0; i < arms * POINTS; i++) {
        most = fmax(most, fmax(of[i / POINTS].start[i % POINTS], of[i / POINTS].end[i % POINTS]));
    }
    return fmin(most, 4);
}

static void draw(ins_flow *flow, const spectra *of, const ins_epoch_index epoch[2], double height)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms;
    ins_multiples panels = ins_multiples_of(arms, height, 3.2);
    ins_figure *figure = ins_flow_figure(flow, "spectrum", "singular-values",
                                         "Singular values of the weights of a middle layer.",
                                         ins_multiples_height(&panels));
    const char **names = ins_arena_get(flow->arena, arms, sizeof *names, "figure");
    double *low = ins_arena_get(flow->arena, arms, sizeof *low, "figure");
    double *high = ins_arena_get(flow->arena, arms, sizeof *high, "figure");
    for (size_t a = 0; a < arms; a++) {
        names[a] = ins_multiples_name(flow, &panels, arms, part->name[a]);
        low[a] = of[a].low;
        high[a] = of[a].high;
    }
    ins_axis y =
        ins_axis_linear(flow->arena, 0, largest_value(of, arms), height < 26 ? 3 : 5, false);
    ins_multiples_write(&panels, figure, arms);
    ins_axis_write(&y, figure, "Y");
    ins_figure_words(figure, "Y_TITLE", "Singular values of W over their rms at the first epoch");
    ins_figure_names(figure, "NAME", names, arms);
    ins_figure_colours(figure, "COLOR", part->colour, arms);
    ins_figure_colours(figure, "TEXT", part->ink, arms);
    ins_figure_numbers(figure, "EDGE_LOW", low, arms);
    ins_figure_numbers(figure, "EDGE_HIGH", high, arms);
    write_data(flow, figure, of);
    ins_flow_caption(
        flow, figure,
        ins_flow_format(flow,
                        "Hidden layer %zu%s, from the largest to the smallest, mean over seeds, at "
                        "epoch %lld%s. Dashed: the law of "
                        "Marchenko and Pastur for independent entries, whose ends bound the shaded "
                        "range. A flat line stretches every direction alike.",
                        middle_layer(&part->study->arm[0]),
                        ins_same_depth(part->study) ? "" : " (or that in the middle)",
                        ins_epoch_number(part->study, epoch[0]),
                        ins_same_epoch(epoch[0], epoch[1])
                            ? ""
                            : ins_flow_format(flow, " (coloured) and at epoch %lld (thin, black)",
                                              ins_epoch_number(part->study, epoch[1]))));
}

static void table(ins_flow *flow, const ins_epoch_index epoch[2])
{
    enum { COLUMNS = 8 };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    const char *last = ins_flow_format(flow, "epoch %lld", ins_epoch_number(study, epoch[1]));
    double again =
        ins_same_epoch(epoch[0], epoch[1]) ? 0 : 16; /* the same epoch twice says nothing */
    const ins_table_column column[COLUMNS] = {{"Initializer", 82 - 2 * again, INS_LEFT},
                                              {"W: edge", 15, INS_RIGHT},
                                              {"largest", 15, INS_RIGHT},
                                              {"condition", 17, INS_RIGHT},
                                              {last, again, INS_RIGHT},
                                              {"network: largest", 24, INS_RIGHT},
                                              {"condition", 17, INS_RIGHT},
                                              {last, again, INS_RIGHT}};
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        size_t layer = middle_layer(&study->arm[a]);
        ins_extremes weight = ins_extremes_of(flow, a, epoch[0], layer);
        ins_extremes network = ins_extremes_of(flow, a, epoch[0], 0);
        ins_cell *row = cell + a * COLUMNS;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        row[1].text = ins_say(flow, edge_of(study, a, epoch[0], layer));
        row[2].text = ins_say(flow, weight.largest);
        row[3].text = ins_say(flow, weight.condition);
        row[4].text = ins_say(flow, ins_extremes_of(flow, a, epoch[1], layer).condition);
        row[5].text = ins_say(flow, network.largest);
        row[6].text = ins_say(flow, network.condition);
        row[7].text = ins_say(flow, ins_extremes_of(flow, a, epoch[1], 0).condition);
    }
    ins_table_layout layout = {.column = column,
                               .columns = COLUMNS,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "The same layer, and the whole network");
    ins_flow_table(flow, &layout);
    ins_flow_note(
        flow, "Edge: sd W (√fan_in + √units), the largest singular value of independent "
              "entries with the measured variance. Condition: the largest over the smallest "
              "singular value, ∞ where that is 0. Network: of the Jacobian of the class scores by "
              "the inputs, over "
              "a few probe rows, those left out at which it is 0. Geometric means over seeds; – "
              "where all values are 0 or were not recorded.");
}

/* What the networks' conditions at an epoch amount to. */
typedef struct ranking {
    size_t even, uneven;     /* arms with the smallest and the largest finite condition */
    double low, high;        /* those */
    bool differ;             /* by more than chance */
    bool *lossy;             /* (arms) an infinite condition: some direction is lost */
    size_t finite, infinite; /* arms */
} ranking;

static ranking rank_arms(ins_flow *flow, ins_epoch_index epoch)
{
    const ins_study *study = flow->part->study;
    ranking out = {.low = INFINITY, .high = 0, .lossy = ins_no_arms(flow)};
    double *condition = ins_arena_get(flow->arena, study->runs, sizeof *condition, "page");
    for (size_t run = 0; run < study->runs; run++) {
        condition[run] = ins_run_extremes(flow, run, epoch, 0).condition;
    }
    for (size_t a = 0; a < study->arms; a++) {
        double of = ins_extremes_of(flow, a, epoch, 0).condition;
        out.lossy[a] = isinf(of) != 0;
        out.infinite += out.lossy[a];
        if (!isfinite(of)) continue;
        out.finite++;
        if (of < out.low) out.low = of, out.even = a;
        if (of > out.high) out.high = of, out.uneven = a;
    }
    size_t pairs;
    const ins_pair *pair = ins_compare_arms(study, condition, 0, flow->arena, &pairs);
    out.differ = out.finite > 1 && ins_exceeds(pair, out.uneven, out.even);
    return out;
}

static const char *title_of(ins_flow *flow, ins_epoch_index epoch)
{
    const ins_part *part = flow->part;
    ranking of = rank_arms(flow, epoch);
    if (of.finite == 0 && of.infinite == 0) return "How evenly the weights stretch their inputs";
    if (of.finite == 0) return "Every network loses some directions of its inputs";
    const char *lossy = of.infinite == 0 ? ""
                                         : ins_flow_format(flow, "; %s lose%s some directions",
                                                           ins_say_arms(flow, of.lossy, 2),
                                                           of.infinite == 1 ? "s" : "");
    if (of.finite == 1) {
        return ins_flow_format(flow, "The network of %s stretches one direction %s times another%s",
                               part->prose[of.even], ins_say(flow, of.low), lossy);
    }
    if (!of.differ) {
        return ins_flow_format(
            flow,
            "No initializer is seen to stretch the inputs more evenly than "
            "another: %s to 1%s",
            of.high < 1.1 * of.low
                ? ins_say(flow, of.low)
                : ins_flow_format(flow, "%s to %s", ins_say(flow, of.low), ins_say(flow, of.high)),
            lossy);
    }
    return ins_flow_format(
        flow, "%s stretches the inputs most evenly, by at most %s to 1; %s by %s to 1%s",
        part->prose[of.even], ins_say(flow, of.low), part->prose[of.uneven], ins_say(flow, of.high),
        lossy);
}

void ins_page_isometry(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_epoch_index epoch[2] = {{0}};
    size_t arms = part->study->arms;
    if (last_of(part->study, epoch) == 1) epoch[1] = epoch[0];
    ins_flow_title(flow, page->kicker, title_of(flow, epoch[0]));
    ins_flow_paragraph(
        flow,
        "A matrix stretches the directions of its inputs by its singular values. Variances follow "
        "their mean square; what they cannot see is the spread. Entries drawn independently give a "
        "square matrix singular values from twice their root mean square down to nearly 0, and the "
        "spread multiplies over the layers until a few directions carry everything. Orthogonal "
        "matrices have all of them equal. What holds for one matrix is asked of the whole network "
        "as "
        "well: of its Jacobian, the derivative of the class scores with respect to the inputs.");
    double tables = 36 + 6.4 * (double)arms;
    double height = ins_multiples_fit(flow, arms, 1, part->many ? 4 : tables,
                                      arms <= 4    ? 40
                                      : arms <= 16 ? 22
                                                   : 13,
                                      90);
    draw(flow, spectra_of(flow, epoch), epoch, height);
    table(flow, epoch);
}
