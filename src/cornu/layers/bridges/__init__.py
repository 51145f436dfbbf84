"""Bridges: what other libraries compute, as layers. Each library is imported when such a layer is made."""
