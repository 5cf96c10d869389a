"""The one exception that a user is meant to read."""


class ExplorerError(Exception):
    """Something the user can mend: the message says what happened and what to do next, in one sentence.

    Raised where data enters (files, CSV, URLs, boxes, queries, uploads). The command line prints it and
    exits with status 1; the app shows it as a notice. Anything else that escapes is a defect of ours.
    """
