"""The published figures to compare with: `config/national.toml`, or the council's own file."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tracker.core.clock import Period
from tracker.core.national import NationalFigure


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NationalFigureSection(_Section):
    key: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*\.pct_[a-z0-9_]+$")
    title: str = Field(min_length=1, max_length=100)
    area: str = Field(min_length=1, max_length=100)
    first_day: date
    last_day: date
    value: float = Field(ge=0, le=100)
    note: str = Field(default="", max_length=300)
    source: str = Field(min_length=1, max_length=200)
    address: str = Field(pattern=r"^https://\S+$")
    looked_up_on: date

    @model_validator(mode="after")
    def _is_a_period(self) -> "NationalFigureSection":
        if self.first_day > self.last_day:
            raise ValueError("last_day comes before first_day")
        return self

    def as_figure(self) -> NationalFigure:
        given = self.model_dump(exclude={"first_day", "last_day"})
        return NationalFigure(**given, period=Period(self.first_day, self.last_day + timedelta(days=1)))


class _File(_Section):
    figures: tuple[NationalFigureSection, ...] = ()


def national_figures_of(given: Mapping[str, Any]) -> tuple[NationalFigure, ...]:
    """What a file says. Raises ValueError with a sentence for what cannot be used, or said twice."""
    try:
        found = _File.model_validate(given).figures
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}") from error
    figures = tuple(one.as_figure() for one in found)
    if len({(one.key, one.area, one.period) for one in figures}) != len(figures):
        raise ValueError("two figures are of the same key, area and period")
    return figures
