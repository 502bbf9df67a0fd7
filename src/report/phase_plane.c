/* The phase plane: what phase.csv and depth.csv say of it, and its figure. */
#include <config.h>

#include "phase_plane.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/csv.h"
#include "lines.h"
#include "pages.h"
#include "phrases.h"

static const double *numbers(const ins_study *study, ins_column_id column)
{
    return ins_table_numbers(&study->phase, column);
}

static const char *const *activations(const ins_study *study)
{
    return ins_table_texts(&study->phase, INS_PHASE_ACTIVATION);
}

const char *ins_no_phase(const ins_part *part)
{
    const ins_study *study = part->study;
    bool whole = study->phase.rows > 0 && activations(study) != NULL &&
                 numbers(study, INS_PHASE_SIGMA_W) != NULL &&
                 numbers(study, INS_PHASE_SIGMA_B) != NULL &&
                 numbers(study, INS_PHASE_CHI_1) != NULL;
    if (!whole || !ins_study_has_file(study, INS_LOG_DEPTH))
        return "There is no phase.csv with a depth.csv.";
    return NULL;
}

double ins_depth_of(const ins_study *study, size_t arm, ins_column_id column)
{
    return ins_number(study, column, (ins_site){.run = study->arm[arm].run[0]});
}

/* SIZE_MAX: none of that name. */
static size_t panel_of(const ins_phase_plane *p, const char *activation)
{
    for (size_t i = 0; i < p->panels; i++) {
        if (strcmp(p->activation[i], activation) == 0) return i;
    }
    return SIZE_MAX;
}

/* The smallest distance of two values, 1 when all are alike. */
static double step_of(const ins_phase_plane *p, const double *value)
{
    double step = INFINITY;
    for (size_t i = 1; i < p->cells; i++) {
        double apart = fabs(value[p->first[i]] - value[p->first[i - 1]]);
        if (apart > 0) step = fmin(step, apart);
    }
    return isfinite(step) ? step : 1;
}

static void ends_of(const ins_phase_plane *p, const double *value, double step, double *low,
                    double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < p->cells; i++) {
        *low = fmin(*low, value[p->first[i]] - step / 2);
        *high = fmax(*high, value[p->first[i]] + step / 2);
    }
}

/* The cells are those of the first activation; every other one is looked up there. */
static void read_cells(ins_flow *flow, ins_phase_plane *p)
{
    const ins_study *study = flow->part->study;
    const double *chi = numbers(study, INS_PHASE_CHI_1);
    const char *const *name = activations(study);
    size_t rows = study->phase.rows;
    size_t *first = ins_arena_get(flow->arena, rows, sizeof *first, "plane");
    for (size_t r = 0; r < rows; r++) {
        if (panel_of(p, name[r]) == SIZE_MAX && p->panels < INS_MOST_PLANES)
            p->activation[p->panels++] = name[r];
        if (strcmp(name[r], p->activation[0]) == 0) first[p->cells++] = r;
    }
    p->first = first;
    p->sigma_w = numbers(study, INS_PHASE_SIGMA_W);
    p->sigma_b = numbers(study, INS_PHASE_SIGMA_B);
    p->chi = ins_arena_get(flow->arena, p->panels * p->cells, sizeof *p->chi, "plane");
    for (size_t i = 0; i < p->panels * p->cells; i++) p->chi[i] = NAN;
    size_t next = 0; /* cells of all activations stand in the same order */
    for (size_t r = 0; r < rows; r++) {
        size_t panel = panel_of(p, name[r]);
        if (panel == SIZE_MAX) continue;
        for (size_t i = 0; i < p->cells; i++, next++) {
            size_t at = p->first[next % p->cells];
            if (p->sigma_w[at] != p->sigma_w[r] || p->sigma_b[at] != p->sigma_b[r]) continue;
            p->chi[panel * p->cells + next++ % p->cells] = chi[r];
            break;
        }
    }
    p->step_w = step_of(p, p->sigma_w);
    p->step_b = step_of(p, p->sigma_b);
    ends_of(p, p->sigma_w, p->step_w, &p->low_w, &p->high_w);
    ends_of(p, p->sigma_b, p->step_b, &p->low_b, &p->high_b);
}

static bool same_point(const ins_study *study, const ins_point *a, const ins_point *b)
{
    return a->panel == b->panel && a->sigma_w == b->sigma_w && a->sigma_b == b->sigma_b &&
           study->arm[a->arm].initializer == study->arm[b->arm].initializer;
}

/* The number of an arm's initializer in the order of the runs. */
static size_t number_of(const ins_study *study, size_t arm)
{
    size_t number = 1;
    for (size_t a = 0; study->arm[a].initializer != study->arm[arm].initializer; a++) {
        bool new = true;
        for (size_t b = 0; b < a; b++)
            new = new && study->arm[b].initializer != study->arm[a].initializer;
        number += new;
    }
    return number;
}

static void find_points(ins_flow *flow, ins_phase_plane *p)
{
    const ins_study *study = flow->part->study;
    p->point = ins_arena_get(flow->arena, study->arms, sizeof *p->point, "plane");
    for (size_t a = 0; a < study->arms; a++) {
        const char *activation = study->arm[a].activation;
        double layers = (double)ins_hidden_layers(&study->arm[a]);
        ins_point new = {.arm = a,
                         .panel = activation != NULL ? panel_of(p, activation) : 0,
                         .number = number_of(study, a),
                         .sigma_w = ins_depth_of(study, a, INS_DEPTH_SIGMA_W),
                         .sigma_b = ins_depth_of(study, a, INS_DEPTH_SIGMA_B),
                         .least = layers,
                         .most = layers};
        if (new.panel == SIZE_MAX || !isfinite(new.sigma_w) || !isfinite(new.sigma_b)) continue;
        size_t known = 0;
        while (known < p->points && !same_point(study, &p->point[known], &new)) known++;
        if (known == p->points) p->point[p->points++] = new;
        ins_point *at = &p->point[known];
        at->arms++;
        at->least = fmin(at->least, layers);
        at->most = fmax(at->most, layers);
    }
}

/* sigma_w where chi_1 passes 1 at the sigma_b of a row, between cells by its logarithm; NAN: it
 * does not. Rows are told by their first cell. */
static double crossing(const ins_phase_plane *p, size_t panel, double sigma_b)
{
    const double *chi = p->chi + panel * p->cells;
    double before_w = NAN, before = NAN;
    for (size_t i = 0; i < p->cells; i++) {
        if (p->sigma_b[p->first[i]] != sigma_b) continue;
        double w = p->sigma_w[p->first[i]], here = log(chi[i]);
        if (before < 0 && here >= 0) {
            double share = isfinite(before) ? before / (before - here) : 1;
            return before_w + share * (w - before_w);
        }
        before = here;
        before_w = w;
    }
    return NAN;
}

/* LINE_X (panels, rows) and LINE_Y (rows). */
static void write_line(ins_flow *flow, ins_figure *figure, const ins_phase_plane *p)
{
    double *b = ins_arena_get(flow->arena, p->cells, sizeof *b, "plane");
    size_t rows = 0;
    for (size_t i = 0; i < p->cells; i++) {
        double sigma_b = p->sigma_b[p->first[i]];
        bool known = false;
        for (size_t k = 0; k < rows && !known; k++) known = b[k] == sigma_b;
        if (!known) b[rows++] = sigma_b;
    }
    double *w = ins_arena_get(flow->arena, p->panels * rows, sizeof *w, "plane");
    for (size_t i = 0; i < p->panels * rows; i++) w[i] = crossing(p, i / rows, b[i % rows]);
    ins_figure_count(figure, "ROWS", rows);
    ins_figure_numbers(figure, "LINE_X", w, p->panels * rows);
    ins_figure_numbers(figure, "LINE_Y", b, rows);
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_phase_plane *p)
{
    static const char *const columns[] = {"sigma_w", "sigma_b", "x_low",
                                          "x_high",  "y_low",   "y_high"};
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
        ins_csv_text(&figure->data, columns[c]);
    for (size_t i = 0; i < p->panels; i++)
        ins_csv_text(&figure->data, ins_flow_format(flow, "log10 chi_1 %s",
                                                    ins_flow_clean(flow, p->activation[i])));
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < p->cells; i++) {
        double w = p->sigma_w[p->first[i]], b = p->sigma_b[p->first[i]];
        const double cells[] = {
            w, b, w - p->step_w / 2, w + p->step_w / 2, b - p->step_b / 2, b + p->step_b / 2};
        for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++)
            ins_figure_value(figure, cells[c]);
        for (size_t k = 0; k < p->panels; k++) {
            double chi = p->chi[k * p->cells + i];
            if (chi >= 0) {
                ins_figure_value(figure, fmax(log10(chi), -6));
            } else {
                ins_csv_empty(&figure->data);
            }
        }
        ins_csv_end_row(&figure->data);
    }
}

/* A label in a panel: the numbers of the points at one place. */
typedef struct label {
    double panel, x, y, level;
    const char *text;
} label;

static size_t make_labels(ins_flow *flow, const ins_phase_plane *p, label *out)
{
    size_t labels = 0;
    for (size_t i = 0; i < p->points; i++) {
        const ins_point *at = &p->point[i];
        label new = {.panel = (double)at->panel + 1,
                     .x = fmin(at->sigma_w, p->high_w - p->step_w / 2),
                     .y = fmin(at->sigma_b, p->high_b - p->step_b / 2)};
        bool beyond = at->sigma_w > p->high_w || at->sigma_b > p->high_b;
        new.text = ins_flow_format(flow, "%zu%s", at->number, beyond ? "›" : "");
        size_t l = 0;
        while (l < labels && !(out[l].panel == new.panel &&out[l].y ==
                               new.y &&fabs(out[l].x - new.x) < p->step_w / 8))
            l++;
        if (l < labels) new.text = ins_flow_format(flow, "%s, %s", out[l].text, new.text);
        if (l == labels) labels++;
        out[l] = new;
    }
    return labels;
}

/* Raises labels that would lie on others. mm: a panel's width. */
static void raise_labels(const ins_phase_plane *p, label *of, size_t labels, double mm)
{
    double unit = mm / (p->high_w - p->low_w);
    for (size_t i = 0; i < labels; i++) {
        for (size_t k = 0; k < i; k++) {
            double room = (ins_text_width(of[i].text, INS_BOLD, 7) +
                           ins_text_width(of[k].text, INS_BOLD, 7)) /
                              2 +
                          1;
            bool beside = of[k].panel != of[i].panel || fabs(of[k].y - of[i].y) >= p->step_b ||
                          fabs(of[k].x - of[i].x) * unit >= room;
            if (beside || of[k].level != of[i].level) continue;
            of[i].level++;
            k = SIZE_MAX; /* once more from the first: ++ makes it 0 */
        }
    }
}

static void write_points(ins_flow *flow, ins_figure *figure, const ins_phase_plane *p, double width)
{
    label *of = ins_arena_get(flow->arena, p->points, sizeof *of, "plane");
    double *value = ins_arena_get(flow->arena, 4 * p->points, sizeof *value, "plane");
    const char **text = ins_arena_get(flow->arena, p->points, sizeof *text, "plane");
    size_t n = make_labels(flow, p, of);
    raise_labels(p, of, n, width);
    for (size_t l = 0; l < n; l++) {
        const double values[] = {of[l].panel, of[l].x, of[l].y, of[l].level};
        for (size_t k = 0; k < 4; k++) value[k * n + l] = values[k];
        text[l] = of[l].text;
    }
    ins_figure_count(figure, "POINTS", n);
    ins_figure_numbers(figure, "POINT_PANEL", value, n);
    ins_figure_numbers(figure, "POINT_X", value + n, n);
    ins_figure_numbers(figure, "POINT_Y", value + 2 * n, n);
    ins_figure_numbers(figure, "POINT_LEVEL", value + 3 * n, n);
    ins_figure_names(figure, "POINT_TEXT", text, n);
}

void ins_phase_plane_draw(ins_flow *flow, const ins_phase_plane *p)
{
    double height = p->panels == 1 ? 62 : p->panels <= 4 ? 44 : 34;
    ins_multiples grid = ins_multiples_of(p->panels, height, 3.2);
    double whole = ins_multiples_height(&grid) + 12;
    ins_figure *figure = ins_flow_figure(flow, "plane", "phase-plane",
                                         "The phase plane, and where the networks lie.", whole);
    const char **names = ins_arena_get(flow->arena, p->panels, sizeof *names, "figure");
    for (size_t i = 0; i < p->panels; i++)
        names[i] =
            ins_multiples_name(flow, &grid, p->panels, ins_flow_clean(flow, p->activation[i]));
    ins_axis x = ins_axis_linear(flow->arena, p->low_w, p->high_w, p->panels == 1 ? 8 : 4, false);
    ins_axis y = ins_axis_linear(flow->arena, p->low_b, p->high_b, 4, false);
    x.low = p->low_w;
    x.high = p->high_w;
    y.low = p->low_b;
    y.high = p->high_b;
    ins_multiples_write(&grid, figure, p->panels);
    ins_axis_write(&x, figure, "X");
    ins_axis_write(&y, figure, "Y");
    ins_figure_number(figure, "BAR_LEFT", 50);
    ins_figure_number(figure, "BAR_TOP", whole - 8.6);
    ins_figure_names(figure, "NAME", names, p->panels);
    write_line(flow, figure, p);
    write_points(flow, figure, p, grid.width);
    write_data(flow, figure, p);
    ins_flow_caption(flow, figure,
                     "Colour: χ_{1}, the factor a layer of the second moment of a gradient, where "
                     "depth has led to. Blue is order, orange is chaos, the black line is the edge "
                     "between them. Numbers are those of the table; › lies beyond the right edge.");
}

ins_phase_plane ins_phase_plane_read(ins_flow *flow)
{
    ins_phase_plane plane = {0};
    read_cells(flow, &plane);
    find_points(flow, &plane);
    return plane;
}
