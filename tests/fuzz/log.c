/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The log reader and the analysis on it: a run directory that anybody may have written is summed up
 * or refused with a message. */
#include <config.h>

#include "fuzz.h"
#include "initscope/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *directory = fuzz_logs(data, size);
    ins_report_options options = {.directories = &directory, .count = 1};
    ins_text out = {0};
    ins_error error = {0};
    ins_status status = ins_report_summary(&options, false, &out, &error);
    fuzz_expect(status == error.status, "the status is that of the first problem");
    fuzz_expect(status == INS_OK || status == INS_DATA, "logs are read or refused as data");
    fuzz_expect((status == INS_OK) == (error.count == 0), "a refusal has a message");
    ins_text_free(&out);
    return 0;
}
