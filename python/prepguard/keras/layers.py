# SPDX-License-Identifier: MIT
"""One Keras layer -> the nodes that compute what it computes. Layers are read by attribute; `READERS` is the list."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Callable, NamedTuple, Optional, Sequence

import numpy as np

from ..arrays import NUMBER, TEXT, pack, same_bits
from ..error import Error
from ..steps import STEPS, Block
from ..steps._step import KERAS

FLOAT = np.float32
EPSILON = 1e-7  # keras.config.epsilon(), unless the process changed it
NO_TOKENS = {NUMBER: np.empty(0, dtype=np.int64), TEXT: np.empty(0, dtype=object)}
NO_SALT = np.empty(0, dtype=np.int64)
MODES = ("int", "one_hot", "multi_hot", "count")


class Chain(NamedTuple):
    """Nodes that follow each other, without what `finish` adds, and the names of what comes out."""

    nodes: list[dict[str, Any]]
    names: list[str]


class Layer:
    """A layer and where it stands, for messages."""

    def __init__(self, layer: Any, block: Block):
        self.layer, self.block, self.width = layer, block, len(block.names)
        self.kind = class_name(layer)

    def get(self, attribute: str, default: Any = None) -> Any:
        return getattr(self.layer, attribute, default)

    def need(self, attribute: str, remedy: str) -> Any:
        value = self.get(attribute)
        if value is None:
            raise Error("bad_shape", f"{self.where}: {attribute} is not set; {remedy}")
        return value

    @property
    def where(self) -> str:
        return f"{self.block.where}: {self.kind} {self.get('name', '')!r}"

    def refuse(self, problem: str, supported: str) -> Error:
        return Error("bad_parameter", f"{self.where}: {problem} is not supported; {supported}")

    def require(self, holds: bool, option: str, supported: str) -> None:
        if not holds:
            raise self.refuse(f"{option}={self.get(option)!r}", supported)

    def numbers(self) -> None:
        if TEXT in self.block.kinds:
            raise Error("bad_schema", f"{self.where}: reads numbers, column "
                                      f"{self.block.names[self.block.kinds.index(TEXT)]!r} is text")

    def float32(self) -> None:
        """The layer computes, so it must do so in float32."""
        self.numbers()
        dtype = self.get("compute_dtype", "float32")
        if dtype != "float32":
            raise self.refuse(f"compute dtype {dtype!r}", "layers that compute in float32 are")

    def vector(self, value: Any, what: str) -> np.ndarray:
        """One finite float32 per column, from a scalar or a list of them."""
        cells = np.asarray(value).astype(FLOAT).ravel()
        if cells.size not in (1, self.width) or max(np.shape(value), default=1) != cells.size:
            raise Error("bad_shape", f"{self.where}: {what} has shape {np.shape(value)}, the sample gives "
                                     f"{self.width} columns")
        if not np.isfinite(cells).all():
            raise self.refuse(f"{what} with {cells[~np.isfinite(cells)][0]}",
                              "finite numbers are; training data had NaN, infinities or an overflow")
        return np.full(self.width, cells) if cells.size == 1 else cells


def class_name(layer: Any) -> str:
    """Layers read from an archive carry the name of their class."""
    return getattr(layer, "keras_class", None) or type(layer).__name__


def read_layer(layer: Any, block: Block) -> Chain:
    """The nodes of one layer that reads the block; refused by its exact name if there is no reader."""
    seen = Layer(layer, block)
    if seen.kind not in READERS:
        raise Error("bad_parameter", f"{seen.where} is not supported; supported: {', '.join(sorted(READERS))}, and "
                                     "Sequential, Functional, FeatureSpace, Concatenate of these")
    return READERS[seen.kind](seen)


def computes(layer: Any) -> bool:
    """Whether the layer has float32 arithmetic of its own; the others move indices."""
    return class_name(layer) in ("Normalization", "Rescaling", "Discretization", "SafeDivide") or \
        getattr(layer, "output_mode", "") == "tf_idf"


def reads_integers(layer: Any) -> bool:
    return class_name(layer) in ("IntegerLookup", "CategoryEncoding", "Hashing", "StringLookup")


def _normalization(seen: Layer) -> Chain:
    seen.float32()
    seen.require(tuple(seen.get("axis", (-1,))) in ((-1,), (1,), ()), "axis",
                 "axis=-1 (a mean per column) and axis=None (one for all) are")
    mean = seen.need("mean", "call adapt, or build the layer with mean= and variance=")
    if np.ndim(mean) > 2:
        raise seen.refuse(f"an input of rank {np.ndim(mean)}", "rows of columns are")
    mean = seen.vector(np.ravel(mean), "mean")
    variance = seen.vector(np.ravel(seen.get("variance")), "variance")
    if (variance < 0).any():
        raise seen.refuse(f"a variance of {variance.min()}", "0 or more is")
    flat = [name for name, value in zip(seen.block.names, variance) if value == 0]
    if flat:
        warnings.warn(f"prepguard: {seen.where}: column {flat[0]!r} was constant in training; Keras divides it by "
                      f"{epsilon()}", stacklevel=2)
    scale = np.maximum(np.sqrt(variance), FLOAT(epsilon()))
    nodes = [_multiply_add(scale, mean)] if seen.get("invert", False) else _divide_nodes(seen, mean, scale)
    return Chain(nodes, list(seen.block.names))


def _divide_nodes(seen: Layer, mean: np.ndarray, scale: np.ndarray) -> list[dict[str, Any]]:
    """XLA makes a batch's division by one row a product with its reciprocal: found by running the layer."""
    if not _multiplies(seen, mean, scale):
        return [_subtract_divide(mean, scale)]
    with np.errstate(all="ignore"):
        return [_subtract_divide(mean, None), _multiply_add(FLOAT(1) / scale, np.full_like(scale, -0.0))]


def _multiplies(seen: Layer, mean: np.ndarray, scale: np.ndarray) -> bool:
    if not callable(seen.layer):  # read from an archive
        return False
    random = np.random.RandomState(0)
    rows = (mean + scale * random.normal(0, 2, (512, len(mean)))).astype(FLOAT)
    with np.errstate(all="ignore"):
        forms = {False: (rows - mean) / scale, True: (rows - mean) * (FLOAT(1) / scale)}
    got = np.asarray(seen.layer(rows))
    for multiplies, want in forms.items():
        if got.shape == want.shape and same_bits(got.astype(FLOAT), want).all():
            return multiplies
    raise Error("self_test_failed", f"{seen.where}: this Keras computes neither (x - mean) / scale nor (x - mean) * "
                                    "(1 / scale), the two forms that prepguard can replay")


def epsilon() -> float:
    """The smallest divisor, as the running process has it."""
    backend = getattr(sys.modules.get("keras"), "config", None)
    return float(backend.epsilon()) if hasattr(backend, "epsilon") else EPSILON


def _subtract_divide(mean: np.ndarray, scale: Optional[np.ndarray]) -> dict[str, Any]:
    return {"type": "standard_scaler", "with_mean": True, "with_std": scale is not None, "mean": pack(mean),
            "scale": pack(mean[:0] if scale is None else scale)}


def _multiply_add(scale: np.ndarray, offset: np.ndarray) -> dict[str, Any]:
    """x * scale + offset; an offset of -0.0 changes no bit of the product."""
    return {"type": "min_max_scaler", "feature_min": 0.0, "feature_max": 1.0, "clip": False, "scale": pack(scale),
            "min": pack(offset)}


def _rescaling(seen: Layer) -> Chain:
    seen.float32()
    scale = seen.vector(seen.need("scale", "pass scale="), "scale")
    if (scale == 0).any():
        raise seen.refuse("scale=0", "other numbers are; drop the column")
    return Chain([_multiply_add(scale, seen.vector(seen.get("offset", 0.0), "offset"))], list(seen.block.names))


def _safe_divide(seen: Layer) -> Chain:
    seen.float32()
    return Chain([{"type": "safe_divide", "epsilon": float(seen.need("epsilon", "a SafeDivide layer has it"))}],
                 list(seen.block.names))


def _identity(seen: Layer) -> Chain:
    return Chain([], list(seen.block.names))


def _discretization(seen: Layer) -> Chain:
    seen.float32()
    given = np.asarray(seen.need("bin_boundaries", "call adapt, or pass bin_boundaries="), dtype=np.float64)
    edges = _edges(seen, given)
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise seen.refuse(f"bin_boundaries={given.tolist()!r:.60}", "finite ones that ascend, as float32 too, are")
    node = {"type": "k_bins_discretizer", "encode": "ordinal",
            "columns": [{"inner": pack(edges), "outer": pack(edges[:0])} for _ in seen.block.names]}
    return _encoded(seen, node, len(edges) + 1, [str(index) for index in range(len(edges) + 1)], MODES)


def _edges(seen: Layer, given: np.ndarray) -> np.ndarray:
    """Boundaries as float32: TensorFlow and JAX round them to nearest. The numpy backend compares float32 cells with
    doubles, which is comparing with the next float32 that is not smaller. Found by running the layer."""
    nearest = given.astype(FLOAT)
    upward = np.where(nearest < given, np.nextafter(nearest, FLOAT(np.inf)), nearest)
    if (nearest == upward).all() or not callable(seen.layer):
        return nearest
    out = np.asarray(seen.layer(np.repeat(nearest[:, None], seen.width, axis=1)))
    # Encoded, a row of equal cells has one column that is not 0.
    got = (out if seen.get("output_mode", "int") == "int" else out.argmax(axis=-1)).reshape(len(nearest), -1)[:, 0]
    for edges in (nearest, upward):
        if (got == np.searchsorted(edges, nearest, side="right")).all():
            return edges
    raise Error("self_test_failed", f"{seen.where}: this Keras compares with bin_boundaries in a way this version "
                                    "does not know")


def _category_encoding(seen: Layer) -> Chain:
    seen.numbers()
    count = int(seen.need("num_tokens", "pass num_tokens="))
    return _encoded(seen, None, count, [str(index) for index in range(count)], MODES[1:])


def _lookup(seen: Layer) -> Chain:
    kind = TEXT if seen.kind == "StringLookup" else NUMBER
    if set(seen.block.kinds) != {kind}:
        raise Error("bad_schema", f"{seen.where}: reads {kind}, the sample gives {', '.join(seen.block.kinds)}")
    seen.require(not seen.get("invert", False), "invert", "a lookup from values to indices is")
    seen.require(seen.get("encoding", "utf-8").lower() in ("utf-8", "utf8"), "encoding", "'utf-8' is")
    tokens = list(seen.layer.get_vocabulary(include_special_tokens=False))
    if not tokens:
        raise Error("bad_shape", f"{seen.where}: the vocabulary is empty; call adapt, or pass vocabulary=")
    mode, mask, count = seen.get("output_mode", "int"), seen.get("mask_token"), int(seen.get("num_oov_indices", 1))
    method = "none" if count <= 1 else "siphash" if seen.get("salt") is not None else \
        "farmhash" if kind == TEXT else seen.get("oov_method", "floormod")
    node = _lookup_node(kind, tokens, [] if mask is None else [mask], 0 if mode == "int" and mask is not None else -1,
                        count, method, seen.get("salt"))
    unknown = str(seen.get("oov_token", "[UNK]"))
    labels = [unknown] * (count == 1) + [f"{unknown}_{index}" for index in range(count)] * (count > 1)
    depth = count + len(tokens)
    if seen.get("pad_to_max_tokens", False) and mode != "int":
        depth = int(seen.get("max_tokens"))
    labels += [str(token) for token in tokens] + [f"pad_{index}" for index in range(count + len(tokens), depth)]
    chain = _encoded(seen, node, depth, labels, (*MODES, "tf_idf"))
    if mode == "tf_idf":
        chain.nodes.append(_multiply_add(*_idf(seen, depth)))
    return chain


def _idf(seen: Layer, depth: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.asarray(seen.need("idf_weights_const", "call adapt, or pass idf_weights=")).astype(FLOAT)
    if weights.shape != (depth,) or not np.isfinite(weights).all() or (weights == 0).any():
        raise seen.refuse(f"idf weights of shape {weights.shape} with zeros or infinities", f"{depth} other numbers are")
    return weights, np.full(depth, -0.0, dtype=FLOAT)


def _hashing(seen: Layer) -> Chain:
    if len(set(seen.block.kinds)) != 1:
        raise Error("bad_schema", f"{seen.where}: reads text or numbers, the sample gives both")
    count, mask = int(seen.need("num_bins", "pass num_bins=")), seen.get("mask_value")
    masks = [mask] if mask is not None and count > 1 else []
    buckets = count - len(masks)
    method = "none" if buckets <= 1 else "farmhash" if seen.get("salt") is None else "siphash"
    node = _lookup_node(seen.block.kinds[0], [], masks, len(masks) - 1, buckets, method, seen.get("salt"))
    return _encoded(seen, node, count, [str(index) for index in range(count)], MODES)


def _lookup_node(kind: str, tokens: Sequence[Any], masks: Sequence[Any], mask_index: int, count: int, method: str,
                 salt: Any) -> dict[str, Any]:
    def packed(values: Sequence[Any]) -> dict[str, Any]:
        cells = np.empty(len(values), dtype=object)
        cells[:] = [str(value) if kind == TEXT else int(value) for value in values]
        return pack(cells if kind == TEXT else cells.astype(np.int64))

    keys = [salt, salt] if isinstance(salt, int) else salt
    return {"type": "lookup", "vocabulary": packed(tokens), "mask": packed(masks), "mask_index": mask_index,
            "num_oov_indices": count, "oov_method": method,
            "salt": pack(np.array(keys, dtype=np.int64) if method == "siphash" else NO_SALT)}


def _encoded(seen: Layer, indices: Optional[dict[str, Any]], depth: int, labels: list[str],
             modes: tuple[str, ...]) -> Chain:
    """Indices, or their encoding."""
    mode = seen.get("output_mode", "int")
    seen.require(mode in modes, "output_mode", f"{', '.join(modes)} are")
    seen.require(not seen.get("sparse", False), "sparse", "sparse=False is")
    nodes = [] if indices is None else [indices]
    if mode == "int":
        return Chain(nodes, list(seen.block.names))
    if mode == "one_hot" and seen.width != 1:
        raise seen.refuse(f"output_mode='one_hot' over {seen.width} columns (a tensor of rank 3)",
                          "one layer a column, multi_hot and count are")
    # Only a lookup has indices outside: -1, the mask, which Keras drops.
    drops = indices is not None and bool(indices.get("mask", {}).get("values")) and indices["mask_index"] == -1
    nodes.append({"type": "category_encoding", "num_tokens": depth,
                  "output_mode": "count" if mode == "tf_idf" else mode, "handle_unknown": "ignore" if drops else "error"})
    prefix = "+".join(seen.block.names)
    return Chain(nodes, [f"{prefix}_{label}" for label in labels])


def finish(node: dict[str, Any], width: int) -> dict[str, Any]:
    """The keys every node has, in their order."""
    own = dict(node)
    kind = own.pop("type")
    return {"type": kind, "version": STEPS[kind].version, "contract": KERAS, "inputs": width, **own}


READERS: dict[str, Callable[[Layer], Chain]] = {
    "Normalization": _normalization, "Rescaling": _rescaling, "Discretization": _discretization,
    "CategoryEncoding": _category_encoding, "StringLookup": _lookup, "IntegerLookup": _lookup, "Hashing": _hashing,
    "SafeDivide": _safe_divide, "Identity": _identity, "TFDIdentity": _identity, "InputLayer": _identity,
}
