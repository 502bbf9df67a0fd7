/* Singular values of random matrices, by Marchenko and Pastur's law. */
#include <config.h>

#include "initscope/random_matrix.h"

#include <math.h>

ins_singular_edges ins_singular_edges_of(double rows, double columns, double sd)
{
    double a = sqrt(rows), b = sqrt(columns);
    return (ins_singular_edges){sd * fabs(a - b), sd * (a + b)};
}

/* With r the ratio, the squares over their mean lie at 1 + r + 2 √r cos θ, a share 2 sin² θ / (π
 * times that) dθ of them. */
void ins_singular_law(double ratio, size_t n, double *share, double *value)
{
    enum { STEPS = 40 };
    const double pi = 3.14159265358979323846, r = ratio;
    double sum = 0, step = pi / (double)(n - 1) / STEPS;
    for (size_t i = 0; i < n; i++) {
        double angle = pi * (double)i / (double)(n - 1);
        share[i] = sum;
        value[i] = sqrt(fmax(1 + r + 2 * sqrt(r) * cos(angle), 0));
        for (size_t k = 0; k < STEPS; k++) {
            double at = angle + ((double)k + 0.5) * step;
            sum += step * 2 * sin(at) * sin(at) / (pi * (1 + r + 2 * sqrt(r) * cos(at)));
        }
    }
}
