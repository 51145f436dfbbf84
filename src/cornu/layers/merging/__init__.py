"""Merging: several inputs become one."""
