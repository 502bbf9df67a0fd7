/* The fields of tokens that are looked up in a table of vectors, and of what tells positions
 * apart. */
#ifndef INITSCOPE_TOKEN_FIELDS_H
#define INITSCOPE_TOKEN_FIELDS_H

#include <stddef.h>

#include "initscope/field.h"
#include "initscope/real.h"

/* How often two positions have the same token, in one row and in two: tokens (rows, positions) are
 * numbers. With vectors of independent elements this, times their variance, is the field of what is
 * looked up. A single row is no two. */
ins_field *ins_field_of_tokens(const real *tokens, size_t rows, size_t positions);

/* A vector of independent elements of this variance at each position, the same in all rows. */
void ins_field_add_learned_positions(ins_field *field, double variance);

/* sin and cos of p / 10000^(2 i / channels) in turn (Vaswani et al. 2017): second moment 1/2. */
void ins_field_add_sine_positions(ins_field *field, size_t channels);

#endif
