/* What the files of the initializer table share: the laws of single elements, and the rows that
 * look at a whole matrix. */
#ifndef INITSCOPE_NN_INITIALIZER_ROWS_H
#define INITSCOPE_NN_INITIALIZER_ROWS_H

#include "initscope/initializer.h"

/* The law of one element. Every element takes one ins_random_uniform in row-major order (a constant
 * takes none), so that for one stream all laws are the same numbers, transformed. */
typedef enum ins_law_kind {
    INS_LAW_CONSTANT,
    INS_LAW_UNIFORM,  /* centre +- spread */
    INS_LAW_NORMAL,   /* spread is the standard deviation */
    INS_LAW_TRUNCATED /* the same, cut off at 2 spread: its standard deviation is smaller */
} ins_law_kind;

typedef struct ins_law {
    ins_law_kind kind;
    double centre, spread;
} ins_law;

/* The standard deviation of a standard normal truncated at 2, which Keras and JAX divide by. */
#define INS_TRUNCATED_DEVIATION 0.87962566103423978

double ins_law_mean(ins_law law);
double ins_law_variance(ins_law law);
double ins_law_kurtosis(ins_law law);
void ins_law_fill(ins_law law, size_t count, gsl_rng *rng, real *w);

/* Rows on whole matrices; the declarations follow ins_initializer. */
double ins_identity_mean(const double *p, ins_tensor_place place);
double ins_identity_variance(const double *p, ins_tensor_place place);
ins_status ins_identity_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                             real *w, ins_error *error);

double ins_orthogonal_variance(const double *p, ins_tensor_place place);
double ins_orthogonal_kurtosis(const double *p, ins_tensor_place place);
ins_status ins_orthogonal_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                               real *w, ins_error *error);

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
