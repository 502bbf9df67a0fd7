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
    return ins_prepare(dataset, settings->test_fraction, (uint32_t)settings->split_seed,
                       (ins_scaling)settings->scale, data, error);
}
