/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers may depend on that no other library tells: the C library and the CPU. */
#ifndef INITSCOPE_MACHINE_H
#define INITSCOPE_MACHINE_H

#include "initscope/text.h"

/* "glibc 2.36, fma": its version, and which variant of exp, log and their like it takes on this CPU
 * and by its tunables: their last digits differ. "unknown" where it does not tell. */
void ins_machine_libc(ins_text *out);

/* "sse4_2 avx avx2 fma": those that programs may use here; "" for none of these, and on other
 * machines. */
void ins_machine_cpu_features(ins_text *out);

#endif
