"""Check the docstrings of every public name: a first line, the arguments in order, an example that runs."""

import importlib
import inspect
import re
import sys

PUBLIC = (
    "cornu", "cornu.activations", "cornu.callbacks", "cornu.config", "cornu.constraints", "cornu.dtype_policies",
    "cornu.initializers",
    "cornu.layers", "cornu.losses", "cornu.metrics", "cornu.models", "cornu.ops", "cornu.ops.image", "cornu.optimizers",
    "cornu.optimizers.schedules", "cornu.random", "cornu.regularizers", "cornu.saving", "cornu.tree", "cornu.utils",
)  # fmt: skip


def documented(doc: str) -> list[str]:
    """Names under `Args:`, in order; several may share a line."""
    match = re.search(r"^( *)Args:\n((?:\1 +\S.*\n?|\s*\n)*)", doc + "\n", re.M)
    if not match:
        return []
    inner = len(match.group(1)) + 4
    names = re.findall(rf"^ {{{inner}}}((?:\*{{0,2}}\w+)(?:, \*{{0,2}}\w+)*):", match.group(2), re.M)
    return [name.strip("* ") for group in names for name in group.split(",")]


def parameters(item: object) -> list[str]:
    """Names of the arguments of a function, or of a class's constructor."""
    try:
        made = item.__init__ if inspect.isclass(item) else item
        return [name for name in inspect.signature(made).parameters if name not in ("self", "cls")]
    except (TypeError, ValueError):
        return []


def faults(name: str, item: object) -> list[str]:
    """What is wrong with the docstring of a public name."""
    doc = inspect.getdoc(item) or ""
    if not doc:
        return [f"{name}: no docstring"]
    found = []
    if not re.match(r".+[.:]$", doc.splitlines()[0]):
        found.append(f"{name}: the first line is no sentence")
    wanted, listed = parameters(item), documented(doc)
    own = not inspect.isclass(item) or "__init__" in vars(item) or any("__init__" in vars(b) for b in item.__mro__[:-1])
    if "options" in listed:  # stands for arguments that a family shares
        wanted = [name for name in wanted if name in listed and name != "options"] + ["options"]
    if listed and listed != wanted and listed != [w for w in wanted if w != "kwargs"]:
        found.append(f"{name}: documents {listed}, takes {wanted}")
    if not listed and own and [w for w in wanted if w not in ("args", "kwargs", "x")] and "See `" not in doc:
        found.append(f"{name}: the arguments {wanted} are not documented")
    return found


def main() -> int:
    """Print the faults; the exit status tells whether there are any."""
    found, seen = [], set()
    for module_name in PUBLIC:
        module = importlib.import_module("cornu")
        for part in module_name.split(".")[1:]:
            module = getattr(module, part)
        for name in getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]:
            item = getattr(module, name)
            home = str(getattr(item, "__module__", "cornu"))
            outside = not home.startswith("cornu") or not hasattr(module, "__all__") and home != module.__name__
            if inspect.ismodule(item) or outside or id(item) in seen or not callable(item):
                continue
            seen.add(id(item))
            found.extend(faults(f"{module_name}.{name}", item))
    print(*found, sep="\n")
    print(f"{len(seen)} public names, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
