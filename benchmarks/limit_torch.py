"""The recurrent workloads in plain PyTorch, with `torch.nn.LSTM` and `torch.nn.GRU` and a hand-written loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn


class BiLSTM(nn.Module):
    """Embedding, two bidirectional LSTMs, a linear output of the last states."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20_000, 128)
        self.lstm = nn.LSTM(128, 64, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time) word numbers -> (batch, 1) logits."""
        _, (h, _) = self.lstm(self.embedding(x))
        return self.head(torch.cat([h[-2], h[-1]], dim=-1))


class GRUs(nn.Module):
    """Two GRUs, a linear output of the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(32, 128, num_layers=2, batch_first=True)
        self.head = nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, 32) -> (batch, 1)."""
        return self.head(self.gru(x)[1][-1])


class Program:
    """One workload, ready to train and predict."""

    def __init__(self, workload: str) -> None:
        torch.manual_seed(0)
        self.binary = workload == "lstm"
        self.model = BiLSTM() if self.binary else GRUs()
        self.loss = nn.BCEWithLogitsLoss() if self.binary else nn.MSELoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7)

    def train(self, x: np.ndarray, y: np.ndarray, batch: int, epochs: int, tick: Callable[[], None]) -> float:
        """Trains, calls `tick` at the end of each epoch, and returns the mean loss of the last."""
        inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
        for _ in range(epochs):
            total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for rows in torch.randperm(len(inputs)).split(batch):
                outputs = self.model(inputs[rows])
                loss = self.loss(outputs, targets[rows])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.detach() * len(rows)
                right += torch.sum((outputs > 0) == (targets[rows] > 0.5))
            mean, self.accuracy = float(total) / len(inputs), int(right) / len(inputs)
            tick()
        return mean

    @torch.inference_mode()
    def call(self, x: np.ndarray) -> np.ndarray:
        """The outputs for one batch."""
        outputs = self.model(torch.from_numpy(x))
        return (torch.sigmoid(outputs) if self.binary else outputs).numpy()

    def predict(self, x: np.ndarray, batch: int) -> np.ndarray:
        """The outputs for all samples, computed in batches."""
        return np.concatenate([self.call(x[start : start + batch]) for start in range(0, len(x), batch)])
