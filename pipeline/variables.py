"""The environment variable of each setting: the words of its path, as ``DELIVERY_STAGES_DEV_ACCOUNT``."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic_settings import BaseSettings, EnvSettingsSource

from pipeline.settings import CONTEXT_KEY, DeliverySettings, Place

Path = tuple[str, ...]
PREFIX = f"{CONTEXT_KEY}_".upper()

NOT_SETTINGS = frozenset({"DELIVERY_CACHE"})
"""Variables of the Makefile's that share the prefix."""


class Variables(EnvSettingsSource):
    """Reads settings from a given mapping, where pydantic-settings reads the process's environment."""

    def __init__(self, settings: type[BaseSettings], environ: Mapping[str, str]) -> None:
        """Read ``environ``, whose names are upper case."""
        super().__init__(settings)
        self.env_vars = {name.lower(): value for name, value in environ.items()}


def variables(stages: Iterable[str]) -> dict[str, Path]:
    """Return each setting's path by its environment variable, for a delivery with ``stages``."""
    return {f"{PREFIX}{'_'.join(path)}".upper(): path for path in _paths(stages)}


def unknown(environ: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Return the variables of ``environ`` that have the settings' prefix and name none of the ``known`` settings."""
    named = [name for name in environ if name.startswith(PREFIX)]
    return sorted({*named} - {*known} - NOT_SETTINGS)


def _paths(stages: Iterable[str]) -> Iterator[Path]:
    for name, field in DeliverySettings.model_fields.items():
        if name == "stages":
            yield from ((name, stage, inside) for stage in stages for inside in Place.model_fields)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Place):
            yield from ((name, inside) for inside in Place.model_fields)
        else:
            yield (name,)
