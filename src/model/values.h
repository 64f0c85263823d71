/* SPDX-License-Identifier: Apache-2.0 */
/* What a collection gives to the series of a metric, and what becomes of it. Private to the model.
 */
#pragma once

#include "model/model.h"

void values_begin(struct metric *metric);
void values_end(struct metric *metric);
