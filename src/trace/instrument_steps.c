/* steps.csv: what the gates of recurrent layers have at each step of the sequence. */
#include <config.h>

#include "instrument.h"

#include <math.h>

#include "initscope/moments.h"

static const ins_tensor recorded[] = {INS_PREACTIVATION, INS_DELTA, INS_STATE};

enum { RECORDED = sizeof recorded / sizeof recorded[0] };

static size_t steps_of(const ins_trace_plan *plan)
{
    size_t steps = 0;
    for (size_t l = 0; l < plan->layers; l++) steps += plan->layer[l].steps;
    return steps;
}

static size_t rows(const ins_trace_extent *extent)
{
    return steps_of(extent->plan) * RECORDED;
}

/* (rows of the probe batch): of those of one step. */
static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    const size_t samples = steps_of(extent->plan) > 0 ? extent->plan->rows : 0;
    return ins_carve(carver, samples, sizeof(ins_moments));
}

static const double *expected_of(const ins_trace_layer *layer, ins_tensor kind)
{
    if (kind == INS_STATE) return layer->expected_state;
    return kind == INS_DELTA ? layer->expected_delta : layer->expected_z;
}

static void add_row(const ins_trace_moment *moment, const ins_trace_layer *layer, ins_tensor kind,
                    size_t step, const ins_layer_statistics *of, ins_text *out)
{
    const double *expected = expected_of(layer, kind);
    ins_row row = ins_row_begin(out, INS_LOG_STEPS);
    ins_row_integer(&row, INS_STEPS_RUN, (long long)moment->run.run);
    ins_row_integer(&row, INS_STEPS_EPOCH, (long long)moment->epoch);
    ins_row_integer(&row, INS_STEPS_LAYER, (long long)layer->number);
    ins_row_text(&row, INS_STEPS_TENSOR, ins_tensor_table[kind].name);
    ins_row_integer(&row, INS_STEPS_STEP, (long long)step);
    ins_row_number(&row, INS_STEPS_SECOND_MOMENT, of->second_moment);
    ins_row_number(&row, INS_STEPS_VARIANCE, of->variance);
    if (expected != NULL)
        ins_row_number(&row, INS_STEPS_THEORY, expected[step - 1]);
    else
        ins_row_empty(&row, INS_STEPS_THEORY);
    ins_row_end(&row);
}

/* x is (rows, steps, units); what is taken over rows and units does not depend on which of both is
 * called a unit. */
static void show_tensor(ins_moments *moments, const ins_trace_moment *moment,
                        const ins_trace_layer *layer, ins_tensor kind, ins_text *out)
{
    static const ins_bounds unbounded = {-INFINITY, INFINITY};
    const ins_trace_tensor *tensor = kind == INS_STATE ? &layer->state : &layer->tensor[kind];
    if (tensor->x == NULL) return;
    for (size_t step = 0; step < layer->steps; step++) {
        const size_t samples = tensor->length / layer->steps;
        for (size_t r = 0; r < samples; r++)
            ins_moments_of_rows(tensor->x + (r * layer->steps + step) * tensor->units, 1,
                                tensor->units, unbounded, &moments[r]);
        const ins_layer_statistics of = ins_layer_statistics_of(moments, samples);
        add_row(moment, layer, kind, step + 1, &of, out);
    }
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    for (size_t i = 0; layer->steps > 0 && i < RECORDED; i++)
        show_tensor(state, moment, layer, recorded[i], out);
}

const ins_instrument ins_steps_instrument = {
    .file = INS_LOG_STEPS, .row_bytes = 80, .rows = rows, .lay_out = lay_out, .show = show};
