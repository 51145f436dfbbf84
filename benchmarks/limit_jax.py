"""The workloads written by hand in JAX: the limit that a high-level library is compared with.

Plain formulas and stock `lax` operations; data on the device, shuffled there by index; one jitted program per epoch,
a `lax.scan` over its steps. Convolutions are the exception: XLA compiles their gradients to slow loops inside a `scan`
on the CPU, so that workload dispatches one jitted step per batch, as anyone who measured would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

Array = jax.Array
Tree = Any


# Layers


def glorot(key: Array, *shape: int) -> Array:
    """Glorot's uniform initial values, over the last two axes."""
    receptive = np.prod(shape[:-2], dtype=int)
    limit = np.sqrt(6 / (receptive * (shape[-2] + shape[-1])))
    return random.uniform(key, shape, minval=-limit, maxval=limit)


def dense_init(key: Array, *sizes: int) -> list[tuple[Array, Array]]:
    """Kernels and biases of consecutive dense layers."""
    keys = random.split(key, len(sizes) - 1)
    return [(glorot(k, m, n), jnp.zeros(n)) for k, m, n in zip(keys, sizes, sizes[1:], strict=False)]


def dense(layer: tuple[Array, Array], x: Array) -> Array:
    """x W + b."""
    return x @ layer[0] + layer[1]


def dropout(x: Array, rate: float, key: Array | None) -> Array:
    """Inverted dropout; the identity without a key."""
    return x if key is None else jnp.where(random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def conv(layer: tuple[Array, Array], x: Array) -> Array:
    """A valid convolution of channels-last images."""
    return lax.conv_general_dilated(x, layer[0], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")) + layer[1]


def pool(x: Array) -> Array:
    """2x2 maximum pooling."""
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def rnn_init(key: Array, size: int, units: int, gates: int) -> tuple[Array, Array, Array]:
    """Input kernel, recurrent kernel and bias of a recurrent layer."""
    k1, k2 = random.split(key)
    orthogonal = jax.nn.initializers.orthogonal()(k2, (units, gates * units))
    return glorot(k1, size, gates * units), orthogonal, jnp.zeros(gates * units)


def lstm(layer: tuple[Array, Array, Array], x: Array, reverse: bool = False) -> Array:
    """The hidden states of an LSTM over (batch, time, size); the input products of all steps are taken at once."""
    kernel, recurrent, bias = layer
    inputs = jnp.swapaxes(x @ kernel + bias, 0, 1)  # (time, batch, 4 units)
    zeros = jnp.zeros((x.shape[0], recurrent.shape[0]))

    def step(carry: tuple[Array, Array], inputs: Array) -> tuple[tuple[Array, Array], Array]:
        h, c = carry
        i, f, g, o = jnp.split(inputs + h @ recurrent, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    return jnp.swapaxes(lax.scan(step, (zeros, zeros), inputs, reverse=reverse)[1], 0, 1)


def gru(layer: tuple[Array, Array, Array, Array], x: Array) -> Array:
    """The hidden states of a GRU over (batch, time, size), the reset gate applied after the product."""
    kernel, recurrent, bias, recurrent_bias = layer
    inputs = jnp.swapaxes(x @ kernel + bias, 0, 1)  # (time, batch, 3 units)

    def step(h: Array, inputs: Array) -> tuple[Array, Array]:
        z, r, n = jnp.split(inputs, 3, axis=-1)
        hz, hr, hn = jnp.split(h @ recurrent + recurrent_bias, 3, axis=-1)
        z, r = jax.nn.sigmoid(z + hz), jax.nn.sigmoid(r + hr)
        h = z * h + (1 - z) * jnp.tanh(n + r * hn)
        return h, h

    return jnp.swapaxes(lax.scan(step, jnp.zeros((x.shape[0], recurrent.shape[0])), inputs)[1], 0, 1)


# Models: initial weights from a key, and the output before the last activation


def mlp(params: Tree, x: Array, key: Array | None, rate: float) -> Array:
    """Dense layers with ReLU, dropout after each hidden one."""
    for number, layer in enumerate(params[:-1]):
        x = jax.nn.relu(dense(layer, x))
        x = dropout(x, rate, None if key is None or not rate else random.fold_in(key, number))
    return dense(params[-1], x)


def wide(params: Tree, x: Array, key: Array | None) -> Array:
    """Dense layers, ReLU after every one."""
    return jax.nn.relu(mlp(params, x, None, 0.0))


def cnn_init(key: Array) -> Tree:
    """Weights of the convolutional network."""
    k1, k2, k3 = random.split(key, 3)
    convs = [(glorot(k1, 3, 3, 1, 32), jnp.zeros(32)), (glorot(k2, 3, 3, 32, 64), jnp.zeros(64))]
    return convs, dense_init(k3, 1_600, 10)[0]


def cnn(params: Tree, x: Array, key: Array | None) -> Array:
    """Two convolutions with pooling, dropout, a linear classifier."""
    convs, head = params
    for layer in convs:
        x = pool(jax.nn.relu(conv(layer, x)))
    return dense(head, dropout(x.reshape(len(x), -1), 0.5, key))


def bilstm_init(key: Array) -> Tree:
    """Weights of the embedding, the two bidirectional LSTMs and the output."""
    keys = random.split(key, 6)
    table = random.uniform(keys[0], (20_000, 128), minval=-0.05, maxval=0.05)
    return table, [rnn_init(k, 128, 64, 4) for k in keys[1:5]], dense_init(keys[5], 128, 1)[0]


def bilstm(params: Tree, x: Array, key: Array | None) -> Array:
    """Embedding, two bidirectional LSTMs, a linear output of the last states."""
    table, (ahead1, back1, ahead2, back2), head = params
    x = table[x]
    x = jnp.concatenate([lstm(ahead1, x), lstm(back1, x, reverse=True)], axis=-1)
    last = jnp.concatenate([lstm(ahead2, x)[:, -1], lstm(back2, x, reverse=True)[:, 0]], axis=-1)
    return dense(head, last)


def grus_init(key: Array) -> Tree:
    """Weights of the two GRUs and the output."""
    k1, k2, k3 = random.split(key, 3)
    layers = [(*rnn_init(k, size, 128, 3), jnp.zeros(384)) for k, size in ((k1, 32), (k2, 128))]
    return layers, dense_init(k3, 128, 1)[0]


def grus(params: Tree, x: Array, key: Array | None) -> Array:
    """Two GRUs, a linear output of the last state."""
    (first, second), head = params
    return dense(head, gru(second, gru(first, x))[:, -1])


# Losses: the mean over the batch, and the number of right answers


def binary(logits: Array, y: Array) -> tuple[Array, Array]:
    """Binary cross-entropy from logits."""
    loss = jnp.mean(jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-jnp.abs(logits))))
    return loss, jnp.sum((logits > 0) == (y > 0.5))


def categorical(logits: Array, y: Array) -> tuple[Array, Array]:
    """Cross-entropy from logits and class numbers."""
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)
    return -jnp.mean(chosen), jnp.sum(jnp.argmax(logits, axis=1) == y)


def squared(outputs: Array, y: Array) -> tuple[Array, Array]:
    """Mean squared error."""
    return jnp.mean((outputs - y) ** 2), jnp.zeros((), int)


# Optimizers: initial state, and the update of one step


@dataclass(frozen=True)
class Optimizer:
    """How many moments per weight, and `update(step, weight, gradient, *moments) -> (weight, *moments)`."""

    moments: int
    update: Callable[..., tuple[Array, ...]]


def _adam(t: Array, w: Array, g: Array, m: Array, v: Array) -> tuple[Array, ...]:
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return w - 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (jnp.sqrt(v) + 1e-7), m, v


def _rmsprop(t: Array, w: Array, g: Array, v: Array) -> tuple[Array, ...]:
    v = 0.9 * v + 0.1 * g * g
    return w - 1e-3 * g / jnp.sqrt(v + 1e-7), v


adam, rmsprop = Optimizer(2, _adam), Optimizer(1, _rmsprop)
sgd = Optimizer(0, lambda t, w, g: (w - 0.01 * g,))


# Training


@dataclass(frozen=True)
class Model:
    """The pure functions of one workload."""

    init: Callable[[Array], Tree]
    apply: Callable[[Tree, Array, Array | None], Array]
    last: Callable[[Array], Array]
    loss: Callable[[Array, Array], tuple[Array, Array]]
    optimizer: Optimizer
    scan: bool = True


def _identity(x: Array) -> Array:
    return x


MODELS = {
    "tiny": Model(lambda k: dense_init(k, 8, 12, 8, 1), partial(mlp, rate=0.0), jax.nn.sigmoid, binary, adam),
    "mlp": Model(
        lambda k: dense_init(k, 784, 512, 512, 10), partial(mlp, rate=0.2), jax.nn.softmax, categorical, rmsprop
    ),
    "cnn": Model(cnn_init, cnn, jax.nn.softmax, categorical, adam, scan=False),
    "lstm": Model(bilstm_init, bilstm, jax.nn.sigmoid, binary, adam),
    "gru": Model(grus_init, grus, _identity, squared, adam),
    "wide": Model(lambda k: dense_init(k, *[4_096] * 4), wide, _identity, squared, sgd),
}


class Program:
    """One workload, ready to train and predict."""

    def __init__(self, workload: str) -> None:
        self.model = model = MODELS[workload]
        self.rng = np.random.default_rng(0)
        self.state = jax.jit(self._init)()
        self.step = jax.jit(self._step, donate_argnums=0)
        self.epoch = jax.jit(self._epoch, donate_argnums=0)
        self.forward = jax.jit(lambda params, x: model.last(model.apply(params, x, None)))

    def _init(self) -> Tree:
        params = self.model.init(random.key(0))
        moments = tuple(jax.tree.map(jnp.zeros_like, params) for _ in range(self.model.optimizer.moments))
        return params, moments, jnp.zeros((), int), random.key(1)

    def _step(self, state: Tree, x: Array, y: Array, rows: Array) -> tuple[Tree, tuple[Array, Array]]:
        params, moments, step, key = state
        key, dropout_key = random.split(key)
        x, y = x[rows], y[rows]

        def loss(params: Tree) -> tuple[Array, Array]:
            return self.model.loss(self.model.apply(params, x, dropout_key), y)

        (value, right), gradients = jax.value_and_grad(loss, has_aux=True)(params)
        step = step + 1
        update = partial(self.model.optimizer.update, step.astype("float32"))
        updated = jax.tree.map(update, params, gradients, *moments)
        params, *moments = jax.tree.transpose(jax.tree.structure(params), None, updated)
        return (params, tuple(moments), step, key), (value * len(rows), right)

    def _epoch(self, state: Tree, x: Array, y: Array, rows: Array) -> tuple[Tree, tuple[Array, Array]]:
        state, (losses, right) = lax.scan(lambda state, rows: self._step(state, x, y, rows), state, rows)
        return state, (losses.sum(), right.sum())

    def train(self, x: np.ndarray, y: np.ndarray, batch: int, epochs: int, tick: Callable[[], None]) -> float:
        """Trains, calls `tick` at the end of each epoch, and returns the mean loss of the last."""
        x, y = jax.device_put(x), jax.device_put(y)
        whole = len(x) // batch * batch
        for _ in range(epochs):
            order = self.rng.permutation(len(x)).astype("int32")
            full = order[:whole].reshape(-1, batch)
            sums = []
            if self.model.scan:
                self.state, result = self.epoch(self.state, x, y, full)
                sums.append(result)
            else:
                for rows in full:
                    self.state, result = self.step(self.state, x, y, rows)
                    sums.append(result)
            if whole < len(x):
                self.state, result = self.step(self.state, x, y, order[whole:])
                sums.append(result)
            loss = sum(float(value) for value, _ in sums) / len(x)
            self.accuracy = sum(int(right) for _, right in sums) / len(x)
            tick()
        return loss

    def predict(self, x: np.ndarray, batch: int) -> np.ndarray:
        """The outputs for all samples, computed in batches."""
        outputs = [self.forward(self.state[0], x[start : start + batch]) for start in range(0, len(x), batch)]
        return np.concatenate(outputs)

    def call(self, x: np.ndarray) -> np.ndarray:
        """The outputs for one batch."""
        return np.asarray(self.forward(self.state[0], x))
