"""The project's own rules, one subject a file. ``catalogue.py`` lists them."""
