// SPDX-License-Identifier: MIT
#pragma once

// What suite.inl needs, which is included inside of a namespace.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <deque>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "conformance/block.hpp"
#include "detail/every_instruction_set.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/pipeline.hpp"
