/* What the parts of a record share; each part writes the rows of one file. */
#ifndef INITSCOPE_RECORD_H
#define INITSCOPE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_histogram.h>

#include "initscope/error.h"
#include "initscope/grid.h"
#include "initscope/network.h"
#include "initscope/recorder.h"
#include "initscope/symmetry.h"
#include "initscope/text.h"

/* The columns that every row of a trial and an epoch begins with. */
void ins_record_begin_row(const ins_trial *trial, size_t epoch, ins_text *out);

/* All layers, after a forward and a backward pass. The workspace is for the probe batch and the
 * largest layer. */
void ins_record_symmetry(const ins_recorder_trial *subject, size_t epoch,
                         ins_symmetry_workspace *workspace, ins_text *out);
void ins_record_histograms(const ins_recorder_trial *subject, size_t epoch,
                           gsl_histogram *histogram, ins_text *out);

/* What singular values need of a network: its most units of a layer, the inputs included; the most
 * weights of a layer; its classes. */
typedef struct ins_spectra_extent {
    size_t units, weights, classes;
} ins_spectra_extent;

typedef struct ins_spectra ins_spectra;
ins_spectra *ins_spectra_new(const ins_spectra_extent *extent);
void ins_spectra_free(ins_spectra *spectra); /* NULL is fine */
bool ins_spectra_size(const ins_spectra_extent *extent, size_t *bytes);

/* After a forward pass. What is not finite has no rows. */
void ins_record_spectrum(const ins_recorder_trial *subject, size_t epoch, ins_spectra *spectra,
                         ins_text *out);

#endif
