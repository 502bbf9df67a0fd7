/* The narrow waist: every CSV file of a run directory and every column of it, in one table. Writer,
 * reader, schema.json, the data dictionary of the report and the manual page read this table. */
#ifndef INITSCOPE_COLUMNS_H
#define INITSCOPE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ins_column_type {
    INS_COLUMN_INTEGER,
    INS_COLUMN_NUMBER,
    INS_COLUMN_TEXT
} ins_column_type;

typedef struct ins_column {
    const char *name; /* NULL ends the list */
    ins_column_type type;
    const char *unit;        /* "1", "s", "nat", "row", ...; "" for a text */
    const char *description; /* one sentence */
} ins_column;

typedef enum ins_log_file {
    INS_LOG_RUNS,
    INS_LOG_EPOCHS,
    INS_LOG_LAYERS,
    INS_LOG_SYMMETRY,
    INS_LOG_HISTOGRAMS,
    INS_LOG_THEORY,
    INS_LOG_DEPTH,
    INS_LOG_PHASE,
    INS_LOG_SPECTRUM,
    INS_LOG_FEATURES,
    INS_LOG_ENVIRONMENT,
    INS_LOG_TIMING,
    INS_LOG_FILES /* their number */
} ins_log_file;

typedef struct ins_log_table {
    const char *file; /* "layers.csv" */
    const char *description;
    bool by_trial; /* rows are appended trial by trial; otherwise the file is written once, whole */
    const ins_column *columns;
} ins_log_table;

extern const ins_log_table ins_log_tables[INS_LOG_FILES];

size_t ins_log_columns(ins_log_file file); /* number of columns */

/* The tensors of layers.csv, and their names as written. */
typedef enum ins_tensor {
    INS_WEIGHT,
    INS_BIAS,
    INS_PREACTIVATION,
    INS_ACTIVATION,
    INS_DELTA,
    INS_GRADIENT,
    INS_UPDATE,
    INS_TENSORS
} ins_tensor;

typedef struct ins_tensor_row {
    const char *name;   /* "delta" */
    const char *symbol; /* "d loss_i / d z_l" */
    const char *shape;  /* "probe rows x units" */
    const char *description;
} ins_tensor_row;

extern const ins_tensor_row ins_tensor_table[INS_TENSORS];

#endif
