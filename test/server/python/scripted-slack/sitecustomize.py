"""Where this folder is on PYTHONPATH, Slack's SDK for Python calls SLACK_API_URL, if that is set, instead of Slack."""

import os

url = os.environ.get("SLACK_API_URL", "")
if url:
    from slack_sdk.web.base_client import BaseClient

    # The default was bound when the function was made; the class attribute alone changes nothing.
    BaseClient.__init__.__defaults__ = tuple(
        url if each == BaseClient.BASE_URL else each for each in BaseClient.__init__.__defaults__ or ()
    )
