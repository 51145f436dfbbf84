"""The ops of images: `keras.ops.image`."""

from ...core.public import publish as _publish
from .colour import *
from .filtering import *
from .patches import *
from .resizing import *
from .warping import *

_publish(globals())
