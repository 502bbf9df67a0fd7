/* Normalization: y = gamma x + beta, where x = (in - m) / sqrt(v + eps) and m and v are the mean
 * and the population variance of a set of numbers. The sets of batch norm are the channels, over
 * all rows and positions; those of the others lie within a row: the channels of a position, or a
 * group of channels at all positions. RMS norm has m = 0, and no beta.
 *
 * Backward, with h = gamma delta and means over the set:
 * in_delta = (h - mean(h) - x mean(h x)) / sqrt(v + eps), for RMS norm without mean(h).
 *
 * Statistics are sums in double, of the numbers and then of their distances from the mean. delta
 * and in_delta may be the same memory. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/vector.h"

#include "lanes.h"
#include "layer_rows.h"

/* Rows whose numbers are added up before they go to the sums of their columns: a constant, so that
 * the sums are loaded and stored once for all. */
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

static const real *gamma_of(const ins_layer *layer)
{
    return layer->tensor[INS_NORM_GAMMA].value;
}

/* NULL: RMS norm, which does not centre either. */
static const real *beta_of(const ins_layer *layer)
{
    return layer->tensors > INS_NORM_BETA ? layer->tensor[INS_NORM_BETA].value : NULL;
}

static void carve_sets(ins_layer *layer, size_t first, size_t second, ins_carver *carver)
{
    const size_t channels = layer->plan->shape.channels;
    const ins_norm own = {
        .mean = ins_carve_matrix(carver, first, second, sizeof *own.mean),
        .scale = ins_carve_matrix(carver, first, second, sizeof *own.scale),
        .sum = ins_carve(carver, channels, sizeof *own.sum),
        .product = ins_carve(carver, channels, sizeof *own.product),
    };
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

/* The gradients: sums over rows and positions, the mean over rows. */
static void find_gradients(const ins_layer *layer, size_t rows)
{
    const ins_norm *own = layer->state;
    for (size_t c = 0; c < layer->plan->shape.channels; c++) {
        layer->tensor[INS_NORM_GAMMA].gradient[c] = (real)(own->product[c] / (double)rows);
        if (beta_of(layer) != NULL)
            layer->tensor[INS_NORM_BETA].gradient[c] = (real)(own->sum[c] / (double)rows);
    }
}

/* --- Batch norm: the columns of (rows x positions, channels) ---------------------------------- */

INS_VECTORIZED_PART void add_values(double *restrict sum, const real *restrict x, size_t columns,
                                    size_t rows)
{
#pragma omp simd
    for (size_t c = 0; c < columns; c++) {
        double rows_sum = 0;
        for (size_t r = 0; r < rows; r++) rows_sum += (double)x[r * columns + c];
        sum[c] += rows_sum;
    }
}

INS_VECTORIZED_PART void add_squares(double *restrict sum, const double *restrict mean,
                                     const real *restrict x, size_t columns, size_t rows)
{
#pragma omp simd
    for (size_t c = 0; c < columns; c++) {
        double rows_sum = 0;
        for (size_t r = 0; r < rows; r++) {
            const double distance = (double)x[r * columns + c] - mean[c];
            rows_sum += distance * distance;
        }
        sum[c] += rows_sum;
    }
}

/* Mean and population variance of each column of x (count, columns). */
INS_VECTORIZED static void column_moments(const real *x, size_t count, size_t columns,
                                          double *restrict mean, double *restrict variance)
{
    const size_t whole = count - count % TOGETHER;
    memset(mean, 0, columns * sizeof *mean);
    memset(variance, 0, columns * sizeof *variance);
    for (size_t n = 0; n < whole; n += TOGETHER)
        add_values(mean, x + n * columns, columns, TOGETHER);
    for (size_t n = whole; n < count; n++) add_values(mean, x + n * columns, columns, 1);
    for (size_t c = 0; c < columns; c++) mean[c] /= (double)count;
    for (size_t n = 0; n < whole; n += TOGETHER)
        add_squares(variance, mean, x + n * columns, columns, TOGETHER);
    for (size_t n = whole; n < count; n++) add_squares(variance, mean, x + n * columns, columns, 1);
    for (size_t c = 0; c < columns; c++) variance[c] /= (double)count;
}

/* Of the rows, or those that were learned: mean, and for the moment variance where the scale goes.
 */
static void find_moments(ins_layer *layer, size_t count, ins_pass pass)
{
    ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels;
    const double kept = layer->plan->choice.value[INS_BN_MOMENTUM];
    own->own = pass != INS_PASS_TEST;
    if (own->own) {
        column_moments(layer->in[0], count, channels, own->mean, own->scale);
    } else {
        memcpy(own->mean, own->moving_mean, channels * sizeof *own->mean);
        memcpy(own->scale, own->moving_variance, channels * sizeof *own->scale);
    }
    if (pass != INS_PASS_TRAIN) return;
    for (size_t c = 0; c < channels; c++) {
        own->moving_mean[c] = kept * own->moving_mean[c] + (1 - kept) * own->mean[c];
        own->moving_variance[c] = kept * own->moving_variance[c] + (1 - kept) * own->scale[c];
    }
}

INS_VECTORIZED void ins_batch_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels, count = rows * layer->plan->units;
    const double eps = layer->plan->choice.value[INS_BN_EPS];
    const real *restrict gamma = gamma_of(layer), *restrict beta = beta_of(layer);
    const double *restrict mean = own->mean;
    double *restrict scale = own->scale;
    find_moments(layer, count / channels, pass);
    for (size_t c = 0; c < channels; c++) scale[c] = 1 / sqrt(scale[c] + eps);
    for (size_t i = 0; i < count; i += channels) {
        const real *restrict in = layer->in[0] + i;
        real *restrict y = layer->result + i;
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            const double x = ((double)in[c] - mean[c]) * scale[c];
            y[c] = (real)(x * (double)gamma[c] + (double)beta[c]);
        }
    }
}

INS_VECTORIZED_PART void add_deltas(const ins_norm *own, const real *restrict delta,
                                    const real *restrict in, size_t columns, size_t rows)
{
    const double *restrict mean = own->mean, *restrict scale = own->scale;
    double *restrict sum = own->sum, *restrict product = own->product;
#pragma omp simd
    for (size_t c = 0; c < columns; c++) {
        double rows_sum = 0, rows_product = 0;
        for (size_t r = 0; r < rows; r++) {
            const double d = (double)delta[r * columns + c];
            rows_sum += d;
            rows_product += d * (((double)in[r * columns + c] - mean[c]) * scale[c]);
        }
        sum[c] += rows_sum;
        product[c] += rows_product;
    }
}

/* Sums of delta and of delta x over each column. */
INS_VECTORIZED static void sum_deltas(const ins_layer *layer, size_t count)
{
    const ins_norm *own = layer->state;
    const size_t columns = layer->plan->shape.channels, whole = count - count % TOGETHER;
    memset(own->sum, 0, columns * sizeof *own->sum);
    memset(own->product, 0, columns * sizeof *own->product);
    for (size_t n = 0; n < whole; n += TOGETHER)
        add_deltas(own, layer->delta + n * columns, layer->in[0] + n * columns, columns, TOGETHER);
    for (size_t n = whole; n < count; n++)
        add_deltas(own, layer->delta + n * columns, layer->in[0] + n * columns, columns, 1);
}

/* After a test, whose statistics are constants, only the scale goes back. */
INS_VECTORIZED void ins_batch_norm_backward(ins_layer *layer, size_t rows)
{
    const ins_norm *own = layer->state;
    const size_t channels = layer->plan->shape.channels, count = rows * layer->plan->units;
    const double share = own->own ? (double)channels / (double)count : 0;
    const real *restrict gamma = gamma_of(layer);
    const double *restrict mean = own->mean, *restrict scale = own->scale;
    const double *restrict sum = own->sum, *restrict product = own->product;
    sum_deltas(layer, count / channels);
    find_gradients(layer, rows);
    if (layer->in_delta[0] == NULL) return;
    for (size_t i = 0; i < count; i += channels) {
        const real *in = layer->in[0] + i, *delta = layer->delta + i;
        real *back = layer->in_delta[0] + i;
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            const double x = ((double)in[c] - mean[c]) * scale[c];
            const double d = (double)delta[c] - share * sum[c] - x * (share * product[c]);
            back[c] = (real)((double)gamma[c] * scale[c] * d);
        }
    }
}

/* --- Layer, group and RMS norm: sets within a row --------------------------------------------- */

/* A set is one of groups next to one another, and lies at a number of places, channels apart. */
typedef struct partition {
    size_t sets, groups, places, width, channels;
    double eps;
} partition;

static partition by_position(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    return (partition){.sets = rows * ins_positions(shape),
                       .groups = 1,
                       .places = 1,
                       .width = shape.channels,
                       .channels = shape.channels,
                       .eps = layer->plan->choice.value[INS_LN_EPS]};
}

static partition by_group(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    const double *value = layer->plan->choice.value;
    const size_t groups = (size_t)value[INS_GN_GROUPS];
    return (partition){.sets = rows * groups,
                       .groups = groups,
                       .places = ins_positions(shape),
                       .width = shape.channels / groups,
                       .channels = shape.channels,
                       .eps = value[INS_GN_EPS]};
}

/* The first channel of a set, and its first element. */
static inline size_t channel_of(const partition *p, size_t set)
{
    return set % p->groups * p->width;
}

static inline size_t start_of(const partition *p, size_t set)
{
    return set / p->groups * p->places * p->channels + channel_of(p, set);
}

INS_VECTORIZED_PART double mean_of(const partition *p, const real *x)
{
    ins_lanes lanes = {{0}};
    for (size_t place = 0; place < p->places; place++, x += p->channels) {
        size_t k = 0;
        for (; k + INS_LANES <= p->width; k += INS_LANES) {
#pragma omp simd
            for (size_t lane = 0; lane < INS_LANES; lane++) lanes.sum[lane] += (double)x[k + lane];
        }
        for (size_t lane = 0; k + lane < p->width; lane++) lanes.sum[lane] += (double)x[k + lane];
    }
    return ins_lanes_total(&lanes) / (double)(p->places * p->width);
}

/* The mean square of the distances from mean. */
INS_VECTORIZED_PART double square_of(const partition *p, const real *x, double mean)
{
    ins_lanes lanes = {{0}};
    for (size_t place = 0; place < p->places; place++, x += p->channels) {
        size_t k = 0;
        for (; k + INS_LANES <= p->width; k += INS_LANES) {
#pragma omp simd
            for (size_t lane = 0; lane < INS_LANES; lane++) {
                const double distance = (double)x[k + lane] - mean;
                lanes.sum[lane] += distance * distance;
            }
        }
        for (size_t lane = 0; k + lane < p->width; lane++) {
            const double distance = (double)x[k + lane] - mean;
            lanes.sum[lane] += distance * distance;
        }
    }
    return ins_lanes_total(&lanes) / (double)(p->places * p->width);
}

INS_VECTORIZED_PART void write_set(const partition *p, const real *restrict in,
                                   const real *restrict gamma, const real *restrict beta,
                                   double mean, double scale, real *restrict y)
{
    for (size_t i = 0; i < p->places * p->channels; i += p->channels) {
        if (beta != NULL) {
#pragma omp simd
            for (size_t k = 0; k < p->width; k++)
                y[i + k] =
                    (real)(((double)in[i + k] - mean) * scale * (double)gamma[k] + (double)beta[k]);
        } else {
#pragma omp simd
            for (size_t k = 0; k < p->width; k++)
                y[i + k] = (real)((double)in[i + k] * scale * (double)gamma[k]);
        }
    }
}

INS_VECTORIZED static void forward(ins_layer *layer, partition p)
{
    const ins_norm *own = layer->state;
    const real *gamma = gamma_of(layer), *beta = beta_of(layer);
    for (size_t set = 0; set < p.sets; set++) {
        const size_t start = start_of(&p, set), first = channel_of(&p, set);
        const real *in = layer->in[0] + start;
        const double mean = beta != NULL ? mean_of(&p, in) : 0;
        const double scale = 1 / sqrt(square_of(&p, in, mean) + p.eps);
        write_set(&p, in, gamma + first, beta != NULL ? beta + first : NULL, mean, scale,
                  layer->result + start);
        own->mean[set] = mean;
        own->scale[set] = scale;
    }
}

/* What the backward pass of a set goes by. */
typedef struct backward_set {
    const real *in, *delta, *gamma;
    double mean, scale;
    double *sum, *product; /* of delta and of delta x, by channel */
} backward_set;

/* One element: adds to the sums of its channel and to those of h and h x. */
INS_VECTORIZED_PART void add_element(const backward_set *s, size_t i, size_t k, double *h,
                                     double *hx)
{
    const double x = ((double)s->in[i] - s->mean) * s->scale, d = (double)s->delta[i];
    s->sum[k] += d;
    s->product[k] += d * x;
    *h += (double)s->gamma[k] * d;
    *hx += (double)s->gamma[k] * d * x;
}

/* The means of h and h x over a set. */
INS_VECTORIZED_PART void add_set(const partition *p, const backward_set *s, double *mean_h,
                                 double *mean_hx)
{
    ins_lanes h = {{0}}, hx = {{0}};
    for (size_t i = 0; i < p->places * p->channels; i += p->channels) {
        size_t k = 0;
        for (; k + INS_LANES <= p->width; k += INS_LANES) {
#pragma omp simd
            for (size_t lane = 0; lane < INS_LANES; lane++)
                add_element(s, i + k + lane, k + lane, &h.sum[lane], &hx.sum[lane]);
        }
        for (size_t lane = 0; k + lane < p->width; lane++)
            add_element(s, i + k + lane, k + lane, &h.sum[lane], &hx.sum[lane]);
    }
    *mean_h = ins_lanes_total(&h) / (double)(p->places * p->width);
    *mean_hx = ins_lanes_total(&hx) / (double)(p->places * p->width);
}

INS_VECTORIZED_PART void pass_back(const partition *p, const backward_set *s, double mean_h,
                                   double mean_hx, real *back)
{
    for (size_t i = 0; i < p->places * p->channels; i += p->channels) {
#pragma omp simd
        for (size_t k = 0; k < p->width; k++) {
            const double x = ((double)s->in[i + k] - s->mean) * s->scale;
            const double h = (double)s->gamma[k] * (double)s->delta[i + k];
            back[i + k] = (real)(s->scale * (h - mean_h - x * mean_hx));
        }
    }
}

INS_VECTORIZED static void backward(ins_layer *layer, partition p)
{
    const ins_norm *own = layer->state;
    const bool centred = beta_of(layer) != NULL;
    memset(own->sum, 0, p.channels * sizeof *own->sum);
    memset(own->product, 0, p.channels * sizeof *own->product);
    for (size_t set = 0; set < p.sets; set++) {
        const size_t start = start_of(&p, set), first = channel_of(&p, set);
        const backward_set s = {.in = layer->in[0] + start,
                                .delta = layer->delta + start,
                                .gamma = gamma_of(layer) + first,
                                .mean = own->mean[set],
                                .scale = own->scale[set],
                                .sum = own->sum + first,
                                .product = own->product + first};
        double mean_h, mean_hx;
        add_set(&p, &s, &mean_h, &mean_hx);
        if (layer->in_delta[0] != NULL)
            pass_back(&p, &s, centred ? mean_h : 0, mean_hx, layer->in_delta[0] + start);
    }
}

void ins_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    forward(layer, by_position(layer, rows));
}

void ins_norm_backward(ins_layer *layer, size_t rows)
{
    backward(layer, by_position(layer, rows));
    find_gradients(layer, rows);
}

void ins_group_norm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    forward(layer, by_group(layer, rows));
}

void ins_group_norm_backward(ins_layer *layer, size_t rows)
{
    backward(layer, by_group(layer, rows));
    find_gradients(layer, rows);
}
