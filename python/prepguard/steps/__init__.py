# SPDX-License-Identifier: MIT
"""THE LIST of steps. Every module of this package whose name has no leading underscore is one step and defines
`STEP`; adding a transformer is adding one module."""

from __future__ import annotations

import importlib
import pkgutil

from ._step import Block, Cells, Read, Source, Step

STEPS: dict[str, Step] = {
    step.type: step
    for step in (importlib.import_module(f"{__name__}.{module.name}").STEP
                 for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
}

__all__ = ["STEPS", "Block", "Cells", "Read", "Source", "Step"]
