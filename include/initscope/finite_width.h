/* What the limit of infinite width hides: spread between seeds, and spectra of random matrices. */
#ifndef INITSCOPE_FINITE_WIDTH_H
#define INITSCOPE_FINITE_WIDTH_H

#include <stddef.h>

#include "initscope/entry.h"

/* M = mean over the last layer's units of a^2, for one input and Gaussian weights, b = 0:
 * E[M^2] / E[M]^2 = product over layers of (1 + k/n), k = E[phi^4]/E[phi^2]^2 - 1; 5 for ReLU, 2
 * for linear (Hanin & Rolnick 2018). Exact for an activation that is linear on either side of 0;
 * NAN for any other. units (count). */
double ins_width_spread(const ins_choice *activation, const size_t *units, size_t count);

/* Edges of the squared singular values of a (rows, columns) matrix of independent elements, in the
 * limit of large sizes (Marchenko & Pastur 1967): variance (sqrt(rows) -+ sqrt(columns))^2. The
 * zeros that a matrix which is not square has in addition do not count. */
typedef struct ins_spectrum_edges {
    double lower, upper;
} ins_spectrum_edges;
ins_spectrum_edges ins_spectrum_of_matrix(size_t rows, size_t columns, double variance);

/* Largest squared singular value of a product of depth square Gaussian matrices of variance 1/n,
 * n -> inf: (depth + 1)^(depth + 1) / depth^depth (Fuss-Catalan law); 4 for depth 1. */
double ins_spectrum_of_product(size_t depth);

#endif
