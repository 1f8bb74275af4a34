import json
import os

import pytest

from runs_api.catalog import CatalogError, find_workflow, load_catalog


@pytest.fixture
def catalog_file(tmp_path):
    path = tmp_path / "catalog.json"
    workflows = [{"name": "nightly-import", "owner": "search", "max_attempts": 1}]
    path.write_text(json.dumps({"workflows": workflows}))
    return path


async def test_packaged_catalog(client):
    workflows = (await client.get("/workflows")).json()
    assert [workflow["name"] for workflow in workflows] == [
        "daily-export",
        "invoice-sync",
        "nightly-import",
    ]


def test_owner_and_attempts():
    workflow = find_workflow("nightly-import")
    assert (workflow.owner, workflow.max_attempts) == ("data", 3)


def test_catalog_from_environment(monkeypatch, catalog_file):
    monkeypatch.setenv("RUNS_CATALOG", str(catalog_file))
    load_catalog.cache_clear()
    assert find_workflow("nightly-import").owner == "search"


async def test_attempts_from_environment(client, create_run, catalog_file, monkeypatch):
    monkeypatch.setenv("RUNS_CATALOG", str(catalog_file))
    load_catalog.cache_clear()
    run = await create_run("nightly-import")
    await client.post(f"/runs/{run['id']}/cancel")
    assert (await client.post(f"/runs/{run['id']}/retry")).status_code == 409


def test_missing_file():
    os.environ["RUNS_CATALOG"] = "no-such-catalog.json"
    load_catalog.cache_clear()
    with pytest.raises(CatalogError, match=r"no-such-catalog\.json"):
        load_catalog()
    del os.environ["RUNS_CATALOG"]
