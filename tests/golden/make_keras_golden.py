#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the golden files of Keras layers beside this script; needs Keras 3 with TensorFlow, which gave their answers.

    make_keras_golden.py [OUTDIR]

What make_golden.py says holds here: written once per release; run it for a new layer and commit only what is new.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
import pandas as pd
from keras import Input, Model, Sequential, layers

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "python"))

import prepguard  # noqa: E402

DATE = "2024-01-01T00:00:00Z"


def words() -> pd.DataFrame:
    return pd.DataFrame({"city": ["Åmål", "Lima", "", "Lima", "企鵝 \"q\"\n", "Oslo", "Lima"],
                         "twin": ["Oslo", "", "Rome", "Lima", "Lima", "Åmål", ""]}, dtype=object)


def numbers() -> pd.DataFrame:
    return pd.DataFrame({"age": [22.0, 38.0, 26.0, 35.5, 58.0], "tiny": [1e-30, -0.0, 3e-30, 0.0, -7e-30]}, dtype="float32")


def codes() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 1, 16, 1, 2, -7], "b": [0, 1, 5, 2, 3, 3, 1]})


def penguins() -> pd.DataFrame:
    return pd.DataFrame({
        "mass": np.array([3750, 3800.5, 3250, 5700, 4500, 4250.25], dtype="float32"),
        "island": pd.Series(["Biscoe", "Dream", "Åland", "Dream", "Dream", "Biscoe"], dtype=object),
        "year": [2007, 2008, 2009, 2007, 2007, 2009]})


def functional() -> Model:
    """Three inputs of three kinds, joined."""
    inputs = {name: Input((1,), dtype=dtype, name=name)
              for name, dtype in (("mass", "float32"), ("island", "string"), ("year", "int64"))}
    parts = {"mass": layers.Normalization(name="norm"), "island": layers.StringLookup(output_mode="one_hot", name="islands"),
             "year": layers.IntegerLookup(num_oov_indices=2, output_mode="one_hot", name="years")}
    joined = [adapted(layer, penguins()[[name]])(inputs[name]) for name, layer in parts.items()]
    return Model(inputs, layers.Concatenate(name="joined")(joined))


def adapted(layer: Any, data: pd.DataFrame) -> Any:
    layer.adapt(np.array(data))
    return layer


def golden() -> dict[str, tuple[Any, pd.DataFrame]]:
    """Name of a file -> layers and the rows they were adapted on."""
    city, age, a, b = words()[["city"]], numbers()[["age"]], codes()[["a"]], codes()[["b"]]
    lookup = adapted(layers.StringLookup(mask_token="", num_oov_indices=2, output_mode="int", name="cities"), words())
    return {
        "lookup": (lookup, words()),
        "lookup_int": (adapted(layers.IntegerLookup(num_oov_indices=3), a), a),
        "lookup_strict": (layers.IntegerLookup(vocabulary=[16, 1, -7, 2], num_oov_indices=0, mask_token=0), a),
        "lookup_hash": (layers.Hashing(num_bins=5, mask_value="", salt=[133, -5]), city),
        "category_encoding": (layers.CategoryEncoding(num_tokens=6, output_mode="count"), b),
        "category_encoding_ignore": (adapted(layers.StringLookup(mask_token="", output_mode="multi_hot", name="cities"),
                                             words()), words()),
        "category_encoding_one_hot": (layers.CategoryEncoding(num_tokens=6, output_mode="one_hot"), b),
        "standard_scaler_keras": (adapted(layers.Normalization(), numbers()), numbers()),
        "column_transformer_keras": (functional(), penguins()),
        "k_bins_discretizer_keras": (layers.Discretization(bin_boundaries=[25.0, 35.1, 41.3], output_mode="one_hot"), age),
        "min_max_scaler_keras": (Sequential([layers.Rescaling(-0.5, offset=0.1, name="rescale")]), age),
    }


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    for name, (fitted, sample) in golden().items():
        prepguard.dump(fitted, os.path.join(folder, name + ".prepguard.json"), sample=sample, provenance_date=DATE)
        if name == "column_transformer_keras":  # the model too, for tests of reading archives
            fitted.save(os.path.join(folder, name + ".keras"))


if __name__ == "__main__":
    main(*sys.argv[1:] or [HERE])
