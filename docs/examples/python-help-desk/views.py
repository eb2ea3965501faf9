"""What people see: the form, what is wrong with it, and the ticket."""

TOPICS = ["Access", "Accounting", "Hardware", "Holidays", "Network"]
SHORTEST = 8


def ticket_form(callback_id):
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": _plain("New ticket"),
        "submit": _plain("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": "topic",
                "label": _plain("Topic"),
                "element": {"type": "external_select", "action_id": "topic", "min_query_length": 1},
            },
            {
                "type": "input",
                "block_id": "problem",
                "label": _plain("What is wrong?"),
                "element": {"type": "plain_text_input", "action_id": "problem"},
            },
        ],
    }


def topics(typed):
    """The answer to an options request: topics that contain what was typed."""
    found = [topic for topic in TOPICS if typed.lower() in topic.lower()]
    return {"options": [{"text": _plain(topic), "value": topic} for topic in found]}


def mistakes(ticket):
    """Sentences by block, empty if the form can be taken."""
    found = {}
    if len(ticket["problem"]) < SHORTEST:
        found["problem"] = f"Please write at least {SHORTEST} characters."
    return found


def ticket_message(ticket, ticket_id):
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{ticket['topic']}*: {ticket['problem']}"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "take",
                    "style": "primary",
                    "text": _plain("Take it"),
                    "value": ticket_id,
                }
            ],
        },
    ]


def _plain(text):
    return {"type": "plain_text", "text": text}
