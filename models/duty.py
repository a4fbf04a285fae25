"""When each of the scheduler's duties last ran, and how it went."""

from datetime import datetime

from sqlmodel import SQLModel

from models.columns import moment, number, words


class JobRun(SQLModel, table=True):
    """One row a duty, written by scheduler/run_job.py alone."""

    __tablename__ = "job_run"

    job: str = words(key=True)
    runs: int = number()
    started_at: datetime = moment(required=True)
    finished_at: datetime | None = moment()
    problem: str | None = words(optional=True)
