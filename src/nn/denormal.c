/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Flush-to-zero, a mode of each thread's floating-point unit. */
#include <config.h>

#include <stdbool.h>

#include "initscope/trainer.h"

#if defined(__SSE__)

#include <xmmintrin.h>

static void set_mode(void)
{
    const unsigned flush_results = 0x8000, operands_are_zero = 0x0040;
    _mm_setcsr(_mm_getcsr() | flush_results | operands_are_zero);
}

#elif defined(__aarch64__)

static void set_mode(void)
{
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    control |= 1UL << 24;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}

#else

static void set_mode(void) {}

#endif

/* Tried, not assumed: an emulator may ignore the mode. */
bool ins_flush_denormals(void)
{
    volatile float denormal = 1e-39F;
    const volatile float one = 1;
    set_mode();
    denormal = denormal * one;
    return denormal == 0;
}
