from tests.forms.conftest import copy

__all__ = ["copy"]
