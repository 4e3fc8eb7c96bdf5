/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of charts.  See engine/chart.h. */
#include "engine/charts/charts.h"

#include "engine/attribute.h"
#include "engine/short_run.h"
#include "engine/study.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Charts of measurements, and of the statistics made of them. */
#define VARIABLES                                                              \
    .operations = &spc_variables_chart, .rules = "nelson-1",                   \
    .valid = "nelson,we,beyond-limits", .minimum = 2, .panels = 2

/* Charts of measurements that vary between subgroups by more than within. */
#define THREE_WAY                                                              \
    .operations = &spc_three_way_chart, .data = SPC_DATA_SUBGROUPS,            \
    .options = "value,sigma-estimator,width", .known = SPC_KNOWN_NOTHING,      \
    .valid = "nelson,we,beyond-limits", .rules = "nelson-1",                   \
    .axis = {"subgroup", "子组"}, .minimum = 2, .panels = 3,                   \
    .figures = {"sigma_between", "sigma_within", "sigma_between_within",       \
                "sigma_means"}

/* Charts whose means may wander as far as the specification allows. */
#define ACCEPTANCE                                                             \
    .operations = &spc_acceptance_chart, .data = SPC_DATA_SUBGROUPS,           \
    .known = SPC_KNOWN_SIGMA, .needs_specification = true,                     \
    .valid = "nelson-1,beyond-limits", .rules = "nelson-1",                    \
    .rules_why = "a mean may wander between its limits: only one beyond them " \
                 "means something",                                            \
    .axis = {"subgroup", "子组"}, .minimum = 2, .panels = 2,                   \
    .panel = {{"xbar", .name = {"subgroup mean", "子组均值"},                  \
               .brief = {"mean", "均值"}},                                     \
              {"range", .name = {"subgroup range", "子组极差"},                \
               .brief = {"range", "极差"}, .from_zero = true, .spread = true}}

/* Charts of counts. */
#define COUNTS                                                                 \
    .operations = &spc_attribute_chart, .data = SPC_DATA_COUNTS,               \
    .valid = "nelson-1,nelson-2,nelson-3,nelson-4", .rules = "nelson-1",       \
    .rules_why = "zones of one and two sigma mean something only where the "   \
                 "statistic is normal, and counts are not",                    \
    .axis = {"sample", "样本"}, .minimum = 2, .panels = 1,                     \
    .figures = {"rate", "sigma_z", "alpha"}

/* Charts with a memory. */
#define WEIGHTED                                                               \
    .operations = &spc_weighted_chart, .data = SPC_DATA_MEASUREMENTS,          \
    .valid = "beyond-limits", .rules = "beyond-limits",                        \
    .rules_why = "neighbouring points share their measurements, so that runs " \
                 "and trends are no sign of anything",                         \
    .axis = {"point", "点"}, .minimum = 2, .panels = 1

/* Charts of many streams. */
#define STREAMS                                                                \
    .operations = &spc_streams_chart, .data = SPC_DATA_STREAMS,                \
    .options = "value,stream,time,offsets,alpha,width", .rules = "nelson-1",   \
    .axis = {"time", "时间"}, .minimum = 2, .panels = 3,                       \
    .own = {{"same-stream", "the same stream the largest too often in a row",  \
             "同一流连续多次最大", 1},                                         \
            {"same-stream", "the same stream the smallest too often in a row", \
             "同一流连续多次最小", -1}},                                       \
    .figures = {"streams", "same_stream",   "width",                           \
                "alpha",   "common_center", "common_sigma"}

/* Charts of several variables at once. */
#define VECTORS                                                                \
    .data = SPC_DATA_VECTORS, .known = SPC_KNOWN_NOTHING,                      \
    .axis = {"point", "点"}, .minimum = 2, .panels = 1

/* Charts of rare events. */
#define RARE                                                                   \
    .operations = &spc_rare_chart, .known = SPC_KNOWN_CENTER,                  \
    .valid = "nelson-1,nelson-2,nelson-3,nelson-4", .rules = "nelson-1",       \
    .rules_why = "zones of one and two sigma mean something only where the "   \
                 "statistic is normal, and intervals are not",                 \
    .axis = {"event", "事件"}, .minimum = 2, .panels = 1

/* Sums of rare events, for either side. */
#define RATE_CUSUM                                                             \
    .operations = &spc_rate_cusum_chart, .known = SPC_KNOWN_CENTER,            \
    .valid = "beyond-limits", .rules = "beyond-limits",                        \
    .rules_why = "neighbouring sums share their events, so that runs and "     \
                 "trends are no sign of anything",                             \
    .axis = {"event", "事件"}, .minimum = 2, .panels = 2, .two_sided = true

/* clang-format off */
const struct spc_chart_type spc_chart_types[SPC_CHARTS] = {
    [SPC_CHART_IMR] =
    {.name = "imr", .text = "individual values and moving ranges",
     .text_zh = "单值与移动极差图",
     VARIABLES, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,sigma-estimator,width,alpha-for-study",
     .axis = {"individual", "序号"}, .figures = {"study_width", "future_width"},
     .panel = {{"individual", .name = {"individual value", "单值"},
                .brief = {"value", "单值"}},
               {"moving-range", .name = {"moving range", "移动极差"},
                .from_zero = true, .spread = true}}},
    [SPC_CHART_XBAR_R] =
    {.name = "xbar-r", .text = "means and ranges of subgroups",
     .text_zh = "均值与极差图",
     VARIABLES, .data = SPC_DATA_SUBGROUPS,
     .options = "value,sigma-estimator,width,alpha-for-study",
     .axis = {"subgroup", "子组"}, .figures = {"study_width", "future_width"},
     .panel = {{"xbar", .name = {"subgroup mean", "子组均值"},
                .brief = {"mean", "均值"}},
               {"range", .name = {"subgroup range", "子组极差"},
                .brief = {"range", "极差"}, .from_zero = true,
                .spread = true}}},
    [SPC_CHART_XBAR_S] =
    {.name = "xbar-s", .text = "means and standard deviations of subgroups",
     .text_zh = "均值与标准差图",
     VARIABLES, .data = SPC_DATA_SUBGROUPS,
     .options = "value,sigma-estimator,width,alpha-for-study",
     .axis = {"subgroup", "子组"}, .figures = {"study_width", "future_width"},
     .panel = {{"xbar", .name = {"subgroup mean", "子组均值"},
                .brief = {"mean", "均值"}},
               {"sd", .name = {"subgroup standard deviation", "子组标准差"},
                .brief = {"standard deviation", "标准差"}, .from_zero = true,
                .spread = true}}},
    [SPC_CHART_MEDIAN_R] =
    {.name = "median-r", .text = "medians and ranges of subgroups",
     .text_zh = "中位数与极差图",
     .operations = &spc_median_chart, .data = SPC_DATA_SUBGROUPS,
     .options = "value,width,alpha-for-study",
     .valid = "nelson,we,beyond-limits", .rules = "nelson-1",
     .axis = {"subgroup", "子组"}, .minimum = 2, .panels = 2,
     .figures = {"study_width", "future_width"},
     .panel = {{"median", .name = {"subgroup median", "子组中位数"}},
               {"range", .name = {"subgroup range", "子组极差"},
                .from_zero = true, .spread = true}}},
    [SPC_CHART_IMR_R] =
    {.name = "imr-r",
     .text = "means as individuals, their moving ranges, ranges within",
     .text_zh = "子组均值的单值移动极差图与组内极差图",
     THREE_WAY,
     .panel = {{"xbar", .name = {"subgroup mean", "子组均值"},
                .brief = {"mean", "均值"}},
               {"moving-range",
                .name = {"moving range of the means", "均值的移动极差"},
                .brief = {"moving range", "移动极差"}, .from_zero = true,
                .spread = true, .moving = true},
               {"range", .name = {"range within the subgroup", "子组内极差"},
                .brief = {"range", "极差"}, .from_zero = true,
                .spread = true}}},
    [SPC_CHART_IMR_S] =
    {.name = "imr-s",
     .text = "means as individuals, their moving ranges, deviations within",
     .text_zh = "子组均值的单值移动极差图与组内标准差图",
     THREE_WAY,
     .panel = {{"xbar", .name = {"subgroup mean", "子组均值"},
                .brief = {"mean", "均值"}},
               {"moving-range",
                .name = {"moving range of the means", "均值的移动极差"},
                .brief = {"moving range", "移动极差"}, .from_zero = true,
                .spread = true, .moving = true},
               {"sd",
                .name = {"standard deviation within the subgroup", "子组内标准差"},
                .brief = {"standard deviation", "标准差"}, .from_zero = true,
                .spread = true}}},
    [SPC_CHART_DEVIATION] =
    {.name = "deviation",
     .text = "deviations from the nominal, of many kinds of part",
     .text_zh = "与名义值的偏差图（多品种短期生产）",
     .operations = &spc_short_run_chart, .data = SPC_DATA_MEASUREMENTS,
     .options = "value,part,nominal,target,sigma-estimator,width",
     .valid = "nelson,we,beyond-limits", .rules = "nelson-1",
     .axis = {"point", "点"}, .minimum = 2, .panels = 2,
     .panel = {{"deviation",
                .name = {"deviation from nominal", "与名义值的偏差"},
                .brief = {"deviation", "偏差"}},
               {"range",
                .name = {"range (of individuals, moving)", "极差（单值时为移动极差）"},
                .brief = {"range", "极差"}, .from_zero = true,
                .spread = true}},
     .figures = {"parts"}},
    [SPC_CHART_Z_MR] =
    {.name = "z-mr",
     .text = "individuals in sigmas of their kind of part, moving ranges",
     .text_zh = "标准化单值与移动极差图（多品种短期生产）",
     .operations = &spc_short_run_chart, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,part,nominal,part-sigma,short-run-sigma,width",
     .known = SPC_KNOWN_NOTHING,
     .valid = "nelson,we,beyond-limits", .rules = "nelson-1",
     .axis = {"individual", "序号"}, .minimum = 2, .panels = 2,
     .panel = {{"z", .name = {"standardised value Z", "标准化值 Z"},
                .unitless = true},
               {"moving-range",
                .name = {"moving range of Z", "Z 的移动极差"},
                .from_zero = true, .spread = true, .unitless = true}},
     .figures = {"parts"}},
    [SPC_CHART_ACCEPTANCE] =
    {.name = "acceptance",
     .text = "means that may wander within the specification, ranges",
     .text_zh = "验收控制图（均值允许在规格内漂移）",
     ACCEPTANCE,
     .options = "value,sigma-estimator,lsl,usl,target,fraction,risk,rejectable",
     .figures = {"lower_level", "upper_level", "deviate", "fraction", "risk"}},
    [SPC_CHART_MODIFIED] =
    {.name = "modified",
     .text = "means by modified limits, set off from the specification",
     .text_zh = "修正控制限图（控制限由规格限推出）",
     ACCEPTANCE,
     .options = "value,sigma-estimator,lsl,usl,target,fraction,width",
     .figures = {"lower_level", "upper_level", "deviate", "fraction"}},
    [SPC_CHART_PRE_CONTROL] =
    {.name = "pre-control",
     .text = "individuals in zones of the tolerance: run, adjust or stop",
     .text_zh = "预控制图（按公差分区：运行、调整或停机）",
     .operations = &spc_precontrol_chart, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,lsl,usl,target,in-pairs", .known = SPC_KNOWN_NOTHING,
     .needs_specification = true, .own_only = true,
     .valid = "beyond-limits", .rules = "beyond-limits",
     .rules_why = "its zones are of the tolerance and say nothing of sigma",
     .estimator = "specification",
     .axis = {"individual", "序号"}, .minimum = 0, .panels = 1,
     .panel = {{"individual", .name = {"individual value", "单值"},
                .brief = {"value", "单值"}, .inner = true}},
     .figures = {"lower_line", "upper_line"},
     .own = {{"pre-control-stop",
              "stop: a defective part, or yellow on both sides",
              "停机：出现不合格品，或两侧先后出现黄区", 0},
             {"pre-control-adjust",
              "adjust, then qualify anew: twice yellow on one side, or not "
              "qualified",
              "调整后重新认定：同侧连续两次黄区，或未通过认定", 0}}},
    [SPC_CHART_P] =
    {.name = "p", .text = "fraction defective of n units",
     .text_zh = "不合格品率图",
     COUNTS, .kind = SPC_ATTRIBUTE_P,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER,
     .fraction = true, .estimator = "binomial",
     .panel = {{"p", .name = {"fraction defective", "不合格品率"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_NP] =
    {.name = "np", .text = "number of defectives among n units",
     .text_zh = "不合格品数图",
     COUNTS, .kind = SPC_ATTRIBUTE_NP,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER,
     .fraction = true, .estimator = "binomial",
     .panel = {{"np", .name = {"number of defectives", "不合格品数"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_C] =
    {.name = "c", .text = "number of defects in equal units",
     .text_zh = "不合格数图",
     COUNTS, .kind = SPC_ATTRIBUTE_C,
     .options = "count,alpha,width", .known = SPC_KNOWN_CENTER,
     .estimator = "poisson",
     .panel = {{"c", .name = {"number of defects", "不合格数"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_U] =
    {.name = "u", .text = "defects per unit, in n units",
     .text_zh = "单位不合格数图",
     COUNTS, .kind = SPC_ATTRIBUTE_U,
     .options = "count,n,alpha,width", .known = SPC_KNOWN_CENTER,
     .estimator = "poisson",
     .panel = {{"u", .name = {"defects per unit", "单位不合格数"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_LANEY_P] =
    {.name = "laney-p", .text = "p, with limits widened as the points scatter",
     .text_zh = "Laney p′ 图（按点间散布放宽控制限）",
     COUNTS, .kind = SPC_ATTRIBUTE_P,
     .options = "count,n,width", .known = SPC_KNOWN_CENTER_AND_SIGMA,
     .fraction = true, .estimator = "laney",
     .panel = {{"p", .name = {"fraction defective", "不合格品率"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_LANEY_U] =
    {.name = "laney-u", .text = "u, with limits widened as the points scatter",
     .text_zh = "Laney u′ 图（按点间散布放宽控制限）",
     COUNTS, .kind = SPC_ATTRIBUTE_U,
     .options = "count,n,width", .known = SPC_KNOWN_CENTER_AND_SIGMA,
     .estimator = "laney",
     .panel = {{"u", .name = {"defects per unit", "单位不合格数"},
                .from_zero = true, .unitless = true}}},
    [SPC_CHART_EWMA] =
    {.name = "ewma", .text = "exponentially weighted moving average",
     .text_zh = "指数加权移动平均图",
     WEIGHTED, .kind = SPC_WEIGHTED_EWMA,
     .options = "value,sigma-estimator,width,lambda",
     .panel = {{"ewma", .name = {"EWMA", "EWMA"}}},
     .figures = {"lambda"}},
    [SPC_CHART_CUSUM] =
    {.name = "cusum", .text = "cumulative sums, one for either side",
     .text_zh = "双侧累积和图",
     .operations = &spc_weighted_chart, .data = SPC_DATA_MEASUREMENTS,
     .valid = "beyond-limits", .rules = "beyond-limits",
     .rules_why = "neighbouring points share their measurements, so that runs "
                  "and trends are no sign of anything",
     .axis = {"point", "点"}, .minimum = 2, .panels = 2,
     .kind = SPC_WEIGHTED_CUSUM, .two_sided = true,
     .options = "value,sigma-estimator,k,h,shift,head-start",
     .panel = {{"cusum",
                .name = {"cumulative sum (sigmas)", "累积和（sigma）"},
                .unitless = true},
               {"cusum-low",
                .name = {"lower cumulative sum (sigmas)", "下侧累积和（sigma）"},
                .unitless = true}},
     .figures = {"k", "h", "head_start"}},
    [SPC_CHART_MOVING_AVERAGE] =
    {.name = "moving-average", .text = "mean of the newest points",
     .text_zh = "移动平均图",
     WEIGHTED, .kind = SPC_WEIGHTED_AVERAGE,
     .options = "value,sigma-estimator,width,span",
     .panel = {{"moving-average", .name = {"moving average", "移动平均"}}},
     .figures = {"span"}},
    [SPC_CHART_AR_INDIVIDUAL] =
    {.name = "ar-individual",
     .text = "individuals, with limits as wide as their correlation makes them",
     .text_zh = "单值图（按自相关放宽控制限）",
     .operations = &spc_autocorrelated_chart,
     .kind = SPC_AUTOCORRELATED_INDIVIDUAL, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,width,order", .known = SPC_KNOWN_NOTHING,
     .valid = "nelson-1,beyond-limits", .rules = "nelson-1",
     .rules_why = "correlated points stay on one side by themselves, so that "
                  "runs and trends are no sign of anything",
     .estimator = "yule-walker", .axis = {"individual", "序号"}, .minimum = 5,
     .panels = 1,
     .panel = {{"individual", .name = {"individual value", "单值"},
                .brief = {"value", "单值"}}},
     .figures = {"order", "phi_1", "r_1", "sigma_noise"}},
    [SPC_CHART_AR_RESIDUAL] =
    {.name = "ar-residual",
     .text = "what an autoregression of individuals leaves over",
     .text_zh = "自回归残差图",
     .operations = &spc_autocorrelated_chart,
     .kind = SPC_AUTOCORRELATED_RESIDUAL, .data = SPC_DATA_INDIVIDUALS,
     .options = "value,width,order", .known = SPC_KNOWN_NOTHING,
     .valid = "nelson,we,beyond-limits", .rules = "nelson-1",
     .estimator = "yule-walker", .axis = {"individual", "序号"}, .minimum = 5,
     .panels = 1,
     .panel = {{"residual", .name = {"residual", "残差"}}},
     .figures = {"order", "phi_1", "r_1", "sigma_process"}},
    [SPC_CHART_G] =
    {.name = "g", .text = "good units between two defectives",
     .text_zh = "g 图（两次不合格之间的合格件数）",
     RARE, .kind = SPC_RARE_G, .data = SPC_DATA_COUNTS,
     .options = "value,count,event,alpha,width", .estimator = "geometric",
     .panel = {{"g", .name = {"good units between", "间隔合格品数"},
                .from_zero = true, .unitless = true}},
     .figures = {"rate", "mean", "alpha", "zeros"},
     .own = {{"benneyan",
              "too many defectives in a row with none good between",
              "连续出现过多的零间隔", -1}}},
    [SPC_CHART_T] =
    {.name = "t", .text = "time between two events",
     .text_zh = "t 图（事件间隔时间）",
     RARE, .kind = SPC_RARE_T, .data = SPC_DATA_TIMES,
     .options = "value,alpha,distribution", .estimator = "maximum-likelihood",
     .panel = {{"t", .name = {"time between events", "事件间隔时间"},
                .from_zero = true}},
     .figures = {"shape", "scale", "alpha"}},
    [SPC_CHART_CCC] =
    {.name = "ccc", .text = "units up to the r-th defective, r = 1 to 4",
     .text_zh = "CCC-r 图（至第 r 个不合格的检验件数）",
     RARE, .kind = SPC_RARE_CCC, .data = SPC_DATA_COUNTS, .fraction = true,
     .options = "value,count,event,alpha,r", .estimator = "negative-binomial",
     .panel = {{"ccc", .name = {"units inspected", "检验件数"},
                .from_zero = true, .unitless = true}},
     .figures = {"rate", "events", "alpha"}},
    [SPC_CHART_T2] =
    {.name = "t2", .text = "means of several variables: Hotelling's T2",
     .text_zh = "多变量 T² 图", VECTORS,
     .operations = &spc_t2_chart, .options = "value,alpha,sigma-estimator",
     .valid = "nelson-1,nelson-2,nelson-3,nelson-4", .rules = "nelson-1",
     .rules_why = "zones of one and two sigma mean something only where the "
                  "statistic is normal, and T2 is not",
     .panel = {{"t2", .name = {"T²", "T²"}, .from_zero = true,
                .unitless = true}},
     .figures = {"variables", "alpha", "ucl_phase1", "ucl_phase2"}},
    [SPC_CHART_GENERALIZED_VARIANCE] =
    {.name = "generalized-variance",
     .text = "spread of several variables: determinant of the covariance",
     .text_zh = "广义方差图（协方差行列式）", VECTORS,
     .operations = &spc_generalized_variance_chart, .needs_subgroups = true,
     .options = "value,width",
     .valid = "nelson-1,nelson-3,nelson-4", .rules = "nelson-1",
     .rules_why = "zones and runs mean something only where the statistic is "
                  "normal, and a determinant is not",
     .panel = {{"generalized-variance",
                .name = {"generalised variance", "广义方差"},
                .from_zero = true, .unitless = true}},
     .figures = {"variables", "determinant", "b1", "b2"}},
    [SPC_CHART_MEWMA] =
    {.name = "mewma", .text = "EWMA of several variables",
     .text_zh = "多变量 EWMA 图", VECTORS,
     .operations = &spc_mewma_chart,
     .options = "value,sigma-estimator,lambda,arl0",
     .valid = "beyond-limits", .rules = "beyond-limits",
     .rules_why = "neighbouring points share their measurements, so that runs "
                  "and trends are no sign of anything",
     .panel = {{"mewma", .name = {"T² of the MEWMA", "MEWMA 的 T²"},
                .from_zero = true, .unitless = true}},
     .figures = {"variables", "lambda", "h", "arl0"}},
    [SPC_CHART_BERNOULLI_CUSUM] =
    {.name = "bernoulli-cusum",
     .text = "cumulative sums of units up to each defective (Bernoulli)",
     .text_zh = "伯努利累积和图（至每个不合格的检验件数）",
     RATE_CUSUM, .data = SPC_DATA_COUNTS, .fraction = true,
     .options = "value,count,event,ratio,arl0,h,head-start",
     .estimator = "mean-units",
     .panel = {{"bernoulli-cusum",
                .name = {"cumulative sum (units)", "累积和（件）"},
                .unitless = true},
               {"bernoulli-cusum-low",
                .name = {"lower cumulative sum (units)", "下侧累积和（件）"},
                .unitless = true}},
     .figures = {"rate", "ratio", "m", "h", "m_low", "h_low"}},
    [SPC_CHART_TBE_CUSUM] =
    {.name = "tbe-cusum",
     .text = "cumulative sums of times between events (exponential)",
     .text_zh = "事件间隔时间累积和图（指数分布）",
     RATE_CUSUM, .data = SPC_DATA_TIMES,
     .options = "value,event,ratio,arl0,h,head-start",
     .estimator = "mean-time",
     .panel = {{"tbe-cusum",
                .name = {"cumulative sum (time)", "累积和（时间）"}},
               {"tbe-cusum-low",
                .name = {"lower cumulative sum (time)", "下侧累积和（时间）"}}},
     .figures = {"mean", "ratio", "k", "h", "k_low", "h_low"}},
    [SPC_CHART_GROUP] =
    {.name = "group", .text = "largest and smallest of many streams",
     .text_zh = "多流组控制图（各流的最大值与最小值）",
     STREAMS, .valid = "nelson-1",
     .rules_why = "the largest and the smallest of many lie on their own side "
                  "of the centre line, and are not normal",
     .pair = {"largest and smallest", "最大值与最小值"},
     .panel = {{"largest", .name = {"largest value", "最大值"},
                .extreme = true},
               {"smallest", .name = {"smallest value", "最小值"},
                .extreme = true},
               {"largest-range", .name = {"largest range", "最大极差"},
                .from_zero = true, .spread = true, .extreme = true}}},
    [SPC_CHART_STREAM_DIFFERENCE] =
    {.name = "stream-difference",
     .text = "largest and smallest difference of streams from their mean",
     .text_zh = "多流差值控制图（各流与平均值之差）",
     STREAMS, .known = SPC_KNOWN_NOTHING, .estimator = "pooled",
     .valid = "nelson,we,beyond-limits",
     .pair = {"differences from the mean of all streams", "与各流平均值之差"},
     .panel = {{"largest-difference",
                .name = {"largest difference from the mean", "与平均值的最大差"},
                .extreme = true},
               {"smallest-difference",
                .name = {"smallest difference from the mean", "与平均值的最小差"},
                .extreme = true},
               {"common-cause",
                .name = {"mean of all streams", "各流平均值"}}}},
};
/* clang-format on */

static bool is_rate_cusum(enum spc_chart chart)
{
    return spc_chart_types[chart].operations == &spc_rate_cusum_chart;
}

struct spc_chart_design spc_chart_design(enum spc_chart chart,
                                         const struct spc_constants *constants,
                                         uint32_t n)
{
    bool sds = chart == SPC_CHART_XBAR_S || chart == SPC_CHART_IMR_S;
    enum spc_estimator usual =
        n == 1 ? SPC_ESTIMATOR_MR
               : (sds ? SPC_ESTIMATOR_SBAR : SPC_ESTIMATOR_RBAR);

    if (spc_chart_types[chart].data == SPC_DATA_VECTORS)
        usual = n == 1 ? SPC_ESTIMATOR_OVERALL : SPC_ESTIMATOR_POOLED_PLAIN;

    return (struct spc_chart_design){
        .chart = chart,
        .constants = constants,
        .n = n,
        .estimator = usual,
        .width = 3,
        .lambda = 0.2,
        .k = 0.5,
        .h = is_rate_cusum(chart) ? (double)NAN : 5, /* NaN: by arl0 */
        .span = 5,
        .events = 1,
        .ratio = 2,
        .arl0 = 370.4,
        .order = SPC_NONE,
        .remove_offsets = chart == SPC_CHART_STREAM_DIFFERENCE,
        .fraction = 0.01,
        .risk = 0.05,
        .part_sigma = SPC_PART_SIGMA_BY_PARTS,
        .specification = {.lower = (double)NAN,
                          .upper = (double)NAN,
                          .target = (double)NAN},
    };
}

struct spc_chart_room spc_chart_room(const struct spc_chart_design *design,
                                     size_t points)
{
    const struct spc_chart_operations *operations =
        spc_chart_types[design->chart].operations;

    if (!operations->room)
        return (struct spc_chart_room){0};
    return operations->room(design, points);
}

uint32_t spc_chart_least_count(const struct spc_chart_design *design)
{
    switch (design->chart) {
    case SPC_CHART_CCC:
        return design->events;
    case SPC_CHART_BERNOULLI_CUSUM:
        return 1;
    default:
        return 0;
    }
}

const char *spc_chart_text(enum spc_chart chart)
{
    assert((unsigned)chart < SPC_CHARTS);
    return spc_chart_types[chart].name;
}

const char *spc_panel_text(enum spc_chart chart, enum spc_panel panel)
{
    assert((unsigned)chart < SPC_CHARTS);
    assert((unsigned)panel < SPC_PANELS);
    return spc_chart_types[chart].panel[panel].statistic;
}

enum spc_chart spc_chart_named(const char *name)
{
    unsigned chart = 0;

    while (chart < SPC_CHARTS && (!spc_chart_types[chart].name ||
                                  strcmp(spc_chart_types[chart].name, name)))
        chart++;
    return (enum spc_chart)chart;
}

unsigned spc_chart_panel_count(enum spc_chart chart)
{
    assert((unsigned)chart < SPC_CHARTS);
    return spc_chart_types[chart].panels;
}

const char *spc_panel_phrase(enum spc_chart chart, enum spc_panel panel,
                             bool chinese)
{
    const struct spc_chart_panel *row = &spc_chart_types[chart].panel[panel];
    enum spc_language language = chinese ? SPC_CHINESE : SPC_ENGLISH;

    return row->brief[language] ? row->brief[language] : row->name[language];
}

bool spc_panel_has_unit(enum spc_chart chart, enum spc_panel panel)
{
    return !spc_chart_types[chart].panel[panel].unitless;
}

const char *spc_figure_text(enum spc_chart chart, unsigned figure)
{
    assert((unsigned)chart < SPC_CHARTS);
    assert(figure < SPC_FIGURES);
    return spc_chart_types[chart].figures[figure];
}

const char *spc_limits_estimator_text(const struct spc_limits *limits)
{
    const char *own = spc_chart_types[limits->chart].estimator;
    bool estimated = spc_chart_types[limits->chart].minimum > 0;

    if (limits->subgroups == 0 && estimated)
        return "known";
    return own ? own
               : spc_estimator_text((enum spc_estimator)limits->estimator);
}
