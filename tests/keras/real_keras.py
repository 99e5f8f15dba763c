#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real Keras layers, adapted on real data, against what prepguard makes of them, bit for bit.

    KERAS_BACKEND=tensorflow real_keras.py OUTDIR [TOOL]

Every case is exported as an object; saved, reloaded and exported again; and exported from its archive. All three must be
the same pipeline (but for the archive of a layer that this backend computes in its own way), and the numpy twin must give
the bits of Keras's own answers. OUTDIR gets the cases as tests/parity/parity reads them, and CSV files which the command
line tool transforms, if it is given. Prints figures; exit status 1 if a value differs, or, compiled by XLA, by more than the
bound. Lookups run on TensorFlow whatever the backend, and not at all beside numpy's.
"""

from __future__ import annotations

import csv
import os
import sys
import warnings
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Optional

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from keras import Input, Model, Sequential, layers  # noqa: E402
from sklearn import datasets  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "..", "python"), os.path.join(HERE, "..", "parity")]

import prepguard  # noqa: E402
from support import write_texts  # noqa: E402
from tool_parity import compare  # noqa: E402

BACKEND = keras.backend.backend()
ROWS = 70_000
FLOAT = np.float32
LAYERS_WITH_TEXT = BACKEND != "numpy"
MODELS_WITH_TEXT = BACKEND == "tensorflow"


class Case(NamedTuple):
    """A layer or model, the rows it saw, rows to serve (numbers before text), and how it takes them."""

    group: str
    fitted: Any
    sample: pd.DataFrame
    serving: pd.DataFrame
    ask: Callable[[pd.DataFrame], Any]
    save: Optional[Callable[[], Any]] = None  # the model to be saved, if it can be


@keras.saving.register_keras_serializable("tests")
class SafeDivide(layers.Layer):
    """x / (|x| + epsilon), as networks have it."""

    def __init__(self, epsilon: float = 0.1, **options: Any):
        super().__init__(**options)
        self.epsilon = epsilon

    def call(self, x: Any) -> Any:
        return x / (keras.ops.abs(x) + self.epsilon)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}


def penguins() -> pd.DataFrame:
    """Numbers with gaps, the year, and text in which NA is a word of its own."""
    frame = pd.read_csv(os.path.join(HERE, "..", "..", "examples", "data", "penguins.csv"), keep_default_na=False)
    numbers = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    for name in numbers:
        frame[name] = pd.to_numeric(frame[name], errors="coerce").astype(FLOAT)
    return frame[[*numbers, "year", "species", "island", "sex"]].astype({name: object for name in ("species", "island", "sex")})


def numbers(r: np.random.RandomState, rows: int) -> np.ndarray:
    """16 columns of float32 of every size, signed zeros and gaps; nothing denormal, which TensorFlow and XLA flush."""
    columns = [r.normal(0, 1, rows), r.normal(100, 3, rows), r.uniform(0, 1, rows), np.exp(r.normal(0, 4, rows)),
               np.round(r.normal(44, 5, rows), 1), r.randint(-9, 10, rows) / 8, r.randint(0, 256, rows) * 1.0,
               1.7e9 + r.uniform(0, 3600, rows), -1e15 + r.uniform(0, 1e9, rows), r.uniform(-1, 1, rows) * 1e15,
               r.normal(0, 1e-9, rows), r.choice([0.0, -0.0, 1.0, -1.0], rows), 2.0 ** r.randint(-20, 60, rows),
               r.choice([-0.0, 5.0], rows), 1e6 + r.normal(0, 0.3, rows), r.uniform(-1, 1, rows)]
    cells = np.column_stack(columns).astype(FLOAT)
    cells[r.uniform(size=cells.shape) < 0.002] = np.nan
    return cells


def tokens(r: np.random.RandomState, count: int) -> list[str]:
    """Different texts of 0 to 150 characters, some of more than one byte."""
    letters = list("abcdefghijklmnopqrstuvwxyzÅéß企鵝 ,\"'")
    made = {"".join(r.choice(letters, r.randint(0, 150 if k % 3 == 0 else 20))) for k in range(count)}
    return sorted(token for token in made if token == token.strip())  # no line breaks, which do not survive saving


def frame_of(cells: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=[f"c{j}" for j in range(cells.shape[1])])


def matrix(rows: pd.DataFrame) -> np.ndarray:
    """What a layer over all columns is given."""
    values = rows.to_numpy()
    return values if values.dtype == object else values.astype(FLOAT if values.dtype.kind == "f" else np.int64)


def alone(group: str, layer: Any, sample: pd.DataFrame, serving: pd.DataFrame, savable: bool = True) -> Case:
    text = sample.dtypes.iloc[0] == object
    dtype = "string" if text else "int64" if sample.dtypes.iloc[0].kind == "i" else "float32"
    can = savable and (MODELS_WITH_TEXT or not text)
    return Case(group, layer, sample, serving, lambda rows: layer(matrix(rows)),
                (lambda: Sequential([Input((sample.shape[1],), dtype=dtype), layer])) if can else None)


def adapted(layer: Any, sample: pd.DataFrame) -> Any:
    layer.adapt(matrix(sample))
    return layer


def number_sets(r: np.random.RandomState) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Samples without gaps and rows to serve."""
    birds = penguins().iloc[:, :4]
    yield birds.dropna(), birds
    for load in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes):
        real = frame_of(load().data.astype(FLOAT))
        yield real, real
    yield frame_of(np.nan_to_num(numbers(r, 3000))), frame_of(numbers(r, ROWS))


def number_cases(r: np.random.RandomState) -> Iterator[Case]:
    for sample, serving in number_sets(r):
        width = sample.shape[1]
        yield alone("Normalization", adapted(layers.Normalization(), sample), sample, serving)
        yield alone("Normalization", adapted(layers.Normalization(axis=None), sample), sample, serving)
        yield alone("Normalization, inverted", adapted(layers.Normalization(invert=True), sample), sample,
                    pd.DataFrame(r.normal(0, 1, serving.shape).astype(FLOAT), columns=serving.columns))
        given = layers.Normalization(mean=sample.mean().tolist(), variance=sample.var().tolist())
        given.build((None, width))
        yield alone("Normalization", given, sample, serving)
        for scale, offset in ((1 / 255.0, 0.0), (1 / 127.5, -1.0), (r.normal(0, 9, width), r.normal(0, 9, width))):
            yield alone("Rescaling", layers.Rescaling(scale, offset), sample, serving)
        chain = [layers.Rescaling(0.25, offset=0.1), adapted(layers.Normalization(), sample * FLOAT(0.25) + FLOAT(0.1)),
                 SafeDivide(0.3)]
        model = Sequential([Input((width,)), *chain])
        yield Case("Sequential with SafeDivide", model, sample, serving, lambda rows, m=model: m(matrix(rows)), lambda m=model: m)
        whole = serving.fillna(0)  # NaN falls into the last bin; prepguard refuses it
        given_edges = [0.1, 0.3, 2.7, 44.4, 1e6 + 0.7]  # no float32
        for options in ({"num_bins": 7}, {"bin_boundaries": given_edges}):
            layer = layers.Discretization(**options)
            yield alone("Discretization", adapted(layer, sample) if "num_bins" in options else layer, sample, whole)
        for mode in ("one_hot", "multi_hot", "count"):
            columns = [sample.columns[0]] if mode == "one_hot" else list(sample.columns)
            for layer in (adapted(layers.Discretization(num_bins=9, output_mode=mode), sample[columns]),
                          layers.Discretization(given_edges, output_mode=mode)):
                yield alone("Discretization", layer, sample[columns], whole[columns])


def index_cases(r: np.random.RandomState) -> Iterator[Case]:
    def indices(rows: int, width: int) -> pd.DataFrame:
        return frame_of(r.randint(0, 20, (rows, width)))

    for mode in ("one_hot", "multi_hot", "count"):
        width = 1 if mode == "one_hot" else 3
        layer = layers.CategoryEncoding(num_tokens=20, output_mode=mode)
        yield alone("CategoryEncoding", layer, indices(200, width), indices(20_000, width))


def lookup_cases(r: np.random.RandomState) -> Iterator[Case]:
    birds = penguins()
    many, strange = tokens(r, 400), tokens(r, 4000)

    def words(rows: int, pool: list[str], width: int) -> pd.DataFrame:
        return pd.DataFrame({f"t{j}": pd.Series(r.choice(np.array(pool, dtype=object), rows), dtype=object)
                             for j in range(width)})

    def whole(rows: int, width: int, high: int) -> pd.DataFrame:
        return frame_of(r.randint(-high, high, (rows, width)))

    options = ({}, {"num_oov_indices": 3}, {"mask_token": "NA"}, {"mask_token": "NA", "num_oov_indices": 2, "salt": [5, 2**40]})
    for own in options:
        for mode in ("int", "one_hot", "multi_hot", "count", "tf_idf"):
            for column in (["island"], ["sex"], ["species", "island", "sex"]):
                if mode == "one_hot" and len(column) > 1:
                    continue
                layer = adapted(layers.StringLookup(output_mode=mode, **own), birds[column])
                other = birds[column].copy()
                other.iloc[::5, 0] = [f"bird {k}" for k in range(len(other.iloc[::5]))]
                yield alone("StringLookup", layer, birds[column], other)
            layer = adapted(layers.StringLookup(output_mode=mode, max_tokens=30, **own), words(2000, many, 1))
            yield alone("StringLookup", layer, words(300, many, 1), words(3_000, many + strange, 1))
    layer = adapted(layers.StringLookup(num_oov_indices=1000), words(2000, many, 3))
    yield alone("StringLookup", layer, words(300, many, 3), words(60_000, many + strange, 3))
    for own in ({}, {"num_oov_indices": 5}, {"num_oov_indices": 5, "oov_method": "farmhash"}, {"mask_token": 0},
                {"num_oov_indices": 4, "oov_method": "farmhash", "salt": 77}):
        for mode in ("int", "multi_hot", "count"):
            layer = adapted(layers.IntegerLookup(output_mode=mode, **own), whole(3000, 2, 20))
            yield alone("IntegerLookup", layer, whole(300, 2, 20), whole(2_500, 2, 25))
    layer = adapted(layers.IntegerLookup(num_oov_indices=97, oov_method="farmhash"), whole(5000, 3, 2**10))
    yield alone("IntegerLookup", layer, whole(300, 3, 2**10), whole(220_000, 3, 2**24 - 1))
    for own in ({}, {"salt": 133}, {"salt": [1, 2]}):
        for bins in (1, 2, 50):
            yield alone("Hashing", layers.Hashing(bins, **own), words(100, many, 2), words(9_000, many + strange, 2))
            yield alone("Hashing", layers.Hashing(bins, **own), whole(100, 2, 9), whole(30_000, 2, 2**24 - 1))
            masked = layers.Hashing(bins, mask_value=many[3], output_mode="multi_hot", **own)
            yield alone("Hashing", masked, words(100, many, 2), words(1_000, many[:9] + strange[:9], 2))
    yield alone("Hashing", layers.Hashing(2**20, mask_value=many[5]), words(100, many, 3), words(60_000, many + strange, 3))


def model_cases(r: np.random.RandomState) -> Iterator[Case]:
    """The penguins as a trainer would take them."""
    birds = penguins()
    serving = pd.concat([birds] * 40, ignore_index=True)
    serving.iloc[::7, 5] = "Emperor"
    scaled, cut = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"], "body_mass_g"
    serving[cut] = serving[cut].fillna(4000)
    sample = birds.dropna()
    inputs = {name: Input((1,), name=name, dtype="string" if birds[name].dtype == object else
                          "int64" if name == "year" else "float32") for name in birds}
    parts = [adapted(layers.Normalization(), sample[[name]])(inputs[name]) for name in scaled]
    parts.append(adapted(layers.Discretization(num_bins=5, output_mode="one_hot"), sample[[cut]])(inputs[cut]))
    parts.append(adapted(layers.IntegerLookup(output_mode="one_hot"), sample[["year"]])(inputs["year"]))
    parts += [adapted(layers.StringLookup(output_mode="one_hot", num_oov_indices=2), sample[[name]])(inputs[name])
              for name in ("species", "island", "sex")]
    model = Model(inputs, layers.Rescaling(0.5, offset=-0.25)(layers.Concatenate()(parts)))

    def given(rows: pd.DataFrame) -> dict[str, Any]:
        return {name: rows[[name]].to_numpy() for name in rows}

    yield Case("Functional of 8 inputs", model, sample, serving, lambda rows: model(given(rows)), lambda: model)
    space = keras.utils.FeatureSpace({
        "bill_length_mm": "float_normalized", "year": "integer_categorical",
        "body_mass_g": keras.utils.FeatureSpace.float_discretized(num_bins=4),
        "island": keras.utils.FeatureSpace.string_categorical(num_oov_indices=2), "sex": "string_hashed"})
    names = list(space.features)
    space.adapt({name: sample[name].to_numpy() for name in names})
    yield Case("FeatureSpace", space, sample[names], serving[names], lambda rows: space(given(rows)))


class Writer:
    """Cases for tests/parity/parity and for the command line tool."""

    def __init__(self, folder: str):
        self.folder, self.lines = folder, []
        os.makedirs(folder, exist_ok=True)

    def add(self, case: Case, artifact: bytes, want: np.ndarray) -> None:
        start = os.path.join(self.folder, str(len(self.lines)))
        text = [name for name in case.serving if case.serving[name].dtype == object]
        cells = case.serving.drop(columns=text).to_numpy().astype(FLOAT)
        with open(start + ".artifact", "wb") as file:
            file.write(artifact)
        want.tofile(start + ".expected")
        if text:
            write_texts(start + ".texts", case.serving[text])
        if cells.shape[1]:
            cells.tofile(start + ".numbers")
        name = os.path.basename(start) + ".numbers" if cells.shape[1] else "-"
        self.lines.append(f"{len(self.lines)}\t{case.group}\t{len(want)}\tfloat32\t{name}")

    def finish(self) -> None:
        with open(os.path.join(self.folder, "cases.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")

    def add_csv(self, case: Case, artifact: bytes, want: np.ndarray) -> None:
        """As make_samples.py writes its cases."""
        start = os.path.join(self.folder, "csv", case.group.replace(" ", "_"))
        os.makedirs(os.path.dirname(start), exist_ok=True)
        with open(start + ".prepguard.json", "wb") as file:
            file.write(artifact)
        want.tofile(start + ".float32.bin")
        with open(start + ".csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(list(case.serving))
            for row in case.serving.itertuples(index=False):
                writer.writerow(["" if cell != cell else cell if isinstance(cell, str) else repr(float(cell)) for cell in row])


def differing(got: np.ndarray, want: np.ndarray) -> int:
    """Cells whose bits differ; any NaN equals any NaN."""
    assert got.dtype == want.dtype == FLOAT and got.shape == want.shape, (got.shape, want.shape)
    return int(np.sum((got.view(np.int32) != want.view(np.int32)) & ~(np.isnan(got) & np.isnan(want))))


def exported(case: Case, folder: str) -> list[bytes]:
    """From the object; saved, reloaded; from the archive."""
    made = [prepguard.dumps(case.fitted, sample=case.sample, provenance_date="")]
    if case.save is not None:
        path = os.path.join(folder, "saved.keras")
        case.save().save(path)
        made += [prepguard.dumps(source, sample=case.sample, provenance_date="")
                 for source in (keras.saving.load_model(path), path)]
    return made


def steps_of(node: dict[str, Any]) -> list[dict[str, Any]]:
    """What is computed, whatever the steps are called."""
    inner = node.get("steps") or node.get("transformers")
    return [node] if inner is None else [step for entry in inner for step in steps_of(entry["step"])]


def by_backend(case: Case) -> bool:
    """Whether this backend computes the layer otherwise than TensorFlow, which an archive cannot tell."""
    return (BACKEND, case.group) in (("jax", "Normalization"), ("jax", "Sequential with SafeDivide"),
                                     ("numpy", "Discretization"))


def contracted(case: Case) -> Optional[tuple[int, int, float]]:
    """Values, how many of them differ when the layer is compiled by XLA, and the largest share of the bound: a
    product rounded or not (2^-24 of it) and two sums rounded at different places (2^-24 of each)."""
    model = case.save() if case.save is not None else None
    if model is None or case.group not in ("Rescaling", "Normalization, inverted", "Normalization"):
        return None
    rows, layer = matrix(case.serving), case.fitted
    if BACKEND == "tensorflow":
        import tensorflow as tf
        got = np.asarray(tf.function(lambda x: layer(x), jit_compile=True)(tf.constant(rows)))
    elif BACKEND == "jax":
        import jax
        got = np.asarray(jax.jit(lambda x: layer(x))(rows))
    else:
        return None
    want = np.asarray(case.ask(case.serving))
    node = prepguard.loads(exported(case._replace(save=None), "")[0]).payload["pipeline"]
    scale = np.array(node["scale"]["values"]) if node["type"] == "min_max_scaler" else np.zeros(rows.shape[1])
    bound = 2.0**-24 * (np.abs(rows * scale) + np.abs(got) + np.abs(want.astype(np.float64)))
    error = np.abs(got.astype(np.float64) - want)
    share = error[np.isfinite(error) & (error > 0)] / bound[np.isfinite(error) & (error > 0)]
    return want.size, differing(got, want), float(share.max(initial=0.0))


def ask_tool(tool: str, folder: str) -> int:
    """The command line tool over the CSV files; returns how many values differ."""
    files = sorted(Path(folder, "csv").glob("*.prepguard.json"))
    results = [compare(tool, path, "float32") for path in files]
    count, differ = (sum(column) for column in zip(*results))
    print(f"figure: keras {BACKEND}: the command line tool: {len(files)} CSV files, {count:,} values, {differ} differ")
    return differ


def main(folder: str, tool: str) -> int:
    warnings.simplefilter("ignore")
    r, writer = np.random.RandomState(20240229), Writer(folder)
    tally: dict[str, list[int]] = {}
    jitted: dict[str, list[float]] = {}
    archived: dict[str, list[int]] = {}
    sources = [number_cases, index_cases] + [lookup_cases] * LAYERS_WITH_TEXT + [model_cases] * MODELS_WITH_TEXT
    seen: set[str] = set()
    for case in (case for source in sources for case in source(r)):
        want = np.ascontiguousarray(np.asarray(case.ask(case.serving)).astype(FLOAT))
        made = exported(case, folder)
        loaded = [prepguard.loads(data) for data in made]
        got = loaded[0].transform(case.serving, dtype="float32")
        for again in loaded[1:2] if by_backend(case) else loaded[1:]:
            assert steps_of(again.payload["pipeline"]) == steps_of(loaded[0].payload["pipeline"]), case.group
        if by_backend(case) and len(loaded) == 3:
            old = archived.setdefault(case.group, [0, 0])
            others = differing(loaded[2].transform(case.serving, dtype="float32"), want)
            archived[case.group] = [old[0] + want.size, old[1] + others]
        sums = tally.setdefault(case.group, [0, 0, 0, 0])
        for place, value in enumerate((1, len(made), want.size, differing(got, want))):
            sums[place] += value
        writer.add(case, made[0], want)
        # An empty field of a CSV file is missing, not an empty text.
        if case.group not in seen and len(case.sample) < 1000 and not (case.serving == "").to_numpy().any():
            writer.add_csv(case, made[0], want)
            seen.add(case.group)
        compiled = contracted(case)
        if compiled is not None:
            old = jitted.setdefault(case.group, [0, 0, 0.0])
            jitted[case.group] = [old[0] + compiled[0], old[1] + compiled[1], max(old[2], compiled[2])]
    writer.finish()
    print(f"figure: keras {keras.__version__}, backend {BACKEND}, numpy {np.__version__}")
    for group, (cases, exports, count, differ) in tally.items():
        print(f"figure: keras {BACKEND}: {group}: {cases} layers, {exports} exports, {count:,} values, {differ} differ")
    for group, (count, differ) in archived.items():
        print(f"figure: keras {BACKEND}: {group}, from the archive, as TensorFlow computes: {count:,} values, {differ:,} differ")
    for group, (count, differ, share) in jitted.items():
        print(f"figure: keras {BACKEND} compiled by XLA: {group}: {count:,} values, {differ:,} differ, at most "
              f"{share:.2f} of the bound")
    failed = ask_tool(tool, folder) if tool else 0
    failed += sum(sums[3] for sums in tally.values()) + sum(share > 1.0 for _, _, share in jitted.values())
    return 1 if failed or not tally else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: real_keras.py OUTDIR [TOOL]")
    sys.exit(main(sys.argv[1], "".join(sys.argv[2:])))
