/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for <cblas.h> when configure finds no other CBLAS than GSL's own. */
#include <gsl/gsl_cblas.h>
