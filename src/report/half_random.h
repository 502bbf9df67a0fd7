/* What a random output layer does to identical hidden units. */
#ifndef INITSCOPE_HALF_RANDOM_H
#define INITSCOPE_HALF_RANDOM_H

#include "part.h"

/* The derivation, with the counts of the arms that start in this way, from a first to a last epoch;
 * nothing when there is no such arm. */
void ins_draw_half_random(ins_flow *flow, size_t first, size_t last);

/* The smallest over seeds of a column of symmetry.csv; NAN: none. */
double ins_least_symmetry(const ins_study *study, size_t arm, size_t epoch, size_t layer,
                          const char *column);

#endif
