"""Run `ak deploy --manifest autokitteh.yaml` in this folder, then `pytest`."""


def test_greets_in_the_thread_of_the_mention(slack):
    sent = slack.send("mention", channel="general", text="good morning")
    post = slack.wait_for_post("Hello")
    assert post["args"]["thread_ts"] == sent["payload"]["event"]["ts"]
    session = slack.wait_for_session(sent)
    assert session["state"] == "completed", session["error"]
    assert session["prints"] == [f"greeted {sent['payload']['event']['user']}"]


def test_waves_back_when_the_button_is_pressed(slack):
    slack.wait_for_session(slack.send("mention"))
    slack.send("click", action="wave", user="ann")
    assert slack.wait_for_post("waves to")["channel"] == "#general"
