/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest.csv: the files of a finished run directory with their sizes and SHA-256, by which is
 * told what was changed since. It lists every file, those in folders too, but itself. */
#ifndef INITSCOPE_MANIFEST_H
#define INITSCOPE_MANIFEST_H

#include "initscope/error.h"
#include "initscope/text.h"

/* Which files are held against the manifest. */
typedef enum ins_manifest_scope {
    INS_MANIFEST_LOGS,  /* those that reports read: none in a folder */
    INS_MANIFEST_OTHER, /* all but the rows of trials, for which a journal vouches */
    INS_MANIFEST_ALL
} ins_manifest_scope;

/* Adds a line to changes for each file that is not as it was: "layers.csv: was changed since the
 * run was finished"; what was added is told of files that reports read. Nothing where there is no
 * manifest. INS_DATA when it cannot be read, or is none. */
ins_status ins_manifest_compare(const char *directory, ins_manifest_scope scope, ins_text *changes,
                                ins_error *error);

/* Each line of changes as a problem, "DIRECTORY/LINE": INS_DATA when there is one. */
ins_status ins_manifest_refuse(const char *directory, const ins_text *changes, ins_error *error);

#endif
