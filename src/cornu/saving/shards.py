"""Writing weights to several HDF5 files of limited size, beside a JSON file that says which holds what."""

import contextlib
import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np

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
    total = room = 0.0
    at: Callable[[str], Any] | None = None
    with contextlib.ExitStack() as temporaries, contextlib.ExitStack() as file:
        listing = temporaries.enter_context(replacing(path, overwrite))  # the last one to take its place

        def next_shard() -> Any:
            name = f"{path.removesuffix(ENDING)}_{count:05}.weights.h5"
            file.close()
            return name, places(file.enter_context(new_hdf5(temporaries.enter_context(replacing(name, overwrite)))))

        count = 0
        for place, owner in walk(model):
            for key, value in stored(owner).items():
                size = np.asarray(getattr(value, "stored", value)).nbytes
                if size > largest:
                    raise ValueError(
                        f"Array {key!r} of {owner.name!r} has {size:,} bytes, more than the {largest:,.0f} of a shard. "
                        "Give a larger max_shard_size, in GB."
                    )
                if at is None or size > room:
                    (name, at), room = next_shard(), largest
                    count += 1
                    if count == 1 and (adapted := readings(model)):
                        write_names(at(""), READINGS, adapted)
                room, total = room - size, total + size
                inner = at(f"{place}/vars".lstrip("/"))
                inner.attrs["name"] = owner.name
                write_array(inner, key, value)
                files = where.setdefault(f"/{place}/vars" if place else "/vars", [])
                if os.path.basename(name) not in files:
                    files.append(os.path.basename(name))
        file.close()
        listed = {place: files if len(files) > 1 else files[0] for place, files in where.items()}
        with open(listing, "w", encoding="utf-8") as text:
            json.dump({"metadata": {"total_size": total}, "weight_map": listed}, text, indent=4)
