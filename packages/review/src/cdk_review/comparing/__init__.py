"""Compares two assemblies, each kind of difference in a module of its own."""
