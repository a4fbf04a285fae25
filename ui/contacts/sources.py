"""Where a word about somebody's consent comes from, as people say it."""

from services.i18n import N_

SOURCES = {
    "typed": N_("noted by hand"),
    "import": N_("with an imported list"),
    "import undone": N_("the import was undone"),
    "number changed": N_("the number was changed"),
    "reply": N_("wrote it themselves"),
    "demo": N_("an example"),
    "join": N_("wrote the word of the poster"),
    "kept": N_("remembered, though an older backup was put back"),
    "rehearsal": N_("played in the sandbox"),
}
