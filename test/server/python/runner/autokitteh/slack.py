"""`slack_client`, for a stand-in."""

import os

from slack_sdk import WebClient


def slack_client(connection, **arguments):
    client = WebClient(os.environ[f"{connection}__private_bot_token"], **arguments)
    client.auth_test()
    return client
