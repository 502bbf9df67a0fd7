/* Rows of symmetry.csv: which units of a layer are alike on the probe batch. */
#include <config.h>

#include "record.h"

#include <math.h>
#include <stdbool.h>

#include "initscope/csv.h"

/* Units of a network that diverged cannot be compared. */
static void add_count(ins_text *out, double count)
{
    if (isnan(count))
        ins_csv_empty(out);
    else
        ins_csv_integer(out, (long long)count);
}

void ins_record_symmetry(const ins_recorder_trial *subject, size_t epoch,
                         ins_symmetry_workspace *workspace, ins_text *out)
{
    const ins_activation *activation = (const ins_activation *)subject->trial->activation->entry;
    size_t depth = ins_network_depth(subject->network);
    for (size_t l = 1; l <= depth; l++) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        ins_symmetry of = ins_symmetry_of(workspace, view.weight, view.bias, view.activation,
                                          subject->probe->rows, view.units, view.fan_in);
        ins_record_begin_row(subject->trial, epoch, out);
        ins_csv_integer(out, (long long)l);
        ins_csv_integer(out, (long long)view.units);
        add_count(out, of.distinct_units);
        add_count(out, of.duplicate_pairs);
        ins_csv_number(out, of.mean_abs_cosine);
        ins_csv_number(out, of.effective_rank);
        if (l < depth && activation->rectifier)
            ins_csv_integer(out, (long long)of.silent_units);
        else
            ins_csv_empty(out);
        ins_csv_end_row(out);
    }
}
