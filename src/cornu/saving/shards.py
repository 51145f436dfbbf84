"""Writing weights to several HDF5 files of limited size, beside a JSON file that says which holds what."""

import contextlib
import json
import os
from typing import Any

import numpy as np

from ..core.variable import Variable
from .layerwise import READINGS, write_array, write_names
from .structure import places, readings, stored, walk
from .writer import new_hdf5, replacing

ENDING = ".weights.json"


def write_shards(path: str, model: Any, largest: float, overwrite: bool) -> None:
    """Write the Variables of a model, its layers and its optimizer; all files are complete before one is replaced.

    Args:
        path: the JSON file, `name.weights.json`; the others are `name_00000.weights.h5`, ... beside it.
        model: the model.
        largest: bytes that the arrays of one file may have.
        overwrite: whether existing files are replaced.

    Raises:
        ValueError: one array is larger.
    """
    where: dict[str, list[str]] = {}
    parts, total = _parted(model, largest)
    with contextlib.ExitStack() as temporaries:
        listing = temporaries.enter_context(replacing(path, overwrite))  # the last one to take its place
        for number, part in enumerate(parts):
            name = f"{path.removesuffix(ENDING)}_{number:05}.weights.h5"
            with new_hdf5(temporaries.enter_context(replacing(name, overwrite))) as file:
                at = places(file)
                if number == 0 and (adapted := readings(model)):
                    write_names(file, READINGS, adapted)
                for place, owner, key, value in part:
                    inner = at(f"{place}/vars".lstrip("/"))
                    inner.attrs["name"] = owner.name
                    write_array(inner, key, value)
                    where.setdefault(f"/{place}/vars" if place else "/vars", []).append(os.path.basename(name))
        files = {place: list(dict.fromkeys(names)) for place, names in where.items()}
        listed = {place: names if len(names) > 1 else names[0] for place, names in files.items()}
        with open(listing, "w", encoding="utf-8") as text:
            json.dump({"metadata": {"total_size": total}, "weight_map": listed}, text, indent=4)


def _parted(model: Any, largest: float) -> tuple[list[list[tuple[str, Any, str, Any]]], float]:
    """What is to be stored, as (place, owner, key, value), by the file that it goes to; and how many bytes it has."""
    parts: list[list[tuple[str, Any, str, Any]]] = []
    total = room = 0.0
    for place, owner in walk(model):
        for key, value in stored(owner).items():
            spec: Any = value.spec() if isinstance(value, Variable) else np.asarray(value)
            size = spec.size * spec.dtype.itemsize
            if size > largest:
                raise ValueError(
                    f"Array {key!r} of {owner.name!r} has {size:,} bytes, more than the {largest:,.0f} of a shard. "
                    "Give a larger max_shard_size, in GB."
                )
            if not parts or size > room:
                parts.append([])
                room = largest
            parts[-1].append((place, owner, key, value))
            room, total = room - size, total + size
    return parts, total
