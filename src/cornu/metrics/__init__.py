"""Metrics: summaries of how good predictions are, updated batch by batch."""

from ..core.public import publish as _publish
from ..losses.crossentropy import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    sparse_categorical_crossentropy,
)
from ..losses.hinge import categorical_hinge, hinge, squared_hinge
from ..losses.loss import SHORT as _SHORT
from ..losses.probabilities import kl_divergence, poisson
from ..losses.regression import (
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
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
