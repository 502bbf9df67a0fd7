/* Gains per hidden layer at epoch 0: exp of the least-squares slope of ln Var over the hidden
 * layers, of what was measured and, in the same way, of what theory.csv predicts. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdlib.h>

typedef double (*variance_at)(const ins_study *study, size_t run, size_t layer, ins_tensor tensor);

static double measured(const ins_study *study, size_t run, size_t layer, ins_tensor tensor)
{
    return ins_study_layer(study, run, ins_study_epoch_index(study, 0), layer, tensor, "variance");
}

static double predicted(const ins_study *study, size_t run, size_t layer, ins_tensor tensor)
{
    return ins_study_theory(study, run, layer, tensor, "variance");
}

/* NAN unless there are two hidden layers and every one has a finite variance above 0. */
static double fit(const ins_study *study, size_t run, ins_tensor tensor, ins_toward toward,
                  variance_at at)
{
    size_t hidden = ins_hidden_layers(&study->arm[study->run[run].arm]), n = 0;
    double *x = ins_allocate(2 * hidden + 1, sizeof *x, "layers of a gain"), *y = x + hidden;
    for (size_t l = 1; l <= hidden; l++) {
        double variance = at(study, run, l, tensor);
        if (!(variance > 0 && isfinite(variance))) break;
        x[n] = (double)l;
        y[n++] = log(variance);
    }
    double slope = n == hidden && n > 1 ? ins_slope(x, y, n) : (double)NAN;
    free(x);
    return exp(toward == INS_TOWARD_OUTPUT ? slope : -slope);
}

double ins_run_gain(const ins_study *study, size_t run, ins_tensor tensor, ins_toward toward)
{
    return fit(study, run, tensor, toward, measured);
}

static ins_interval over_runs(const ins_study *study, size_t arm, ins_tensor tensor,
                              ins_toward toward, variance_at at)
{
    const ins_arm *of = &study->arm[arm];
    double *value = ins_allocate(of->runs + 1, sizeof *value, "gains of an arm");
    size_t n = 0;
    for (size_t i = 0; i < of->runs; i++) {
        double gain = fit(study, of->run[i], tensor, toward, at);
        if (!isnan(gain)) value[n++] = gain;
    }
    ins_interval interval =
        ins_interval_of_geometric_mean(value, n, ins_threshold_of("confidence"));
    free(value);
    return interval;
}

ins_interval ins_gain(const ins_study *study, size_t arm, ins_tensor tensor, ins_toward toward)
{
    return over_runs(study, arm, tensor, toward, measured);
}

double ins_theory_gain(const ins_study *study, size_t arm, ins_tensor tensor, ins_toward toward)
{
    return over_runs(study, arm, tensor, toward, predicted).mean;
}
