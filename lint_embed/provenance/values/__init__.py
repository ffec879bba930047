"""Abstract values: what the analysis knows of a Python value.

All values are immutable. What can change at run time (attributes, the items of a list,
the training of an encoder) lives in the heap (see ``provenance/state.py``) under the
value's token.
"""
