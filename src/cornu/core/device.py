"""device: where arrays are made and ops run by themselves."""

from contextlib import AbstractContextManager
from typing import Any

import jax


def device(device_name: Any) -> AbstractContextManager[Any]:
    """A `with` block in which arrays are made, and ops outside of `fit` and its siblings run, on a device.

    Args:
        device_name: kind and number, such as `"cpu:0"` or `"gpu:1"`; or a `jax.Device`.

    Raises:
        ValueError: there is no such device.

    Example:
        >>> import cornu
        >>> with cornu.device("cpu:0"):
        ...     x = cornu.ops.ones((2,))
        >>> x.device.platform
        'cpu'
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    kind, _, number = str(device_name).lower().replace("cuda", "gpu").partition(":")
    try:
        devices = jax.devices(kind)
    except RuntimeError:
        devices = []
    if not isinstance(device_name, str) or not (number or "0").isdigit() or int(number or 0) >= len(devices):
        known = [f"{d.platform}:{d.id}" for d in (*jax.devices(), *jax.devices("cpu"))]
        raise ValueError(
            f"There is no device {device_name!r}. Give kind and number, as in 'cpu:0'; there are {sorted(set(known))}."
        )
    return jax.default_device(devices[int(number or 0)])
