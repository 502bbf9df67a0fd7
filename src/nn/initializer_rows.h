/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the initializer table share: the laws of single elements, and the rows that
 * look at a whole matrix. */
#ifndef INITSCOPE_NN_INITIALIZER_ROWS_H
#define INITSCOPE_NN_INITIALIZER_ROWS_H

#include "initscope/initializer.h"

/* Rows on whole matrices; the declarations follow ins_initializer. */
double ins_identity_mean(const double *p, ins_tensor_place place);
double ins_identity_variance(const double *p, ins_tensor_place place);
ins_status ins_identity_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                             real *w, ins_error *error);

double ins_orthogonal_variance(const double *p, ins_tensor_place place);
double ins_orthogonal_kurtosis(const double *p, ins_tensor_place place);
ins_status ins_orthogonal_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                               real *w, ins_error *error);

/* The part of its gate of an orthogonal matrix of all gates: (gates units, inputs). */
double ins_packed_orthogonal_variance(const double *p, ins_tensor_place place);
double ins_packed_orthogonal_kurtosis(const double *p, ins_tensor_place place);
ins_status ins_packed_orthogonal_fill(const ins_choice *choice, ins_tensor_place place,
                                      gsl_rng *rng, real *w, ins_error *error);

double ins_delta_orthogonal_variance(const double *p, ins_tensor_place place);
double ins_delta_orthogonal_kurtosis(const double *p, ins_tensor_place place);
ins_status ins_delta_orthogonal_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                     real *w, ins_error *error);

double ins_dirac_mean(const double *p, ins_tensor_place place);
double ins_dirac_variance(const double *p, ins_tensor_place place);
ins_status ins_dirac_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                          ins_error *error);

double ins_sparse_variance(const double *p, ins_tensor_place place);
double ins_sparse_kurtosis(const double *p, ins_tensor_place place);
ins_status ins_sparse_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                           ins_error *error);

double ins_nguyen_widrow_variance(const double *p, ins_tensor_place place);
ins_status ins_nguyen_widrow_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                  real *w, ins_error *error);
ins_status ins_nguyen_widrow_fill_bias(const ins_choice *choice, ins_tensor_place place,
                                       gsl_rng *rng, real *b, ins_error *error);

/* Orthonormal; lsuv then scales it layer by layer. */
ins_status ins_lsuv_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error);
double ins_lsuv_adapt(const double *p, double deviation, size_t tries);

/* DIRECTORY/layerNN.W.npy and .b.npy */
ins_status ins_file_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error);
ins_status ins_file_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                              real *b, ins_error *error);

/* The transpose of the place's mirror. INS_USAGE where it has none. */
ins_status ins_tied_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error);

/* Shared promises: 0, and NAN where nothing is promised. */
double ins_promise_zero(const double *p, ins_tensor_place place);
double ins_promise_nothing(const double *p, ins_tensor_place place);

#endif
