"""What all pieces of the report have in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["added", "changed", "removed"]


class Part(BaseModel):
    """A frozen piece of the report that holds what its fields say and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)
