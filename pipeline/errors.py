"""What goes wrong on purpose: settings that a person can mend."""


class SettingsError(Exception):
    """The delivery cannot be built as told. One line for each thing wrong: its names, its value, what is allowed."""
