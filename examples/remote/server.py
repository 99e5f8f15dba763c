#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A stand-in for TensorFlow Serving: the predict call of its REST API, answered by the penguins network in numpy.

    server.py NETWORK.TXT     serves on a free port of 127.0.0.1, and says which

    POST /v1/models/NAME:predict  {"instances": [[...], ...]}  ->  {"predictions": [[...], ...]}
    errors: a status of 4xx and {"error": "..."}

Names other than `penguins` are servers that have a bad day: `echo` gives back what it read, `short` loses the last row, `nan`
answers with a NaN, `cut` with half of a text, `slow` after two seconds. GET /requests: how many predict calls came.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np


def read_network(path):
    """Weights and biases of each layer (train.py writes them)."""
    with open(path, encoding="ascii") as file:
        lines = iter(file.read().splitlines())
    layers = []
    for line in lines:
        inputs = int(line.split()[1])
        rows = np.array([next(lines).split() for _ in range(inputs + 1)], dtype=np.float32)
        layers.append((rows[:-1], rows[-1]))
    return layers


def predict(layers, values):
    for weights, biases in layers[:-1]:
        values = np.maximum(values @ weights + biases, 0)
    weights, biases = layers[-1]
    values = values @ weights + biases
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


class Answer(Exception):
    """An error for the client: status and text."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, layers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.layers, self.requests, self.lock = layers, 0, threading.Lock()

    def answer(self, path, body):
        with self.lock:
            self.requests += 1
        name, _, verb = path.removeprefix("/v1/models/").partition(":")
        if verb != "predict":
            raise Answer(404, "Malformed request: POST " + path)
        if name not in ("penguins", "echo", "short", "nan", "cut", "slow"):
            raise Answer(404, f"Servable not found for request: Latest({name})")
        try:
            rows = np.array(json.loads(body)["instances"], dtype=np.float64).astype(np.float32)
        except (ValueError, KeyError) as error:
            raise Answer(400, f"JSON Parse error: {error}") from None
        if name == "echo":
            return json.dumps({"predictions": rows.astype(np.float64).tolist()})
        if rows.ndim != 2 or rows.shape[1] != len(self.layers[0][0]):
            raise Answer(400, f"Input shape {list(rows.shape)} does not fit the model")
        predictions = predict(self.layers, rows).astype(np.float64)
        if name == "slow":
            time.sleep(2)
        if name == "nan":
            predictions[5, 1] = np.nan
        text = json.dumps({"predictions": predictions[:-1 if name == "short" else None].tolist()}, indent=4)
        return text[: len(text) // 2] if name == "cut" else text


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.say(200, self.server.answer(self.path, body))
        except Answer as error:
            self.say(error.args[0], json.dumps({"error": error.args[1]}))

    def do_GET(self):
        self.say(200, str(self.server.requests))

    def say(self, status, text):
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())
        except ConnectionError:
            pass  # the client would not wait

    def log_message(self, *_):
        pass


def main(path):
    server = Server(read_network(path))
    print("http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: server.py NETWORK.TXT")
    main(sys.argv[1])
