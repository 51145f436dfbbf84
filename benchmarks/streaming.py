"""What it costs to train on data that does not lie on the device as a whole, beside the same data that does.

`python benchmarks/streaming.py`, or with the name of another workload. The two ways take turns in one process.
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter

import environment

if __name__ == "__main__":
    environment.enter()

from workloads import WORKLOADS

TURNS, EPOCHS = 5, 3


def main() -> None:
    """Prints the seconds of an epoch in both ways, and their ratio."""
    import cornu

    workload = WORKLOADS[sys.argv[1] if len(sys.argv) > 1 else "mlp"]
    (x, y), model = workload.data(), workload.build(cornu)
    usual = cornu.config.resident_share()
    seconds: dict[float, list[float]] = {usual: [], 0.0: []}
    for turn in range(TURNS + 1):
        for share, times in seconds.items():
            cornu.config.set_resident_share(share)
            began = perf_counter()
            model.fit(x, y, batch_size=workload.batch, epochs=EPOCHS, verbose=0)
            if turn:  # the first one compiles
                times.append((perf_counter() - began) / EPOCHS)
    resident, streaming = (median(times) for times in seconds.values())
    print(f"resident {resident:.4g} s, streaming {streaming:.4g} s an epoch: ratio {streaming / resident:.3f}")


if __name__ == "__main__":
    main()
