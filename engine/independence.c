/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Independence of the points of a study.  See independence.h. */
#include "engine/independence.h"

#include "engine/autocorrelation.h"

#include <math.h>

static void add_pair(struct spc_lag_sums *lag, double late, double early)
{
    lag->pairs++;
    lag->product += late * early;
    lag->ends += late + early;
}

void spc_independence_add(struct spc_independence_sums *sums, double x)
{
    if (isnan(x)) {
        sums->unbroken = 0;
        return;
    }
    if (sums->n++ == 0)
        sums->first = x;

    double y = x - sums->first;
    double away = y - sums->mean;

    sums->mean += away / (double)sums->n;
    sums->squares += away * (y - sums->mean);
    for (uint64_t k = 1; k <= SPC_INDEPENDENCE_LAGS && k <= sums->unbroken; k++)
        add_pair(&sums->lag[k - 1], y,
                 sums->recent[(sums->unbroken - k) % SPC_INDEPENDENCE_LAGS]);
    sums->recent[sums->unbroken++ % SPC_INDEPENDENCE_LAGS] = y;
}

static double covariance(const struct spc_independence_sums *sums, unsigned k)
{
    const struct spc_lag_sums *lag = &sums->lag[k - 1];
    double pairs = (double)lag->pairs;

    return (lag->product - sums->mean * (lag->ends - pairs * sums->mean)) /
           (pairs + k);
}

/* The greatest lag that is usual for so many points and that a pair spans. */
static unsigned lags_of(const struct spc_independence_sums *sums)
{
    unsigned lags = spc_autocorrelation_lags(sums->n);

    while (lags > 0 && sums->lag[lags - 1].pairs == 0)
        lags--;
    return lags;
}

enum spc_status spc_independence_test(const struct spc_independence_sums *sums,
                                      unsigned fitted,
                                      struct spc_independence *ret_test)
{
    struct spc_autocorrelation series = {.n = sums->n, .lags = lags_of(sums)};
    struct spc_independence test = {.n = sums->n, .lags = series.lags};
    struct spc_ljung_box box;

    if (test.lags <= fitted)
        return SPC_TOO_FEW_SUBGROUPS;
    series.variance = sums->squares / (double)sums->n;
    if (!isfinite(series.variance))
        return SPC_NOT_FINITE;
    if (series.variance <= 0)
        return SPC_NO_VARIATION;

    test.r[0] = 1;
    for (unsigned k = 1; k <= test.lags; k++) {
        test.r[k] = series.r[k] = covariance(sums, k) / series.variance;
        series.pairs[k] = sums->lag[k - 1].pairs;
    }
    enum spc_status status = spc_ljung_box(&series, series.lags, fitted, &box);

    if (status != SPC_OK)
        return status;
    if (!isfinite(box.q))
        return SPC_NOT_FINITE;
    test.band = 1.96 / sqrt((double)sums->n);
    test.q = box.q;
    test.p = box.p;
    test.df = box.df;
    *ret_test = test;
    return SPC_OK;
}

bool spc_is_dependent(const struct spc_independence *test)
{
    return test->n >= SPC_INDEPENDENCE_POINTS && test->p < SPC_INDEPENDENCE_P;
}
