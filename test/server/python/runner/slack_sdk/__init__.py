"""What workflows use of Slack's SDK, for a stand-in: named as there, so that what leads the SDK elsewhere leads this too."""

from slack_sdk.web.client import WebClient

__all__ = ["WebClient"]
