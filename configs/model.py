"""Common base of all configuration models."""

from pydantic import BaseModel, ConfigDict


class Configured(BaseModel):
    """A part of a configuration file: unknown keys are refused, and it is immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
