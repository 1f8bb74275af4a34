from sqlalchemy import select

from runs_api.auth import hash_key
from runs_api.models import ApiKey


async def create_key(client, tenant, label):
    response = await client.post("/keys", json={"tenant": tenant, "label": label})
    assert response.status_code == 201, response.text
    return response.json()


async def test_create_shows_the_key_once(client, acme):
    created = await create_key(client, "acme", "ci")
    assert created["id"] == 1
    assert created["key"].startswith("rk_")
    (listed,) = (await client.get("/keys", params={"tenant": "acme"})).json()
    assert listed == {"id": 1, "label": "ci", "revoked_at": None}


async def test_list_is_per_tenant(client, acme, globex):
    await create_key(client, "acme", "loader")
    await create_key(client, "globex", "reader")
    await create_key(client, "globex", "writer")
    keys = (await client.get("/keys", params={"tenant": "globex"})).json()
    assert [key["label"] for key in keys] == ["reader", "writer"]


async def test_only_the_hash_is_stored(client, session, acme):
    created = await create_key(client, "acme", "worker")
    row = await session.scalar(select(ApiKey).where(ApiKey.id == created["id"]))
    assert row.key_hash == hash_key(created["key"])
    assert created["key"] not in row.key_hash


async def test_revoke(client, globex):
    created = await create_key(client, "globex", "old worker")
    assert (await client.delete(f"/keys/{created['id']}")).status_code == 204
    keys = (await client.get("/keys", params={"tenant": "globex"})).json()
    (revoked,) = [key for key in keys if key["id"] == created["id"]]
    assert revoked["revoked_at"] is not None


async def test_revoke_twice_is_a_conflict(client, acme):
    created = await create_key(client, "acme", "laptop")
    await client.delete(f"/keys/{created['id']}")
    assert (await client.delete(f"/keys/{created['id']}")).status_code == 409


async def test_label_is_unique_per_tenant(client, acme, globex):
    await create_key(client, "acme", "dashboard")
    await create_key(client, "globex", "dashboard")
    response = await client.post("/keys", json={"tenant": "acme", "label": "dashboard"})
    assert response.status_code == 409
