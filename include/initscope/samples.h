/* Rows of a data set as a network sees them. */
#ifndef INITSCOPE_SAMPLES_H
#define INITSCOPE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/real.h"

/* Training or test rows. */
typedef struct ins_samples {
    size_t rows, features, classes;
    real *x;    /* (rows, features) scaled */
    int32_t *y; /* (rows) */
} ins_samples;

#endif
