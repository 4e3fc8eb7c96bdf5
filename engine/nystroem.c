/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nystroem's method for mean run lengths.  See nystroem.h. */
#include "engine/nystroem.h"

#include <assert.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stddef.h>

enum {
    NODES = 20, /* GSL's tables are exact to 20, and again at 32, 64, 96 */
    STEADY_STEPS = 100000,
};

/* Two grids agree, and a distribution stands still, to this. */
static const double agreement = 1e-10;
static const double stillness = 1e-14;

static size_t grid_size(const struct spc_walk *walk, unsigned panels)
{
    return (size_t)panels * NODES + (walk->rest != NULL);
}

static enum spc_status alloc(size_t n, struct spc_nystroem *ret)
{
    *ret = (struct spc_nystroem){gsl_vector_calloc(n), gsl_vector_calloc(n),
                                 gsl_vector_calloc(n)};
    if (ret->at && ret->weight && ret->length)
        return SPC_OK;
    spc_nystroem_clear(ret);
    return SPC_NO_MEMORY;
}

void spc_nystroem_clear(struct spc_nystroem *solution)
{
    gsl_vector_free(solution->at);
    gsl_vector_free(solution->weight);
    gsl_vector_free(solution->length);
    *solution = (struct spc_nystroem){NULL, NULL, NULL};
}

static enum spc_status fill_grid(const struct spc_walk *walk, unsigned panels,
                                 struct spc_nystroem *grid)
{
    gsl_integration_glfixed_table *t =
        gsl_integration_glfixed_table_alloc(NODES);
    size_t first = walk->rest != NULL;
    double width = (walk->high - walk->low) / panels;
    int failed = 0;

    if (!t)
        return SPC_NO_MEMORY;
    if (first)
        gsl_vector_set(grid->at, 0, walk->low);
    for (size_t i = 0; i < (size_t)panels * NODES; i++) {
        double from = walk->low + width * (double)(i / NODES);
        double at = 0, weight = 0;

        failed |= gsl_integration_glfixed_point(from, from + width, i % NODES,
                                                &at, &weight, t);
        gsl_vector_set(grid->at, first + i, at);
        gsl_vector_set(grid->weight, first + i, weight);
    }
    gsl_integration_glfixed_table_free(t);
    return failed ? SPC_NO_CONVERGENCE : SPC_OK;
}

/* The probabilities of going from x to each point of the grid. */
static void fill_row(const struct spc_walk *walk,
                     const struct spc_nystroem *grid, double x, double *row)
{
    const double *at = gsl_vector_const_ptr(grid->at, 0);
    const double *weight = gsl_vector_const_ptr(grid->weight, 0);
    size_t first = walk->rest != NULL;

    if (first)
        row[0] = walk->rest(walk->chart, x);
    for (size_t j = first; j < grid->at->size; j++)
        row[j] = weight[j] * walk->density(walk->chart, x, at[j]);
}

static void fill_matrix(const struct spc_walk *walk,
                        const struct spc_nystroem *grid, gsl_matrix *step)
{
    for (size_t i = 0; i < step->size1; i++)
        fill_row(walk, grid, gsl_vector_get(grid->at, i),
                 gsl_matrix_ptr(step, i, 0));
}

/* Takes state k out: whoever went there now goes where it would have gone
 * next, and spends the time it would have spent.  What leaves k is the sum of
 * where it goes, never one minus where it stays. */
static void censor(gsl_matrix *step, gsl_vector *signal, gsl_vector *time,
                   size_t k)
{
    const double *from_k = gsl_matrix_const_ptr(step, k, 0);
    double leaving = gsl_vector_get(signal, k);

    for (size_t j = 0; j < k; j++)
        leaving += from_k[j];
    for (size_t i = 0; i < k; i++) {
        double *from_i = gsl_matrix_ptr(step, i, 0);
        double share = from_i[k] / leaving;

        for (size_t j = 0; j < k; j++)
            from_i[j] += share * from_k[j];
        *gsl_vector_ptr(signal, i) += share * gsl_vector_get(signal, k);
        *gsl_vector_ptr(time, i) += share * gsl_vector_get(time, k);
    }
    gsl_matrix_set(step, k, k, leaving); /* for the way back */
}

void spc_nystroem_eliminate(gsl_matrix *step, gsl_vector *leave,
                            gsl_vector *ret_length)
{
    size_t n = ret_length->size;

    gsl_vector_set_all(ret_length, 1); /* that each visit takes */
    for (size_t k = n - 1; k > 0; k--)
        censor(step, leave, ret_length, k);
    *gsl_vector_ptr(ret_length, 0) /= gsl_vector_get(leave, 0);
    for (size_t k = 1; k < n; k++) {
        const double *from_k = gsl_matrix_const_ptr(step, k, 0);
        double sum = gsl_vector_get(ret_length, k);

        for (size_t j = 0; j < k; j++)
            sum += from_k[j] * gsl_vector_get(ret_length, j);
        gsl_vector_set(ret_length, k, sum / from_k[k]);
    }
}

static enum spc_status solve(const struct spc_walk *walk,
                             struct spc_nystroem *grid)
{
    size_t n = grid->at->size;
    gsl_matrix *step = gsl_matrix_alloc(n, n);
    gsl_vector *signal = gsl_vector_alloc(n);
    enum spc_status status = SPC_NO_MEMORY;

    if (step && signal) {
        fill_matrix(walk, grid, step);
        for (size_t i = 0; i < n; i++)
            gsl_vector_set(
                signal, i,
                walk->leave(walk->chart, gsl_vector_get(grid->at, i)));
        spc_nystroem_eliminate(step, signal, grid->length);
        status = isfinite(gsl_vector_max(grid->length)) ? SPC_OK
                                                        : SPC_NO_CONVERGENCE;
    }
    gsl_matrix_free(step);
    gsl_vector_free(signal);
    return status;
}

enum spc_status spc_nystroem_solve(const struct spc_walk *walk, unsigned panels,
                                   struct spc_nystroem *ret_solution)
{
    struct spc_nystroem grid;
    enum spc_status status = alloc(grid_size(walk, panels), &grid);

    assert(panels >= 1);
    assert(walk->low < walk->high);

    if (status != SPC_OK)
        return status;
    status = fill_grid(walk, panels, &grid);
    if (status == SPC_OK)
        status = solve(walk, &grid);
    if (status == SPC_OK)
        *ret_solution = grid;
    else
        spc_nystroem_clear(&grid);
    return status;
}

double spc_nystroem_at(const struct spc_walk *walk,
                       const struct spc_nystroem *solution, double x)
{
    size_t first = walk->rest != NULL;
    double length = 1;

    if (first)
        length +=
            walk->rest(walk->chart, x) * gsl_vector_get(solution->length, 0);
    for (size_t j = first; j < solution->at->size; j++)
        length +=
            gsl_vector_get(solution->weight, j) *
            walk->density(walk->chart, x, gsl_vector_get(solution->at, j)) *
            gsl_vector_get(solution->length, j);
    return length;
}

/* One point more, of those that did not signal; `twin` takes from state 0 what
 * it says of each.  Returns how much of the probability moved. */
static double move(const gsl_matrix *step, const gsl_vector *twin,
                   gsl_vector *here, gsl_vector *next)
{
    double all = 0, moved = 0;

    gsl_vector_set_zero(next);
    for (size_t i = 0; i < here->size; i++) {
        const double *row = gsl_matrix_const_ptr(step, i, 0);
        double share = gsl_vector_get(here, i);

        for (size_t j = 0; j < next->size; j++)
            *gsl_vector_ptr(next, j) += share * row[j];
        if (twin)
            *gsl_vector_ptr(next, 0) -= share * gsl_vector_get(twin, i);
    }
    for (size_t j = 0; j < next->size; j++)
        all += gsl_vector_get(next, j);
    for (size_t j = 0; j < next->size; j++) {
        double now = gsl_vector_get(next, j) / all;

        moved += fabs(now - gsl_vector_get(here, j));
        gsl_vector_set(here, j, now);
    }
    return moved;
}

static enum spc_status settle(const gsl_matrix *step, const gsl_vector *twin,
                              gsl_vector *here)
{
    gsl_vector *next = gsl_vector_alloc(here->size);
    enum spc_status status = next ? SPC_NO_CONVERGENCE : SPC_NO_MEMORY;
    double still = stillness * (double)here->size;

    for (unsigned i = 0; next && i < STEADY_STEPS; i++)
        if (move(step, twin, here, next) <= still) {
            status = SPC_OK;
            break;
        }
    gsl_vector_free(next);
    return status;
}

enum spc_status spc_nystroem_settle(const gsl_matrix *step,
                                    gsl_vector *ret_share)
{
    gsl_vector_set_all(ret_share, 1 / (double)ret_share->size);
    return settle(step, NULL, ret_share);
}

static double mean_length(const gsl_vector *share,
                          const struct spc_nystroem *solution)
{
    double length = 0;

    for (size_t i = 0; i < share->size; i++)
        length +=
            gsl_vector_get(share, i) * gsl_vector_get(solution->length, i);
    return length;
}

enum spc_status spc_nystroem_share(const struct spc_walk *walk,
                                   const struct spc_nystroem *grid,
                                   gsl_vector *ret_share)
{
    gsl_matrix *step = gsl_matrix_alloc(ret_share->size, ret_share->size);
    enum spc_status status = SPC_NO_MEMORY;

    if (step) {
        fill_matrix(walk, grid, step);
        status = spc_nystroem_settle(step, ret_share);
    }
    gsl_matrix_free(step);
    return status;
}

enum spc_status spc_nystroem_steady(const struct spc_walk *until_now,
                                    const struct spc_nystroem *solution,
                                    double *ret_length)
{
    gsl_vector *share = gsl_vector_alloc(solution->at->size);
    enum spc_status status = SPC_NO_MEMORY;

    if (share)
        status = spc_nystroem_share(until_now, solution, share);
    if (status == SPC_OK)
        *ret_length = mean_length(share, solution);
    gsl_vector_free(share);
    return status;
}

enum spc_status spc_nystroem_steady_pair(const struct spc_walk *until_now,
                                         const struct spc_nystroem *solution,
                                         double *ret_length)
{
    size_t n = solution->at->size;
    gsl_matrix *step = gsl_matrix_alloc(n, n);
    gsl_vector *share = gsl_vector_calloc(n), *leave = gsl_vector_alloc(n);
    enum spc_status status = SPC_NO_MEMORY;

    assert(until_now->rest != NULL);

    if (step && share && leave) {
        fill_matrix(until_now, solution, step);
        for (size_t i = 0; i < n; i++)
            gsl_vector_set(leave, i,
                           until_now->leave(until_now->chart,
                                            gsl_vector_get(solution->at, i)));
        gsl_vector_set(share, 0, 1); /* both begin there */
        status = settle(step, leave, share);
    }
    if (status == SPC_OK)
        *ret_length = mean_length(share, solution);
    gsl_matrix_free(step);
    gsl_vector_free(share);
    gsl_vector_free(leave);
    return status;
}

enum spc_status spc_nystroem_refine(spc_nystroem_figure *figure, const void *of,
                                    double *ret_figure)
{
    double coarse = 0, fine = 0;
    enum spc_status status = figure(of, SPC_NYSTROEM_PANELS, &coarse);

    for (unsigned panels = 2 * SPC_NYSTROEM_PANELS;
         status == SPC_OK && panels <= SPC_NYSTROEM_PANELS_MAX; panels *= 2) {
        status = figure(of, panels, &fine);
        if (status == SPC_OK && fabs(fine - coarse) <= agreement * fine) {
            *ret_figure = fine;
            return SPC_OK;
        }
        coarse = fine;
    }
    return status == SPC_OK ? SPC_NO_CONVERGENCE : status;
}
