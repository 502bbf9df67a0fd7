/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a test, and how it changes one of them. */
#ifndef SETTINGS_FIXTURE_H
#define SETTINGS_FIXTURE_H

#include <check.h>

#include "initscope/settings.h"

static ins_settings settings;

static inline void set(const char *key, const char *value)
{
    ins_error error = {0};
    ins_source source = {.where = "test"};
    ck_assert_msg(ins_settings_set(&settings, ins_option_find(key), value, &source, &error) ==
                      INS_OK,
                  "%s", error.line[0]);
}

#endif
