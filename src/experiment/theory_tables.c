/* Layers of one network, the critical line, the phase plane. */
#include <config.h>

#include "initscope/theory_tables.h"

#include <math.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/forecast.h"
#include "initscope/log_writer.h"
#include "initscope/mean_field.h"

void ins_layers_table(const ins_grid *grid, size_t inputs, size_t classes, double moment,
                      ins_text *out)
{
    ins_text_add(out, "initializer,activation,layer,tensor,second_moment,variance\n");
    for (size_t i = 0; i < ins_grid_networks(grid); i++) {
        ins_trial trial = ins_grid_network_trial(grid, i);
        ins_forecast forecast = ins_forecast_new(&trial, inputs, classes, moment);
        ins_text head = {0};
        ins_csv_text(&head, trial.init->label);
        ins_csv_text(&head, trial.activation->label);
        ins_forecast_write(&forecast, &head, out);
        ins_text_free(&head);
        ins_forecast_free(&forecast);
    }
}

/* sigma_b^2 of the sweep; 0.05 is the value that the literature uses most. */
static const double bias_sweep[] = {0,    0.0001, 0.0004, 0.0025, 0.01, 0.0225, 0.04, 0.05, 0.0625,
                                    0.09, 0.16,   0.25,   0.36,   0.49, 0.64,   0.81, 1};

/* -1 / ln chi */
static double depth_scale(double chi)
{
    double rate = -log(fabs(chi));
    return fabs(rate) < 1e-9 ? INFINITY : 1 / rate;
}

static void add_critical_point(const char *activation, const ins_critical_point *point,
                               ins_text *out)
{
    const ins_disorder *at = &point->disorder;
    const double cells[] = {sqrt(at->bias),
                            at->bias,
                            at->weight,
                            sqrt(at->weight),
                            point->q,
                            point->chi_par,
                            depth_scale(point->chi_par),
                            depth_scale(1)};
    ins_csv_text(out, activation);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) ins_csv_number(out, cells[i]);
    ins_csv_text(out, point->stable ? "yes" : "no");
    ins_csv_end_row(out);
}

void ins_critical_table(const ins_choices *activations, ins_text *out)
{
    ins_text_add(out, "activation,sigma_b,sigma_b_square,sigma_w_square,sigma_w,q_star,"
                      "chi_parallel,xi_q,xi_c,stable\n");
    for (size_t a = 0; a < activations->count; a++) {
        const ins_choice *activation = &activations->item[a];
        ins_mean_field *field = ins_mean_field_new(activation);
        for (size_t b = 0; b < sizeof bias_sweep / sizeof bias_sweep[0]; b++) {
            ins_critical_point point[INS_CRITICAL_POINTS];
            size_t count = ins_critical_points(field, bias_sweep[b], point);
            for (size_t i = 0; i < count && i < INS_CRITICAL_POINTS; i++)
                add_critical_point(activation->label, &point[i], out);
        }
        ins_mean_field_free(field);
    }
}

enum { RANGE_LIMIT = 1000 };

const char ins_plane_range[] = "sigma_w=FROM:TO:COUNT,sigma_b=FROM:TO:COUNT with numbers "
                               "0 <= FROM <= TO <= 1000 and a COUNT from 1 to 1000";

/* Reads "FROM:TO:COUNT" of length bytes. */
static bool parse_range(const char *text, size_t length, ins_range *range)
{
    const char *first = memchr(text, ':', length), *end = text + length;
    const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
    long long count;
    if (!second ||
        !ins_parse_integer(second + 1, (size_t)(end - second - 1), 1, RANGE_LIMIT, &count))
        return false;
    range->count = (size_t)count;
    return ins_parse_number(text, (size_t)(first - text), &range->from) == INS_NUMBER_FINITE &&
           ins_parse_number(first + 1, (size_t)(second - first - 1), &range->to) ==
               INS_NUMBER_FINITE &&
           0 <= range->from && range->from <= range->to && range->to <= RANGE_LIMIT;
}

ins_status ins_plane_parse(const char *text, const char *where, ins_plane *plane, ins_error *error)
{
    static const char weight[] = "sigma_w=", bias[] = "sigma_b=";
    const size_t head = sizeof weight - 1;
    ins_plane read = {0};
    bool fits = true;
    for (const char *part = text; fits; part++) {
        size_t length = strcspn(part, ",");
        ins_range *range = strncmp(part, weight, head) == 0 ? &read.sigma_w
                           : strncmp(part, bias, head) == 0 ? &read.sigma_b
                                                            : NULL;
        fits = range && range->count == 0 && parse_range(part + head, length - head, range);
        part += length;
        if (*part == '\0') break;
    }
    if (!fits || read.sigma_w.count == 0 || read.sigma_b.count == 0) {
        char display[INS_DISPLAY_SIZE];
        return ins_error_add(error, INS_USAGE, "%s: must be %s (got \"%s\")", where,
                             ins_plane_range, ins_display(display, text, strlen(text)));
    }
    *plane = read;
    return error->status;
}

static double range_at(const ins_range *range, size_t i)
{
    if (range->count == 1) return range->from;
    return range->from + (range->to - range->from) * (double)i / (double)(range->count - 1);
}

static void add_cell(const ins_mean_field *field, const char *activation, double sigma_w,
                     double sigma_b, ins_text *out)
{
    ins_disorder disorder = {sigma_w * sigma_w, sigma_b * sigma_b};
    ins_phase phase = ins_phase_of(field, disorder, 1);
    const double cells[] = {sigma_w, sigma_b, phase.q, phase.c, phase.chi_1, phase.xi_c};
    ins_csv_text(out, activation);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) ins_csv_number(out, cells[i]);
    ins_csv_end_row(out);
}

void ins_phase_table(const ins_choices *activations, const ins_plane *plane, ins_text *out)
{
    ins_log_header(INS_LOG_PHASE, out);
    for (size_t a = 0; a < activations->count; a++) {
        const ins_choice *activation = &activations->item[a];
        ins_mean_field *field = ins_mean_field_new(activation);
        for (size_t w = 0; w < plane->sigma_w.count; w++)
            for (size_t b = 0; b < plane->sigma_b.count; b++)
                add_cell(field, activation->label, range_at(&plane->sigma_w, w),
                         range_at(&plane->sigma_b, b), out);
        ins_mean_field_free(field);
    }
}
