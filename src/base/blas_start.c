/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* CBLAS at the start of the program: one thread, checked once, named after what is really bound. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include <config.h>

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dlfcn.h>

#include <cblas.h>

#include "initscope/blas.h"
#include "initscope/file.h"

#ifdef INS_REAL_DOUBLE
#define REAL_EPSILON DBL_EPSILON
#else
#define REAL_EPSILON FLT_EPSILON
#endif

/* What only OpenBLAS has; FlexiBLAS takes the number of threads. */
typedef struct openblas {
    void (*set_threads)(int);
    char *(*configuration)(void); /* "OpenBLAS 0.3.21 NO_LAPACKE ... MAX_THREADS=64" */
    char *(*core)(void);          /* "SkylakeX" */
} openblas;

static openblas find_openblas(void)
{
#ifdef HAVE_OPENBLAS
    return (openblas){openblas_set_num_threads, openblas_get_config, openblas_get_corename};
#else
    /* A plain CBLAS may be OpenBLAS behind the distribution's choice of alternatives. POSIX says
     * that dlsym's result may be used as a function. */
    openblas found = {NULL, NULL, NULL};

    *(void **)&found.set_threads = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
    if (!found.set_threads)
        *(void **)&found.set_threads = dlsym(RTLD_DEFAULT, "flexiblas_set_num_threads");
    *(void **)&found.configuration = dlsym(RTLD_DEFAULT, "openblas_get_config");
    *(void **)&found.core = dlsym(RTLD_DEFAULT, "openblas_get_corename");
    return found;
#endif
}

/* The file that the product comes from, links resolved; "" when it cannot be told. */
static void library_path(char path[PATH_MAX])
{
    void *symbol = dlsym(RTLD_DEFAULT, "cblas_sgemm");
    Dl_info information;

    path[0] = '\0';
    if (!symbol || !dladdr(symbol, &information) || !information.dli_fname) return;

    char *resolved = ins_path_resolve(information.dli_fname);

    snprintf(path, PATH_MAX, "%s", resolved ? resolved : information.dli_fname);
    free(resolved);
}

/* "OpenBLAS 0.3.21 SkylakeX" */
static void name_openblas(char *name, size_t size)
{
    openblas library = find_openblas();
    char version[32] = "";

    if (library.configuration) sscanf(library.configuration(), "OpenBLAS %31s", version);
    snprintf(name, size, "OpenBLAS %s %s", version[0] ? version : "of unknown version",
             library.core ? library.core() : "of unknown core");
}

const char *ins_blas_name(void)
{
    static char name[PATH_MAX + 32];
    char path[PATH_MAX];

    library_path(path);
    if (strstr(path, "openblas"))
        name_openblas(name, sizeof name);
    else if (strstr(path, "gslcblas"))
        snprintf(name, sizeof name, "GSL CBLAS (slow reference)");
#ifdef HAVE_OPENBLAS
    else if (!path[0])
        name_openblas(name, sizeof name); /* linked statically */
#endif
    else
        snprintf(name, sizeof name, "unknown CBLAS (%s)", path[0] ? path : "linked statically");
    return name;
}

/* One thread a product. Those that OpenBLAS has started by now would turn idly for a while, on the
 * cores that trials need; it ends them itself, by this function, before a fork. */
static void use_one_thread(void)
{
    openblas library = find_openblas();
    int (*end_threads)(void);

    if (!library.set_threads) return;
    library.set_threads(1);
    *(void **)&end_threads = dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
    if (end_threads) end_threads();
}

/* Odd sizes, so that no kernel gets away with whole blocks. */
enum { CHECK_M = 33, CHECK_N = 77, CHECK_K = 129 };

/* Numbers in [-1, 1) that repeat nowhere in a small matrix. */
static void fill(real *x, size_t count, uint32_t state)
{
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (real)((double)(state >> 8) / 8388608.0 - 1.0);
    }
}

/* One element of C against the plain sum in double, within the bound of any order of summation
 * (Higham, Accuracy and Stability, section 3.1). */
static bool element_is_right(const real *a, size_t a_step, const real *b, size_t b_step, double got)
{
    double sum = 0.0, size = 0.0;

    for (size_t k = 0; k < CHECK_K; k++) {
        double term = (double)a[k * a_step] * (double)b[k * b_step];

        sum += term;
        size += fabs(term);
    }
    return fabs(got - sum) <= (CHECK_K + 1) * (double)REAL_EPSILON * size;
}

/* One product with A and B stored as the flags say. C starts as NaN, which beta = 0 must ignore. */
static bool product_is_right(bool transpose_a, bool transpose_b)
{
    static real a[CHECK_M * CHECK_K], b[CHECK_K * CHECK_N], c[CHECK_M * CHECK_N];

    fill(a, CHECK_M * CHECK_K, 1);
    fill(b, CHECK_K * CHECK_N, 2);
    for (size_t i = 0; i < CHECK_M * CHECK_N; i++) c[i] = (real)NAN;
    ins_product(transpose_a, transpose_b, CHECK_M, CHECK_N, CHECK_K, 1, a, b, 0, c);

    for (size_t i = 0; i < CHECK_M; i++)
        for (size_t j = 0; j < CHECK_N; j++) {
            const real *row = a + i * (transpose_a ? 1 : CHECK_K);
            const real *column = b + j * (transpose_b ? CHECK_K : 1);

            if (!element_is_right(row, transpose_a ? CHECK_M : 1, column, transpose_b ? 1 : CHECK_N,
                                  (double)c[i * CHECK_N + j]))
                return false;
        }
    return true;
}

ins_status ins_blas_start(ins_error *error)
{
    use_one_thread();
    /* The forward pass, the backward pass, the gradient. */
    if (product_is_right(false, true) && product_is_right(false, false) &&
        product_is_right(true, false))
        return INS_OK;
    return ins_error_add(error, INS_INTERNAL,
                         "%s: wrong matrix product; another kernel may be chosen with the "
                         "environment variable OPENBLAS_CORETYPE=Haswell (or Nehalem)",
                         ins_blas_name());
}
