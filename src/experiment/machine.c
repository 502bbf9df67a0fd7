/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks glibc, which knows of its tunables as well, else the compiler. */
#include <config.h>

#include "machine.h"

#include <stdbool.h>
#include <stddef.h>
#ifdef HAVE_GNU_LIBC_VERSION_H
#include <gnu/libc-version.h>
#endif
#ifdef HAVE_SYS_PLATFORM_X86_H
#include <sys/platform/x86.h>
#endif

typedef struct feature {
    const char *name;
    bool active;
} feature;

enum { WITH_SSE4_2, WITH_AVX, WITH_AVX2, WITH_FMA, WITH_FMA4, WITH_AVX512F, FEATURES };

static void list(feature features[FEATURES])
{
#ifdef HAVE_SYS_PLATFORM_X86_H
#define INS_ACTIVE(glibc, compiler) CPU_FEATURE_ACTIVE(glibc)
#elif defined __x86_64__ || defined __i386__
#define INS_ACTIVE(glibc, compiler) __builtin_cpu_supports(compiler)
#else
#define INS_ACTIVE(glibc, compiler) false
#endif
    features[WITH_AVX] = (feature){"avx", INS_ACTIVE(AVX, "avx")};
    features[WITH_AVX2] = (feature){"avx2", INS_ACTIVE(AVX2, "avx2")};
    features[WITH_FMA] = (feature){"fma", INS_ACTIVE(FMA, "fma")};
    features[WITH_FMA4] = (feature){"fma4", INS_ACTIVE(FMA4, "fma4")};
    features[WITH_SSE4_2] = (feature){"sse4_2", INS_ACTIVE(SSE4_2, "sse4.2")};
    features[WITH_AVX512F] = (feature){"avx512f", INS_ACTIVE(AVX512F, "avx512f")};
#undef INS_ACTIVE
}

void ins_machine_cpu_features(ins_text *out)
{
    feature features[FEATURES];
    list(features);
    ins_text_add(out, "");
    for (size_t i = 0; i < FEATURES; i++)
        if (features[i].active)
            ins_text_add_format(out, "%s%s", out->length > 0 ? " " : "", features[i].name);
}

/* The order is that of glibc's sysdeps/x86_64/fpu/multiarch/ifunc-avx-fma4.h. */
void ins_machine_libc(ins_text *out)
{
#ifdef HAVE_GNU_LIBC_VERSION_H
    ins_text_add_format(out, "glibc %s", gnu_get_libc_version());
#ifdef HAVE_SYS_PLATFORM_X86_H
    feature features[FEATURES];
    list(features);
    ins_text_add(out, features[WITH_FMA].active && features[WITH_AVX2].active ? ", fma"
                      : features[WITH_FMA4].active                            ? ", fma4"
                      : features[WITH_AVX].active                             ? ", avx"
                                                                              : ", sse2");
#endif
#else
    ins_text_add(out, "unknown");
#endif
}
