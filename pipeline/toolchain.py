"""The versions of the command line tools that the pipeline installs: those that people have."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError

# An exact version: npm would resolve a range to whatever is newest on the day.
EXACT = r"^[0-9]+\.[0-9]+\.[0-9]+$"


class Toolchain(BaseModel):
    """Exact npm versions."""

    model_config = ConfigDict(frozen=True)

    cdk: str = Field(alias="aws-cdk", pattern=EXACT)
    cdk_assets: str = Field(alias="cdk-assets", pattern=EXACT)


def read_toolchain(package: Path) -> Toolchain:
    """Return the versions under ``dependencies`` of the ``package.json`` at ``package``.

    Raises :class:`~pipeline.errors.SettingsError` where one is missing, a range, or the file cannot be read.
    """
    try:
        return Toolchain.model_validate(json.loads(package.read_bytes())["dependencies"])
    except ValidationError as error:
        problem = error.errors()[0]
        name = problem["loc"][0]
        state = "is missing" if problem["type"] == "missing" else f"is {problem['input']!r}"
        line = f"{package.name}: dependencies.{name} {state}; allowed: an exact version, such as '2.1148.1'"
        raise SettingsError(line) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        line = f"{package.name}: no dependencies can be read from it ({type(error).__name__}); restore it from git"
        raise SettingsError(line) from None
