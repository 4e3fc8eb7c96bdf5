/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths of charts without memory, and the length of a normal vector.
 * See run_length.h. */
#include "engine/run_length.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

double spc_shewhart_run_length(double width, bool one_sided, double shift)
{
    double signal = gsl_cdf_ugaussian_Q(width - shift);

    assert(width > 0);

    if (!one_sided)
        signal += gsl_cdf_ugaussian_P(-width - shift);
    return 1 / signal;
}

/* A noncentral chi-square is a central one whose degrees of freedom grow by
 * two for each event of a Poisson variable of half the noncentrality.  Every
 * term is positive, and those beyond the mean fall faster than a geometric
 * series once the Poisson weights do. */
double spc_noncentral_chisq_Q(double x, unsigned p, double noncentrality)
{
    double mean = noncentrality / 2;
    double sum = 0;

    /* GSL's Poisson probabilities of mean 0 are not numbers. */
    if (mean == 0)
        return gsl_cdf_chisq_Q(x, p);
    for (unsigned j = 0;; j++) {
        double weight = gsl_ran_poisson_pdf(j, mean);

        sum += weight * gsl_cdf_chisq_Q(x, p + 2 * j);
        if (j > 2 * mean && weight <= DBL_EPSILON * sum)
            return sum;
    }
}

double spc_t2_run_length(unsigned p, double alpha, double shift)
{
    double limit = gsl_cdf_chisq_Qinv(alpha, p);

    assert(p >= 1);
    assert(alpha > 0 && alpha < 1);

    if (shift == 0)
        return 1 / alpha;
    return 1 / spc_noncentral_chisq_Q(limit, p, shift * shift);
}

/* ---- length of a normal vector ----------------------------------------- */

/* (y / m)^nu I_nu(y m) exp(-y m), from its series where the quotient would
 * overflow. */
static double bessel_part(double nu, double y, double m)
{
    double x = y * m / 2, term, sum = 0;

    if (nu == 0) /* GSL's general function is not a number from 400 on */
        return gsl_sf_bessel_I0_scaled(2 * x);
    if (x > 1)
        return pow(y / m, nu) * gsl_sf_bessel_Inu_scaled(nu, 2 * x);
    term = exp(2 * nu * log(y) - nu * M_LN2 - gsl_sf_lngamma(nu + 1) - 2 * x);
    for (unsigned k = 1; term > DBL_EPSILON * sum; k++) {
        sum += term;
        term *= x * x / (k * (nu + k));
    }
    return sum;
}

double spc_normal_length_density(unsigned q, double m, double y)
{
    if (q == 1)
        return gsl_ran_ugaussian_pdf(y - m) + gsl_ran_ugaussian_pdf(y + m);
    return y * exp(-(y - m) * (y - m) / 2) * bessel_part(q / 2.0 - 1, y, m);
}
