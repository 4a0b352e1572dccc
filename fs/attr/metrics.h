/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/metrics.h - the file metrics.prom
 *
 * Exists so that Prometheus can scrape a mount through node_exporter, without a service of its
 * own.  Names, labels and units are those of vmware_exporter where it has them, so that its
 * dashboards work; what it has not is in base units, with the label moref beside.
 *
 * Each open asks the server anew: one retrieval for some thousand objects, one query of counters
 * for some hundred.  Between them nothing is asked and nothing kept.
 */
#pragma once

#include "fs/row/row.h"

extern const HvfsFileOps hvfs_metrics_ops;
