/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of weights that others wrote: .npy, .npz and .safetensors, and directories of them. */
#ifndef INITSCOPE_WEIGHTS_FILE_H
#define INITSCOPE_WEIGHTS_FILE_H

#include "initscope/audit.h"
#include "initscope/error.h"
#include "initscope/list.h"

/* One file; those that follow each other with the same network hold one together. */
typedef struct ins_weights_source {
    const char *path;
    const char *network; /* "model.safetensors", "logs/weights/000001/epoch0000" */
} ins_weights_source;

/* Adds to sources the files of path, or of a directory and those below it, in the natural order of
 * their names; symbolic links to directories are not followed. One network are the .npy files of a
 * directory, of which those that begin as this program's do, "epoch0005.", are one an epoch; every
 * archive by itself, but for the parts NAME-00001-of-00003.safetensors. INS_DATA: there is no such
 * file, or a directory holds none. Texts and list live in arena. */
ins_status ins_weights_find(const char *path, ins_arena *arena, ins_list *sources,
                            ins_error *error);

/* Who is told of the tensors of a file, one at a time, in the order of an archive, or, of
 * .safetensors, in the natural order of their names. */
typedef struct ins_weights_visitor {
    void *context;
    void (*tensor)(void *context, const ins_weights *weights);       /* valid during the call */
    void (*skip)(void *context, const char *name, const char *type); /* no floating-point numbers */
} ins_weights_visitor;

/* Reads a file, a tensor at a time. INS_DATA and one problem where it is none of those formats
 * (what to do with .pt, .h5 and the like is said), or damaged; tensors before the damage were told.
 */
ins_status ins_weights_read(const char *path, const ins_weights_visitor *visitor, ins_error *error);

#endif
