/* Shapes and variances of the weights at the start. */
#include <config.h>

#include "initscope/drawn.h"

#include <math.h>

static double first(const ins_study *study, size_t arm, size_t layer, const char *column)
{
    return ins_study_layer(study, study->arm[arm].run[0], 0, layer, INS_WEIGHT, column);
}

size_t ins_typical_layer(const ins_arm *arm)
{
    return arm->layers > 2 ? 2 : 1;
}

double ins_fan_in(const ins_study *study, size_t arm, size_t layer)
{
    return first(study, arm, layer, "count") / first(study, arm, layer, "units");
}

double ins_units(const ins_study *study, size_t arm, size_t layer)
{
    return first(study, arm, layer, "units");
}

double ins_drawn_variance(const ins_study *study, size_t arm, size_t layer)
{
    ins_profile_point w = ins_profile(study, arm, 0, layer, INS_WEIGHT, "variance");
    if (w.geometric.n > 0) return w.geometric.mean;
    return w.zeros > 0 ? 0 : (double)NAN;
}
