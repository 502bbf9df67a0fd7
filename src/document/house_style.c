/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the files that say how reports look. */
#include <config.h>

#include "house_style.h"

#include <stdlib.h>

#include "initscope/file.h"

ins_status ins_house_style(const char *name, ins_text *text, ins_error *error)
{
    char *relative = ins_path_join("reports", name), *path = ins_bundled(relative);
    ins_status status = INS_OK;
    if (path == NULL) {
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: not found; set INITSCOPE_DATA_DIR to the directory that has it",
                               relative);
    } else {
        status = ins_file_read(path, text, INS_OUTPUT, error);
    }
    free(path);
    free(relative);
    return status;
}
