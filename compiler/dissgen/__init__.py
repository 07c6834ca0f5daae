"""The compiler of protocol specs and its command line."""
