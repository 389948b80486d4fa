"""Makes a server exit together with the process that started it."""

import os


def wait_for_parent():
    """Waits until standard input is closed, which also happens when the parent exits."""
    while os.read(0, 1024):
        pass


def exit_with_parent():
    """Exits once standard input is closed. Blocks, so call it in a separate thread."""
    wait_for_parent()
    os._exit(0)
