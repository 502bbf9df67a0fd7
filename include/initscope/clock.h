/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Time that passes. */
#ifndef INITSCOPE_CLOCK_H
#define INITSCOPE_CLOCK_H

/* Seconds since some moment, never going back. */
double ins_seconds_now(void);

#endif
