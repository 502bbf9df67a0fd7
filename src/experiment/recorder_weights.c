/* Weights and biases as .npy files, layer by layer. */
#include <config.h>

#include "initscope/recorder.h"

#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/npy.h"
#include "initscope/text.h"

static ins_status save_layer(const ins_layer_view *view, const char *stem, size_t layer,
                             ins_error *error)
{
    ins_text path = {0};
    ins_text_add_format(&path, "%s.layer%02zu.W.npy", stem, layer);
    ins_status status = ins_npy_write(path.data, view->weight, view->units, view->fan_in, error);
    ins_text_clear(&path);
    ins_text_add_format(&path, "%s.layer%02zu.b.npy", stem, layer);
    if (status == INS_OK) status = ins_npy_write(path.data, view->bias, view->units, 0, error);
    ins_text_free(&path);
    return status;
}

ins_status ins_weights_save(const ins_network *network, const char *directory, size_t run,
                            size_t epoch, ins_error *error)
{
    ins_text stem = {0};
    ins_status status = ins_directory_make(directory, error);
    ins_text_add_format(&stem, "%s/%06zu", directory, run);
    if (status == INS_OK) status = ins_directory_make(stem.data, error);
    ins_text_add_format(&stem, "/epoch%04zu", epoch);
    for (size_t l = 1; status == INS_OK && l <= ins_network_depth(network); l++) {
        ins_layer_view view = ins_network_layer(network, l);
        status = save_layer(&view, stem.data, l, error);
    }
    ins_text_free(&stem);
    return status;
}
