# SPDX-License-Identifier: MIT
"""prepguard: the same bits in serving as in training, or a clear error.

    prepguard.dump(fitted, "model.prepguard.json", sample=X_train)      # in the trainer
    prepguard.load("model.prepguard.json").transform(X)                 # numpy twin of the C++ server
"""

from . import functions
from .artifact import Artifact, load, loads
from .dumping import dump, dumps
from .error import Error
from .version import __version__

__all__ = ["Artifact", "Error", "__version__", "dump", "dumps", "functions", "load", "loads"]
