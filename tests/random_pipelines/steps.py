# SPDX-License-Identifier: MIT
"""THE LIST of steps that random pipelines are made of: one line a step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from specs import Leaf, namespace


class Choice(NamedTuple):
    """`takes`: numbers, text or both. `missing`: whether it takes missing cells. Options are source text; `{missing}` is
    how missing text is spelled, `{dtype}` the type of the table, `{some}` a value that is in the block."""

    kind: str
    takes: str
    missing: bool
    options: dict[str, tuple[str, ...]]
    needs: str = ""


UNKNOWN = ("'ignore'", "'infrequent_if_exist'", "'error'")
RARE = {"min_frequency": ("2", "5", "0.1"), "max_categories": ("2", "3", "5")}



def parameters(kind: str) -> tuple[str, ...]:
    """The options that this scikit-learn's class has."""
    return tuple(namespace()[kind]().get_params())


CHOICES = (
    Choice("StandardScaler", "numbers", True, {"with_mean": ("False",), "with_std": ("False",)}),
    Choice("MinMaxScaler", "numbers", True, {"feature_range": ("(-1, 1)", "(0.25, 3.5)", "(-0.3, 0.7)"), "clip": ("True",)}),
    Choice("SimpleImputer", "numbers", True, {"strategy": ("'mean'", "'median'", "'most_frequent'"),
                                              "add_indicator": ("True",), "keep_empty_features": ("True",)}),
    Choice("SimpleImputer", "numbers", True, {"strategy": ("'constant'",), "fill_value": ("-1.5", "7", "0.1"),
                                              "add_indicator": ("True",)}, needs="strategy fill_value"),
    Choice("SimpleImputer", "numbers", False, {"missing_values": ("{some}", "-1", "0"), "strategy": ("'median'",)}),
    Choice("SimpleImputer", "text", True, {"missing_values": ("{missing}",), "strategy": ("'most_frequent'",)},
           needs="missing_values strategy"),
    Choice("SimpleImputer", "text", True, {"missing_values": ("{missing}",), "strategy": ("'constant'",),
                                           "fill_value": ("'?'", "'a'")}, needs="missing_values strategy fill_value"),
    Choice("MaxAbsScaler", "numbers", True, {"clip": ("True",) if "clip" in parameters("MaxAbsScaler") else ()}),
    Choice("RobustScaler", "numbers", True, {"with_centering": ("False",), "with_scaling": ("False",),
                                             "quantile_range": ("(10, 90)", "(0.5, 80.0)"), "unit_variance": ("True",)}),
    Choice("Binarizer", "numbers", False, {"threshold": ("0.5", "-1", "{some}")}),
    Choice("Normalizer", "numbers", False, {"norm": ("'l1'", "'l2'", "'max'")}),
    Choice("PolynomialFeatures", "numbers", False, {"degree": ("1", "3", "(2, 3)", "(0, 2)"), "interaction_only": ("True",),
                                                    "include_bias": ("False",)}),
    Choice("KBinsDiscretizer", "numbers", False, {"n_bins": ("2", "4", "9"), "strategy": ("'uniform'", "'quantile'", "'kmeans'"),
                                                  "encode": ("'onehot-dense'", "'ordinal'", "'onehot-dense'", "'onehot'")},
           needs="encode"),
    Choice("QuantileTransformer", "numbers", True, {"n_quantiles": ("1", "2", "7"), "output_distribution": ("'normal'",)}),
    Choice("PowerTransformer", "numbers", True, {"standardize": ("False",)}),
    Choice("SplineTransformer", "numbers", False, {"n_knots": ("2", "7", "5"), "degree": ("2", "1", "4"),
                                                   "knots": ("'quantile'",), "include_bias": ("False",),
                                                   "extrapolation": ("'continue'", "'error'", "'periodic'", "'linear'")}),
    Choice("MissingIndicator", "numbers", True, {"features": ("'all'",), "error_on_new": ("False",)}),
    Choice("OrdinalEncoder", "both", True, {"handle_unknown": ("'use_encoded_value'",), "unknown_value": ("-1", "np.nan"),
                                            "dtype": ("{dtype}",)}, needs="handle_unknown unknown_value dtype"),
    Choice("OrdinalEncoder", "both", True, {"encoded_missing_value": ("-2",), "dtype": ("{dtype}",),
                                            **{key: RARE[key] for key in RARE if key in parameters("OrdinalEncoder")}},
           needs="dtype"),
    Choice("OneHotEncoder", "both", True, {"handle_unknown": UNKNOWN, "drop": ("'first'", "'if_binary'"), **RARE,
                                           "sparse_output": ("False",) * 5 + ("True",), "dtype": ("{dtype}",)},
           needs="sparse_output dtype"),
)


def known() -> list[Choice]:
    """Those that this scikit-learn has."""
    here = namespace()
    return [choice for choice in CHOICES if choice.kind in here]


def fill(choice: Choice, r: np.random.RandomState, words: dict[str, str]) -> Leaf:
    """A step with random options; what it `needs` is always given."""
    options = []
    for name, values in choice.options.items():
        if values and (name in choice.needs.split() or r.uniform() < 0.4):
            text = values[r.randint(len(values))]
            options.append((name, words[text[1:-1]] if text[1:-1] in words else text))
    return Leaf(choice.kind, tuple(options))
