/* Rows of histograms.csv: how the elements of a tensor are distributed on the probe batch.
 *
 * Preactivations and activations are counted on one fixed axis, so that layers and runs can be laid
 * over each other; weights, deltas and gradients, whose sizes differ by orders of magnitude, on an
 * axis that reaches from minus to plus their largest one. */
#include <config.h>

#include "record.h"

#include <math.h>

#include "initscope/csv.h"

static const double fixed_reach = 4;

typedef struct tensor {
    ins_tensor kind;
    const real *x;
    size_t count;
} tensor;

static double largest_of(const tensor *t)
{
    double largest = 0;
    for (size_t i = 0; i < t->count; i++) {
        double size = fabs((double)t->x[i]);
        if (size > largest && isfinite(size)) largest = size;
    }
    return largest;
}

/* Half the length of the axis, never 0. */
static double reach_of(const tensor *t)
{
    if (t->kind == INS_PREACTIVATION || t->kind == INS_ACTIVATION) return fixed_reach;
    double largest = largest_of(t);
    return largest > 0 ? largest : 1;
}

/* What lies beyond an end is counted in the bin of that end: gsl_histogram_increment would leave
 * it, and an element equal to the upper end, out, and take a NaN for the lowest. */
static void count_elements(const tensor *t, gsl_histogram *histogram)
{
    double lowest = histogram->range[0];
    double highest = nextafter(histogram->range[histogram->n], lowest);
    for (size_t i = 0; i < t->count; i++) {
        double x = (double)t->x[i];
        if (isfinite(x)) gsl_histogram_increment(histogram, fmin(fmax(x, lowest), highest));
    }
}

static void add_tensor(const ins_recorder_trial *subject, size_t epoch, size_t layer,
                       const tensor *t, gsl_histogram *histogram, ins_text *out)
{
    double reach = reach_of(t);
    if (gsl_histogram_set_ranges_uniform(histogram, -reach, reach)) return;
    count_elements(t, histogram);
    for (size_t i = 0; i < histogram->n; i++) {
        ins_record_begin_row(subject->trial, epoch, out);
        ins_csv_integer(out, (long long)layer);
        ins_csv_text(out, ins_tensor_table[t->kind].name);
        ins_csv_integer(out, (long long)i + 1);
        ins_csv_number(out, histogram->range[i]);
        ins_csv_number(out, histogram->range[i + 1]);
        ins_csv_integer(out, (long long)histogram->bin[i]);
        ins_csv_end_row(out);
    }
}

void ins_record_histograms(const ins_recorder_trial *subject, size_t epoch,
                           gsl_histogram *histogram, ins_text *out)
{
    const ins_samples *probe = subject->probe;
    tensor inputs = {INS_ACTIVATION, probe->x, probe->rows * probe->features};
    add_tensor(subject, epoch, 0, &inputs, histogram, out);
    for (size_t l = 1; l <= ins_network_depth(subject->network); l++) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        size_t weights = view.units * view.fan_in, outputs = probe->rows * view.units;
        const tensor tensors[] = {{INS_WEIGHT, view.weight, weights},
                                  {INS_PREACTIVATION, view.preactivation, outputs},
                                  {INS_ACTIVATION, view.activation, outputs},
                                  {INS_DELTA, view.delta, outputs},
                                  {INS_GRADIENT, view.weight_gradient, weights}};
        for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++)
            add_tensor(subject, epoch, l, &tensors[i], histogram, out);
    }
}
