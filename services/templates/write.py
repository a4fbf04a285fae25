"""Texts that are used again, written once in each language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import Kind, Thing
from models.template import Template, TemplateText
from services import clock
from services.access.actor import Actor
from services.access.bin import TAKEN_OUT, brought_back, new_token
from services.errors import Invalid, NotFound
from services.i18n import LANGUAGES, N_
from services.live import announce
from services.media.find import Attached, attached_to
from services.media.unfit import LONGEST_CAPTION
from services.storable import storable_text
from services.templates.render import LONGEST, problems_of

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Written:
    """A template as its list and its page show it; `texts` by language."""

    template_id: int
    name: str
    texts: dict[str, str]
    updated_at: datetime
    attached: Attached | None = None
    kind: Kind = Kind.PROMOTIONAL  # of a campaign that begins with it


async def listed(actor: Actor) -> list[Written]:
    """All templates of the workspace, the latest changed first."""
    async with transaction() as db:
        mine = select(Template).where(Template.workspace_id == actor.workspace_id)  # type: ignore[arg-type]
        templates = list(await db.scalars(mine.order_by(Template.updated_at.desc())))  # type: ignore[attr-defined]
        texts = await _texts(db, [template.id for template in templates])
        return [await _written(db, template, texts) for template in templates]


async def find(actor: Actor, template_id: int) -> Written:
    """One template.

    Raises:
        NotFound: no such template in the actor's workspace.
    """
    async with transaction() as db:
        template = await _mine(db, actor, template_id)
        texts = await _texts(db, [template_id])
        return await _written(db, template, texts)


async def create(
    actor: Actor,
    name: str,
    texts: Mapping[str, str],
    attachment_id: int | None = None,
    kind: Kind = Kind.PROMOTIONAL,
) -> int:
    """A new template; its id. Raises like change()."""
    async with transaction() as db:
        return await add_template(db, actor.workspace_id, name, texts, attachment_id, kind)


async def add_template(
    db: AsyncSession,
    workspace_id: int,
    name: str,
    texts: Mapping[str, str],
    attachment_id: int | None = None,
    kind: Kind = Kind.PROMOTIONAL,
) -> int:
    """create() as a step of somebody's story."""
    attached = await attached_to(db, workspace_id, attachment_id)
    name, kept = _checked(name, texts, attached)
    template = Template(workspace_id=workspace_id, name=name, kind=kind, attachment_id=attachment_id)
    db.add(template)
    await db.flush()
    _add(db, template.id, kept)
    await announce(db, f"workspace:{workspace_id}")
    return template.id


async def change(
    actor: Actor,
    template_id: int,
    name: str,
    texts: Mapping[str, str],
    attachment_id: int | None = None,
) -> None:
    """Replace a template's name, all of its texts (empty ones are taken out) and what it carries.

    Raises:
        NotFound: no such template, or no such attachment, in the actor's workspace.
        Invalid: no name, no text at all, a blank that is not closed, or too long for WhatsApp.
    """
    async with transaction() as db:
        name, kept = _checked(name, texts, await attached_to(db, actor.workspace_id, attachment_id))
        template = await _mine(db, actor, template_id, lock=True)
        template.name = name
        template.attachment_id = attachment_id
        template.updated_at = clock.now()
        await _remove_texts(db, template_id)
        _add(db, template_id, kept)
        await announce(db, f"workspace:{actor.workspace_id}")


DELETE = text("""
WITH binned_now AS (
    INSERT INTO binned (workspace_id, token, what, body)
    SELECT t.workspace_id, :token, 'template', to_jsonb(t) || jsonb_build_object('texts', COALESCE(
           (SELECT jsonb_object_agg(language, body) FROM template_text WHERE template_id = t.id), '{}'))
      FROM template t WHERE t.id = :id AND t.workspace_id = :workspace_id)
DELETE FROM template WHERE id = :id AND workspace_id = :workspace_id
""")

BRING_BACK = text(f"""
WITH back AS ({TAKEN_OUT}),
template_again AS (
    INSERT INTO template
    SELECT (jsonb_populate_record(NULL::template, body)).* FROM back
     WHERE CAST(body ->> 'workspace_id' AS bigint) = :workspace_id
    RETURNING id)
SELECT t.id, back.body -> 'texts' AS texts FROM template_again t, back
""")  # noqa: S608 - TAKEN_OUT is a constant


async def delete_template(actor: Actor, template_id: int) -> str:
    """Throw a template away; campaigns that began with it keep their texts. The token brings it back.

    Raises:
        NotFound: no such template in the actor's workspace.
    """
    async with transaction() as db:
        await _mine(db, actor, template_id, lock=True)
        token = new_token()
        asked = {"id": template_id, "workspace_id": actor.workspace_id, "token": token}
        await db.execute(DELETE, asked)
        await announce(db, f"workspace:{actor.workspace_id}")
    return token


async def bring_back(actor: Actor, token: str) -> int:
    """A template that was deleted a moment ago, as it was; its id.

    Raises:
        GoneForGood: too late, or it is back already.
    """
    async with transaction() as db:
        (back,) = await brought_back(db, actor, token, Thing.TEMPLATE, BRING_BACK)
        _add(db, back.id, back.texts)
        await announce(db, f"workspace:{actor.workspace_id}")
        return int(back.id)


async def _mine(db: AsyncSession, actor: Actor, template_id: int, *, lock: bool = False) -> Template:
    wanted = select(Template).where(
        Template.id == template_id,  # type: ignore[arg-type]
        Template.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
    )
    template: Template | None = await db.scalar(wanted.with_for_update() if lock else wanted)
    if template is None:
        raise NotFound
    return template


async def _written(db: AsyncSession, template: Template, texts: Mapping[int, dict[str, str]]) -> Written:
    attached = await attached_to(db, template.workspace_id, template.attachment_id)
    mine = texts.get(template.id, {})
    return Written(template.id, template.name, mine, template.updated_at, attached, Kind(template.kind))


async def _texts(db: AsyncSession, template_ids: list[int]) -> dict[int, dict[str, str]]:
    """By template, in the order of LANGUAGES. The caller has made sure that they are the actor's."""
    wanted = select(TemplateText).where(TemplateText.template_id.in_(template_ids))  # type: ignore[attr-defined]
    by_template: dict[int, dict[str, str]] = {}
    for row in await db.scalars(wanted):
        by_template.setdefault(row.template_id, {})[row.language] = row.body
    return {
        template_id: {language: bodies[language] for language in LANGUAGES if language in bodies}
        for template_id, bodies in by_template.items()
    }


async def _remove_texts(db: AsyncSession, template_id: int) -> None:
    await db.execute(delete(TemplateText).where(TemplateText.template_id == template_id))  # type: ignore[arg-type]


def _add(db: AsyncSession, template_id: int, texts: Mapping[str, str]) -> None:
    for language, body in texts.items():
        db.add(TemplateText(template_id=template_id, language=language, body=body))


def _checked(name: str, texts: Mapping[str, str], attached: Attached | None) -> tuple[str, dict[str, str]]:
    """The name and the texts as they are stored."""
    name = " ".join(storable_text(name).split())[:LONGEST_NAME]
    if not name:
        raise Invalid(N_("Give the template a name."))
    kept = {
        language: storable_text(body).replace("\r\n", "\n")
        for language in LANGUAGES
        if (body := texts.get(language, "")).strip()
    }
    if not kept and attached is None:
        raise Invalid(N_("Write a text in at least one language."))
    for body in kept.values():
        for problem in problems_of(body, LONGEST_CAPTION if attached else LONGEST):
            raise Invalid(problem.sentence, **problem.facts)
    return name, kept
