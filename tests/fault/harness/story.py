"""The story of the small plan, in segments: what each begins with, what it runs, who writes meanwhile, and how it is taken up again."""
import dataclasses

EVERYTHING = ("steps", "operations", "cursors", "archives", "flags", "approvals", "audit", "repairs", "seeds", "schema")


@dataclasses.dataclass(frozen=True)
class Segment:
    name: str
    begins: str                    # template database
    command: str                   # the one that harm is done to; PLAN stands for the plan
    writers: tuple
    again: tuple = ()              # what goes on after the harm; empty: the same command
    compared: tuple = EVERYTHING   # with the twin that was left alone
    status: int = 0                # of the last command
    in_sync: bool = True           # old and new are equal at the end
    verified: int = 0              # what segue verify says then: 1 where a row waits in the repair queue

    def commands(self):
        return self.again or (self.command,)


GONE = ("application", "undone", "seeds")

SEGMENTS = (
    Segment("first words", "empty", "approve PLAN --checklist 1 --reason looked --by owner", ("old",), compared=("approvals", "audit", "schema", "seeds"), in_sync=False),
    Segment("forward", "start", "run PLAN --to migrate", ("old", "old", "neutral"), verified=1),
    Segment("switch", "migrated", "run PLAN --to switch", ("old", "new", "neutral")),
    Segment("contract", "switched", "run PLAN", ("new", "neutral"), in_sync=False),
    Segment("half back", "switched", "rollback PLAN --to expand", ("old", "neutral"), in_sync=False),
    Segment("from the archive", "contracted", "rollback PLAN --to switch", ("new", "neutral")),
    Segment("all the way back", "contracted", "rollback PLAN --to start", ("neutral",), in_sync=False),
    Segment("given up", "start", "run PLAN --to migrate", ("old", "neutral"), ("rollback PLAN --to start",), GONE, in_sync=False),
    Segment("contract given up", "switched", "run PLAN", ("new", "neutral"), ("rollback PLAN --to switch",), ("application", "seeds")),
    Segment("back and forth", "migrated", "rollback PLAN --to start", ("old", "neutral"),
            ("run PLAN --to migrate", "rollback PLAN --to start"), GONE, in_sync=False),
    Segment("approval", "migrated", "approve PLAN switch --reason looked --by owner", ("old",)),
    Segment("by hand", "switched", "rollout PLAN devices --to 50% --by owner", ("old", "new")),
    Segment("held", "unapproved", "run PLAN", ("old", "new"), status=1),
)

# The templates: what each is made of, and what is done then. A text nobody has read and a row in the repair queue wait in most.
FRESH_TEXT = """update scans set device = 'MRI', "startsAt" = '{text}' where id = 150"""
TEMPLATES = (
    ("empty", None, (), ""),
    ("start", "empty", ("approve PLAN --checklist 1 --reason looked --by owner",), ""),
    ("unapproved", "start", ("run PLAN --to migrate",), "update visits set minutes = '35' where id = 7; " + FRESH_TEXT.format(text="11h05")),
    ("migrated", "unapproved", ("approve PLAN migrate --reason looked --by owner",), ""),
    ("switched", "migrated", ("run PLAN --to switch", "approve PLAN switch --reason looked --by owner"), FRESH_TEXT.format(text="11:06 AM")),
    ("contracted", "switched", ("run PLAN",), ""),
)
