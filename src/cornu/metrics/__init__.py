"""Metrics: summaries of how good predictions are, updated batch by batch."""

from ..core.public import publish as _publish

# isort: off
from ..losses import (
    binary_crossentropy, binary_focal_crossentropy, categorical_crossentropy, categorical_focal_crossentropy,
    categorical_hinge, hinge, huber, kl_divergence, log_cosh, mean_absolute_error, mean_absolute_percentage_error,
    mean_squared_error, mean_squared_logarithmic_error, poisson, sparse_categorical_crossentropy, squared_hinge,
)  # fmt: skip
from ..losses.loss import SHORT as _SHORT

# isort: on
from .accuracy import *
from .confusion import *
from .errors import *
from .iou import *
from .metric import *
from .metric import table as _table
from .reduction import *
from .thresholds import *

_publish(globals())
_classes = [item for item in list(globals().values()) if isinstance(item, type)]
_table.add(*_classes, log_cosh=LogCoshError, rmse=RootMeanSquaredError)
_table.add(**{short: _table.find(name) for short, name in _SHORT.items()})
