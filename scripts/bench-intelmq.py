#!/usr/bin/env python3
"""Reads a Shadowserver file with IntelMQ's parser and nothing else: its queues are lists in memory, as in IntelMQ's own tests.

    bench-intelmq.py FILE

FILE is of a type in the schema that comes with IntelMQ for tests (test_smb). Prints the number of events and the seconds they took.
The report is put into its message before, and no event is written anywhere after.
"""

import os
import sys
import time
from unittest import mock

import intelmq.lib.test as test
import intelmq.lib.utils as utils
from intelmq.bots.parsers.shadowserver.parser import ShadowserverParserBot


class Bench(test.BotTestCase):
    """The frame in which IntelMQ runs a single bot."""

    @classmethod
    def set_bot(cls):
        cls.bot_reference = ShadowserverParserBot
        cls.sysconfig = {"test_mode": True, "logging_level": "WARNING"}

    def runTest(self):
        """There is no test; the frame wants one."""


def main(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    report = {
        "__type": "Report",
        "feed.name": "bench",
        "raw": utils.base64_encode(text),
        "time.observation": "2024-01-15T00:00:00+00:00",
        "extra.file_name": os.path.basename(path),
    }
    # It does not run as root where it is installed for good; here it reads one file and writes none.
    with mock.patch("intelmq.lib.utils.drop_privileges", return_value=True):
        Bench.setUpClass()
    bench = Bench()
    bench.input_message = report
    bench.prepare_bot()
    with mock.patch("intelmq.lib.utils.load_configuration", new=bench.mocked_config), mock.patch(
        "intelmq.lib.utils.log", bench.get_mocked_logger(bench.logger)
    ):
        began = time.monotonic()
        bench.bot.start(error_on_pipeline=False, source_pipeline=bench.pipe, destination_pipeline=bench.pipe)
        took = time.monotonic() - began
    events = sum(len(queue) for name, queue in bench.pipe.state.items() if name is None or name.endswith("-output"))
    if not events:
        sys.exit("IntelMQ gave no event:\n" + bench.log_stream.getvalue()[-2000:])
    print(events, f"{took:.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
