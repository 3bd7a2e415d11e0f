"""How ai's processes log."""

import logging.config

from ongoza_ops.logs import configuration, log_uncaught


def configure(level: str = "INFO") -> None:
    logging.config.dictConfig(configuration(level, {"httpx": "WARNING"}))
    log_uncaught()
    # What no line shows is not looked up, which takes half of the time of a line.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
