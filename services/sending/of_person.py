"""Every message to one person, whatever it was: for whoever asks what is kept of them, or to be forgotten.

Campaigns' by the contact, and by the contacts that this number was before it was deleted and came anew;
answers by the chat. One look into an index for each campaign of the shop, and never a scan of the messages.
"""

from services.consent.hashing import phone_hash

# `known (id)`: the contact, and whoever had the number before.
KNOWN = """
known AS MATERIALIZED (
    SELECT CAST(:contact_id AS bigint) AS id
     UNION
    SELECT f.contact_id FROM former_contact f
     WHERE f.workspace_id = :workspace_id AND f.phone_hash = :phone_hash)"""
# `theirs (campaign_id, id)`; its blanks come from `whom`.
THEIRS = f"""{KNOWN},
theirs AS MATERIALIZED (
    SELECT m.campaign_id, m.id
      FROM campaign c
     CROSS JOIN known k
      JOIN message m ON m.campaign_id = c.id AND m.contact_id = k.id
     WHERE c.workspace_id = :workspace_id AND c.chat_id IS NULL AND c.status <> 'draft'
       AND (m.contact_id = :contact_id OR m.phone_hash = :phone_hash)
     UNION
    SELECT m.campaign_id, m.id
      FROM chat h
      JOIN campaign c ON c.chat_id = h.id
      JOIN message m ON m.campaign_id = c.id
     WHERE h.workspace_id = :workspace_id AND h.phone = :phone)"""  # noqa: S608 - a constant

NO_CONTACT = -1  # contact ids begin with 1, and 0 is that of strangers' answers


def whom(workspace_id: int, phone: str, contact_id: int | None) -> dict[str, object]:
    """The blanks of KNOWN and THEIRS: somebody's number (E.164), and the contact who has it now, if any."""
    return {
        "workspace_id": workspace_id,
        "phone": phone,
        "phone_hash": phone_hash(workspace_id, phone),
        "contact_id": contact_id or NO_CONTACT,
    }
