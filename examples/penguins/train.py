#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The trainer's side of the penguins example.

    train.py OUTDIR [network|xgboost|keras|onnx]

learns to tell a penguin's species from measurements, island, sex and year; writes into OUTDIR

    penguins.prepguard.json   the preprocessing, by one call of prepguard.dump
    features.prepguard.json   what the features were in training, for a guard around the bare model
    network.txt | booster.json | saved_model/ | network.onnx   the model
    rows.csv                  held-out penguins as they come from the field: raw, with missing cells
    features.bin probabilities.bin   scikit-learn's features and the model's output for them: float32, row-major
"""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

EXAMPLES = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(EXAMPLES.parent / "python"))

import prepguard  # noqa: E402

MEASUREMENTS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
YEAR = ["year"]
TEXTS = ["island", "sex"]
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]


def read_penguins() -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The cells as they are written, and as numbers (float32) and text."""
    written = pd.read_csv(EXAMPLES / "data" / "penguins.csv", dtype=str, keep_default_na=False, na_values="NA")
    numbers = {name: "float32" for name in MEASUREMENTS + YEAR}
    return written, written.astype(numbers)


def preprocessing() -> ColumnTransformer:
    return ColumnTransformer([
        ("measured", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), MEASUREMENTS),
        ("year", StandardScaler(), YEAR),  # never missing: a gap is a mistake and must not be filled
        ("text", make_pipeline(SimpleImputer(strategy="most_frequent"),
                               OneHotEncoder(sparse_output=False, dtype=np.float32)), TEXTS),
    ])


def small_network(features: np.ndarray, species: np.ndarray) -> MLPClassifier:
    return MLPClassifier((16,), solver="lbfgs", alpha=0.1, max_iter=2000, random_state=0).fit(features, species)


def train_network(features: np.ndarray, species: np.ndarray, path: Path):
    """A small network; its layers go to a text file, one `layer INPUTS OUTPUTS` line before weights and biases."""
    network = small_network(features, species)
    with open(path, "w", encoding="ascii") as file:
        for weights, biases in zip(network.coefs_, network.intercepts_):
            file.write("layer %d %d\n" % weights.shape)
            for row in [*weights, biases]:
                file.write(" ".join(repr(float(value)) for value in row) + "\n")
    return network.predict_proba


def train_booster(features: np.ndarray, species: np.ndarray, path: Path):
    """Boosted trees of XGBoost."""
    import xgboost

    options = {"objective": "multi:softprob", "num_class": len(SPECIES), "max_depth": 3, "eta": 0.3, "seed": 0}
    booster = xgboost.train(options, xgboost.DMatrix(features, label=species), num_boost_round=30)
    booster.save_model(path)
    return lambda rows: booster.predict(xgboost.DMatrix(rows))


def train_keras(features: np.ndarray, species: np.ndarray, path: Path):
    """A Keras network, exported as a SavedModel. TensorFlow's C API asks for tensors by their names in the graph, which only
    the signature knows: they go to a file in the folder that SavedModel leaves for such."""
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
    import keras
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((features.shape[1],)), keras.layers.Dense(16, activation="relu"),
                              keras.layers.Dense(len(SPECIES), activation="softmax")])
    model.compile(keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy")
    model.fit(features, species, batch_size=len(features), epochs=150, verbose=0)
    model.export(path, verbose=False)

    graph = SavedModel.FromString((path / "saved_model.pb").read_bytes()).meta_graphs[0]
    signature = graph.signature_def["serving_default"]
    tensors = [tensor.name for side in (signature.inputs, signature.outputs) for tensor in side.values()]
    (path / "assets.extra").mkdir(exist_ok=True)
    (path / "assets.extra" / "tensors.txt").write_text("\n".join(tensors) + "\n", encoding="ascii")
    return lambda rows: model.predict(rows, verbose=0)


def train_onnx(features: np.ndarray, species: np.ndarray, path: Path):
    """The small network as an .onnx file; its answers are those of ONNX Runtime in Python."""
    import onnxruntime
    import skl2onnx

    model = skl2onnx.to_onnx(small_network(features, species), initial_types=[
        ("features", skl2onnx.common.data_types.FloatTensorType([None, features.shape[1]]))], options={"zipmap": False})
    path.write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda rows: session.run(["probabilities"], {"features": rows})[0]


MODELS = {"network": ("network.txt", train_network), "xgboost": ("booster.json", train_booster),
          "keras": ("saved_model", train_keras), "onnx": ("network.onnx", train_onnx)}


def dump_features(features: pd.DataFrame, path: Path) -> None:
    """Steps that change nothing: an artifact that knows the columns which the model was trained on."""
    as_they_are = ColumnTransformer([("kept", "passthrough", list(features))], verbose_feature_names_out=False)
    prepguard.dump(as_they_are.fit(features), path, sample=features)


def main(folder: Path, kind: str) -> None:
    written, penguins = read_penguins()
    species = penguins["species"].map(SPECIES.index).to_numpy()
    training, held_out = train_test_split(np.arange(len(penguins)), test_size=0.3, random_state=0, stratify=species)
    rows, test_rows = penguins.iloc[training][MEASUREMENTS + YEAR + TEXTS], penguins.iloc[held_out]

    prep = preprocessing().fit(rows)
    folder.mkdir(parents=True, exist_ok=True)
    model_file, train = MODELS[kind]
    trained_on = prep.transform(rows)
    predict = train(trained_on, species[training], folder / model_file)
    prepguard.dump(prep, folder / "penguins.prepguard.json", sample=rows, model=folder / model_file)
    dump_features(pd.DataFrame(trained_on, columns=prep.get_feature_names_out()), folder / "features.prepguard.json")

    features = prep.transform(test_rows)
    probabilities = predict(features)
    written.iloc[held_out].to_csv(folder / "rows.csv", index=False)
    features.astype("<f4", casting="no").tofile(folder / "features.bin")
    probabilities.astype("<f4").tofile(folder / "probabilities.bin")

    missing = int(rows.isna().sum().sum()), int(test_rows.isna().sum().sum())
    correct = int((probabilities.argmax(axis=1) == species[held_out]).sum())
    print(f"trained on {len(training)} penguins with {missing[0]} missing cells, held out {len(held_out)} with {missing[1]}")
    print(f"Python's accuracy on the held-out ones: {correct} of {len(held_out)}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or (sys.argv + ["network"])[2] not in MODELS:
        sys.exit("usage: train.py OUTDIR [%s]" % "|".join(MODELS))
    main(Path(sys.argv[1]), (sys.argv + ["network"])[2])
