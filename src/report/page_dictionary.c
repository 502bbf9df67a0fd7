/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a run directory and the tensors, in one table each; their columns stand in
 * schema.json and initscope-log(5). */
#include <config.h>

#include "pages.h"

#include "initscope/layout.h"

static void write_files(ins_document *document)
{
    static const ins_table_column column[] = {{"File", INS_LEFT, 0, false},
                                              {"One row", INS_LEFT, 20, true},
                                              {"Columns", INS_LEFT, 30, true}};
    ins_table_block *table = ins_add_table(document, column, 3, INS_LOG_FILES);
    table->caption = "Files";
    for (size_t f = 0; f < INS_LOG_FILES; f++) {
        const ins_log_table *file = &ins_log_tables[f];
        const char *names = "";
        for (const ins_column *c = file->columns; c->name != NULL; c++)
            names = ins_document_format(document, "%s%s%s", names, *names != '\0' ? ", " : "",
                                        ins_document_escape(document, c->name));
        ins_cell *cell = ins_table_cell(table, f, 0);
        cell[0].text = ins_document_escape(document, file->file);
        cell[0].bold = true;
        cell[1].text = ins_document_escape(document, file->description);
        cell[2].text = names;
    }
    table->note =
        "schema.json in the run directory and the manual page initscope-log(5) say of every "
        "column what it is, its type and its unit.";
}

static void write_tensors(ins_document *document)
{
    static const ins_table_column column[] = {{"Tensor", INS_LEFT, 0, false},
                                              {"Symbol", INS_LEFT, 0, false},
                                              {"Shape", INS_LEFT, 0, false},
                                              {"What it is", INS_LEFT, 20, true}};
    ins_table_block *table = ins_add_table(document, column, 4, INS_TENSORS);
    table->caption = "Tensors";
    for (size_t t = 0; t < INS_TENSORS; t++) {
        const ins_tensor_row *row = &ins_tensor_table[t];
        ins_cell *cell = ins_table_cell(table, t, 0);
        cell[0].text = row->name;
        cell[0].bold = true;
        cell[1].text = ins_document_escape(document, row->symbol);
        cell[2].text = ins_document_escape(document, row->shape);
        cell[3].text = ins_document_escape(document, row->description);
    }
}

void ins_write_dictionary(ins_document *document)
{
    ins_section_begin(document, "dictionary", "Data dictionary", "What the logs hold", true);
    write_files(document);
    write_tensors(document);
}
