"""Whether somebody is still to be written to, minutes or weeks after the launch: for claim and mark.

Of `message m` in `campaign c`, and of `contact p` who has its number now: who was deleted gets nothing unless
they are brought back before their turn, nor does a number that its person has left. An answer to somebody who
wrote was typed for this very number, contact or not.
"""

# A Reason; NULL where nothing speaks against it. STOP is looked up beside it, for it outlives the contact.
WHY_NOT = """
CASE WHEN c.chat_id IS NOT NULL THEN NULL
     WHEN p.id IS NULL THEN 'deleted'
     WHEN p.consent = 'withdrawn' THEN 'opted_out'
     WHEN p.consent <> 'given' AND c.kind = 'promotional' THEN 'no_consent' END"""

MAY = """(c.chat_id IS NOT NULL
          OR EXISTS (SELECT 1 FROM contact p
                      WHERE p.workspace_id = s.workspace_id AND p.phone = m.phone AND p.consent <> 'withdrawn'
                        AND (p.consent = 'given' OR c.kind <> 'promotional')))"""
