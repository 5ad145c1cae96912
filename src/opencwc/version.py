"""The version of OpenCWC."""

__version__ = "0.1.0"
