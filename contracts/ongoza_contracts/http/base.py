"""What every HTTP model has in common."""

from pydantic import BaseModel, ConfigDict


class Request(BaseModel):
    """A body a client sends: an unknown field or a value of the wrong JSON type is refused."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Response(BaseModel):
    """A body a client reads: fields it does not know are ignored."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
