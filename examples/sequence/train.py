#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trainer of the example of sequences: how worn a machine is, told from readings step by step.

    train.py OUTDIR

The model is a bidirectional GRU whose recurrent weights are drawn once and whose last layer is fitted (an echo state network):
numpy is enough to train it, and it is served as any GRU is. Writes into OUTDIR

    machine.prepguard.json    the preprocessing of a time step, by one call of prepguard.dump
    gru.txt                   the network
    rows.csv lengths.txt      held-out readings, step after step, and how many each sequence has
    features.bin predictions.bin wear.bin   scikit-learn's features, the network's output, the truth: float32, row-major
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "python"))

import prepguard  # noqa: E402

UNITS = 24
MODES = ["boost", "idle", "run"]


def readings(r: np.random.RandomState, name: str, steps: int) -> pd.DataFrame:
    """What is measured in each step, and the wear: load that adds up and heals, the faster the hotter the machine runs."""
    load = np.clip(50 + np.cumsum(r.normal(0, 4, steps)) + r.normal(0, 5, steps), 0, 120)
    mode = np.array(MODES)[np.searchsorted([0.2, 0.5], r.uniform(size=(steps + 9) // 10)).repeat(10)[:steps]]
    temperature = 40 + 0.2 * load + r.normal(0, 2, steps)
    wear, now = np.empty(steps), 0.0
    for k in range(steps):
        now += 0.05 * (load[k] / 50 * (1.5 if mode[k] == "boost" else 1.0) - now)
        wear[k] = now
    frame = pd.DataFrame({"load_n": load, "pressure_pa": 101_325 + 40 * load + r.normal(0, 90, steps),
                          "temperature_c": temperature, "mode": mode.astype(object), "machine": name, "wear": wear})
    frame.loc[r.uniform(size=steps) < 0.02, "temperature_c"] = np.nan  # a thermometer with gaps
    return frame.astype({name: "float32" for name in ("load_n", "pressure_pa", "temperature_c", "wear")})


def preprocessing() -> ColumnTransformer:
    return ColumnTransformer([
        ("number", StandardScaler(), ["load_n", "pressure_pa"]),
        ("heat", make_pipeline(SimpleImputer(), StandardScaler()), ["temperature_c"]),
        ("mode", OneHotEncoder(sparse_output=False, dtype=np.float32), ["mode"]),
    ])


class Gru:
    """One direction. Gates in the order update, reset, new; `h = z * h + (1 - z) * tanh(x W + b + r * (h U))`."""

    def __init__(self, r: np.random.RandomState, inputs: int):
        draw = lambda *shape: r.normal(0, 1, shape).astype(np.float32)  # noqa: E731
        self.W, self.U = draw(inputs, 3 * UNITS) * np.float32(0.5), draw(UNITS, 3 * UNITS) * np.float32(0.9 / UNITS**0.5)
        self.b = np.concatenate([r.uniform(0, 4, UNITS), r.uniform(-1, 1, 2 * UNITS)]).astype(np.float32)

    def matrices(self) -> "list[np.ndarray]":
        return [self.W, self.U, self.b[None]]

    def states(self, features: np.ndarray) -> np.ndarray:
        """The state after each time step of one sequence."""
        sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
        h, states = np.zeros(UNITS, np.float32), np.empty((len(features), UNITS), np.float32)
        for k, x in enumerate(features):
            (xz, xr, xn), (hz, hr, hn) = np.split(x @ self.W + self.b, 3), np.split(h @ self.U, 3)
            z = sigmoid(xz + hz)
            h = z * h + (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn)
            states[k] = h
        return states


class Network:
    """A number for each time step, from the states of a GRU that came to it from the beginning and one that came from the end."""

    def __init__(self, r: np.random.RandomState, inputs: int):
        self.forward, self.backward = Gru(r, inputs), Gru(r, inputs)
        self.out = np.zeros((2 * UNITS + 1, 1), np.float32)

    def states(self, features: np.ndarray) -> np.ndarray:
        return np.column_stack([self.forward.states(features), self.backward.states(features[::-1])[::-1]])

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return self.states(features) @ self.out[:-1] + self.out[-1]

    def fit(self, sequences: "list[np.ndarray]", wear: "list[np.ndarray]") -> None:
        states = np.concatenate([self.states(features) for features in sequences]).astype(np.float64)
        states = np.column_stack([states, np.ones(len(states))])
        truth = np.concatenate(wear).astype(np.float64)
        self.out[:, 0] = np.linalg.solve(states.T @ states + 1e-3 * np.eye(len(self.out)), states.T @ truth)

    def save(self, path: Path) -> None:
        """Matrices, each after a line with its shape."""
        with open(path, "w", encoding="ascii") as file:
            for matrix in (*self.forward.matrices(), *self.backward.matrices(), self.out):
                file.write("%d %d\n" % matrix.shape)
                for row in matrix:
                    file.write(" ".join(repr(float(value)) for value in row) + "\n")


def main(folder: Path) -> None:
    r = np.random.RandomState(20240229)
    folder.mkdir(parents=True, exist_ok=True)
    training = [readings(r, f"t{k}", int(r.randint(1, 300))) for k in range(60)]
    lengths = [7, 0, 1, 2000, *(int(length) for length in r.randint(2, 120, 28))]
    held_out = [readings(r, f"machine {k}", length) for k, length in enumerate(lengths)]

    rows = pd.concat(training)[["load_n", "pressure_pa", "temperature_c", "mode"]]
    prep = preprocessing().fit(rows)
    steps = [prep.transform(sequence) if len(sequence) else np.empty((0, 6), np.float32) for sequence in held_out]
    alone = [prep.transform(held_out[3].iloc[k:k + 1]) for k in range(100)]  # a time step is a row like any other
    assert np.concatenate(alone).tobytes() == steps[3][:100].tobytes()

    network = Network(r, 6)
    network.fit([prep.transform(sequence) for sequence in training], [sequence["wear"] for sequence in training])
    network.save(folder / "gru.txt")
    prepguard.dump(prep, folder / "machine.prepguard.json", sample=rows, model=folder / "gru.txt")

    pd.concat(held_out).drop(columns="wear").to_csv(folder / "rows.csv", index=False)
    (folder / "lengths.txt").write_text("\n".join(map(str, lengths)) + "\n", encoding="ascii")
    predictions, wear = np.concatenate([network(features) for features in steps]), pd.concat(held_out)["wear"].to_numpy()
    for name, values in (("features", np.concatenate(steps)), ("predictions", predictions), ("wear", wear)):
        values.astype("<f4", casting="no").tofile(folder / (name + ".bin"))
    error = 1 - ((predictions[:, 0] - wear) ** 2).sum() / ((wear - wear.mean()) ** 2).sum()
    print(f"trained on {len(training)} sequences of {len(rows)} time steps, held out {len(lengths)} of {sum(lengths)}")
    print(f"Python's R2 on the held-out ones: {error:.4f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: train.py OUTDIR")
    main(Path(sys.argv[1]))
