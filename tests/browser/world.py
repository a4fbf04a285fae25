"""A shop in which every page has something to show: campaigns at each of their moments, lists, people."""

import psycopg

from tests.browser.phone import Phone

LIST = """Name,Mobile,City
Ravi Kumar,98111 00410,Pune
मीना पाटील,०९८१११००४२०,नाशिक
Suresh who answers,98111 00222,
Not on WhatsApp,98111 00404,
Ravi,9811100410,
Short,98,
"""


async def furnish(phone: Phone, database_url: str) -> dict[str, str]:
    """In the demo shop, by its own pages; what the blanks of the addresses stand for."""
    ids: dict[str, str] = {}
    await phone.opens("/contacts")
    ids["contact_id"] = await _first(phone, r"/contacts/(\d+)$")
    await phone.opens("/templates")
    ids["template_id"] = await _first(phone, r"/templates/(\d+)$")
    ids["applied"] = await _import(phone)
    await phone.taps("All these people agreed")
    await phone.types("Tags for all of them", "small")
    await phone.taps("Add 4 people")
    await phone.sees("4 people were added.")
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM contact WHERE tags @> '{small}'").fetchone() == (4,)
    ids["import_id"] = await _import(phone)
    ids["finished"] = await _launch(phone, "Only people with a tag", "As fast as it can")
    await phone.sees("Finished on")
    ids["scheduled"] = await _check(phone, "Everybody who agreed")
    await phone.taps("Schedule")
    await phone.tap(phone.page.locator(".q-dialog button").filter(has_text="Schedule"))
    await phone.is_at("/campaigns/[0-9]+")
    ids["draft"] = await _check(phone, "Everybody who agreed")
    ids["campaign_id"] = await _launch(phone, "Everybody who agreed", "As slow as in life")
    await phone.opens("/inbox")
    await phone.sees("Suresh who answers")
    ids["chat_id"] = await _first(phone, r"/inbox/(\d+)$")
    return ids | _linked(database_url)


# What only WhatsApp itself brings about: a number whose link has ended, and a code to link it again.
SENDER = """
INSERT INTO sender (workspace_id, channel, name, phone, status)
SELECT workspace_id, 'linked', 'Counter', '+919811100999', 'logged_out'
  FROM person WHERE login = 'demo@example.com' RETURNING id"""
CODE = """
INSERT INTO link_request
       (workspace_id, person_id, sender_id, how, phone, status, letters, shown_until, worker, alive_at)
SELECT p.workspace_id, p.id, %s, 'code', '+919811100999', 'started', 'CS6D-MXVK', now() + interval '1 hour',
       'nobody', now() + interval '1 hour'
  FROM person p WHERE login = 'demo@example.com' RETURNING id"""


def _linked(database_url: str) -> dict[str, str]:
    with psycopg.connect(database_url) as db:
        (sender,) = db.execute(SENDER).fetchone() or ()
        (request,) = db.execute(CODE, [sender]).fetchone() or ()
    return {"sender_id": str(sender), "request_id": str(request)}


async def _first(phone: Phone, pattern: str) -> str:
    """The id in the first link that fits, once there is one."""
    found = await phone.page.wait_for_function(
        "(p) => [...document.querySelectorAll('a[href]')]"
        ".map((a) => a.getAttribute('href').match(p)?.[1]).find(Boolean)",
        arg=pattern,
    )
    return str(await found.json_value())


async def _import(phone: Phone) -> str:
    await phone.opens("/contacts/import")
    await phone.gives_file("list.csv", LIST.encode())
    await phone.is_at("/contacts/import/[0-9]+")
    await phone.sees("Twice in this list")
    return phone.path.rpartition("/")[2]


async def _check(phone: Phone, audience: str) -> str:
    """A campaign as far as the check before sending."""
    await phone.opens("/campaigns/new")
    await phone.is_at("/campaigns/[0-9]+/edit")
    campaign = phone.path.split("/")[2]
    await phone.types("Message (English)", "Namaste {name|friend}, *20 % off* until Sunday!")
    await phone.taps(audience)
    if "tag" in audience:
        await phone.tap(phone.page.get_by_role("checkbox", name="small"))
    await phone.sees("will get it")
    await phone.taps("Check and send")
    await phone.is_at("/campaigns/[0-9]+/review")
    return campaign


async def _launch(phone: Phone, audience: str, speed: str) -> str:
    campaign = await _check(phone, audience)
    await phone.taps("2 to 5 seconds")
    await phone.taps(speed)
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    return campaign
