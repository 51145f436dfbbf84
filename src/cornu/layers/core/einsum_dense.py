"""EinsumDense: a product with a kernel over any axes, written as an equation."""

import copy
import re
from collections.abc import Sequence
from typing import Any, cast

from ... import ops
from ...core.arguments import default
from ...core.spec import InputSpec
from ...core.types import Activation, Given, Shape
from ...initializers import VarianceScaling
from .. import checks
from ..family import KernelLayer

__all__ = ["EinsumDense"]

_FORMS = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


class EinsumDense(KernelLayer):
    """Product of the input and a kernel by Einstein's convention, with a bias and an activation.

    `y = activation(einsum(equation, x, kernel) + bias)`. A letter that the result lacks is summed over.

    Args:
        equation: axes of the input, of the kernel and of the result, as in `"abc,cd->abd"`, `"...a,ab->...b"` or
            `"ab...,bc->ac..."`; the dots stand for any number of axes.
        output_shape: sizes of the result, without the batch and what the dots stand for; None for a size of the input.
        bias_axes: letters of the result along which the bias varies; None for no bias.
        kernel_initializer: initializer of the kernel, whose axes the equation says.
        bias_initializer: initializer of the bias, whose axes are those of the result from the first of `bias_axes` on.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Shapes:
        what the equation says.

    Raises:
        ValueError: the equation has none of these forms, or an axis that nothing gives a size; `output_shape`
            contradicts it or the input; a letter of `bias_axes` is not in the result.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.EinsumDense("abc,cde->abde", (None, 2, 5), bias_axes="de")
        >>> layer(cornu.ops.ones((3, 7, 4))).shape
        (3, 7, 2, 5)
    """

    equation: str
    output_shape: Given[int | Sequence[int | None], Any]  # type: ignore[assignment]
    activation: Activation = default(None)
    bias_axes: str | None = None
    activity_regularizer = default(None, after="bias_constraint")
    _output_shape = cast(Any, None)  # the argument: `output_shape` itself is that of a call

    def _complete(self) -> None:
        form = _FORMS.fullmatch(self.equation) if isinstance(self.equation, str) else None
        if form is None or (form[1], form[3]) != (form[5], form[7]) or (form[1] and form[3]):
            forms = "of the form 'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...', without spaces"
            raise checks.wrong(self, "equation", forms)
        self._letters, self._dots_first = (form[2], form[4], form[6]), bool(form[1])
        self._dots = self._dots_first or bool(form[3])
        wrong = set(self.bias_axes or "") - set(form[6])
        if wrong or self.bias_axes == "":
            raise checks.wrong(self, "bias_axes", f"letters of the result {form[6]!r}, or None for no bias")
        sizes = self._output_shape
        sizes = (sizes,) if not isinstance(sizes, list | tuple) else tuple(sizes)
        if not all(size is None or (checks.is_integer(size) and size > 0) for size in sizes):
            raise ValueError(
                f"EinsumDense expects output_shape to be positive integers, and None for a size that the input says, "
                f"without the batch. Received: output_shape={self._output_shape!r}"
            )
        self._output_shape = sizes

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        of_input, of_kernel, of_result = self._letters
        sizes, begin = self._sizes(input_shape)
        bound = {begin + axis: sizes[c] for axis, c in enumerate(of_input) if c in of_kernel}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=bound)
        axes: dict[bool, list[int]] = {True: [], False: []}
        for axis, letter in enumerate(of_kernel):
            axes[letter in of_result].append(axis)
        initializer = self.kernel_initializer
        if isinstance(initializer, VarianceScaling) and None in (initializer.input_axes, initializer.output_axes):
            initializer = copy.copy(initializer)
            initializer.input_axes, initializer.output_axes = axes[False], axes[True]
        self.kernel = self.add_weight([sizes[c] for c in of_kernel], initializer, name="kernel")
        self.bias: Any = None
        if self.bias_axes is not None:
            first = min(map(of_result.index, self.bias_axes))
            dots = 0 if begin else len(input_shape) - len(of_input)
            shape = [sizes[c] if c in self.bias_axes else 1 for c in of_result[first:]]
            self.bias = self.add_weight([*shape, *(1,) * dots], name="bias")

    def _sizes(self, shape: Shape) -> tuple[dict[str, int | None], int]:
        """The size of every letter for an input, and how many axes the dots in front stand for."""
        of_input, of_kernel, of_result = self._letters
        dots = len(shape) - len(of_input)
        if dots < 0 or (dots and not self._dots):
            raise self._contradiction(f"has {len(of_input)} axes of the input, whose shape is {shape}")
        begin = dots if self._dots_first else 0
        sizes = dict(zip(of_input, shape[begin:], strict=False))
        asked = self._output_shape if begin else (shape[0], *self._output_shape)
        if len(asked) != len(of_result):
            raise self._contradiction(f"takes {len(of_result) - (not begin)} sizes in output_shape")
        for letter, size in zip(of_result, asked, strict=True):
            if letter not in of_input + of_kernel:
                raise self._contradiction(f"has {letter!r} in the result alone")
            if None not in (size, sizes.get(letter)) and size != sizes[letter]:
                raise self._contradiction(f"says that {letter!r} is {size} and, in an input {shape}, {sizes[letter]}")
            sizes[letter] = sizes.get(letter) if size is None else size
        for letter in of_kernel + (self.bias_axes or ""):
            if sizes.get(letter) is None:
                raise self._contradiction(f"needs the size of {letter!r}, which no input {shape} says")
        return sizes, begin

    def _contradiction(self, what: str) -> ValueError:
        told = f"equation={self.equation!r} with output_shape={self._output_shape}"
        return ValueError(f"Layer {self.name!r} cannot be built: {told} {what}.")

    def call(self, inputs: Any) -> Any:
        """`activation(einsum(equation, x, kernel) + bias)`."""
        y = ops.einsum(self.equation, inputs, self.kernel)
        return self.activation(y if self.bias is None else ops.add(y, self.bias))
