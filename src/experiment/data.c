/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From the settings to the samples. */
#include <config.h>

#include "initscope/csv.h"
#include "initscope/generator.h"
#include "initscope/loss.h"
#include "initscope/runner.h"

ins_reading ins_reading_of(const ins_settings *settings)
{
    const ins_loss *loss = (const ins_loss *)settings->loss.entry;
    return (ins_reading){.path = settings->data.path,
                         .label = settings->label,
                         .features = settings->features,
                         .drop = settings->drop,
                         .delimiter =
                             ins_csv_separator_named(ins_delimiter_names[settings->delimiter]),
                         .header = (ins_header)settings->header,
                         .categories = (ins_categories)settings->categories,
                         .missing = (ins_missing)settings->missing,
                         .task = loss == NULL    ? INS_TASK_AUTO
                                 : loss->classes ? INS_TASK_CLASSES
                                                 : INS_TASK_NUMBERS};
}

ins_preparation ins_preparation_of(const ins_settings *settings, size_t seed)
{
    return (ins_preparation){.test_fraction = settings->test_fraction,
                             .split_seed = ins_split_seed_of(settings, seed),
                             .scaling = (ins_scaling)settings->scale};
}

/* A split for each seed must be one for each. */
static ins_status check_splits(const ins_settings *settings, const ins_dataset *dataset,
                               ins_error *error)
{
    const char *where = ins_settings_where(settings, INS_OPTION_SPLIT);
    if (dataset->test_rows > 0 || settings->test_fraction == 0)
        return ins_error_add(
            error, INS_USAGE, "%s: %s, which no seed changes (got \"by-seed\")", where,
            dataset->test_rows > 0 ? "the data have a test set of their own"
                                   : "with test-fraction 0 all rows are for training");
    for (size_t i = 0; i < settings->seeds; i++) {
        const ins_preparation how = ins_preparation_of(settings, settings->seed + i);
        const ins_status status = ins_split_check(dataset, &how, error);
        if (status != INS_OK)
            return ins_error_add(error, status, "%s: the split is that of seed %zu (got \"%s\")",
                                 where, settings->seed + i, "by-seed");
    }
    return INS_OK;
}

ins_status ins_data_read(const ins_settings *settings, ins_dataset *dataset, ins_error *error)
{
    const ins_reading reading = ins_reading_of(settings);
    if (settings->data.generator.entry == NULL) return ins_dataset_read(&reading, dataset, error);
    ins_arrays arrays;
    ins_generate(&settings->data.generator, &arrays);
    const ins_status status = ins_dataset_of_arrays(&arrays, &reading, dataset, error);
    ins_arrays_free(&arrays);
    return status;
}

ins_status ins_data_load(const ins_settings *settings, ins_dataset *dataset, ins_prepared *data,
                         ins_error *error)
{
    const ins_preparation how = ins_preparation_of(settings, settings->seed);
    ins_status status = ins_data_read(settings, dataset, error);
    if (status != INS_OK) return status;
    if (dataset->test_rows > 0 && !ins_settings_is_default(settings, INS_OPTION_TEST_FRACTION))
        ins_text_add_line(&dataset->warnings,
                          "%s: test-fraction is not used: the data have a test set of their own",
                          dataset->path);
    if (settings->split == INS_SPLIT_FIXED) return ins_prepare(dataset, &how, data, error);
    status = check_splits(settings, dataset, error);
    if (status != INS_OK) return status;
    return ins_prepare_copy(dataset, &how, data, &dataset->warnings, error);
}
