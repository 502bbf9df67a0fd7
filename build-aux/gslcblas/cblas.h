/* Stands in for <cblas.h> when configure finds no other CBLAS than GSL's own. */
#include <gsl/gsl_cblas.h>
