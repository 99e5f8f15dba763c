# SPDX-License-Identifier: MIT
"""Layers composed: Sequential, Functional with Concatenate, FeatureSpace, layers by column -> one node of the format.

A tensor is a list of branches that stand side by side: each reads some input columns and runs a chain of steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, NamedTuple, Optional

from ..arrays import TEXT
from ..error import Error
from ..steps import Block
from ..validate import check_node
from .layers import class_name, finish, read_layer, reads_integers

MODELS = ("Functional", "Model")
JOINS = ("Concatenate", "TFDConcat")


@dataclass
class Branch:
    """Input columns, the named nodes they run through, and what comes out."""

    columns: list[int]
    steps: list[tuple[str, dict[str, Any]]]
    names: list[str]
    kinds: list[str]


Tensor = list[Branch]


class Input(NamedTuple):
    """One input of a model: its name, and the type Keras wants it in."""

    name: str
    dtype: str


def model_inputs(model: Any) -> Optional[list[Input]]:
    """The inputs of a model that has several, one column each; None if it reads one block of columns."""
    if class_name(model) == "FeatureSpace":
        return [Input(name, feature.dtype) for name, feature in model.features.items()]
    if class_name(model) not in MODELS:
        return None
    config = model.get_config()
    found = _input_layers(config)
    if len(found) == 1:
        return None
    layers = {layer["name"]: layer["config"] for layer in config["layers"]}
    for name, layer in found.items():
        shape = layers[layer]["batch_shape"]
        if len(shape) != 2 or shape[1] != 1:
            raise Error("bad_parameter", f"Functional: input {name!r} of shape {shape} is not supported beside others; "
                                         "one input of width 1 a column is")
    return [Input(name, layers[layer]["dtype"]) for name, layer in found.items()]


def wants(layer: Any, kind: str) -> str:
    """The type in which a model of one input takes its cells."""
    if kind == TEXT:
        return "string"
    if class_name(layer) == "Sequential" or class_name(layer) in MODELS:
        first = next((inner for inner in layer.layers if class_name(inner) != "InputLayer"), None)
        return "float32" if first is None else wants(first, kind)
    return "int64" if reads_integers(layer) else "float32"


def leaves(source: Any) -> Iterator[Any]:
    """Every layer that is not a container."""
    kind = class_name(source)
    if isinstance(source, dict):
        children = list(source.values())
    elif kind == "FeatureSpace":
        children = [*source.preprocessors.values(), *source.crossers.values(), *source.one_hot_encoders.values()]
    else:
        children = list(source.layers) if kind == "Sequential" or kind in MODELS else []
        if not children:
            yield source
    for child in children:
        yield from leaves(child)


class Composer:
    """Builds the node of one source over the columns of a block."""

    def __init__(self, block: Block):
        self.block = block

    def input(self, columns: list[int]) -> Tensor:
        return [Branch(columns, [], [self.block.names[c] for c in columns], [self.block.kinds[c] for c in columns])]

    def whole(self, source: Any) -> Tensor:
        """What comes out of a source that reads the block."""
        if isinstance(source, dict):
            return [branch for key, layer in source.items()
                    for branch in self.apply(layer, self.input(self._positions(key)))]
        inputs = model_inputs(source)
        if inputs is None:
            return self.apply(source, self.input(list(range(len(self.block.names)))))
        tensors = {name: self.input(self._positions(name)) for name, _ in inputs}
        return self._feature_space(source, tensors) if class_name(source) == "FeatureSpace" else \
            self._graph(source, tensors)

    def apply(self, layer: Any, tensor: Tensor) -> Tensor:
        kind = class_name(layer)
        if kind == "Sequential":
            for inner in layer.layers:
                tensor = self.apply(inner, tensor)
            return tensor
        if kind in MODELS:
            return self._graph(layer, {None: tensor})
        branch = self._one_branch(tensor)
        chain = read_layer(layer, Block(self.block.where, branch.names, branch.kinds,
                                        [frozenset()] * len(branch.names), list(range(len(branch.names)))))
        steps, kinds = list(branch.steps), branch.kinds
        for node in chain.nodes:
            full = finish(node, len(kinds))
            kinds = self._check(full, kinds, layer)
            steps.append((_free(_step_name(layer), steps), full))
        return [Branch(branch.columns, steps, chain.names, kinds)]

    def node(self, tensor: Tensor) -> dict[str, Any]:
        """The node that reads all columns of the block."""
        columns = list(range(len(self.block.names)))
        if len(tensor) == 1 and tensor[0].columns == columns:
            return _branch_node(tensor[0])
        return _side_by_side(tensor, columns)

    def _one_branch(self, tensor: Tensor) -> Branch:
        """A layer that follows Concatenate reads what stands side by side as one block."""
        if len(tensor) == 1:
            return tensor[0]
        columns = sorted({column for branch in tensor for column in branch.columns})
        steps = [("concatenate", _side_by_side(tensor, columns))]
        return Branch(columns, steps, [name for branch in tensor for name in branch.names],
                      [kind for branch in tensor for kind in branch.kinds])

    def _graph(self, model: Any, inputs: dict[Optional[str], Tensor]) -> Tensor:
        config = model.get_config()
        layers = {layer["name"]: layer for layer in config["layers"]}
        known = {layer: inputs.get(name, inputs.get(None)) for name, layer in _input_layers(config).items()}
        done: dict[tuple[str, int], Tensor] = {}

        def tensor_of(history: list[Any]) -> Tensor:
            name, index = history[0], history[1]
            if name in known:
                return known[name]
            if (name, index) not in done:
                sources = [tensor_of(h) for h in _histories(layers[name], index, self.block.where)]
                done[name, index] = self._operation(model.get_layer(name), sources)
            return done[name, index]

        outputs = config["output_layers"]
        if not (isinstance(outputs, list) and outputs and isinstance(outputs[0], str)):
            if len(outputs) != 1:
                raise Error("bad_parameter", f"{self.block.where}: {len(outputs)} outputs of a model are not supported; "
                                             "join them with Concatenate")
            outputs = list(outputs.values() if isinstance(outputs, dict) else outputs)[0]
        return tensor_of(outputs)

    def _operation(self, layer: Any, sources: list[Tensor]) -> Tensor:
        if class_name(layer) in JOINS:
            if getattr(layer, "axis", -1) not in (-1, 1):
                raise Error("bad_parameter", f"{self.block.where}: Concatenate {layer.name!r}: axis={layer.axis!r} is not "
                                             "supported; axis=-1 is")
            return [branch for tensor in sources for branch in tensor]
        if len(sources) != 1:
            raise Error("bad_parameter", f"{self.block.where}: {class_name(layer)} {layer.name!r}: {len(sources)} inputs "
                                         "are not supported; one is, and several of Concatenate")
        return self.apply(layer, sources[0])

    def _feature_space(self, space: Any, inputs: dict[str, Tensor]) -> Tensor:
        """Features by name, each preprocessed and, where asked, encoded; crosses would come last."""
        for option, holds, supported in (("crosses", not space.crossers, "features on their own are"),
                                         ("output_mode", space.output_mode == "concat", "'concat' is")):
            if not holds:
                raise Error("bad_parameter", f"{self.block.where}: FeatureSpace: {option}="
                                             f"{getattr(space, option)!r:.80} is not supported; {supported}")
        result = []
        for name in sorted(space.preprocessors):
            tensor = self.apply(space.preprocessors[name], inputs[name])
            if name in space.one_hot_encoders:
                tensor = self.apply(space.one_hot_encoders[name], tensor)
            result += tensor
        return result

    def _check(self, node: dict[str, Any], kinds: list[str], layer: Any) -> list[str]:
        try:
            return check_node(node, kinds, node["type"])
        except Error as problem:
            raise Error("bad_parameter", f"{self.block.where}: {class_name(layer)} {getattr(layer, 'name', '')!r}: the "
                                         f"state cannot be used: {problem.message}") from None

    def _positions(self, key: Any) -> list[int]:
        names = [key] if isinstance(key, str) else list(key)
        return [self.block.names.index(name) for name in names]


def _branch_node(branch: Branch) -> dict[str, Any]:
    width = len(branch.columns)
    if not branch.steps:
        return {"type": "passthrough", "version": 1, "inputs": width}
    if len(branch.steps) == 1:
        return branch.steps[0][1]
    steps = [{"name": name, "step": node} for name, node in branch.steps]
    return {"type": "pipeline", "version": 1, "inputs": width, "steps": steps}


def _side_by_side(tensor: Tensor, columns: list[int]) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    for branch in tensor:
        name = branch.steps[-1][0] if branch.steps else "columns"
        entries.append({"name": _free(name, [(entry["name"], {}) for entry in entries]),
                        "columns": [columns.index(c) for c in branch.columns], "weight": 1.0, "step": _branch_node(branch)})
    return {"type": "column_transformer", "version": 1, "inputs": len(columns), "transformers": entries}


def _step_name(layer: Any) -> str:
    return str(getattr(layer, "name", "") or class_name(layer)).replace("__", "_")


def _free(name: str, taken: list[tuple[str, Any]]) -> str:
    used, free, number = {label for label, _ in taken}, name, 2
    while free in used:
        free, number = f"{name}:{number}", number + 1
    return free


def _input_layers(config: dict[str, Any]) -> dict[str, str]:
    """Names of the inputs, and of the layers that are them."""
    inputs = config["input_layers"]
    if isinstance(inputs, dict):
        return {key: history[0] for key, history in inputs.items()}
    if inputs and isinstance(inputs[0], str):
        inputs = [inputs]
    return {history[0]: history[0] for history in inputs}


def _histories(layer: dict[str, Any], index: int, where: str) -> list[list[Any]]:
    """Where the inputs of one call of a layer come from."""
    node = layer["inbound_nodes"][index]
    if not isinstance(node, dict):
        raise Error("bad_parameter", f"{where}: {layer['name']!r}: a graph saved by Keras 2 is not supported; Keras 3 is")
    found, pending = [], list(node["args"]) + list(node["kwargs"].values())
    extras = [key for key, value in node["kwargs"].items() if value is not None and value is not False]
    if extras:
        raise Error("bad_parameter", f"{where}: {layer['name']!r}: called with {', '.join(extras)}, which is not "
                                     "supported; one tensor is, and a list of Concatenate")
    while pending:
        value = pending.pop(0)
        if isinstance(value, (list, tuple)):
            pending = list(value) + pending
        elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            found.append(value["config"]["keras_history"])
        elif value is not None and value is not False:
            raise Error("bad_parameter", f"{where}: {layer['name']!r}: called with {value!r:.60}, which is not supported; "
                                         "one tensor is")
    return found
