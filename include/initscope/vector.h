/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* INS_VECTORIZED before a function that loops over many numbers: it is compiled for the x86-64
 * levels v4 (AVX-512), v3 (AVX2) and the base, and the best that the CPU has is called. Other
 * machines have one level. Every level rounds alike: the loops say themselves in which order they
 * sum, and multiply-add is never fused. */
#ifndef INITSCOPE_VECTOR_H
#define INITSCOPE_VECTOR_H

/* A helper of such functions, which has to be compiled as a part of them. */
#define INS_VECTORIZED_PART static inline __attribute__((always_inline))

#if defined HAVE_TARGET_CLONES && !defined INS_ONE_LEVEL
#define INS_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define INS_VECTORIZED
#endif

#endif
