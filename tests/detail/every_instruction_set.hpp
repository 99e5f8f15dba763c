// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "prepguard/detail/instruction_set.hpp"

/// Calls `check(set)` with each instruction set of this machine forced in turn, and puts the old one back.
template <class Check>
void for_every_instruction_set(Check&& check) {
  const prepguard::InstructionSet before = prepguard::instruction_set();
  for (const prepguard::InstructionSet set : prepguard::available_instruction_sets()) {
    const std::string text(name(set));
    CAPTURE(text);
    prepguard::force_instruction_set(set);
    check(set);
  }
  prepguard::force_instruction_set(before);
}
