"""The workflow catalogue: who owns a workflow and how often it may be tried."""

import os
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

DEFAULT_CATALOG = Path(__file__).parent / "data" / "catalog.json"


class CatalogError(Exception):
    """The catalogue file is missing or does not parse."""


class Workflow(BaseModel):
    name: str
    owner: str = "unknown"
    max_attempts: int = Field(default=2, ge=1)


class Catalog(BaseModel):
    workflows: list[Workflow]


@lru_cache(maxsize=1)
def load_catalog() -> Catalog:
    """Read the file that RUNS_CATALOG names, or the packaged one."""
    path = Path(os.environ.get("RUNS_CATALOG", DEFAULT_CATALOG))
    try:
        return Catalog.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CatalogError(f"cannot read the workflow catalogue {path.name}: {error}") from error


def find_workflow(name: str) -> Workflow:
    """The catalogue's entry, or one with the defaults for a workflow that is not in it."""
    for workflow in load_catalog().workflows:
        if workflow.name == name:
            return workflow
    return Workflow(name=name)
