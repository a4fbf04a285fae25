"""The lines of imported lists that are about one person: for whoever asks what is kept of them, or to be
forgotten. Of the number that they have, and of those that they had; each is one look into an index.
"""

# `numbers (phone_hash)`; its blanks come from of_person.py's `whom`.
NUMBERS = """
numbers AS MATERIALIZED (
    SELECT CAST(:phone_hash AS bytea) AS phone_hash
     UNION
    SELECT f.phone_hash FROM former_contact f
     WHERE f.workspace_id = :workspace_id AND f.contact_id = :contact_id)"""

# `n` is of numbers, `r` the line.
ABOUT = "r.phone_hash = n.phone_hash AND (r.phone_hash = :phone_hash OR r.contact_id = :contact_id)"
