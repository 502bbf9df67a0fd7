/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* network.csv and factors.csv beside a log that is sound: the networks and factors that they tell
 * of are summed up and drawn, or they are refused with a message. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "initscope/memory.h"
#include "initscope/report.h"

enum { RUNS = 3, LAYERS = 5, EPOCHS = 2 };

static void write_file(const char *name, ins_text *text)
{
    fuzz_file(name, text->data, text->length);
    ins_text_free(text);
}

/* Two seeds of one arm, one of another. */
static const char *initializer(int run)
{
    return run < 3 ? "he_normal" : "zeros";
}

static void write_layers(void)
{
    static const char *const tensors[] = {"weight", "preactivation", "activation",
                                          "delta",  "gradient",      "stream"};
    ins_text text = {0};
    ins_text_add(&text,
                 "run,initializer,seed,epoch,layer,tensor,units,count,mean,variance,second_moment,"
                 "within_unit_variance,between_unit_variance,zero_fraction\n");
    for (int run = 1; run <= RUNS; run++)
        for (int epoch = 0; epoch < EPOCHS; epoch++)
            for (int layer = 1; layer <= LAYERS; layer++)
                for (size_t t = 0; t < sizeof tensors / sizeof tensors[0]; t++)
                    ins_text_add_format(&text, "%d,%s,%d,%d,%d,%s,4,32,0.1,%g,%g,%g,0.1,0.25\n",
                                        run, initializer(run), run, epoch, layer, tensors[t],
                                        1.0 / layer, 2.0 / layer, 0.5 / layer);
    write_file("logs/layers.csv", &text);
}

static void write_epochs(void)
{
    ins_text text = {0};
    ins_text_add(&text, "run,initializer,seed,epoch,updates,train_loss,test_loss,test_accuracy\n");
    for (int run = 1; run <= RUNS; run++)
        for (int epoch = 0; epoch < EPOCHS; epoch++)
            ins_text_add_format(&text, "%d,%s,%d,%d,%d,%g,%g,%g\n", run, initializer(run), run,
                                epoch, 4 * epoch, 1.1 - 0.5 * epoch, 1.1 - 0.4 * epoch,
                                0.3 + 0.1 * run * epoch);
    write_file("logs/epochs.csv", &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *directory = ins_duplicate(fuzz_logs(data, size));
    const char *const directories[] = {directory};
    const ins_report_options options = {
        .directories = directories, .count = 1, .gnuplot = "/nonexistent/gnuplot"};
    ins_error error = {0}, again = {0};
    ins_text out = {0};
    write_epochs();
    write_layers();
    const ins_status status = ins_report_summary(&options, false, &out, &error);
    fuzz_expect(status == INS_OK || status == INS_DATA, "logs are read or refused as data");
    fuzz_expect((status == INS_OK) == (error.count == 0), "a refusal has a message");
    fuzz_expect(ins_report_write(&options, &again) == (status == INS_OK ? INS_RENDER : INS_DATA),
                "all is written but the PDF, or the logs are refused");
    ins_text_free(&out);
    free(directory);
    return 0;
}
