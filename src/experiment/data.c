/* From the settings to the samples. */
#include <config.h>

#include "initscope/runner.h"

ins_status ins_data_load(const ins_settings *settings, ins_dataset *dataset, ins_prepared *data,
                         ins_error *error)
{
    const ins_reading reading = ins_reading_of(settings);
    ins_status status = ins_dataset_read(&reading, dataset, error);
    if (status != INS_OK) return status;
    const ins_preparation first = ins_preparation_of(settings, settings->seed);
    if (settings->split == INS_SPLIT_FIXED) return ins_prepare(dataset, &first, data, error);
    for (size_t i = 0; i < settings->seeds; i++) {
        const ins_preparation other = ins_preparation_of(settings, settings->seed + i);
        status = ins_split_check(dataset, &other, error);
        if (status != INS_OK)
            return ins_error_add(error, status, "%s: the split is that of seed %zu (got \"%s\")",
                                 ins_settings_where(settings, INS_OPTION_SPLIT), settings->seed + i,
                                 "by-seed");
    }
    return ins_prepare_copy(dataset, &first, data, &dataset->warnings, error);
}
