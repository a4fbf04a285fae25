"""What the environment asks for, read once into one frozen Settings. Nonsense is refused at the door."""

import errno
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Role = Literal["all", "web", "worker"]


class CannotStart(Exception):
    """Why Broadcaster does not start, in one sentence that tells the person at the terminal what to do.

    main.py prints it and leaves with exit code 2. Not translated: it is for whoever runs the server.
    """


class SettingsError(CannotStart):
    """An environment variable, or the command line, says something that cannot be meant."""


def _libpq(url: str) -> str:
    """Every way in which people write a PostgreSQL address, as libpq reads it."""
    scheme, found, rest = url.partition("://")
    if not found or scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not rest:
        raise ValueError
    return f"postgresql://{rest}"


def _redis(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError
    return url


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """A field's alias is its environment variable; its description ends the sentence "it must be …"."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    environment: Annotated[Literal["development", "production"], BeforeValidator(_lower)] = Field(
        "development", validation_alias="BROADCASTER_ENV", description="development or production"
    )
    role: Annotated[Role, BeforeValidator(_lower)] = Field(
        "all",
        validation_alias="BROADCASTER_ROLE",
        description="all (the default), web (pages, no sending) or worker (sending, no pages)",
    )
    host: str = Field(
        "127.0.0.1",
        validation_alias="BROADCASTER_HOST",
        description="an address of this machine: 127.0.0.1 behind a proxy, 0.0.0.0 for all",
    )
    port: int = Field(
        8080, validation_alias="BROADCASTER_PORT", ge=1, le=65535, description="a number from 1 to 65535"
    )
    data_dir: Path = Field(
        Path("data"), validation_alias="BROADCASTER_DATA", description="a folder that may be written"
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", validation_alias="BROADCASTER_LOG", description="debug, info, warning or error"
    )
    database_url: Annotated[str, AfterValidator(_libpq)] | None = Field(
        None,
        validation_alias="DATABASE_URL",
        repr=False,
        description="like postgresql://user:password@host:5432/database",
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = Field(
        None, validation_alias="REDIS_URL", repr=False, description="like redis://:password@host:6379/0"
    )
    secret_key: str = Field(
        "",
        validation_alias="SECRET_KEY",
        repr=False,
        description="at least 32 characters that nobody can guess: python3 -c 'import secrets;"
        " print(secrets.token_urlsafe(48))' makes some",
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: str) -> str:
        if key and len(key) < 32:
            raise ValueError
        return key

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.environment == "production" and not self.secret_key:
            raise SettingsError(_must_be("secret_key", "in production SECRET_KEY"))
        if self.role != "all" and not (self.database_url and self.redis_url):
            raise SettingsError(
                f"Role {self.role} works beside other processes: set DATABASE_URL and REDIS_URL to the"
                " servers that they share, or leave the role at all."
            )
        return self

    @property
    def in_development(self) -> bool:
        return self.environment == "development"


def load(role: str | None = None) -> Settings:
    """Read the environment; make the data folder, and in development a secret key that lasts.

    Args:
        role: from the command line; it wins over the environment.

    Raises:
        SettingsError: its text names the variable and what it must be.
    """
    try:
        settings = Settings() if role is None else Settings(role=role)
    except ValidationError as e:
        raise SettingsError(_complaint(e)) from None
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(settings.data_dir, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        key = settings.secret_key or _lasting_secret(settings.data_dir / "secret.key")
    except OSError as e:
        raise SettingsError(
            f"The data folder {settings.data_dir} may not be written ({e.strerror}):"
            " choose another with BROADCASTER_DATA=/path/to/folder."
        ) from None
    return settings.model_copy(update={"secret_key": key})


def _complaint(error: ValidationError) -> str:
    """The first thing wrong; the next start tells the next one. An address may hold a password: not shown."""
    wrong = error.errors()[0]
    variable = str(wrong["loc"][0])
    for name, field in Settings.model_fields.items():
        if variable in (name, field.validation_alias):
            said = f"{field.validation_alias} is {wrong['input']!r}: it" if field.repr else variable
            return _must_be(name, said)
    return f"The setting {variable} cannot be used: {wrong['msg']}."


def _must_be(name: str, subject: str) -> str:
    sentence = f"{subject} must be {Settings.model_fields[name].description}."
    return sentence[0].upper() + sentence[1:]


def _lasting_secret(file: Path) -> str:
    """The secret in `file`. Whoever comes first makes it: link() lets exactly one of two starters win."""
    try:
        return file.read_text()
    except FileNotFoundError:
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
            written.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return file.read_text()
