import secrets

import pytest

from runs_api.auth import hash_key, new_key
from runs_api.clock import utcnow
from runs_api.config import settings
from runs_api.models import ApiKey

RUN = {"tenant": "acme", "workflow": "nightly-import"}


@pytest.fixture
async def key(session, acme):
    plain = new_key()
    session.add(ApiKey(tenant_id=acme.id, label=plain[:12], key_hash=hash_key(plain)))
    await session.commit()
    return plain


async def test_open_by_default(client, acme):
    assert (await client.post("/runs", json=RUN)).status_code == 201


async def test_wrong_key_is_refused_even_when_open(client, acme):
    response = await client.post("/runs", json=RUN, headers={"X-API-Key": "rk_wrong"})
    assert response.status_code == 401


async def test_key_is_required(client, acme):
    settings.auth_required = True
    response = await client.post("/runs", json=RUN)
    assert response.status_code == 401
    assert response.json()["detail"] == "an API key is required"


async def test_key_is_accepted(client, key):
    settings.auth_required = True
    response = await client.post("/runs", json=RUN, headers={"X-API-Key": key})
    assert response.status_code == 201


async def test_revoked_key_is_refused(client, session, acme, monkeypatch):
    monkeypatch.setattr(settings, "auth_required", True)
    plain = new_key()
    session.add(
        ApiKey(tenant_id=acme.id, label="gone", key_hash=hash_key(plain), revoked_at=utcnow())
    )
    await session.commit()
    response = await client.post("/runs", json=RUN, headers={"X-API-Key": plain})
    assert response.status_code == 401


async def test_reading_needs_no_key(client, monkeypatch):
    monkeypatch.setattr(settings, "auth_required", True)
    assert (await client.get("/runs")).status_code == 200


async def test_switched_off_again(client, acme):
    settings.auth_required = False
    assert (await client.post("/runs", json=RUN)).status_code == 201


def test_key_has_a_prefix():
    secrets.token_urlsafe = lambda size: "x" * size
    assert new_key() == "rk_" + "x" * 24
