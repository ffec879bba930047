"""lint-embed: finds where vectors of different embedding spaces meet."""

__version__ = "0.1.0"
