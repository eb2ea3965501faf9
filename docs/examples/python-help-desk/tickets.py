"""/ticket opens a form, says in the form what is wrong with it, posts a ticket, and waits for someone to take it."""

import os

from autokitteh import next_event, subscribe
from autokitteh.slack import slack_client
from slack_sdk.errors import SlackApiError

from in_time import answer
from views import mistakes, ticket_form, ticket_message, topics

CONNECTION = "my_slack"
FORM_OPEN_SECONDS = 30 * 60
UNTAKEN_SECONDS = 8 * 60 * 60

# Filters are CEL, as those of triggers. What follows an && is looked at only where what precedes it is true.
FORM = 'event_type == "interaction" && data.type in ["view_submission", "block_suggestion"]'
CLICK = 'event_type == "interaction" && data.type == "block_actions"'


def on_ticket_command(event):
    command = event.data
    ticket_id = event.event_id
    # Before the form is opened: only what comes after this call is seen.
    form = subscribe(CONNECTION, f'{FORM} && data.view.callback_id == "{ticket_id}"')
    slack = slack_client(CONNECTION, base_url=os.environ["SLACK_API_URL"])
    try:
        slack.views_open(trigger_id=command.trigger_id, view=ticket_form(ticket_id))
    except SlackApiError as error:
        # A trigger id is good for three seconds, and a session must first start.
        print("no form:", error.response["error"])
        slack.chat_postEphemeral(
            channel=command.channel_id,
            user=command.user_id,
            text="That took too long, please try again.",
        )
        return
    print("command answered in time:", answer(command, {"text": "A form opens ..."}))

    ticket = filled_in(form)
    if ticket is None:
        print("nobody filled the form in")
        return
    clicks = subscribe(CONNECTION, f'{CLICK} && data.actions[0].value == "{ticket_id}"')
    posted = slack.chat_postMessage(
        channel=command.channel_id,
        text=f"New ticket from <@{command.user_id}>",
        blocks=ticket_message(ticket, ticket_id),
    )
    print("ticket posted")
    # The message itself is updated after the click: its button makes room for who pressed it.
    click = next_event(clicks, timeout=UNTAKEN_SECONDS)
    text = "Nobody took this ticket." if click is None else f"<@{click.user.id}> takes care of it."
    slack.chat_postMessage(channel=command.channel_id, thread_ts=posted["ts"], text=text)
    print(text)


def filled_in(form):
    """What was filled in, once nothing is wrong with it."""
    while (data := next_event(form, timeout=FORM_OPEN_SECONDS)) is not None:
        if data.type == "block_suggestion":
            answer(data, topics(data.value))
            continue
        # ["values"], because .values is a method of every dictionary.
        values = data.view.state["values"]
        ticket = {
            "topic": values["topic"]["topic"]["selected_option"]["value"],
            "problem": values["problem"]["problem"]["value"] or "",
        }
        wrong = mistakes(ticket)
        if wrong:
            answer(data, {"response_action": "errors", "errors": wrong})
            print("form refused:", ", ".join(wrong))
        elif answer(data, {"response_action": "clear"}):
            print("form accepted")
            return ticket
    return None
