// SPDX-License-Identifier: MIT
#pragma once

#include "prepguard/version.hpp"
#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/table.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/finite.hpp"

#include "prepguard/transformer.hpp"
#include "prepguard/transformers.hpp"
#include "prepguard/any_of.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/feature_union.hpp"
#include "prepguard/target.hpp"

#include "prepguard/model.hpp"
#include "prepguard/report.hpp"
#include "prepguard/outcome.hpp"
#include "prepguard/guard.hpp"
#include "prepguard/decode.hpp"
