/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization: y = gamma x + beta, where x = (in - m) / sqrt(v + eps) and m and v are the mean
 * and the population variance of a set of numbers. What is read is cut into blocks of places, and
 * each block into groups of channels; these are the sets. Batch norm has one block of all rows and
 * positions, and each channel by itself; group norm a block for each row; layer norm and RMS norm a
 * block for each position, with all channels. RMS norm has m = 0, and no beta.
 *
 * Backward, with h = gamma delta and means over the set:
 * in_delta = (h - mean(h) - x mean(h x)) / sqrt(v + eps), for RMS norm without mean(h).
 *
 * Sums are in double, of the numbers and then of their distances from the mean: first over the
 * places of a block, channel by channel, then over the channels of a group. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/vector.h"

#include "lanes.h"
#include "layer_rows.h"

/* Places whose numbers are added up before they go to the sums of their channels: a constant, so
 * that the sums are loaded and stored once for all. */
enum { TOGETHER = 4 };

ins_shape ins_group_norm_shape(const ins_layer_plan *plan, ins_text *problem)
{
    const size_t groups = (size_t)plan->choice.value[INS_GN_GROUPS];
    const size_t channels = plan->reads[0].channels;
    if (channels % groups == 0) return plan->reads[0];
    ins_text_add_format(problem, "%zu groups do not divide %zu channels", groups, channels);
    return ins_vector(0);
}

static ins_learned learned(const ins_layer_plan *plan, const char *name, double start)
{
    return (ins_learned){
        .name = name,
        .place = {.units = plan->shape.channels, .inputs = 1, .role = INS_ROLE_SCALE},
        .start = start};
}

size_t ins_norm_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[INS_NORM_GAMMA] = learned(plan, "gamma", 1);
    list[INS_NORM_BETA] = learned(plan, "beta", 0);
    return 2;
}

size_t ins_rms_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[INS_NORM_GAMMA] = learned(plan, "gamma", 1);
    return 1;
}

/* What is carved for all norms, and where their sets are: first times second of them. */
static void carve_sets(ins_layer *layer, size_t first, size_t second, ins_carver *carver)
{
    const size_t channels = layer->plan->shape.channels;
    ins_norm own = {0};
    own.mean = ins_carve_matrix(carver, first, second, sizeof *own.mean);
    own.scale = ins_carve_matrix(carver, first, second, sizeof *own.scale);
    for (size_t i = 0; i < INS_NORM_CHANNELS; i++)
        own.channel[i] = ins_carve(carver, channels, sizeof *own.channel[i]);
    if (layer->state != NULL) *(ins_norm *)layer->state = own;
}

void ins_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    carve_sets(layer, capacity, ins_positions(layer->plan->shape), carver);
}

void ins_group_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    carve_sets(layer, capacity, (size_t)layer->plan->choice.value[INS_GN_GROUPS], carver);
}

void ins_batch_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const size_t channels = layer->plan->shape.channels;
    (void)capacity;
    carve_sets(layer, 1, channels, carver);
    double *mean = ins_carve(carver, channels, sizeof *mean);
    double *variance = ins_carve(carver, channels, sizeof *variance);
    if (layer->state == NULL) return;
    ins_norm *own = layer->state;
    own->moving_mean = mean;
    own->moving_variance = variance;
}

void ins_batch_norm_reset(ins_layer *layer, uint32_t seed)
{
    ins_norm *own = layer->state;
    (void)seed;
    for (size_t c = 0; c < layer->plan->shape.channels; c++) {
        own->moving_mean[c] = 0;
        own->moving_variance[c] = 1;
    }
}

/* How what is read is cut. */
typedef struct partition {
    size_t blocks, places; /* of a block */
    size_t groups, width;  /* channels of a group */
    double eps;
} partition;

static partition one_block(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    return (partition){.blocks = 1,
                       .places = rows * ins_positions(shape),
                       .groups = shape.channels,
                       .width = 1,
                       .eps = layer->plan->choice.value[INS_BN_EPS]};
}

static partition by_row(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    const double *value = layer->plan->choice.value;
    const size_t groups = (size_t)value[INS_GN_GROUPS];
    return (partition){.blocks = rows,
                       .places = ins_positions(shape),
                       .groups = groups,
                       .width = shape.channels / groups,
                       .eps = value[INS_GN_EPS]};
}

static partition by_position(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    return (partition){.blocks = rows * ins_positions(shape),
                       .places = 1,
                       .groups = 1,
                       .width = shape.channels,
                       .eps = layer->plan->choice.value[INS_LN_EPS]};
}

static inline size_t channels_of(const partition *p)
{
    return p->groups * p->width;
}

INS_VECTORIZED_PART double sum_of(const double *x, size_t count)
{
    ins_lanes lanes = {{0}};
    double sum = 0;
    size_t i = 0;
    if (count >= INS_LANES) {
        for (; i + INS_LANES <= count; i += INS_LANES) {
#pragma omp simd
            for (size_t lane = 0; lane < INS_LANES; lane++) lanes.sum[lane] += x[i + lane];
        }
        sum = ins_lanes_total(&lanes);
    }
    for (; i < count; i++) sum += x[i];
    return sum;
}

/* The means over sets of what was added up by channel. */
INS_VECTORIZED_PART void means_of_groups(const partition *p, const double *restrict sum,
                                         double *restrict mean)
{
    for (size_t g = 0; g < p->groups; g++)
        mean[g] = sum_of(sum + g * p->width, p->width) / (double)(p->places * p->width);
}

/* A number of each group, for each of its channels. */
INS_VECTORIZED_PART void spread(const partition *p, const double *restrict group,
                                double *restrict channel)
{
    for (size_t g = 0; g < p->groups; g++)
        for (size_t k = 0; k < p->width; k++) channel[g * p->width + k] = group[g];
}

INS_VECTORIZED_PART void add_values(double *restrict sum, const real *restrict x, size_t channels,
                                    size_t places)
{
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        double part = 0;
        for (size_t n = 0; n < places; n++) part += (double)x[n * channels + c];
        sum[c] += part;
    }
}

INS_VECTORIZED_PART void add_squares(double *restrict sum, const double *restrict mean,
                                     const real *restrict x, size_t channels, size_t places)
{
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        double part = 0;
        for (size_t n = 0; n < places; n++) {
            const double distance = (double)x[n * channels + c] - mean[c];
            part += distance * distance;
        }
        sum[c] += part;
    }
}

/* Mean and population variance of each set of a block, the mean of each channel in its buffer;
 * where there is no centre the mean is 0. */
INS_VECTORIZED_PART void find_moments(const partition *p, const ins_norm *own, const real *x,
                                      bool centred, double *mean, double *variance)
{
    const size_t channels = channels_of(p), whole = p->places - p->places % TOGETHER;
    double *sum = own->channel[INS_NORM_SUM], *centre = own->channel[INS_NORM_MEAN];
    memset(sum, 0, channels * sizeof *sum);
    memset(mean, 0, p->groups * sizeof *mean);
    if (centred) {
        for (size_t n = 0; n < whole; n += TOGETHER)
            add_values(sum, x + n * channels, channels, TOGETHER);
        for (size_t n = whole; n < p->places; n++) add_values(sum, x + n * channels, channels, 1);
        means_of_groups(p, sum, mean);
        memset(sum, 0, channels * sizeof *sum);
    }
    spread(p, mean, centre);
    for (size_t n = 0; n < whole; n += TOGETHER)
        add_squares(sum, centre, x + n * channels, channels, TOGETHER);
    for (size_t n = whole; n < p->places; n++)
        add_squares(sum, centre, x + n * channels, channels, 1);
    means_of_groups(p, sum, variance);
}

/* The same of batch norm's only block, as they were learned. */
static void take_averages(const ins_norm *own, size_t channels, double *mean, double *variance)
{
    memcpy(mean, own->moving_mean, channels * sizeof *mean);
    memcpy(variance, own->moving_variance, channels * sizeof *variance);
    memcpy(own->channel[INS_NORM_MEAN], mean, channels * sizeof *mean);
}

static void move_averages(const ins_layer *layer, const double *mean, const double *variance)
{
    const ins_norm *own = layer->state;
    const double kept = layer->plan->choice.value[INS_BN_MOMENTUM];
    for (size_t c = 0; c < layer->plan->shape.channels; c++) {
        own->moving_mean[c] = kept * own->moving_mean[c] + (1 - kept) * mean[c];
        own->moving_variance[c] = kept * own->moving_variance[c] + (1 - kept) * variance[c];
    }
}

static const real *gamma_of(const ins_layer *layer)
{
    return layer->tensor[INS_NORM_GAMMA].value;
}

/* NULL: RMS norm, which has no centre either. */
static const real *beta_of(const ins_layer *layer)
{
    return layer->tensors > INS_NORM_BETA ? layer->tensor[INS_NORM_BETA].value : NULL;
}

/* The output of a block, its means and scales being in the buffers of the channels. */
INS_VECTORIZED_PART void write_block(const ins_layer *layer, size_t first, size_t places)
{
    const ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels;
    const double *restrict mean = own->channel[INS_NORM_MEAN];
    const double *restrict scale = own->channel[INS_NORM_SCALE];
    const real *restrict gamma = gamma_of(layer), *restrict beta = beta_of(layer);
    for (size_t i = first; i < first + places * channels; i += channels) {
        const real *restrict in = layer->in[0] + i;
        real *restrict y = layer->result + i;
        if (beta != NULL) {
#pragma omp simd
            for (size_t c = 0; c < channels; c++)
                y[c] = (real)(((double)in[c] - mean[c]) * scale[c] * (double)gamma[c] +
                              (double)beta[c]);
        } else {
#pragma omp simd
            for (size_t c = 0; c < channels; c++)
                y[c] = (real)((double)in[c] * scale[c] * (double)gamma[c]);
        }
    }
}

INS_VECTORIZED static void forward(ins_layer *layer, partition p, ins_pass pass)
{
    ins_norm *own = layer->state;
    const size_t block = p.places * channels_of(&p);
    own->constant = own->moving_mean != NULL && pass == INS_PASS_TEST;
    for (size_t b = 0; b < p.blocks; b++) {
        double *mean = own->mean + b * p.groups, *scale = own->scale + b * p.groups;
        if (own->constant)
            take_averages(own, p.groups, mean, scale);
        else
            find_moments(&p, own, layer->in[0] + b * block, beta_of(layer) != NULL, mean, scale);
        if (own->moving_mean != NULL && pass == INS_PASS_TRAIN) move_averages(layer, mean, scale);
        for (size_t g = 0; g < p.groups; g++) scale[g] = 1 / sqrt(scale[g] + p.eps);
        spread(&p, scale, own->channel[INS_NORM_SCALE]);
        write_block(layer, b * block, p.places);
    }
}

INS_VECTORIZED_PART void add_deltas(const ins_norm *own, const real *restrict delta,
                                    const real *restrict in, size_t channels, size_t places)
{
    const double *restrict mean = own->channel[INS_NORM_MEAN];
    const double *restrict scale = own->channel[INS_NORM_SCALE];
    double *restrict sum = own->channel[INS_NORM_SUM];
    double *restrict product = own->channel[INS_NORM_PRODUCT];
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        double part = 0, part_product = 0;
        for (size_t n = 0; n < places; n++) {
            const double d = (double)delta[n * channels + c];
            part += d;
            part_product += d * (((double)in[n * channels + c] - mean[c]) * scale[c]);
        }
        sum[c] += part;
        product[c] += part_product;
    }
}

/* Sums of delta and delta x over the places of a block. */
INS_VECTORIZED_PART void sum_deltas(const ins_layer *layer, size_t first, size_t places)
{
    const ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels, whole = places - places % TOGETHER;
    const real *delta = layer->delta + first, *in = layer->in[0] + first;
    memset(own->channel[INS_NORM_SUM], 0, channels * sizeof(double));
    memset(own->channel[INS_NORM_PRODUCT], 0, channels * sizeof(double));
    for (size_t n = 0; n < whole; n += TOGETHER)
        add_deltas(own, delta + n * channels, in + n * channels, channels, TOGETHER);
    for (size_t n = whole; n < places; n++)
        add_deltas(own, delta + n * channels, in + n * channels, channels, 1);
}

/* Adds the sums of a block to total, and makes them those of h and h x. */
INS_VECTORIZED_PART void weigh(double *restrict sum, double *restrict total,
                               const real *restrict gamma, size_t channels)
{
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        total[c] += sum[c];
        sum[c] *= (double)gamma[c];
    }
}

/* The sums of each set become its mean, at each of its channels. */
INS_VECTORIZED_PART void average(const partition *p, double *channel)
{
    for (size_t g = 0; g < p->groups; g++) {
        double *restrict sum = channel + g * p->width;
        const double mean = sum_of(sum, p->width) / (double)(p->places * p->width);
        for (size_t k = 0; k < p->width; k++) sum[k] = mean;
    }
}

/* delta and in_delta may be the same memory. */
INS_VECTORIZED_PART void pass_back(const ins_layer *layer, size_t first, size_t places)
{
    const ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels;
    const double *restrict mean = own->channel[INS_NORM_MEAN];
    const double *restrict scale = own->channel[INS_NORM_SCALE];
    const double *restrict mean_h = own->channel[INS_NORM_SUM];
    const double *restrict mean_hx = own->channel[INS_NORM_PRODUCT];
    const real *restrict gamma = gamma_of(layer);
    for (size_t i = first; i < first + places * channels; i += channels) {
        const real *in = layer->in[0] + i, *delta = layer->delta + i;
        real *back = layer->in_delta[0] + i;
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            const double x = ((double)in[c] - mean[c]) * scale[c];
            const double h = (double)gamma[c] * (double)delta[c];
            back[c] = (real)(scale[c] * (h - mean_h[c] - x * mean_hx[c]));
        }
    }
}

/* The gradients: sums over rows and positions, the mean over rows. */
static void find_gradients(const ins_layer *layer, size_t rows)
{
    const ins_norm *own = layer->state;
    for (size_t c = 0; c < layer->plan->shape.channels; c++) {
        layer->tensor[INS_NORM_GAMMA].gradient[c] =
            (real)(own->channel[INS_NORM_OF_GAMMA][c] / (double)rows);
        if (beta_of(layer) != NULL)
            layer->tensor[INS_NORM_BETA].gradient[c] =
                (real)(own->channel[INS_NORM_OF_BETA][c] / (double)rows);
    }
}

/* With constants in the place of statistics, and without a centre, there are no such means. */
INS_VECTORIZED static void backward(ins_layer *layer, partition p, size_t rows)
{
    const ins_norm *own = layer->state;
    const size_t channels = channels_of(&p);
    double *sum = own->channel[INS_NORM_SUM], *product = own->channel[INS_NORM_PRODUCT];
    memset(own->channel[INS_NORM_OF_BETA], 0, channels * sizeof(double));
    memset(own->channel[INS_NORM_OF_GAMMA], 0, channels * sizeof(double));
    for (size_t b = 0; b < p.blocks; b++) {
        const size_t first = b * p.places * channels;
        spread(&p, own->mean + b * p.groups, own->channel[INS_NORM_MEAN]);
        spread(&p, own->scale + b * p.groups, own->channel[INS_NORM_SCALE]);
        sum_deltas(layer, first, p.places);
        weigh(sum, own->channel[INS_NORM_OF_BETA], gamma_of(layer), channels);
        weigh(product, own->channel[INS_NORM_OF_GAMMA], gamma_of(layer), channels);
        if (layer->in_delta[0] == NULL) continue;
        average(&p, sum);
        average(&p, product);
        if (own->constant || beta_of(layer) == NULL) memset(sum, 0, channels * sizeof *sum);
        if (own->constant) memset(product, 0, channels * sizeof *product);
        pass_back(layer, first, p.places);
    }
    find_gradients(layer, rows);
}

void ins_batch_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    forward(layer, one_block(layer, rows), pass);
}

void ins_batch_norm_backward(ins_layer *layer, size_t rows)
{
    backward(layer, one_block(layer, rows), rows);
}

void ins_group_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    forward(layer, by_row(layer, rows), pass);
}

void ins_group_norm_backward(ins_layer *layer, size_t rows)
{
    backward(layer, by_row(layer, rows), rows);
}

void ins_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    forward(layer, by_position(layer, rows), pass);
}

void ins_norm_backward(ins_layer *layer, size_t rows)
{
    backward(layer, by_position(layer, rows), rows);
}
