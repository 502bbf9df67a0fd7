/* From the settings to the samples. */
#include <config.h>

#include "initscope/csv.h"
#include "initscope/runner.h"

ins_status ins_data_load(const ins_settings *settings, ins_dataset *dataset, ins_prepared *data,
                         ins_error *error)
{
    const char *delimiter = ins_delimiter_names[settings->delimiter];
    const char *label = settings->label[0] ? settings->label : NULL;
    ins_status status = ins_dataset_read(settings->data.path, label,
                                         ins_csv_separator_named(delimiter), dataset, error);
    if (status != INS_OK) return status;
    uint32_t seed = ins_split_seed_of(settings, settings->seed);
    ins_scaling scaling = (ins_scaling)settings->scale;
    double fraction = settings->test_fraction;
    if (settings->split == INS_SPLIT_FIXED)
        return ins_prepare(dataset, fraction, seed, scaling, data, error);
    for (size_t i = 0; i < settings->seeds; i++) {
        uint32_t other = ins_split_seed_of(settings, settings->seed + i);
        status = ins_split_check(dataset, fraction, other, error);
        if (status != INS_OK)
            return ins_error_add(error, status, "%s: the split is that of seed %zu (got \"%s\")",
                                 ins_settings_where(settings, INS_OPTION_SPLIT), settings->seed + i,
                                 "by-seed");
    }
    return ins_prepare_copy(dataset, fraction, seed, scaling, data, &dataset->warnings, error);
}
