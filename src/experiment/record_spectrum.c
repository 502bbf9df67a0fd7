/* Rows of spectrum.csv: singular values of the weights, and of the whole network as the product of
 * its layers at a few probe rows:
 *
 *   d z_{L+1} / d x = W_{L+1} diag(phi'(z_L)) W_L ... diag(phi'(z_1)) W_1
 *
 * in double, because the product of many layers may leave the range of float. */
#include <config.h>

#include "record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/csv.h"
#include "initscope/memory.h"
#include "initscope/spectrum.h"

/* Probe rows at which the Jacobian is taken. */
enum { JACOBIANS = 4 };

struct ins_spectra {
    ins_spectrum_workspace *workspace;
    double *product, *next; /* (classes, widest) */
};

/* Elements of the largest matrix that is decomposed, and of a Jacobian on its way. */
static bool elements_of(const ins_spectra_extent *extent, size_t *matrix, size_t *product)
{
    if (__builtin_mul_overflow(extent->classes, extent->units, product)) return false;
    *matrix = extent->weights > *product ? extent->weights : *product;
    return true;
}

bool ins_spectra_size(const ins_spectra_extent *extent, size_t *bytes)
{
    size_t matrix, product, workspace;
    return elements_of(extent, &matrix, &product) && ins_spectrum_size(matrix, &workspace) &&
           !__builtin_mul_overflow(product, 2 * sizeof(double), bytes) &&
           !__builtin_add_overflow(*bytes, workspace, bytes);
}

ins_spectra *ins_spectra_new(const ins_spectra_extent *extent)
{
    ins_spectra *spectra = ins_allocate(1, sizeof *spectra, "spectra");
    size_t matrix, product;
    if (!elements_of(extent, &matrix, &product)) matrix = product = SIZE_MAX;
    spectra->workspace = ins_spectrum_workspace_new(matrix);
    spectra->product = ins_allocate(product, sizeof(double), "a Jacobian");
    spectra->next = ins_allocate(product, sizeof(double), "a Jacobian");
    return spectra;
}

void ins_spectra_free(ins_spectra *spectra)
{
    if (!spectra) return;
    ins_spectrum_workspace_free(spectra->workspace);
    free(spectra->product);
    free(spectra->next);
    free(spectra);
}

/* The rows of count singular values, numbered from first + 1 on. */
static void add_values(const ins_recorder_trial *subject, size_t epoch, size_t layer, size_t first,
                       const double *values, size_t count, ins_text *out)
{
    for (size_t i = 0; values && i < count; i++) {
        ins_record_begin_row(subject->trial, epoch, out);
        ins_csv_integer(out, (long long)layer);
        ins_csv_integer(out, (long long)(first + i + 1));
        ins_csv_number(out, values[i]);
        ins_csv_end_row(out);
    }
}

/* product (classes, units) becomes product diag(phi'(z)) W (classes, fan_in). */
static void multiply_layer(ins_spectra *spectra, const ins_choice *activation,
                           const ins_layer_view *view, const real *z, size_t classes)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    memset(spectra->next, 0, classes * view->fan_in * sizeof(double));
    for (size_t u = 0; u < view->units; u++) {
        double slope = row->slope((double)z[u], activation->value);
        const real *weight = view->weight + u * view->fan_in;
        for (size_t c = 0; c < classes; c++) {
            double factor = spectra->product[c * view->units + u] * slope;
            double *next = spectra->next + c * view->fan_in;
            for (size_t i = 0; i < view->fan_in; i++) next[i] += factor * (double)weight[i];
        }
    }
    double *swap = spectra->product;
    spectra->product = spectra->next;
    spectra->next = swap;
}

/* The Jacobian at a probe row, (classes, features). */
static const double *jacobian(const ins_recorder_trial *subject, ins_spectra *spectra, size_t row)
{
    size_t depth = ins_network_depth(subject->network);
    ins_layer_view output = ins_network_layer(subject->network, depth);
    for (size_t i = 0; i < output.units * output.fan_in; i++)
        spectra->product[i] = (double)output.weight[i];
    for (size_t l = depth; --l > 0;) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        multiply_layer(spectra, subject->trial->activation, &view,
                       view.preactivation + row * view.units, output.units);
    }
    return spectra->product;
}

void ins_record_spectrum(const ins_recorder_trial *subject, size_t epoch, ins_spectra *spectra,
                         ins_text *out)
{
    size_t depth = ins_network_depth(subject->network), features = subject->probe->features;
    size_t classes = ins_network_layer(subject->network, depth).units;
    size_t rows = subject->probe->rows < JACOBIANS ? subject->probe->rows : JACOBIANS;
    size_t rank = classes < features ? classes : features;
    for (size_t row = 0; row < rows; row++) {
        const double *values =
            ins_spectrum_of(spectra->workspace, jacobian(subject, spectra, row), classes, features);
        add_values(subject, epoch, 0, row * rank, values, rank, out);
    }
    for (size_t l = 1; l <= depth; l++) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        const double *values =
            ins_spectrum_of_weights(spectra->workspace, view.weight, view.units, view.fan_in);
        rank = view.units < view.fan_in ? view.units : view.fan_in;
        add_values(subject, epoch, l, 0, values, rank, out);
    }
}
