/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* An instrument: the log that it writes, the buffers that it needs, what it does with a layer. A
 * new one is a log (columns.h), a file here with such a row, and its name in the list below. */
#ifndef INITSCOPE_TRACE_INSTRUMENT_H
#define INITSCOPE_TRACE_INSTRUMENT_H

#include <stddef.h>

#include "initscope/carver.h"
#include "initscope/text.h"
#include "initscope/trace.h"

/* The most of what will be shown. */
typedef struct ins_trace_extent {
    const ins_trace_plan *plan;
    size_t units;         /* of a layer, the network's input included */
    size_t weights;       /* of a layer; SIZE_MAX when they cannot be counted */
    size_t features;      /* of an input or a stream */
    size_t with_features; /* layers that have one */
} ins_trace_extent;

typedef struct ins_instrument {
    ins_log_file file;
    size_t row_bytes; /* about the length of a row */
    /* Most rows at a moment. */
    size_t (*rows)(const ins_trace_extent *extent);
    /* Its state, in the carver's memory; NULL while that counts. A member that is NULL is not
     * called. */
    void *(*lay_out)(const ins_trace_extent *extent, ins_carver *carver);
    void (*show)(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out);
    void (*end)(void *state, const ins_trace_moment *moment, ins_text *out);
} ins_instrument;

/* ins_epochs_instrument, ... of instrument_epochs.c, ... */
#define INS_INSTRUMENT_LIST(INSTRUMENT) \
    INSTRUMENT(epochs)                  \
    INSTRUMENT(layers)                  \
    INSTRUMENT(symmetry)                \
    INSTRUMENT(histograms)              \
    INSTRUMENT(steps)                   \
    INSTRUMENT(spectrum)                \
    INSTRUMENT(tokens)

#define INS_DECLARE(name) extern const ins_instrument ins_##name##_instrument;
INS_INSTRUMENT_LIST(INS_DECLARE)
#undef INS_DECLARE

#endif
