/* The reach of an arm's networks. */
#include <config.h>

#include "initscope/reach.h"

#include <math.h>

double ins_reach(const ins_study *study, size_t arm)
{
    const double scales = 6;
    size_t run = study->arm[arm].run[0];
    double gradient = fabs(ins_study_depth(study, run, "xi_gradient"));
    double correlation = ins_study_depth(study, run, "xi_c");
    return isnan(gradient) ? gradient : scales * fmin(gradient, correlation);
}
