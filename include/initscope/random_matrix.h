/* Singular values of a large matrix of independent entries (Marchenko & Pastur 1967). */
#ifndef INITSCOPE_RANDOM_MATRIX_H
#define INITSCOPE_RANDOM_MATRIX_H

#include <stddef.h>

/* Between what bounds they lie, in the limit of large sizes: sd |sqrt(rows) -+ sqrt(columns)|, sd
 * the standard deviation of an entry. The zeros that a matrix which is not square has in addition
 * do not count. */
typedef struct ins_singular_edges {
    double lower, upper;
} ins_singular_edges;

ins_singular_edges ins_singular_edges_of(double rows, double columns, double sd);

/* The law itself over the root mean square of the values, from the largest down: at n places, n >=
 * 2, the value and the share of the values that are larger. ratio is the smaller side over the
 * larger, in (0, 1]. */
void ins_singular_law(double ratio, size_t n, double *share, double *value);

#endif
