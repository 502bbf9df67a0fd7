/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The report up to gnuplot: whatever a log holds that the reader takes, its pages, figures and
 * scripts are written. */
#include <config.h>

#include <stdlib.h>

#include "fuzz.h"
#include "initscope/memory.h"
#include "initscope/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *directory = ins_duplicate(fuzz_logs(data, size));
    const char *const directories[] = {directory};
    ins_report_options options = {
        .directories = directories, .count = 1, .gnuplot = "/nonexistent/gnuplot"};
    ins_error error = {0};
    ins_status status = ins_report_write(&options, &error);
    fuzz_expect(status == INS_RENDER || status == INS_DATA,
                "all is written but the PDF, or the logs are refused");
    free(directory);
    return 0;
}
