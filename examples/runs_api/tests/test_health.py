import os

from starlette.testclient import TestClient

from runs_api.main import create_app


def test_health():
    with TestClient(create_app()) as client:
        assert client.get("/health").json() == {
            "status": "ok",
            "region": "local",
            "auth_required": False,
        }


def test_region_comes_from_the_environment():
    os.environ["RUNS_REGION"] = "eu-west"
    client = TestClient(create_app())
    assert client.get("/health").json()["region"] == "eu-west"
