/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of pages, and the chapter that they make. */
#include <config.h>

#include "pages.h"

const ins_page ins_page_table[] = {
    {"At a glance", ins_glance_applies, ins_write_glance, true},
    {"Settings", ins_sweep_applies, ins_write_sweep, true},
    {"Map", ins_map_applies, ins_write_map, true},
    {"Width", ins_width_applies, ins_write_width, true},
    {"Signal", ins_signal_applies, ins_write_signal, true},
    {"Own gains", ins_gains_applies, ins_write_gains, true},
    {"Streams", ins_streams_applies, ins_write_streams, true},
    {"Time steps", ins_steps_applies, ins_write_steps, true},
    {"Tokens", ins_tokens_applies, ins_write_tokens, true},
    {"Gradients", ins_gradients_applies, ins_write_gradients, false},
    {"Symmetry", ins_symmetry_applies, ins_write_symmetry, true},
    {"Distributions", ins_distributions_applies, ins_write_distributions, false},
    {"Isometry", ins_isometry_applies, ins_write_isometry, false},
    {"Over time", ins_time_applies, ins_write_time, false},
    {"Spread over seeds", ins_spread_applies, ins_write_spread, true},
    {"Learning", ins_learning_applies, ins_write_learning, false},
    {"Comparison", ins_comparison_applies, ins_write_comparison, false},
    {0}};

void ins_write_chapter(ins_tell *tell)
{
    for (const ins_page *page = ins_page_table; page->name != NULL; page++) {
        if (tell->book && !page->in_book) continue;
        if (page->applies(tell)) page->write(tell);
    }
}
