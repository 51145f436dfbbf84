"""Pace: how many steps go into one dispatch."""

# How long a dispatch should take. The shorter time keeps a progress bar alive and answers Ctrl-C. At each dispatch the
# CPU runtime of XLA maps its scratch space from the system anew, and touching it costs 30 to 45 ms per 100 MB: as much
# as a step of a recurrent network. Without a bar a dispatch is longer, so that this does not show.
LIVE_SECONDS, SILENT_SECONDS = 0.3, 2.0


class Pace:
    """How many steps to put into one dispatch, learned from how long the last ones took."""

    def __init__(self) -> None:
        self.seconds_per_step: float | None = None
        self._chunk, self._compiled = 1, False

    def next(self, remaining: int, seconds: float) -> int:
        """Number of steps for the next dispatch, which should take so long."""
        if self.seconds_per_step is not None:
            self._chunk = max(1, min(int(seconds / self.seconds_per_step), 16 * self._chunk))
        return min(self._chunk, remaining)

    def took(self, steps: int, seconds: float) -> None:
        """Learn that a dispatch of so many steps took so long; the first one also compiled."""
        if self._compiled:
            self.seconds_per_step = max(seconds / steps, 1e-7)
        self._compiled = True
