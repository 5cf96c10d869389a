"""The exception whose message is shown to the user."""


class ExplorerError(Exception):
    """An error that the user can mend: the message says what happened and what to do next, in one sentence.

    Raised where data enters (files, CSV, URLs, boxes, queries, uploads). The command line prints it and
    exits with status 1; the app shows it as a notice. Any other exception that escapes is a defect of the program.
    """
