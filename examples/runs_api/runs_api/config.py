"""Settings of the service, read from the environment once, at import."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Everything an operator can change without a release."""

    database_url: str = "sqlite+aiosqlite:///./runs.db"
    auth_required: bool = False
    rate_limit_per_minute: int = 600
    page_size: int = 50
    retention_days: int = 90
    stats_ttl_seconds: float = 30.0
    audit_delay_seconds: float = 0.015


settings = Settings()
