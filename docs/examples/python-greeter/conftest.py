"""The fixture `slack`: a scripted Slack in front of the deployed project, for all tests of a run."""

import pytest
from scripted_slack import ScriptedSlack


@pytest.fixture(scope="session")
def slack():
    with ScriptedSlack("greeter/my_slack") as running:
        yield running
