"""What every configuration file's model has in common."""

from pydantic import BaseModel, ConfigDict


class Configured(BaseModel):
    """A part of a configuration file: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
