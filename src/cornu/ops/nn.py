"""The ops of neural networks."""

from ..core.public import publish as _publish
from .attention import *
from .convolution import *
from .crossentropy import *
from .ctc import *
from .nonlinear import *
from .normalization import *
from .patches import *
from .pooling import *
from .signal import polar

_publish(globals())
