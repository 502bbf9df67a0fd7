/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* schema.json is JSON and names every column of every file. */
#include <config.h>

#include <ctype.h>

#include "log_fixture.h"

static const char *skip_blank(const char *p)
{
    return p + strspn(p, " \n");
}

static const char *json_string(const char *p)
{
    ck_assert_int_eq(*p, '"');
    for (p++; *p != '"'; p++) {
        ck_assert_int_ge((unsigned char)*p, 0x20);
        if (*p == '\\') p++;
    }
    return p + 1;
}

/* One value of the JSON grammar (RFC 8259), as far as a schema has any. */
static const char *json_value(const char *p)
{
    p = skip_blank(p);
    if (*p == '"') return json_string(p);
    if (isdigit((unsigned char)*p)) return p + 1; /* the ends of ranges are 0 and 1 */
    ck_assert(*p == '{' || *p == '[');
    bool object = *p == '{';
    do {
        p = skip_blank(p + 1);
        if (object) {
            p = skip_blank(json_string(p));
            ck_assert_int_eq(*p, ':');
            p++;
        }
        p = skip_blank(json_value(p));
    } while (*p == ',');
    ck_assert_int_eq(*p, object ? '}' : ']');
    return p + 1;
}

START_TEST(schema)
{
    ins_text text = {0};
    ins_log_schema(NULL, &text);
    ck_assert_str_eq(skip_blank(json_value(text.data)), "");
    const char *p = text.data;
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        const ins_log_table *table = &ins_log_tables[file];
        p = strstr(p, message("\"path\": \"%s\"", table->file));
        ck_assert_msg(p != NULL, "no %s", table->file);
        ck_assert_uint_gt(ins_log_columns(file), 1);
        for (size_t c = 0; c < ins_log_columns(file); c++) {
            p = strstr(p, message("{\"name\": \"%s\", \"type\": \"", table->columns[c].name));
            ck_assert_msg(p != NULL, "%s: no %s", table->file, table->columns[c].name);
        }
    }
    ck_assert_ptr_nonnull(strstr(text.data, "{\"name\": \"test_accuracy\", \"type\": \"number\", "
                                            "\"constraints\": {\"minimum\": 0, \"maximum\": 1}, "));
    ck_assert_ptr_nonnull(strstr(text.data, "{\"name\": \"units\", \"type\": \"integer\", "
                                            "\"constraints\": {\"minimum\": 1}, "));
    ck_assert_ptr_nonnull(strstr(text.data, "{\"name\": \"mean\", \"type\": \"number\", \"unit\""));
    ins_text_free(&text);
}
END_TEST

/* Only files that were written are in the package. */
START_TEST(schema_of_present)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    finish(log);
    ins_text text = contents("run/schema.json");
    ck_assert_ptr_nonnull(strstr(text.data, "\"path\": \"layers.csv\""));
    ck_assert_ptr_null(strstr(text.data, "\"path\": \"features.csv\""));
    ins_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log_schema");
    TCase *tests = tcase_create("schema");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, schema);
    tcase_add_test(tests, schema_of_present);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
