"""The council's districts: `config/districts.toml`, or the council's own file."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracker.core.places import District, alike


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DistrictSection(_Section):
    name: str = Field(min_length=1, max_length=60)
    column: int = Field(ge=0, le=19)
    row: int = Field(ge=0, le=19)


class _File(_Section):
    districts: tuple[DistrictSection, ...] = Field(default=(), max_length=60)


def districts_of(given: Mapping[str, Any]) -> tuple[District, ...]:
    """What a file says. Raises ValueError with a sentence for what cannot be used, or stands twice."""
    try:
        found = _File.model_validate(given).districts
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    if len({alike(one.name) for one in found}) != len(found) or not all(alike(one.name) for one in found):
        raise ValueError("two districts have the same name, or one has none")
    if len({(one.column, one.row) for one in found}) != len(found):
        raise ValueError("two districts stand on one tile")
    return tuple(District(one.name, one.column, one.row) for one in found)
